"""The table of Runs: filtered, widened, grouped, compared with a baseline; and what is done to all ticked runs."""

import csv
import json

import numpy as np
import pytest

from core.runs.index import RunIndex
from core.runs.labels import LabelChanges
from pages.ui.run_table import color_differences
from pages.ui.theme import RIGHT, WRONG
from tests.browser.curve_runs import add_runs


@pytest.fixture
def ids(explorer, tiny_id):
    """Six runs of two presets on three splits, the newest first."""
    add_runs(explorer.settings.home_folder, tiny_id, 6, epochs=4, presets=("gcn", "mlp"))
    return [record.id for record in explorer.runs.list(tiny_id)]


def read_table(at, key="run"):
    return next(table.value for table in at.dataframe if key in table.value)


def read_val_acc(explorer, run_id):
    lines = explorer.runs.export(run_id, "csv").content.decode().splitlines()
    return [float(row["val_acc"]) for row in csv.DictReader(lines)]


def param(at, name):
    value = at.query_params.get(name, "")
    return value[0] if isinstance(value, list) else value


def test_row_29_the_filter_is_the_query_of_every_door(open_page, explorer, tiny_id, ids):
    at = open_page("runs", filter="preset = mlp and split in (0, 1)")
    assert not at.exception and not at.error
    found = [record.id for record in explorer.runs.list(tiny_id, where="preset = mlp and split in (0, 1)")]
    assert list(read_table(at)["run"]) == found and len(found) == 2
    at = open_page("runs", filter="preset = ")
    assert not at.exception
    assert [error.value.replace("\\", "")[:40] for error in at.error] and list(read_table(at)["run"]) == ids


def test_row_12_any_setting_is_a_column_and_a_name_stands_before_the_id(open_page, explorer, ids):
    explorer.runs.label(ids[2], LabelChanges(name="best, lr 0.01", starred=True, tags=("good",)))
    at = open_page("runs", columns="lr,best_epoch")
    assert not at.exception and not at.error
    table = read_table(at)
    assert list(table.columns)[:5] == ["name", "state", "validation", "test", "star"]
    assert table["name"][0] == explorer.runs.read(ids[0]).preset
    assert (table["name"][2], table["star"][2], list(table["tags"][2])) == ("best, lr 0.01", "★", ["good"])
    assert table["Lr"].tolist() == [explorer.runs.read(run_id).config["lr"] for run_id in ids]
    assert table["Best epoch"].tolist() == [explorer.runs.read(run_id).best_epoch for run_id in ids]


def test_row_12_grouped_rows_have_mean_deviation_and_n(open_page, explorer, ids):
    at = open_page("runs", rows="preset", baseline=ids[0], runs="all")
    assert not at.exception and not at.error
    table = read_table(at, "N").set_index("Preset")
    assert table["N"].to_dict() == {"gcn": 3, "mlp": 3}
    reached = {
        preset: 100 * np.array([record.test_acc for record in map(explorer.runs.read, ids) if record.preset == preset])
        for preset in ("gcn", "mlp")
    }
    for preset, values in reached.items():
        assert table.loc[preset, "test"] == pytest.approx(values.mean(), abs=1e-9)
        assert table.loc[preset, "test ± σ"] == pytest.approx(values.std(ddof=1), abs=1e-9)
    own = explorer.runs.read(ids[0]).preset
    other = ({"gcn", "mlp"} - {own}).pop()
    expected = {own: 0.0, other: reached[other].mean() - reached[own].mean()}
    assert table["Δ test"].to_dict() == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
def test_row_13_curves_know_the_baseline_be_it_drawn_or_not(open_page, ids):
    at = open_page("runs", runs=ids[0], baseline=ids[3], delta=1)
    drawn = [json.loads(each.proto.json) for each in at.get("bidi_component")]
    data = next(each for each in drawn if "baseline" in each)
    assert ([run["id"] for run in data["runs"]], data["baseline"]["id"], data["view"]) == (
        [ids[0]],
        ids[3],
        {"delta": "1"},
    )
    assert data["baseline"]["fields"].keys() >= {"variant"}
    at = open_page("runs", runs=ids[0], delta=1)
    assert "delta" not in at.query_params
    expected = "delta='1' in the address means nothing here: it can be 1 once a baseline is chosen under Table."
    assert [each.value.replace("\\", "") for each in at.warning] == [expected]


def test_row_13_a_baseline_gives_every_run_its_distance(open_page, explorer, ids):
    at = open_page("runs", baseline=ids[3])
    assert not at.exception and not at.error
    table = read_table(at).set_index("run")
    own = explorer.runs.read(ids[3]).val_acc
    for run_id in ids:
        distance = 100 * (explorer.runs.read(run_id).val_acc - own)
        assert table.loc[run_id, "Δ validation"] == pytest.approx(distance, abs=1e-9)


def test_row_12_the_table_tells_the_last_or_the_best_value(open_page, explorer, ids):
    logged = [read_val_acc(explorer, run_id) for run_id in ids]
    best, last = [100 * max(values) for values in logged], [100 * values[-1] for values in logged]
    at = open_page("runs", value="best", baseline=ids[0], columns="seconds_per_epoch,last_val_acc", spent="time")
    assert not at.exception and not at.error and not at.warning
    table = read_table(at)
    assert table["validation"].tolist() == pytest.approx(best, abs=1e-9)
    assert table["Δ validation"].tolist() == pytest.approx([value - best[0] for value in best], abs=1e-9)
    assert table["Last val acc"].tolist() == pytest.approx(last, abs=1e-9)
    assert {"Δ time", "Δ Seconds per epoch", "Δ Last val acc"} <= set(table.columns)
    caption = next(text.value for text in at.caption if text.value.startswith("No other run beats"))
    assert ids[best.index(max(best))] in caption.replace("\\", "")  # row 22: the front ends with the best
    grouped = read_table(open_page("runs", value="last", rows="preset"), "N").set_index("Preset")
    of_gcn = [value for run_id, value in zip(ids, last, strict=True) if "-gcn-" in run_id]
    assert grouped.loc["gcn", "validation"] == pytest.approx(np.mean(of_gcn), abs=1e-9)
    assert grouped.loc["gcn", "validation ± σ"] == pytest.approx(np.std(of_gcn, ddof=1), abs=1e-9)


def test_row_13_less_is_better_of_what_a_run_takes():
    rows = {"Δ test": [1.0, -1.0, 0.0, None], "Δ time": [1.0, -1.0, 0.0, None]}
    colors = color_differences(rows)._compute().ctx
    said = [[dict(colors.get((row, column), [])).get("color") for row in range(4)] for column in range(2)]
    assert said == [[RIGHT, WRONG, None, None], [WRONG, RIGHT, None, None]]


def test_row_28_ticked_runs_are_starred_archived_and_deleted_at_once(open_page, explorer, tiny_id, ids, monkeypatch):
    at = open_page("runs", runs=",".join(ids[:2]))
    at.button(key="runs_star").click().run()
    assert not at.exception and not at.error
    assert [record.starred for record in explorer.runs.list(tiny_id)] == [True, True, False, False, False, False]
    at.button(key="runs_archive").click().run()
    assert list(read_table(at)["run"]) == ids[2:]
    at = open_page("runs", runs=ids[0], archived=1)
    at.button(key="runs_archive").click().run()
    assert not explorer.runs.read(ids[0]).archived
    monkeypatch.setattr(explorer.runs.deletions, "_seconds", 3600)
    at = open_page("runs", runs=ids[2])
    at.button(key="runs_delete_all").click().run()
    assert not at.exception and ids[2] not in set(read_table(at)["run"]) and param(at, "runs") == ""
    at.button(key="runs_undo").click().run()
    assert not at.exception
    assert ids[2] in {record.id for record in explorer.runs.list(tiny_id)}


def test_c03_a_page_looks_at_all_runs_once(open_page, ids, monkeypatch):
    looks, scan = [], RunIndex.scan
    monkeypatch.setattr(RunIndex, "scan", lambda index: looks.append(1) or scan(index))
    at = open_page("runs")
    looks.clear()
    at.query_params["filter"] = "preset = mlp"
    at.run()
    assert not at.exception
    assert (len(read_table(at)), looks) == (3, [1])


def test_c03_the_chart_of_what_runs_take_is_made_once_it_is_unfolded(open_page, ids):
    at = open_page("runs")
    assert (len(at.expander), len(at.get("plotly_chart"))) == (3, 0)
    at.session_state["runs_pareto"] = True
    at.run()
    assert not at.exception
    assert len(at.get("plotly_chart")) == 1
