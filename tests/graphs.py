"""A small random graph to train on, shared by the tests of training."""

import numpy as np

from core.graph.archive import GraphOrigin, build_graph


def make_arrays(num_nodes=240, num_classes=3, seed=0):
    """A graph whose links and features both tell the category, noisily, with two splits."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, num_classes, num_nodes)
    source, target = rng.integers(0, num_nodes, (2, 8 * num_nodes))
    keep = (y[source] == y[target]) | (rng.random(len(source)) < 0.2)
    features = rng.normal(size=(num_nodes, 10)).astype(np.float32)
    features[np.arange(num_nodes), y] += 2.0
    role = np.stack([rng.integers(0, 3, num_nodes) for _ in range(2)])
    test = rng.random(num_nodes) < 0.4
    return {
        "features": features,
        "edge_index": np.stack([source[keep], target[keep]]),
        "labels": y,
        **{f"{name}_masks": (role == i) & ~test for i, name in enumerate(("train", "val", "stopping"))},
        "test_mask": test,
    }


def make_graph(**sizes):
    """The graph of `make_arrays`."""
    return build_graph(make_arrays(**sizes), GraphOrigin("small", "archive", "Small", "Made for tests."))
