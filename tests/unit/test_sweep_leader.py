"""Optuna takes half a second to import: these are in the slow tier."""

import math
from collections import Counter

import pytest

from core.app.sweep_leader import SweepLeader
from core.app.sweeps import TrialPlace
from core.config.sweep.spec import Range
from core.errors import ConfigError, ConflictError, InvalidInputError, PresetNotFoundError, SweepNotFoundError
from core.runs import files
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from tests.sweep_rig import RuledBackend, lead, with_backend

pytestmark = pytest.mark.slow

TEXT = """
method: random
name: rates
metric: {name: val_acc, goal: maximize}
run_cap: 6
parameters:
  lr: {distribution: log_uniform_values, min: 0.001, max: 1}
  epochs: {value: 10}
"""


EVERY = 7


class Killed(BaseException):
    """What a SIGKILL is to the code that it comes to."""


def rule(config, epoch):
    """Best at lr 0.01; learns with every epoch."""
    return max(0.0, 0.9 - abs(math.log10(config["lr"]) + 2) / 10) * epoch / config["epochs"]


@pytest.fixture
def rig(make_explorer, tmp_path):
    backend = RuledBackend(tmp_path / "home", rule)
    return with_backend(make_explorer(backend=backend), launched=[]), backend


def trials_of(explorer, sweep_id):
    return explorer.sweeps.read_details(sweep_id).trials


def test_row_35_a_sweep_trains_each_trial_as_a_run_of_the_queue(rig):
    explorer, backend = rig
    begun = explorer.sweeps.submit(TEXT)
    details = lead(explorer, backend, begun.id)
    assert (details.state, details.message, details.counts) == ("finished", "all 6 trials are done", {"finished": 6})
    runs = {record.id: record for record in explorer.runs.list()}
    assert {trial.run for trial in details.trials} == set(runs)
    assert {(runs[trial.run].sweep, runs[trial.run].trial) for trial in details.trials} == {
        (begun.id, number) for number in range(6)
    }
    best = max(details.trials, key=lambda trial: trial.value)
    assert (details.best.run, details.best.value) == (best.run, best.value)
    assert details.best.config["lr"] == best.params["lr"]
    assert len(runs) == len(backend.begun) == 6


def test_row_35_a_grid_is_gone_over_exactly_once(rig):
    explorer, backend = rig
    text = "method: grid\nparameters:\n  num_layers: {min: 1, max: 3}\n  dropout: {values: [0.1, 0.5]}\n"
    details = lead(explorer, backend, explorer.sweeps.submit(text, overrides={"epochs": 2}).id)
    points = [(trial.params["num_layers"], trial.params["dropout"]) for trial in details.trials]
    assert points == [(layers, dropout) for layers in (1, 2, 3) for dropout in (0.1, 0.5)]
    assert details.message == "every point of the grid is done"


def test_row_36_bad_runs_are_stopped_early_and_what_they_reached_is_known(rig):
    explorer, backend = rig
    text = TEXT.replace("run_cap: 6", "run_cap: 24\nearly_terminate: {type: hyperband, min_iter: 2, eta: 2}")
    details = lead(explorer, backend, explorer.sweeps.submit(text).id, epochs=1)
    counts = Counter(trial.state for trial in details.trials)
    records = {record.id: record for record in explorer.runs.list()}
    epochs = sum(records[trial.run].epochs for trial in details.trials)
    assert counts["pruned"] > 2
    assert counts["pruned"] + counts["finished"] == 24
    assert all(records[trial.run].state == "stopped" for trial in details.trials if trial.state == "pruned")
    assert (
        epochs < 24 * 10 * 0.9
    )  # Optuna draws each trial's bracket by the sweep's name: about 0.72, at most 0.06 from it


def test_row_37_paused_gone_on_with_stopped_twice_and_again(rig):
    explorer, backend = rig
    sweep_id = explorer.sweeps.submit(TEXT).id
    leader = SweepLeader(explorer, sweep_id)
    explorer.sweeps.store.write_state(sweep_id, "running")
    assert leader.tick()
    for _ in range(2):
        explorer.sweeps.pause(sweep_id)
    backend.step(10)
    assert not leader.tick()
    assert explorer.sweeps.read(sweep_id).state == "paused"
    assert explorer.sweeps.pause(sweep_id).counts == {"finished": 2}

    for _ in range(2):
        explorer.sweeps.resume(sweep_id)
    leader = SweepLeader(explorer, sweep_id)
    assert leader.tick()
    backend.step(4)
    for _ in range(2):
        explorer.sweeps.stop(sweep_id)
    while leader.tick():
        pass
    assert explorer.sweeps.stop(sweep_id).state == "stopped"
    halted = [trial for trial in trials_of(explorer, sweep_id) if trial.halted]
    assert [explorer.runs.read(trial.run).state for trial in halted] == ["stopped", "stopped"]

    explorer.sweeps.resume(sweep_id)
    details = lead(explorer, backend, sweep_id)
    assert details.counts == {"finished": 6}
    assert len({trial.run for trial in details.trials}) == 6
    assert explorer.sweeps.resume(sweep_id).state == "finished"


def test_row_37_a_range_narrows_and_earlier_trials_stay(rig):
    explorer, backend = rig
    sweep_id = explorer.sweeps.submit(TEXT.replace("random", "bayes").replace("run_cap: 6", "run_cap: 16")).id
    leader = SweepLeader(explorer, sweep_id)
    while len(trials_of(explorer, sweep_id)) < 10:
        leader.tick()
        backend.step(10)
    earlier = trials_of(explorer, sweep_id)
    explorer.sweeps.narrow(sweep_id, Range("lr", low=0.005, high=0.02))
    details = lead(explorer, backend, sweep_id)
    later = [trial.params["lr"] for trial in details.trials[len(earlier) :]]
    assert [trial.params for trial in details.trials[: len(earlier)]] == [trial.params for trial in earlier]
    assert all(0.005 <= lr <= 0.02 for lr in later)
    assert len(later) == 6
    with pytest.raises(ConfigError, match=r"lr cannot be drawn from 2\.0 to None"):
        explorer.sweeps.narrow(sweep_id, Range("lr", low=2.0))


def test_c06_killed_anywhere_no_trial_is_lost_or_run_twice(rig, monkeypatch):
    """At every seventh of the moments before and after something is written; `EVERY = 1` takes them all."""
    explorer, backend = rig
    text = TEXT.replace("run_cap: 6", "run_cap: 3")
    left, kills = 0, 0

    def deadly(owner, name):
        real = getattr(owner, name)

        def call(*arguments, **named):
            nonlocal left
            result = None
            for is_after in (False, True):
                left -= 1
                if left == 0:
                    raise Killed
                result = result if is_after else real(*arguments, **named)
            return result

        monkeypatch.setattr(owner, name, call)

    from core.training.sweep.study import SweepStudy

    for owner, name in (
        (SweepStore, "write_trial"),
        (SweepStudy, "_add"),
        (SweepStudy, "finish"),
        (RunStore, "create"),
        (RuledBackend, "submit"),
    ):
        deadly(owner, name)
    for at in range(1, 60, EVERY):
        sweep_id, left = explorer.sweeps.submit(text).id, at
        try:
            lead(explorer, backend, sweep_id)
            break
        except Killed:
            kills += 1
        left = 0
        details = lead(explorer, backend, sweep_id)
        own = [record for record in explorer.runs.list() if record.sweep == sweep_id]
        assert details.counts == {"finished": 3}, (at, details.trials)
        assert sorted(record.trial for record in own) == [0, 1, 2], at
        assert {trial.run for trial in details.trials} == {record.id for record in own}
        assert max(Counter(backend.begun).values()) == 1
    assert kills * EVERY > 30


def test_c06_a_crashed_run_goes_on_as_the_same_trial(rig):
    explorer, backend = rig
    sweep_id = explorer.sweeps.submit(TEXT).id
    leader = SweepLeader(explorer, sweep_id)
    explorer.sweeps.store.write_state(sweep_id, "running")
    leader.tick()
    first = trials_of(explorer, sweep_id)[0]
    backend.step(2)
    backend.crash(files.RUNS + first.run)
    leader.tick()
    again = trials_of(explorer, sweep_id)[0]
    assert (again.run, again.state, again.attempts) == (first.run, "running", 2)
    for _ in range(2):
        backend.crash(files.RUNS + first.run)
        leader.tick()
    failed = trials_of(explorer, sweep_id)[0]
    assert (failed.state, failed.message[:27]) == ("failed", "its run crashed 3 times: th")


def test_row_42_trials_train_where_the_sweep_says_and_so_many_at_once(make_explorer, tmp_path):
    ray = RuledBackend(tmp_path / "home", rule, max_jobs=8)
    explorer = with_backend(make_explorer(), launched=[])
    explorer.runs._backend._opened["ray"] = ray
    with pytest.raises(InvalidInputError, match="'nowhere'"):
        explorer.sweeps.submit(TEXT, place=TrialPlace("nowhere"))
    begun = explorer.sweeps.submit(TEXT, place=TrialPlace("ray", 3))
    assert (begun.backend, begun.workers) == ("ray", 3)
    leader = SweepLeader(explorer, begun.id)
    explorer.sweeps.store.write_state(begun.id, "running")
    leader.tick()
    assert len(ray.running) == 3
    killed = ray.begun[0]
    ray.crash(killed)
    ray.running[killed] = 0  # another worker goes on
    leader.tick()
    assert [trial.attempts for trial in trials_of(explorer, begun.id)] == [1, 1, 1]
    ray.submit(killed)
    assert lead(explorer, ray, begun.id).counts == {"finished": 6}
    assert {record.backend for record in explorer.runs.list()} == {"ray"}


def test_c06_a_sweep_whose_process_is_gone_is_gone_on_with(rig):
    explorer, _ = rig
    launched = []
    explorer = with_backend(explorer, launched)
    sweep_id = explorer.sweeps.submit(TEXT).id
    explorer.sweeps.store.write_state(sweep_id, "running")
    assert explorer.sweeps.read(sweep_id).state == "crashed"
    explorer.sweeps.recover()
    with explorer.sweeps.store.hold(sweep_id, timeout_seconds=1):
        assert explorer.sweeps.read(sweep_id).state == "running"
        explorer.sweeps.recover()
        with pytest.raises(ConflictError, match="stop it before"):
            explorer.sweeps.delete(sweep_id)
    assert launched == [sweep_id, sweep_id]


def test_row_41_the_best_are_benchmarked_on_every_split(rig, monkeypatch):
    explorer, backend = rig
    sweep_id = explorer.sweeps.submit(TEXT).id
    with pytest.raises(ConflictError, match="no trial of sweep"):
        explorer.sweeps.confirm(sweep_id)
    lead(explorer, backend, sweep_id)
    asked = []
    monkeypatch.setattr(explorer.benchmarks, "submit", lambda config, pairs: asked.append((config.lr, pairs)) or "id")
    explorer.sweeps.confirm(sweep_id)
    best = [trial.params["lr"] for trial in explorer.sweeps.rank(sweep_id)[:3]]
    assert asked == [(lr, [(0, 0), (1, 0)]) for lr in best]


def test_row_38_conditions_decide_what_is_drawn(rig):
    explorer, backend = rig
    text = """
method: bayes
metric: {name: val_acc, goal: maximize}
run_cap: 14
parameters:
  preset: {values: [gcn, gat]}
  heads: {values: [1, 2, 3, 8], when: model == 'gat'}
  hidden_channels: {min: 8, max: 64}
constraints: [hidden_channels * num_layers <= 100]
"""
    details = lead(explorer, backend, explorer.sweeps.submit(text, overrides={"epochs": 2}).id)
    assert details.counts == {"finished": 14}
    for trial in details.trials:
        assert ("heads" in trial.params) == (trial.params["preset"] == "gat")
        assert trial.params["hidden_channels"] <= 50
        assert "heads" not in trial.params or trial.params["hidden_channels"] % trial.params["heads"] == 0


def test_a_sweep_of_which_nothing_may_be_tried_does_not_begin(rig):
    explorer, _ = rig
    with pytest.raises(ConfigError, match="none of 500 configs drawn may be tried"):
        explorer.sweeps.submit(TEXT + "constraints: [lr > 2]")
    with pytest.raises(PresetNotFoundError, match="no preset is called"):
        explorer.sweeps.submit(TEXT, preset="nothing")
    with pytest.raises(ConfigError, match="line 9: no preset is called 'nothing'"):
        explorer.sweeps.submit(TEXT + "  preset: {values: [gcn, nothing]}")
    with pytest.raises(SweepNotFoundError, match="none yet"):
        explorer.sweeps.read("latest")
