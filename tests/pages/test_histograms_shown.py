"""The histograms of a run on its page: which tensor, which view, which epoch, and the numbers as a table."""

import json
from dataclasses import asdict

import pytest

from core.runs import files
from core.runs.histograms import NUM_BINS, EpochHistograms, Histogram
from pages.ui.histogram_charts import MOST_DRAWN, build_offset, build_overlay, thin
from pages.ui.histograms import dump_csv

EPOCHS = (1, 10, 20)


def make_histogram(kind, name, epoch):
    counts = tuple(epoch * (place + 1) for place in range(NUM_BINS))
    return Histogram(kind, name, 0.0, float(NUM_BINS), counts, nan=int(epoch == 10))


@pytest.fixture
def kept_run(finished_run, storage):
    found = [
        EpochHistograms(epoch, tuple(make_histogram(kind, "layers.0.bias", epoch) for kind in ("gradients", "weights")))
        for epoch in EPOCHS
    ]
    lines = [json.dumps(asdict(epoch)) for epoch in found]
    storage.write(f"runs/{finished_run}/{files.HISTOGRAMS}", "\n".join([*lines, "{}", ""]).encode())
    return finished_run


@pytest.mark.slow
def test_row_25_a_tensor_a_view_and_an_epoch_are_chosen_and_kept_in_the_url(open_page, shown, kept_run):
    at = open_page("runs", run=kept_run, tab="histograms")
    assert not at.exception
    assert at.warning[0].value.startswith(r"histograms\.jsonl of run")
    box, view, epoch = (
        shown(at.selectbox, "runs_histograms_tensor"),
        shown(at.button_group, "runs_histograms_view"),
        shown(at.select_slider, "runs_histograms_epoch"),
    )
    assert box.options == ["Weights: layers.0.bias", "Gradients: layers.0.bias"]
    assert (box.value, view.value, epoch.value) == ("gradients:layers.0.bias", "offset", 20)
    epoch.set_value(10).run()
    shown(at.selectbox, "runs_histograms_tensor").set_value("weights:layers.0.bias").run()
    assert {name: at.query_params[name] for name in ("tensor", "epoch", "tab")} == {
        **{"tensor": "weights:layers.0.bias", "epoch": "10", "tab": "histograms"}
    }
    assert "1 values are not a number and 0 are infinite: they are in no bar." in [each.value for each in at.warning]
    table = next(frame.value for frame in at.dataframe if list(frame.value.columns) == ["from", "to", "values"])
    assert table.values.tolist() == [[place, place + 1, 10 * (place + 1)] for place in range(NUM_BINS)]
    assert any("Epoch 10 is orange" in caption.value for caption in at.caption)
    assert not at.exception


@pytest.mark.slow
def test_row_25_of_an_epoch_that_is_not_kept_the_nearest_is_shown(open_page, shown, kept_run):
    at = open_page("runs", run=kept_run, tab="histograms", epoch=13, histogram="overlay")
    assert shown(at.select_slider, "runs_histograms_epoch").value == 10
    assert shown(at.button_group, "runs_histograms_view").value == "overlay"
    assert not at.exception


@pytest.mark.slow
def test_row_25_a_run_without_histograms_says_how_one_gets_them(open_page, finished_run):
    at = open_page("runs", run=finished_run, tab="histograms")
    assert r"This run keeps no histograms: train again with *histogram\_every* above 0." in [
        caption.value for caption in at.caption
    ]
    assert not at.exception


@pytest.mark.slow
def test_row_25_nothing_is_read_while_another_tab_is_open(open_page, kept_run, explorer, monkeypatch):
    monkeypatch.setattr(type(explorer.runs), "read_histograms", None)
    assert not open_page("runs", run=kept_run).exception


def test_row_25_a_long_history_is_thinned_and_the_chosen_epoch_stays():
    kept = [(epoch, make_histogram("logits", "logits", epoch)) for epoch in range(1, 102)]
    drawn = [epoch for epoch, _ in thin(kept, 42)]
    assert drawn == [*range(2, 42, 3), 42, *range(44, 102, 3)] and len(drawn) <= MOST_DRAWN
    assert thin(kept[:5], 3) == kept[:5]


def test_row_25_pictures_show_density_and_set_the_chosen_epoch_off():
    kept = [(epoch, make_histogram("logits", "logits", epoch)) for epoch in EPOCHS]
    overlay, offset = build_overlay(kept, 10), build_offset(kept, 10)
    total = NUM_BINS * (NUM_BINS + 1) / 2
    density = [(place + 1) / total for place in range(NUM_BINS)]
    assert all(list(trace.y) == pytest.approx(density) for trace in overlay.data)  # whatever the number of values
    assert [trace.line.color for trace in overlay.data].count("#c8620a") == 1
    assert [trace.y[0] for trace in offset.data] == [2, 1, 0]  # the oldest at the back
    assert [max(trace.y) - trace.y[0] for trace in offset.data] == pytest.approx([4.0] * 3)
    assert list(offset.layout.yaxis.ticktext) == ["1", "10", "20"]


def test_row_25_all_epochs_as_csv():
    lines = dump_csv([(epoch, make_histogram("logits", "logits", epoch)) for epoch in EPOCHS]).decode().splitlines()
    assert lines[:2] == ["epoch,from,to,values", "1,0.0,1.0,1"]
    assert len(lines) == 1 + 3 * NUM_BINS + 1
    assert lines[2 * NUM_BINS + 1] == "10,nan,nan,1"
