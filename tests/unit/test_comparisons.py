"""Runs side by side: what differs, which articles changed, and what can be told of runs that lack something."""

import contextlib
import json
from dataclasses import asdict, replace

import pytest
from starlette.testclient import TestClient

from core import cli
from core.app.compared import compare_configs, describe_cut_short, describe_environment
from core.errors import InvalidInputError, RunNotFoundError
from core.http import build_api
from core.runs import files
from tests.rigs import make_result
from tests.shell import open_at_shell


@pytest.fixture
def two_runs(make_run):
    """Ids: the second is right where the first is wrong, and the other way round."""
    return make_run(wrong=(3,)), make_run(wrong=(7,), lr=0.05, created_at=2e9)


def test_row_14_fields_that_differ_stand_apart_from_those_alike(explorer, two_runs, tiny_id):
    found = explorer.comparisons.compare(two_runs)
    assert (found.runs, found.config, found.data) == ([*two_runs], {"lr": [0.01, 0.05]}, {})
    assert found.same["config"]["epochs"] == 3 and found.same["data"]["graph"] == tiny_id
    assert found.same["environment"]["command"] == "test"
    assert found.metrics["test_acc"] == [0.5, 0.5] and found.metrics["num_parameters"] == [10, 10]


def test_row_14_a_field_that_one_model_does_not_use_is_no_difference():
    sgc, gcn = (
        {"model": "sgc", "hidden_channels": 64, "graph": "g"},
        {"model": "gcn", "hidden_channels": 32, "graph": "g"},
    )
    assert compare_configs([sgc, gcn]) == ({"model": ["sgc", "gcn"]}, {"hidden_channels": 32})
    wide = gcn | {"hidden_channels": 256, "lr": 0.1}
    differs, _ = compare_configs([sgc, gcn, wide])
    assert differs == {
        "model": ["sgc", "gcn", "gcn"],
        "hidden_channels": [None, 32, 256],
        "lr": [None, None, 0.1],
    }
    assert compare_configs([{"model": ["?"], "heads": 2}, {"heads": 1}])[0] == {"model": [["?"], None], "heads": [2, 1]}


def test_row_14_two_to_ten_runs_are_compared(explorer, make_run):
    ids = [make_run(seed=seed, created_at=1e9 + seed) for seed in range(3)]
    assert explorer.comparisons.compare(ids).config == {"seed": [0, 1, 2]}
    for wrong in ([*ids, *"abcdefgh"], ids[:1], []):
        with pytest.raises(InvalidInputError, match=f"{len(wrong)} runs cannot be compared: name 2 to 10"):
            explorer.comparisons.compare(wrong)
    with pytest.raises(InvalidInputError, match="named twice"):
        explorer.comparisons.compare([ids[0], ids[0]])
    with pytest.raises(RunNotFoundError):
        explorer.comparisons.compare([ids[0], "nobody"])


def test_row_14_uncommitted_lines_are_told_apart_and_not_shown():
    shown = describe_environment({"git": {"commit": "c", "dirty": True, "diff": "secret\nlines", "diff_cut": False}})
    assert shown == {"git": {"commit": "c", "dirty": True, "diff": "2 lines, 996b87d9"}}
    assert describe_environment({"git": None}) == {"git": None}


def test_row_16_articles_that_changed_have_their_titles(explorer, two_runs):
    articles = explorer.comparisons.compare(two_runs).articles
    (fixed,), (broken,) = articles.fixed, articles.broken
    assert (fixed.title, fixed.label, fixed.first, fixed.second) == (
        "Index",
        "Databases",
        "Operating systems",
        "Databases",
    )
    assert (broken.title, articles.swapped, articles.num_articles, articles.mcnemar_p) == ("Process", [], 2, 1.0)


def test_row_15_two_runs_of_one_split_admit_that_nothing_can_be_told(explorer, two_runs):
    found = explorer.comparisons.compare(two_runs)
    assert (found.difference.basis, found.difference.told_apart, found.difference.mean) == ("articles", False, 0.0)
    first, second = two_runs
    assert found.sentence == (
        f"{second} and {first} cannot be told apart: +0.00 points (95 % interval -100.00 to +100.00, over the test "
        "articles of these two runs alone)."
    )
    assert found.advice == (
        "Whether the settings differ in general takes 5 splits on which both have finished (so far 1): benchmark both."
    )


@pytest.mark.parametrize(
    ("epochs", "most", "told"),
    [
        (21, 10_000, "21 of at most 10,000 epochs"),
        (1, 1, "1 of at most 1 epoch"),
        (1, 0, "1 epoch"),
        (7, 0, "7 epochs"),
    ],
)
def test_row_15_runs_that_were_cut_short_are_named(epochs, most, told, explorer, two_runs):
    runs = [explorer.runs.read(run_id) for run_id in two_runs]
    names = {run.id: run.id for run in runs}
    assert explorer.comparisons.compare(two_runs).cut_short == describe_cut_short(runs, names) == ""
    stopped = replace(runs[0], state="stopped", epochs=epochs, max_epochs=most)
    assert describe_cut_short([stopped, replace(runs[1], state="running")], names) == (
        f"{stopped.id} was stopped after {told}: its numbers are of a training that was cut short."
    )
    assert describe_cut_short([replace(stopped, epochs=0)], names) == ""


def test_row_15_runs_and_benchmarks_of_both_configs_count(explorer, benchmark_store, tiny_id, make_run):
    ids = make_run(wrong=()), make_run("mlp", wrong=(3, 7), created_at=2e9)
    digest = explorer.graphs.load(tiny_id).digest
    for preset, correct in (("gcn", (True, True)), ("mlp", (False, False))):
        config = explorer.configs.build(preset, {"epochs": 3}, graph=tiny_id)
        benchmark = benchmark_store.open(config.model_dump(), graph_digest=digest)
        for split in range(1, 5):
            benchmark_store.save_result(benchmark.id, make_result(split, correct=correct))
    found = explorer.comparisons.compare(ids)
    assert {**asdict(found.difference), "interval": None} == {
        "mean": -1.0,
        "interval": None,
        "told_apart": True,
        "basis": "splits and articles",
        "num_splits": 5,
        "t_p": 0.0,
        "wilcoxon_p": 2**-4,
        "effect_size": None,
    }
    assert f"{ids[1]} is worse than {ids[0]} by 100.00 points" in found.sentence
    assert "over 5 common splits and their test articles" in found.sentence


@pytest.mark.slow
@pytest.mark.parametrize("is_imported", [False, True])
def test_row_15_runs_without_predictions_are_compared_by_their_splits(explorer, storage, make_run, is_imported):
    wrong = [(3,), (3, 7), (3,), (3, 7), (3,), (3, 7)]
    first = [make_run(wrong=(), split=split % 2, seed=split) for split in range(6)]
    second = [make_run("mlp", wrong=wrong[at], split=at % 2, seed=at, created_at=2e9) for at in range(6)]
    for at, run_id in enumerate([*first, *second]):
        storage.delete(f"runs/{run_id}/{files.PREDICTIONS}")
        config = json.loads(storage.read(f"runs/{run_id}/{files.CONFIG}")) | {"split": at % 6}
        storage.write(f"runs/{run_id}/{files.CONFIG}", json.dumps(config).encode())
        if is_imported:
            storage.write(f"runs/{run_id}/{files.ENVIRONMENT}", b'{"imported": "tensorboard"}')
    found = explorer.comparisons.compare([first[0], second[0]])
    assert found.articles is None
    assert (found.difference.basis, found.difference.num_splits, found.difference.mean) == ("splits", 6, -0.75)


@pytest.mark.parametrize("state", ["pending", "crashed"])
def test_a_run_that_was_stopped_and_goes_on_is_not_compared_as_it_was_then(explorer, storage, two_runs, state):
    stored = json.loads(storage.read(f"runs/{two_runs[1]}/{files.STATE}"))
    storage.write(f"runs/{two_runs[1]}/{files.STATE}", json.dumps(stored | {"state": state}).encode())
    found = explorer.comparisons.compare(two_runs)
    assert (found.articles, found.difference, found.metrics["test_acc"]) == (None, None, [0.5, None])
    why = "has not ended." if state == "pending" else "has no predictions, and too few splits in common."
    assert found.sentence == f"Nothing can be told apart yet: {two_runs[1]} {why}"
    assert explorer.runs.read_details(two_runs[1]).report is None


def test_what_nothing_can_be_told_of_is_said(explorer, storage, two_runs):
    storage.delete(f"runs/{two_runs[1]}/{files.PREDICTIONS}")
    found = explorer.comparisons.compare(two_runs)
    assert (found.articles, found.difference) == (None, None)
    assert found.sentence == (
        f"Nothing can be told apart yet: {two_runs[1]} has no predictions, and too few splits in common."
    )
    storage.write(f"runs/{two_runs[1]}/{files.ENVIRONMENT}", b'{"graph_digest": "another"}')
    assert "different graphs" in explorer.comparisons.compare(two_runs).sentence


def test_row_14_the_command_compares(explorer, two_runs, monkeypatch, capsys):
    open_at_shell(monkeypatch, explorer)

    def run(*words):
        monkeypatch.setattr("sys.argv", ["wikics", "runs", "compare", *two_runs, *words])
        with contextlib.suppress(SystemExit):
            cli.main()
        return capsys.readouterr()

    told = json.loads(run("--json").out)
    assert told["config"] == {"lr": [0.01, 0.05]} and told["metrics"]["test_acc"] == [0.5, 0.5]
    assert {kind: len(told["articles"][kind]) for kind in ("fixed", "broken", "swapped")} == {
        "fixed": 1,
        "broken": 1,
        "swapped": 0,
    }
    assert (told["articles"]["mcnemar_p"], told["difference"]["mean"], told["difference"]["told_apart"]) == (
        1,
        0,
        False,
    )
    lines = run().out
    assert "cannot be told apart" in lines and "config lr" in lines and "1 fixed, 1 broken, 0 swapped" in lines
    assert "no run 'nobody'" in run("nobody").err


def test_row_14_the_interface_compares(explorer, two_runs):
    client = TestClient(build_api(lambda: explorer))
    told = client.get("/runs/compare", params={"run": two_runs}).json()
    assert told == json.loads(json.dumps(asdict(explorer.comparisons.compare(two_runs))))
    for wrong, status in ((two_runs[:1], 422), ([*two_runs, "nobody"], 404)):
        problem = client.get("/runs/compare", params={"run": wrong})
        assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")
