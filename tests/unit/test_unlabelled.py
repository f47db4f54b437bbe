"""Articles without a category: shown as such, and trained around."""

import numpy as np
import pytest

from core.graph.archive import dump_arrays
from core.graph.formats.given import Given
from core.graph.formats.read import read_given


def test_i15_unlabelled_articles_are_shown_as_such(tiny_arrays):
    from core.graph.archive import GraphOrigin, build_graph
    from core.graph.statistics import compute_statistics
    from core.inference.articles import build_card

    outside = tiny_arrays | {"labels": tiny_arrays["labels"].astype(np.float64), "test_mask": np.arange(8) == 3}
    outside["labels"][7] = np.nan
    imported = read_given(Given("a.npz", {"a.npz": dump_arrays(outside)}))
    assert imported.arrays["labels"].tolist() == [0, 0, 0, 0, 1, 1, 1, -1]
    assert "1 article has no category" in imported.notices[0]
    graph = build_graph(imported.arrays, GraphOrigin("a", "archive", "A", ""))
    statistics = compute_statistics(graph)
    assert (statistics.class_sizes, statistics.num_unlabelled, graph.num_classes) == ((4, 3), 1, 2)
    card = build_card(graph, 7, split=0, predictions=None)
    assert (card.label, card.category, card.role, card.agreement) == ("Unlabelled", -1, "unused", None)
    assert build_card(graph, 6, split=0, predictions=None).agreement == 1.0  # of those with a category


@pytest.mark.parametrize("model", ["gcn", "mlp"])
def test_i15_a_graph_with_unlabelled_articles_is_trained_on(tmp_path, tiny_arrays, model):
    from core.config.train import build_config
    from core.graph.archive import GraphOrigin, build_graph
    from core.runs.folder import RunFolder
    from core.training.fit import train_run

    arrays = tiny_arrays | {"labels": tiny_arrays["labels"].copy(), "test_mask": np.arange(8) == 3}
    arrays["labels"][7] = -1
    config = build_config({"model": model, "epochs": 2, "hidden_channels": 4, "device": "cpu"})
    assert (
        train_run(RunFolder(tmp_path), config, build_graph(arrays, GraphOrigin("a", "archive", "A", ""))) == "finished"
    )
