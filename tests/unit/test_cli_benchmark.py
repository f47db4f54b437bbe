"""`wikics benchmark`: what it answers, what it keeps, and how it goes on."""

import json
from types import SimpleNamespace

import pytest

from core.cli.benchmark import parse_splits
from core.errors import TrainingError
from tests.rigs import InlineBackend


@pytest.fixture
def explorer(make_explorer, tmp_path):
    """Its jobs are executed in this process."""
    return make_explorer(backend=InlineBackend(tmp_path / "home"))


SMALL = ("--set", "hidden_channels=4", "--set", "epochs=2", "--set", "device=cpu")


@pytest.fixture
def trained(monkeypatch):
    """What the benchmark trains: (preset, split, seed) in order. The training itself is real."""
    from core.training import benchmark

    seen = []
    real = benchmark.train_run

    def train(folder, config, graph, **other):
        seen.append((config.preset, config.split, config.seed))
        return real(folder, config, graph, **other)

    monkeypatch.setattr(benchmark, "train_run", train)
    return seen


def test_benchmark_answers_by_the_contract_and_trains_nothing_twice(wikics, tiny_id, trained):
    command = ("benchmark", "--graph", tiny_id, "--preset", "sgc", *SMALL)
    code, out, _ = wikics(*command, "--splits", "1", "--json")
    assert (code, trained) == (0, [("sgc", 1, 0)])
    code, out, _ = wikics(*command, "--seeds", "2", "--json")
    answer = json.loads(out)
    assert (code, trained) == (0, [("sgc", 1, 0), ("sgc", 0, 0), ("sgc", 0, 1), ("sgc", 1, 1)])
    assert [(run["split"], run["seed"]) for run in answer["runs"]] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    scores = [run["test_acc"] for run in answer["runs"]]
    assert answer["mean"] == pytest.approx(sum(scores) / 4)
    assert answer["interval"][0] <= answer["mean"] <= answer["interval"][1]
    assert (answer["preset"], answer["graph"], answer["difference"]) == ("sgc", tiny_id, None)
    keys = {"std", "interval_over_splits", "seconds_per_epoch", "seconds", "peak_memory_mb", "device", "commit"}
    assert keys | {"graph_digest"} <= set(answer) and "correct_bits" not in answer["runs"][0]
    code, out, _ = wikics(*command, "--splits", "0")
    assert code == 0 and len(trained) == 4 and "1 × 1" in out


def test_benchmark_against_a_preset_measures_both_alike_and_against_a_benchmark_none(wikics, tiny_id, trained):
    command = ("benchmark", "--graph", tiny_id, "--preset", "sgc", *SMALL, "--splits", "0-1")
    code, out, _ = wikics(*command, "--against", "mlp", "--json")
    difference = json.loads(out)["difference"]
    assert (code, trained) == (0, [("sgc", 0, 0), ("sgc", 1, 0), ("mlp", 0, 0), ("mlp", 1, 0)])
    assert (difference["pairs"], difference["first"]) == (2, json.loads(out)["id"])
    code, again, _ = wikics(*command, "--against", difference["second"])
    assert code == 0 and len(trained) == 4
    assert " ".join(difference["sentence"].split()) in " ".join(again.split())


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(wikics, explorer, tiny_id, trained, monkeypatch):
    command = ("benchmark", "--graph", tiny_id, "--preset", "sgc", *SMALL)
    wikics(*command, "--splits", "0")
    real, pressed = explorer.benchmarks.read_job, []

    def press_once(*arguments):
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(InlineBackend, "submit", lambda *_: None)  # waits for its turn
        patch.setattr(explorer.benchmarks, "read_job", press_once)
        code, out, err = wikics(*command, "--json")
    assert (code, out) == (130, "")
    assert "1 of 2 runs of sgc are kept" in err and "wikics benchmark --graph" in err
    code, out, _ = wikics(*command, "--json")
    assert (code, len(json.loads(out)["runs"])) == (0, 2)
    assert trained == [("sgc", 0, 0), ("sgc", 1, 0)]


def test_a_failed_benchmark_says_why(wikics, tiny_id, trained, monkeypatch):
    from core.training import benchmark

    def fail(*_, **__):
        raise TrainingError("the loss is no number")

    monkeypatch.setattr(benchmark, "train_run", fail)
    code, out, err = wikics("benchmark", "--graph", tiny_id, "--preset", "sgc", *SMALL, "--json")
    assert (code, out) == (1, "")
    assert "sgc: the loss is no number (0 of 2 runs are kept)" in err


@pytest.mark.parametrize(
    ("text", "splits"), [("0-19", [*range(20)]), ("0,3,5", [0, 3, 5]), ("4", [4]), (" 7-8 ,1,8", [1, 7, 8])]
)
def test_splits_are_parsed(text, splits):
    assert parse_splits(text, SimpleNamespace(check_split=lambda split: split)) == splits
