"""A home with a sweep whose trials no computer trained: no page cares how they came about."""

import math
import random

from core.app.explorer import open_explorer
from core.runs.sweeps import Trial
from core.settings import build_settings
from tests.sweep_rig import with_backend

TEXT = """\
program: train.py
method: bayes
name: rates and widths
metric: {name: val_acc, goal: maximize}
run_cap: 40
early_terminate: {type: hyperband, min_iter: 10}
parameters:
  preset: {values: [gcn, gat, sage]}
  lr: {distribution: log_uniform_values, min: 0.001, max: 0.1}
  dropout: {min: 0.1, max: 0.8}
  hidden_channels: {distribution: q_log_uniform_values, min: 16, max: 256, q: 8}
  heads: {values: [1, 2, 4, 8], when: model == 'gat'}
"""


def add_sweep(home, graph_id, *, count=30, state="paused", run=""):
    """A sweep of so many trials; returns its id. run: of the best trial."""
    chance, number_of = random.Random(0), {}
    explorer = with_backend(open_explorer(build_settings(home=home.folder)), [])
    sweep_id = explorer.sweeps.submit(TEXT, graph=graph_id).id
    spec = explorer.sweeps.read_file(TEXT)
    trials = []
    for number in range(count):
        params = {one.name: one.distribution.draw(chance.random()) for one in spec.parameters}
        if params["preset"] != "gat":
            del params["heads"]
        value = 0.78 - 0.06 * (math.log10(params["lr"]) + 2) ** 2 - 0.1 * (params["dropout"] - 0.4) ** 2
        value += {"gcn": 0.0, "gat": 0.01, "sage": -0.02}[params["preset"]] + chance.gauss(0, 0.005)
        word = "pruned" if value < 0.73 else "finished"
        number_of[number] = value
        trials.append(Trial(number, params, word, f"run-{number}", value, created_at=number, ended_at=number + 1.0))
    best = max((trial for trial in trials if trial.state == "finished"), key=lambda trial: trial.value, default=None)
    for trial in trials:
        named = run if best is not None and trial.number == best.number and run else trial.run
        explorer.sweeps.store.write_trial(sweep_id, Trial(**{**vars(trial), "run": named}))
    explorer.sweeps.store.write_state(sweep_id, state)
    return sweep_id
