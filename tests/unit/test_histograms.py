"""Histograms of a run: counted as NumPy counts, written epoch after epoch, read with nothing taken on trust."""

import json
from dataclasses import asdict, replace

import numpy as np
import orjson
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer.testing import CliRunner

from core.cli.commands import app as cli
from core.cli.histograms import draw_bars
from core.config.train import build_config
from core.http import build_api
from core.runs import files, histograms
from core.runs.folder import RunFolder
from core.runs.histograms import (
    MAX_KEPT,
    NUM_BINS,
    EpochHistograms,
    Histogram,
    HistogramHistory,
    HistogramWriter,
    load_histograms,
    read_histograms,
)
from core.storage.memory import MemoryStorage
from core.training.fit import train_run
from core.training.histograms import count_values
from tests.graphs import make_graph
from tests.shell import open_at_shell

SMALL = {"hidden_channels": 8, "lr": 0.03, "epochs": 9, "patience": 100, "device": "cpu", "histogram_every": 3}
NAN, INF = float("nan"), float("inf")


def make_histogram(kind="weights", name="layers.0.weight", **changes):
    return Histogram(kind, name, -1.0, 1.0, tuple(range(NUM_BINS)), **changes)


def make_epoch(epoch, *found):
    return EpochHistograms(epoch, found or (make_histogram(),))


def dump_lines(*epochs):
    return b"".join(orjson.dumps(asdict(epoch)) + b"\n" for epoch in epochs)


def epochs_of(path):
    return [found.epoch for found in read_histograms(path.read_bytes(), "run").epochs]


@pytest.fixture(scope="module")
def graph():
    return make_graph()


def test_row_25_counts_are_those_of_numpy():
    rng = np.random.default_rng(0)
    several = {"a": rng.normal(size=(30, 7)), "b": rng.random(1_000) * 1e-12, "c": rng.normal(size=3) + 500}
    found = count_values([("weights", name, torch.tensor(values).float()) for name, values in several.items()])
    for histogram, (name, values) in zip(found, several.items(), strict=True):
        counts, edges = np.histogram(values.astype(np.float32).astype(float), bins=NUM_BINS)
        assert (histogram.name, histogram.low, histogram.high) == (name, edges[0], edges[-1])
        assert sum(histogram.counts) == values.size
        assert np.abs(np.cumsum(histogram.counts) - np.cumsum(counts)).max() <= 1, name  # one on an edge


@pytest.mark.parametrize(
    ("values", "span", "bins", "nan", "inf"),
    [
        ([0.0, 0.0], (-1e-6, 1e-6), {20: 2}, 0, 0),
        ([3.0] * 4, (2.997, 3.003), {20: 4}, 0, 0),
        ([NAN, INF, -INF, 1.0, 2.0], (1.0, 2.0), {0: 1, 39: 1}, 1, 2),
        ([NAN], (0.0, 1.0), {}, 1, 0),
        ([3e38, -3e38, 1.0], (np.float32(-3e38), np.float32(3e38)), {0: 1, 20: 1, 39: 1}, 0, 0),
    ],
)
def test_row_25_strange_values_are_counted_too(values, span, bins, nan, inf):
    [found] = count_values([("gradients", "a", torch.tensor(values))])
    assert (found.low, found.high) == pytest.approx(span)
    assert {place: count for place, count in enumerate(found.counts) if count} == bins
    assert (found.nan, found.inf) == (nan, inf)


def test_row_25_a_run_keeps_them_of_every_nth_epoch_and_a_resume_adds_none_twice(graph, new_folder):
    whole, broken = new_folder("whole"), new_folder("broken")
    config = build_config(SMALL)
    train_run(whole, config, graph)

    def stop(epoch):
        if epoch == 7:
            (broken / files.STOP).touch()

    train_run(broken, config, graph, on_epoch=stop)
    with (broken / files.HISTOGRAMS).open("ab") as file:
        file.write(dump_lines(make_epoch(8)) + b'{"epoch": 9, "hist')  # beyond the checkpoint, and cut off by a kill
    (broken / files.STOP).unlink()
    train_run(broken, config, graph, resume=True)
    assert epochs_of(whole / files.HISTOGRAMS) == [1, 3, 6, 9]
    assert (broken / files.HISTOGRAMS).read_bytes() == (whole / files.HISTOGRAMS).read_bytes()
    last = read_histograms((whole / files.HISTOGRAMS).read_bytes(), "run").epochs[-1]
    weights = torch.load(whole / files.LAST_CHECKPOINT, weights_only=True)["weights"]
    named = {f"model.{each.name}": each for each in last.histograms if each.kind == "weights"}
    assert named.keys() == weights.keys()
    for name, each in named.items():
        assert (each.low, each.high) == (weights[name].min().item(), weights[name].max().item())
        assert sum(each.counts) == weights[name].numel()
    kinds = [each.kind for each in last.histograms]
    assert kinds == ["logits", *["weights"] * len(weights), *["gradients"] * len(weights)]
    assert sum(last.histograms[0].counts) == graph.num_nodes * graph.num_classes


def test_row_25_none_are_kept_where_none_are_asked_for(graph, new_folder):
    folder = new_folder("run")
    train_run(folder, build_config(SMALL | {"histogram_every": 0, "epochs": 2}), graph)
    assert not (folder / files.HISTOGRAMS).exists()


def test_row_25_of_a_long_run_at_most_a_hundred_stay_whatever_was_interrupted(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for path, stops in ((whole, ()), (broken, (203, 407))):
        writer = HistogramWriter(path, every=2)
        for epoch in range(1, 1_000):
            if writer.wants(epoch):
                writer.append(make_epoch(epoch))
            if epoch in stops:
                writer = HistogramWriter(path, every=2, keep_epochs=epoch)
    assert epochs_of(whole) == [1, *range(16, 1_000, 16)]
    assert len(epochs_of(whole)) <= MAX_KEPT + 1
    assert broken.read_bytes() == whole.read_bytes()


@given(
    st.lists(st.tuples(st.integers(1, 2**40), st.integers(0, 9)), unique_by=lambda pair: pair[0], max_size=5),
    st.floats(-1e300, 1e300),
)
def test_row_25_what_is_written_is_read(drawn, low):
    found = replace(make_histogram(nan=1, inf=2), low=low, high=np.nextafter(low, np.inf).item())
    epochs = tuple(EpochHistograms(epoch, (found,), left) for epoch, left in sorted(drawn))
    names = ("weights:layers.0.weight",) if epochs else ()
    assert read_histograms(dump_lines(*epochs), "run") == HistogramHistory("run", names, epochs)


def spoil(**changes):
    content = json.loads(dump_lines(make_epoch(2)))
    content["histograms"][0] |= changes
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    "line",
    [
        *(
            b"",
            b"\xff\x00",
            b"[1]",
            b'{"epoch": 2}',
            b'{"epoch": 2, "histograms": [{}]}',
            dump_lines(make_epoch(1))[:-1],
        ),
        *(spoil(kind="biases"), spoil(name=""), spoil(name="x" * 201), spoil(name="a\x00b"), spoil(low=NAN)),
        *(spoil(low=1.0), spoil(counts=[1, 2]), spoil(counts=[-1] * NUM_BINS), spoil(nan=-1) + b"}"),
    ],
)
def test_row_25_a_damaged_line_is_told_and_hides_nothing(line):
    whole = [make_epoch(epoch) for epoch in (1, 3)]
    found = read_histograms(dump_lines(whole[0]) + line + b"\n" + dump_lines(whole[1]) + b'{"epoch": 4', "gcn-1")
    assert found.epochs == tuple(whole)
    assert found.damage == (
        "histograms.jsonl of run gcn-1 is damaged in 1 of its 3 lines, which are left out: resume the run, which "
        "writes it anew, or choose another run, and delete this one (wikics runs delete gcn-1)"
    )


def test_row_25_a_file_that_is_too_large_is_told(monkeypatch):
    storage = MemoryStorage()
    assert load_histograms(storage, "gcn-1") == HistogramHistory("gcn-1")
    storage.write("runs/gcn-1/histograms.jsonl", dump_lines(make_epoch(1)))
    assert load_histograms(storage, "gcn-1").epochs == (make_epoch(1),)
    monkeypatch.setattr(histograms, "MAX_BYTES", 20)
    assert load_histograms(storage, "gcn-1").damage == (
        "histograms.jsonl of run gcn-1 is larger than 0 MB, the most that is read: its histograms are not shown"
    )


@pytest.fixture
def kept_run(finished_run, storage):
    """A run with histograms of two tensors at two epochs."""
    bias = make_histogram("gradients", "layers.0.bias", nan=1)
    content = dump_lines(*(make_epoch(epoch, make_histogram(), bias) for epoch in (1, 3)))
    storage.write(f"runs/{finished_run}/{files.HISTOGRAMS}", content)
    return finished_run


def test_row_25_http_answers_all_tensors_or_one(explorer, kept_run):
    client = TestClient(build_api(lambda: explorer))
    tensors = ["weights:layers.0.weight", "gradients:layers.0.bias"]
    whole = client.get(f"/runs/{kept_run}/histograms").json()
    assert (whole["run"], whole["tensors"], whole["damage"]) == (kept_run, tensors, "")
    assert [[each["name"] for each in epoch["histograms"]] for epoch in whole["epochs"]] == [
        ["layers.0.weight", "layers.0.bias"]
    ] * 2
    one = client.get(f"/runs/{kept_run}/histograms?tensor={tensors[1]}").json()
    assert one["tensors"] == tensors
    assert [each for epoch in one["epochs"] for each in epoch["histograms"]] == [
        json.loads(json.dumps(asdict(make_histogram("gradients", "layers.0.bias", nan=1))))
    ] * 2
    refused = client.get(f"/runs/{kept_run}/histograms?tensor=x")
    assert refused.status_code == 422
    assert refused.json()["detail"] == (
        f"run {kept_run} has no histograms of 'x': there are weights:layers.0.weight, gradients:layers.0.bias"
    )
    assert client.get("/runs/nothing/histograms").status_code == 404


def test_row_25_the_command_draws_the_last_epoch(explorer, kept_run, make_run, monkeypatch):
    open_at_shell(monkeypatch, explorer)
    told = CliRunner().invoke(cli, ["runs", "histograms", kept_run])
    assert told.exit_code == 0, told.output
    assert "Epoch 3, of 2 that are kept:" in told.stdout
    assert "weights:layers.0.weight" in told.stdout
    assert draw_bars(range(NUM_BINS)) in told.stdout
    answer = json.loads(CliRunner().invoke(cli, ["runs", "histograms", kept_run, "--json"]).stdout)
    assert [epoch["epoch"] for epoch in answer["epochs"]] == [1, 3]
    none = CliRunner().invoke(cli, ["runs", "histograms", make_run()])
    assert "keeps no histograms: train one with histogram_every above 0" in none.stderr


def test_row_25_any_value_at_all_is_a_bar():
    assert draw_bars([0] * 20 + [1, 0, 0, 0] + [1_000] * 16) == " " * 10 + "▁ " + "█" * 8
    assert draw_bars([0] * NUM_BINS) == " " * 20


def test_row_25_a_run_of_before_goes_on_and_keeps_them_from_then_on(graph, new_folder):
    folder = new_folder("run")
    train_run(folder, build_config(SMALL | {"epochs": 4, "histogram_every": 0}), graph)
    train_run(folder, build_config(SMALL), graph, resume=True)
    assert epochs_of(folder / files.HISTOGRAMS) == [6, 9]
    assert isinstance(folder, RunFolder)
