"""Optuna takes half a second to import: these are in the slow tier."""

import math
import random
import statistics

import pytest

from core.config.sweep.read import read_sweep
from core.config.sweep.space import Space
from core.config.sweep.spec import Range
from core.config.train import TrainConfig, build_config
from core.errors import ConfigError
from tests.unit.test_sweep_file import FILES

pytestmark = pytest.mark.slow

SURFACE = """
method: {method}
metric: {{name: val_loss, goal: minimize}}
parameters:
  dropout: {{min: 0.0, max: 0.99}}
  alpha: {{min: 0.0, max: 1.0}}
"""

# Three to minimise over a square: a bowl, a bent valley, a bowl with ripples.
SURFACES = {
    "bowl": lambda x, y: (x - 0.3) ** 2 + (y - 0.7) ** 2,
    "valley": lambda x, y: (1 - 4 * x + 1) ** 2 + 100 * (4 * y - 1 - (4 * x - 1) ** 2) ** 2,
    "ripples": lambda x, y: (x - 0.6) ** 2 + (y - 0.2) ** 2 + 0.02 * (2 - math.cos(12 * (x - 0.6)) - math.cos(12 * y)),
}


def accepts(chosen):
    try:
        build_config(TrainConfig().model_dump() | chosen)
    except ConfigError:
        return False
    return True


def space_of(spec, ranges=None):
    return Space(spec, lambda _chosen: TrainConfig().model_dump(), accepts, ranges or {})


def find_best(folder, method, surface, seed, num_trials=30):
    from core.training.sweep.study import SweepStudy

    spec = read_sweep(SURFACE.format(method=method))
    study = SweepStudy(folder, spec, seed=seed, epochs=10)
    values = []
    for _ in range(num_trials):
        trial = study.propose(space_of(spec))
        values.append(surface(trial.params["dropout"], trial.params["alpha"]))
        study.finish(trial.number, values[-1])
    return min(values)


def compare(tmp_path, name, num_seeds):
    """The medians of what random draws and bayes reach in 30 trials."""
    medians = []
    for method in ("random", "bayes"):
        folders = [tmp_path / f"{name}-{method}-{seed}" for seed in range(num_seeds)]
        for folder in folders:
            folder.mkdir()
        best = [find_best(folder, method, SURFACES[name], seed) for seed, folder in enumerate(folders)]
        medians.append(statistics.median(best))
    return medians


def test_row_35_bayes_beats_random_draws(tmp_path):
    """One surface and five seeds; `tests/bench/sweep_surfaces.py` has three and twenty."""
    drawn, chosen = compare(tmp_path, "bowl", 5)
    assert chosen < drawn


def test_row_35_a_study_goes_on_after_a_kill_as_if_there_had_been_none(tmp_path):
    from core.training.sweep.study import JOURNAL, SweepStudy

    spec = read_sweep(SURFACE.format(method="bayes"))
    drawn = []
    for name in ("whole", "killed"):
        folder = tmp_path / name
        folder.mkdir()
        study, params = SweepStudy(folder, spec, seed=3, epochs=10), []
        for place in range(12):
            if name == "killed":
                with (folder / JOURNAL).open("ab") as journal:
                    journal.write(b'{"op_code": 4, "trial')  # a line that was not written to its end
                study = SweepStudy(folder, spec, seed=3, epochs=10)
            trial = study.propose(space_of(spec))
            params.append(trial.params)
            study.finish(trial.number, SURFACES["bowl"](trial.params["dropout"], trial.params["alpha"]))
            assert study.count() == place + 1
        drawn.append(params)
    assert drawn[0] == drawn[1]


def test_row_36_thresholds_and_stops_are_those_of_wandb():
    from core.training.sweep.pruner import find_thresholds, is_stopped

    losses = [[10, 9], [10, 10], [10, 8, 8], [10, 7, 7], [10, 6, 6]]
    thresholds = find_thresholds(losses, (1, 2), 2)
    assert thresholds == [8, 7]
    assert [is_stopped(history, thresholds, (1, 2)) for history in losses] == [True, True, True, False, False]
    assert find_thresholds(losses, (1, 2, 9), 3) == [7, 7, math.inf]
    assert not is_stopped([3.0], thresholds, (1, 2))


@pytest.mark.parametrize("kind", ["hyperband", "successive_halving", "hyperband_brackets"])
def test_row_36_each_kind_of_stopping_stops_what_is_worst(tmp_path, kind):
    from core.training.sweep.study import SweepStudy

    text = SURFACE.format(method="random") + f"early_terminate: {{type: {kind}, min_iter: 2, eta: 2}}\n"
    spec = read_sweep(text)
    study, stopped = SweepStudy(tmp_path, spec, seed=0, epochs=16), {}
    for place in range(16):
        trial = study.propose(space_of(spec))
        level = (place * 7) % 16
        stopped[level] = any(study.report(trial.number, {epoch: level + 1 / epoch}) for epoch in range(1, 17))
        (study.prune if stopped[level] else lambda number, value=level: study.finish(number, value))(trial.number)
    assert sum(stopped.values()) >= 4
    assert not stopped[0]
    assert max(level for level in stopped if stopped[level]) >= 14


def test_row_38_of_ten_thousand_draws_none_is_of_an_impossible_config():
    spec = read_sweep(next(path for path in FILES if path.name.startswith("30")).read_text())
    chance, found = random.Random(0), 0
    space = space_of(spec)
    for _ in range(10_000):
        chosen = space.find(lambda parameter: parameter.distribution.draw(chance.random()))
        if chosen is not None:
            found += 1
            assert chosen["hidden_channels"] * chosen["num_layers"] <= 1024
            assert chosen["hidden_channels"] % chosen["heads"] == 0
            assert not (chosen["num_layers"] == 1 and chosen["heads"] > 4)
    assert found > 1_000


def test_row_37_narrowed_ranges_bound_what_is_proposed(tmp_path):
    from core.training.sweep.study import SweepStudy

    spec = read_sweep(next(path for path in FILES if path.name.startswith("22")).read_text())
    study = SweepStudy(tmp_path, spec, seed=1, epochs=10)
    narrowed = {"lr": Range("lr", low=0.01), "hidden_channels": Range("hidden_channels", values=(64, 256))}
    drawn = []
    for ranges in ({}, narrowed):
        for _ in range(10):
            trial = study.propose(space_of(spec, ranges))
            study.finish(trial.number, trial.params["lr"])
            drawn.append(trial.params)
    assert all(params["lr"] >= 0.01 and params["hidden_channels"] != 128 for params in drawn[10:])
    assert min(params["lr"] for params in drawn[:10]) < 0.01
