"""The page of sweeps: none yet, one with trials, and what is wrong."""

import json

import pytest

from core.config.sweep.spec import Range
from core.runs.sweeps import Trial
from tests.sweep_rig import with_backend

TEXT = """
program: train.py
method: bayes
name: rates
metric: {name: val_acc, goal: maximize}
run_cap: 20
parameters:
  lr: {distribution: log_uniform_values, min: 0.001, max: 0.1}
  norm: {values: [layer, batch]}
"""


@pytest.fixture
def launched():
    return []


@pytest.fixture
def sweeping(explorer, launched):
    return with_backend(explorer, launched)


@pytest.fixture
def open_sweeps(serve_pages, sweeping):
    open_page = serve_pages(sweeping)
    return lambda **params: open_page("sweeps", **params)


def add_trials(explorer, count):
    """A paused sweep of so many trials."""
    sweep_id = explorer.sweeps.submit(TEXT).id
    for number in range(count):
        params = {"lr": 0.002 * (number + 1), "norm": ("layer", "batch")[number % 2]}
        trial = Trial(number, params, "finished", f"run-{number}", 0.5 + number / 100, ended_at=float(number))
        explorer.sweeps.store.write_trial(sweep_id, trial)
    explorer.sweeps.store.write_state(sweep_id, "paused")
    return sweep_id


def find_parallel(at):
    drawn = [json.loads(element.proto.json) for element in at.get("bidi_component")]
    return next(data for data in drawn if "axes" in data)


def test_c06_a_sweep_is_begun_from_its_file(open_sweeps, sweeping, launched):
    at = open_sweeps()
    assert not at.exception
    at.text_area(key="sweeps_text").set_value("method: gird\nparameters:\n  lr: {value: 1}").run()
    at.button(key="sweeps_start").click().run()
    assert [error.value.replace("\\", "") for error in at.error] == [
        "line 1: method is 'gird': expected one of grid, random, bayes"
    ]
    at.text_area(key="sweeps_text").set_value(TEXT).run()
    at.button(key="sweeps_start").click().run()
    (record,) = sweeping.sweeps.list()
    assert (launched, at.query_params["sweep"], record.name) == ([record.id], record.id, "rates")
    assert not at.exception and not at.error


def test_row_39_a_brush_filters_the_table_and_the_axes_tell_the_ranges(open_sweeps, sweeping):
    sweep_id = add_trials(sweeping, 4)
    at = open_sweeps(sweep=sweep_id, brush="lr:0.003~0.0061,nonsense:1~2,norm")
    assert not at.exception and not at.error
    data = find_parallel(at)
    assert [(axis["name"], axis["log"], axis["values"]) for axis in data["axes"]] == [
        ("lr", True, []),
        ("norm", False, ["layer", "batch"]),
        ("val_acc", False, []),
    ]
    assert [(line["trial"], line["values"]) for line in data["lines"]][1] == (1, [0.004, 1.0, 0.51])
    assert at.dataframe[0].value["trial"].tolist() == [2, 1]
    assert "2 of 4 trials pass the brushes; the others are left out." in [text.value for text in at.caption]


def test_i13_accuracies_of_a_sweep_are_in_per_cent_and_an_empty_column_is_left_out(open_sweeps, sweeping):
    at = open_sweeps(sweep=add_trials(sweeping, 4))
    (table,) = at.dataframe
    assert table.value["val_acc"].tolist() == [53, 52, 51, 50]
    assert '"format": "%.1f %%"' in table.proto.columns
    assert "message" not in table.value.columns
    assert [axis["share"] for axis in find_parallel(at)["axes"]] == [False, False, True]
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert figure["layout"]["yaxis"]["tickformat"] == "~%"


def test_row_40_importance_is_refused_below_ten_trials_and_drawn_from_then_on(open_sweeps, sweeping):
    sweep_id = add_trials(sweeping, 9)
    at = open_sweeps(sweep=sweep_id)
    told = [text.value.replace("\\", "") for text in at.caption]
    assert "This needs at least 10 finished trials, and there are 9." in told
    assert len(at.dataframe) == 1


def test_row_37_verbs_and_ranges_on_the_page(open_sweeps, sweeping, launched):
    sweep_id = add_trials(sweeping, 2)
    at = open_sweeps()
    assert at.query_params.get("sweep") is None
    at.button(key="sweeps_go_on").click().run()
    assert sweeping.sweeps.read(sweep_id).state == "pending"
    assert launched[-1] == sweep_id
    at.button(key="sweeps_pause").click().run()
    assert sweeping.sweeps.read(sweep_id).state == "pausing"
    at.button(key="sweeps_stop").click().run()
    assert sweeping.sweeps.read(sweep_id).state == "stopping"
    at.number_input(key="sweeps_high_lr").set_value(0.05).run()
    at.button(key="sweeps_narrow_now").click().run()
    assert not at.exception and not at.error
    assert sweeping.sweeps.store.read_ranges(sweep_id) == {"lr": Range("lr", 0.001, 0.05)}


def test_row_41_the_best_are_confirmed_in_one_click(open_sweeps, sweeping, monkeypatch):
    sweep_id = add_trials(sweeping, 5)
    asked = []
    monkeypatch.setattr(sweeping.benchmarks, "submit", lambda config, pairs: asked.append((config.lr, pairs)) or "x")
    at = open_sweeps(sweep=sweep_id)
    at.button(key="sweeps_confirm").click().run()
    assert asked == [(pytest.approx(lr), [(0, 0), (1, 0)]) for lr in (0.01, 0.008, 0.006)]
    assert "See how sure that is" in [link.proto.label for link in at.get("page_link")]


@pytest.mark.parametrize(
    ("count", "label"), [(1, "Confirm the best"), (2, "Confirm the best 2"), (4, "Confirm the best 3")]
)
def test_row_41_no_more_are_confirmed_than_there_are(open_sweeps, sweeping, count, label):
    at = open_sweeps(sweep=add_trials(sweeping, count))
    assert at.button(key="sweeps_confirm").label == f"{label} on all 2 splits"
    axes = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]
    assert (axes["xaxis"]["range"], axes["xaxis"]["dtick"]) == ([0.5, count + 0.5], 1)
    assert axes["yaxis"]["autorangeoptions"] == {"clipmin": 0, "clipmax": 1}


def test_an_unknown_sweep_and_a_damaged_one_are_said(open_sweeps, sweeping):
    sweep_id = add_trials(sweeping, 2)
    other = sweeping.sweeps.submit(TEXT).id
    (sweeping.sweeps.store.folder(other) / "sweep.json").write_bytes(b"{}")
    at = open_sweeps(sweep="nobody")
    assert not at.exception
    assert any(
        "sweep='nobody' in the address means nothing here" in warning.value.replace("\\", "") for warning in at.warning
    )
    assert at.selectbox(key="sweeps_choice").value == sweep_id
