"""Pages over runs that were trained elsewhere."""

import pytest

from core.runs.imports.events import dump_events


@pytest.fixture
def imported(explorer, tiny_id, tmp_path):
    """The ids of two runs of another program: one on the open graph, one of no known graph."""
    found = []
    for name, options in (("gcn/split_9_run_3", {"graph": tiny_id}), ("other", {})):
        folder = tmp_path / "logs" / name
        folder.mkdir(parents=True)
        rows = {step: {"accuracy/val": step / 4, "accuracy/test": step / 8, name: 1.0} for step in range(4)}
        (folder / "events.out.tfevents").write_bytes(dump_events(rows, dict.fromkeys(rows, 1.6e9), {}))
        found += explorer.imports.read_paths([tmp_path / "logs" / name.split("/")[0]], **options).runs
    return found


@pytest.mark.parametrize("page", ["overview", "train", "runs", "map", "article", "benchmark"])
def test_pages_show_a_run_of_elsewhere_or_say_what_it_lacks(page, open_page, imported, tiny_id):
    for run_id in imported:
        at = open_page(page, graph=tiny_id, run=run_id)
        assert not at.exception, at.exception
        for told in at.error:
            assert "trained elsewhere" in told.value, told.value


def test_runs_of_elsewhere_are_not_trained_further(open_page, imported, finished_run, tiny_id):
    offered = [
        {box.label for box in open_page("runs", graph=tiny_id, run=run_id).number_input}
        for run_id in (finished_run, imported[0])
    ]
    assert ["Epochs in all" in labels for labels in offered] == [True, False]


def test_runs_of_elsewhere_are_listed_on_runs_and_offered_nowhere_else(open_page, imported, tiny_id):
    at = open_page("runs", graph=tiny_id)
    assert not at.exception and len(at.dataframe[0].value) == 2
    assert "router_run" not in [box.key for box in at.selectbox]
