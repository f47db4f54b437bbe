"""Names of the files in a run's folder, and of the folders of runs, models and reports; nobody else knows them."""

import hashlib
from typing import Final

RUNS: Final = "runs/"
MODELS: Final = "models/"  # of each graph what was made candidate, promoted and taken back
STEPS: Final = f"{MODELS}*/*.json"
REPORTS: Final = "reports/"  # what people wrote about runs

CONFIG: Final = "config.json"
ENVIRONMENT: Final = "environment.json"
METRICS: Final = "metrics.csv"
SNAPSHOTS: Final = "snapshots.npz"
HISTOGRAMS: Final = "histograms.jsonl"
LAST_CHECKPOINT: Final = "last.ckpt"
PREVIOUS_CHECKPOINT: Final = "previous.ckpt"
FORK_CHECKPOINT: Final = "fork.ckpt"  # of the run that it was forked from
BEST_WEIGHTS: Final = "best.pt"
PREDICTIONS: Final = "predictions.npz"
REPORT: Final = "report.json"
RACE: Final = "race.json"
RACE_FOLDER: Final = "race"  # of those that run in it, while they do
LOG: Final = "log.txt"
STATE: Final = "state.json"
CHANGING: Final = "*a*.json"  # state.json and label.json alone, by which is told whether a known run has changed
RECORD: Final = "record.json"
ALL: Final = f"{RUNS}*/*"
CHANGED: Final = f"{RUNS}*/{CHANGING}"  # of those that are known
SHARED: Final = "cache/runs.json"  # what a listing found of ended runs, for other machines
LABEL: Final = "label.json"
SINK_TENSORBOARD: Final = "tensorboard"  # folders of sinks
SINK_WANDB: Final = "wandb"
STOP: Final = "stop"
PROFILE_REQUEST: Final = "profile"
PROFILE: Final = "profile.json"
BENCHMARK: Final = "benchmark.json"
WANTED: Final = "wanted.json"


def name_memory(location: str) -> str:
    """Where this machine keeps what a listing found in the storage at a location."""
    return f"cache/runs-{hashlib.sha256(location.encode()).hexdigest()[:16]}.json"
