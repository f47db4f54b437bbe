"""The map's positions: inside the square, the same every time, near to what is linked, blind to categories."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist

from core.graph.graph import Graph
from core.graph.layout import compute_layout, compute_traits


def make_graph(num_nodes, links, x=None, y=None):
    mask = np.ones((1, num_nodes), dtype=bool)
    return Graph(
        id="made",
        kind="archive",
        name="Made",
        source="Made for tests.",
        notices=(),
        digest="0",
        x=(np.random.default_rng(0).random((num_nodes, 6)) if x is None else x).astype(np.float32),
        edge_index=np.array(links, dtype=np.int64).reshape(-1, 2).T,
        y=np.zeros(num_nodes, dtype=np.int64) if y is None else y,
        train_masks=mask,
        val_masks=mask,
        stopping_masks=mask,
        test_mask=mask[0],
        class_names=("One",),
        titles=tuple(f"Article {index}" for index in range(num_nodes)),
    )


def make_groups(num_groups=6, size=70):
    net = nx.planted_partition_graph(num_groups, size, 0.12, 0.004, seed=0)
    group = np.repeat(np.arange(num_groups), size)
    rng = np.random.default_rng(0)
    x = np.eye(num_groups)[group] + rng.normal(scale=1.5, size=(len(group), num_groups))
    return make_graph(len(group), list(net.edges), x, group)


def share_of_drawn_neighbours_that_are_linked(graph, y):
    _, drawn = KDTree(y).query(y, k=11)
    return np.mean([np.isin(drawn[index, 1:], graph.neighbours(index)).mean() for index in range(graph.num_nodes)])


@pytest.mark.parametrize("num_nodes", [*range(1, 11), 99, 100])
@pytest.mark.parametrize("kind", ["nothing", "ring", "star", "constant features"])
def test_every_small_graph_gets_places_in_the_square(num_nodes, kind):
    ring = [(index, (index + 1) % num_nodes) for index in range(num_nodes)]
    links = {"nothing": [], "star": [(0, index) for index in range(1, num_nodes)]}.get(kind, ring)
    graph = make_graph(num_nodes, links, np.ones((num_nodes, 1)) if kind == "constant features" else None)

    y = compute_layout(graph)

    assert (y.shape, y.dtype) == ((num_nodes, 2), np.float32)
    assert np.isfinite(y).all()
    assert np.abs(y).max() == (0 if num_nodes == 1 else 1)
    assert num_nodes == 1 or pdist(y).min() > 0.05 / np.sqrt(num_nodes)


def test_layout_is_the_same_every_time_and_never_sees_categories():
    graph = make_groups()
    first = compute_layout(graph)
    shuffled = replace(graph, y=np.random.default_rng(1).permutation(graph.y))

    assert np.array_equal(first, compute_layout(graph))
    assert np.array_equal(first, compute_layout(shuffled))


def test_layout_shows_links_better_than_two_principal_components_do():
    graph = make_groups()
    y = compute_layout(graph)
    _, nearest = KDTree(y).query(y, k=2)

    ours = share_of_drawn_neighbours_that_are_linked(graph, y)
    assert ours > 1.15 * share_of_drawn_neighbours_that_are_linked(graph, compute_traits(graph)[:, :2])
    assert (graph.y[nearest[:, 1]] == graph.y).mean() > 0.9


def test_isolated_articles_stand_with_those_of_the_same_text():
    group = np.repeat([0, 1, 2], 60)
    x = np.eye(3)[group] + np.random.default_rng(0).normal(scale=0.1, size=(180, 3))
    links = [(index, index + 1) for index in range(179) if group[index] == group[index + 1] and index % 10 > 1]
    graph = make_graph(180, links, x)
    isolated = np.flatnonzero(graph.degree == 0)
    y = compute_layout(graph)

    _, nearest = KDTree(y).query(y[isolated], k=4)

    assert len(isolated) > 10
    assert (group[nearest[:, 1:]] == group[isolated, None]).mean() > 0.95


def test_no_outlier_shrinks_the_rest():
    graph = make_groups(6, 50)
    stray = make_graph(304, graph.edge_index.T.tolist(), np.vstack([graph.x, np.full((4, 6), 40.0)]))

    radius = np.linalg.norm(compute_layout(stray), axis=1)

    assert radius.max() < 1.5 * np.percentile(radius, 95)


def test_i10_a_layout_says_how_far_it_is():
    heard = []
    compute_layout(make_groups(), heard.append)
    assert heard == sorted(heard) and len(heard) > 100
    assert heard[0] < 0.6 and 0.9 < heard[-1] <= 1


@pytest.fixture
def many(monkeypatch):
    """Has graphs of tests placed as large ones are."""
    monkeypatch.setattr("core.graph.layout.MANY", 99)


def test_n08_a_large_graph_is_placed_in_a_shorter_way_and_nearly_as_well(many):
    graph, heard = make_groups(5, 50), []
    y = compute_layout(graph, heard.append)
    _, nearest = KDTree(y).query(y, k=2)
    assert (graph.y[nearest[:, 1]] == graph.y).mean() > 0.9
    linked = share_of_drawn_neighbours_that_are_linked(graph, y)
    assert linked > 1.15 * share_of_drawn_neighbours_that_are_linked(graph, compute_traits(graph)[:, :2])
    assert heard == sorted(heard)


@pytest.mark.parametrize("kind", ["nothing", "star"])
def test_n08_every_large_graph_gets_places_in_the_square(many, kind):
    links = [(0, index) for index in range(1, 120)] if kind == "star" else []
    y, again = (compute_layout(make_graph(120, links)) for _ in range(2))
    assert np.array_equal(y, again) and y.shape == (120, 2) and np.isfinite(y).all() and np.abs(y).max() == 1
