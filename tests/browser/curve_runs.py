"""Runs that ended, made without training: as many as a page of curves must bear, with the oddities that curves have."""

import math

import numpy as np

from core.config.presets import load_preset
from core.config.train import build_config
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.state import RunState
from core.runs.store import RunStore
from core.storage.documents import dump_json
from core.storage.local import LocalStorage

PRESETS = ("gcn", "appnp", "mlp")
NEWEST_AT = 1_795_444_000.0  # Unix seconds


def add_runs(home, graph_id, count, *, epochs=300, presets=PRESETS, odd=False):
    """Finished runs, each preset on every split in turn; their ids, oldest first.

    odd: the first has a spike, a nan, an infinite value and a loss below 0.
    """
    store = RunStore(LocalStorage(home))
    digest = "0" * 64
    ids = []
    for number in range(count):
        preset = presets[number % len(presets)]
        split, seed = number // len(presets) % 20, number // len(presets) // 20
        values = {**load_preset(preset).values, "graph": graph_id, "split": split, "seed": seed, "epochs": epochs}
        run_id = store.create(
            build_config(values).model_dump(), {"graph": graph_id, "graph_digest": digest, "device": "CPU"}
        )
        folder = RunFolder(home / "runs" / run_id)
        created_at = NEWEST_AT - 600.0 * (count - number)
        rows = build_rows(number, presets.index(preset), epochs, created_at)
        if odd and number == 0:
            _make_odd(rows)
        (folder / files.METRICS).write_text(format_rows(rows))
        best = max(range(epochs), key=lambda at, rows=rows: rows["stopping_acc"][at])
        report = {"epochs": epochs, "best_epoch": best + 1, "seconds_per_epoch": 0.1}
        report |= {name: rows[name][best] for name in ("stopping_acc", "val_acc")}
        (folder / files.REPORT).write_bytes(dump_json(report | {"test_acc": rows["val_acc"][best] - 0.01}))
        ended = RunState("finished", epoch=epochs, created_at=created_at, started_at=created_at)
        folder.write_state(RunState(**{**vars(ended), "ended_at": created_at + epochs * 0.1}))
        ids.append(run_id)
    return ids


def build_rows(number, rank, epochs, begun_at):
    """Columns of a run that learns: presets differ, runs of one differ a little."""
    rng = np.random.default_rng(number)
    epoch = np.arange(1, epochs + 1)
    learnt = 1 - np.exp(-epoch / (12 + 6 * rank + rng.uniform(0, 3)))
    noise = rng.normal(0, 0.006, (4, epochs))
    limit = 0.79 - 0.03 * rank + rng.normal(0, 0.006)
    rows = {"epoch": epoch, "step": epoch}
    for part, (name, more) in enumerate((("train", 0.08), ("stopping", 0.01), ("val", 0.0))):
        rows[f"{name}_acc"] = np.clip((limit + more) * learnt + noise[part], 0, 1)
        rows[f"{name}_loss"] = np.abs(2.2 * (1 - learnt) + 0.9 - more * 5 + 2 * noise[part]) + 0.01
    rows["lr"] = 0.01 * 0.5 ** (epoch // 100)
    rows["epoch_seconds"] = 0.1 + np.abs(noise[3])
    rows["elapsed_seconds"] = np.cumsum(rows["epoch_seconds"])
    rows["logged_at"] = begun_at + rows["elapsed_seconds"]
    rows["grad_norm"] = np.exp(rng.normal(0, 0.5, epochs)) * (2 - learnt)
    rows["memory_bytes"] = 3e8 + 1e6 * np.sqrt(epoch)
    return {name: values.tolist() for name, values in rows.items()}


def _make_odd(rows):
    rows["val_loss"][40] = 9.0
    rows["val_loss"][60], rows["val_loss"][61] = math.nan, math.inf
    rows["val_loss"][80] = -0.5


def format_rows(rows):
    """`metrics.csv` of these columns."""
    names = list(rows)
    exact = {"logged_at": ".3f", "memory_bytes": ".0f"}
    cells = ([format(value, exact.get(name, ".6g")) for value in rows[name]] for name in names)
    return "".join(f"{','.join(row)}\n" for row in [names, *zip(*cells, strict=True)])
