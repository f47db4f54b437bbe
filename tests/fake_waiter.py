"""A run's process whose training only sleeps and counts; run as a script with the waiter's own arguments."""

import sys
import time
from pathlib import Path

from core.backends.local.waiter import main
from core.errors import TrainingError
from core.runs import files
from core.runs.metrics import MetricsWriter
from core.storage.local import write_atomically


def prepare(folder, storage):
    config = folder.read_json(files.CONFIG)
    time.sleep(config.get("loading_seconds", 0))
    return lambda note: train(folder, config, note)


def train(folder, config, note):
    if "turns" not in config:
        return train_one(folder, config, note)
    for epoch in range(1, config["epochs"] + 1):
        time.sleep(config["epoch_seconds"])
        note(epoch)
    folder.write_json(files.CONFIG, config | {"turns": config["turns"] - 1})
    return "pending" if config["turns"] > 1 else "finished"


def train_one(folder, config, on_epoch):
    checkpoint = folder / files.LAST_CHECKPOINT
    done = int(checkpoint.read_text()) if checkpoint.exists() else 0
    metrics = MetricsWriter(folder / files.METRICS, keep_epochs=done)
    print("training begins after epoch", done)
    for epoch in range(done + 1, config["epochs"] + 1):
        if folder.stop_requested:
            return "stopped"
        time.sleep(config["epoch_seconds"])
        if epoch == 2 and "held_at" in config:
            hold(Path(config["held_at"]))
        if config.get("fails_at") == epoch:
            raise {"sentence": TrainingError("the loss is not a number"), "bug": KeyError("weights")}[config["fails"]]
        metrics.append(
            {"epoch": epoch, "stopping_acc": epoch / 100, "elapsed_seconds": epoch * config["epoch_seconds"]}
        )
        write_atomically(checkpoint, str(epoch).encode())  # as the real one: a kill may come at any moment
        on_epoch(epoch)
    return "finished"


def hold(at):
    """An epoch that lasts until the test, for which this file is made, has deleted it; 10 s at most."""
    at.touch()
    until = time.monotonic() + 10
    while at.exists() and time.monotonic() < until:
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main(prepare=prepare))
