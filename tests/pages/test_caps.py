"""Whatever a page leaves out is counted where it is left out, with a way to the rest."""

import json

import pytest


@pytest.fixture
def many_runs(explorer, tiny_id, store):
    """The ids of 22 runs, newest first."""
    from core.runs.environment import collect_environment
    from core.runs.folder import RunFolder
    from core.runs.state import RunState

    digest, config = explorer.graphs.load(tiny_id).digest, explorer.configs.build("gcn", {}, graph=tiny_id)
    environment = collect_environment(tiny_id, digest, command=["test"])
    for _ in range(22):
        run_id = store.create(config.model_dump(), environment)
        state = RunState("finished", epoch=3, created_at=1e9, started_at=1e9, ended_at=1e9 + 2)
        RunFolder(explorer.settings.home_folder / "runs" / run_id).write_state(state)
    return [record.id for record in explorer.runs.list(tiny_id)]


def drawn(at):
    return [run["id"] for element in at.get("bidi_component") for run in json.loads(element.proto.json).get("runs", [])]


def test_i08_ticked_runs_are_drawn_twenty_at_a_time(open_page, many_runs):
    at = open_page("runs", runs=",".join(many_runs))
    assert drawn(at) == many_runs[:20]
    assert at.segmented_control(key="runs_part").label == "20 of 22 ticked runs are drawn at a time"
    at = open_page("runs", runs=",".join(many_runs), part=2)
    assert drawn(at) == many_runs[20:]


def test_i08_what_is_not_drawn_at_first_is_counted(open_page, many_runs):
    at = open_page("runs")
    assert drawn(at) == many_runs[:5]
    assert "The newest 5 of 22 runs are drawn: tick others in the table." in [text.value for text in at.caption]


def test_i08_ticked_runs_that_a_filter_hides_are_counted(open_page, many_runs):
    at = open_page("runs", runs=",".join(many_runs[:3]), filter=many_runs[0])
    assert drawn(at) == many_runs[:1]
    assert "2 ticked runs are hidden by the filter." in [text.value for text in at.caption]
