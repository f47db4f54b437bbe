"""What `best` is worth beside the tuned recipes, and what replicas save it, on a GPU.

`python -m tests.bench.gpu_accuracy FOLDER OUT --part P` reads cora-20.npz, amazon-photo-20.npz, amazon-computers-20.npz
and twin.npz of a folder, or makes the twin. accuracy: every result is a line of OUT/results.jsonl as soon as it is
there; OUT/summary.json is written anew after each task: means and, with intervals over splits and test articles,
paired differences; what has not begun after --seconds is left out, and counted. replicas, race: seconds of 20 splits
of `best`, without its race or with it, as replicas and one after the other. It needs no Streamlit and nothing of
Google's.
"""

import argparse
import json
import os
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from core.config.presets import load_preset
from core.config.train import build_config
from core.evaluation.paired import compare_over_splits
from core.graph.archive import GraphOrigin, build_graph, load_arrays
from core.graph.twin.build import build_twin_arrays
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.report import find_winner, read_report

CAPS = {"epochs": 300, "patience": 100}
SPLITS = {"cora-20": 20, "amazon-photo-20": 20, "amazon-computers-20": 5, "twin": 5}
TUNED = ("tuned-gcn", "tuned-sage", "tuned-gat")
PLAIN = ("mlp", "gcn", "appnp", "sage", "gat")
TIMED_SINGLES = 2  # runs one after the other, of which each takes as long as any


@cache
def load(folder, name):
    if name == "twin" and not (Path(folder) / "twin.npz").exists():
        arrays = build_twin_arrays()
    else:
        with (Path(folder) / f"{name}.npz").open("rb") as file:
            arrays = load_arrays(file, name)
    return build_graph(arrays, GraphOrigin(name, "archive", name, ""))


def train_alone(folder, graph_name, preset, caps, split):
    """One run by the product's own loop; (result, which test articles it names rightly)."""
    from core.training.fit import train_run

    graph = load(folder, graph_name)
    config = build_config({**load_preset(preset).values, **caps, "split": split, "device": DEVICE})
    began_at = time.perf_counter()
    with TemporaryDirectory() as place:
        train_run(RunFolder(Path(place)), config, graph)
        report = read_report(json.loads((Path(place) / files.REPORT).read_text()))
        with np.load(Path(place) / files.PREDICTIONS) as saved:
            pred = saved["logits"].argmax(axis=1)
    race = {racer.name: round(racer.held_acc, 5) for racer in report.race}
    result = {"split": split, "test": report.test_acc, "val": report.val_acc, "stopping": report.stopping_acc}
    result |= {"epochs": report.epochs, "seconds": report.seconds, "chosen": find_winner(report.race), "race": race}
    return [(result | {"wall": time.perf_counter() - began_at}, (pred == graph.y)[graph.test_mask])]


def train_together(folder, graph_name, preset, caps, splits):
    """The same of all splits as replicas."""
    from core.training.replicas.train import train_replicas

    graph = load(folder, graph_name)
    config = build_config({**load_preset(preset).values, **caps, "device": DEVICE})
    began_at = time.perf_counter()
    outcomes = train_replicas(config, graph, [(split, 0) for split in splits])
    wall = time.perf_counter() - began_at
    found = []
    for outcome in outcomes:
        right = outcome.logits.argmax(axis=1) == graph.y
        masks = {"val": graph.val_masks, "stopping": graph.stopping_masks}
        held = {name: float(right[mask[outcome.facts.split]].mean()) for name, mask in masks.items()}
        race = {racer.name: round(racer.held_acc, 5) for racer in outcome.facts.race}
        result = {"split": outcome.facts.split, "test": float(right[graph.test_mask].mean()), **held, "wall": wall}
        result |= {"epochs": outcome.facts.epochs, "seconds": outcome.facts.seconds, "race": race}
        found.append((result | {"chosen": find_winner(outcome.facts.race)}, right[graph.test_mask]))
    return found


def work(task, folder, device):
    """Run in a process of its own."""
    global DEVICE  # one a process
    DEVICE = device
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch

    torch.set_num_threads(1)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    try:
        train = train_together if task["together"] else train_alone
        return train(folder, task["graph"], task["preset"], task["caps"], task["splits"])
    except Exception:  # noqa: BLE001  # the others go on
        return traceback.format_exc()


DEVICE = "cuda"


def list_tasks(quick):
    """The longest first; `presets` are the recipes at their own settings, on the twin alone."""
    caps = {"epochs": 4, "patience": 4} if quick else CAPS
    own = caps if quick else {}
    tasks = []
    names = ["cora-20"] if quick else list(SPLITS)
    for graph in names:
        splits = range(2 if quick else SPLITS[graph])
        alike = {"graph": graph, "caps": caps, "part": "accuracy"}
        for preset in ("best", "tuned-gat"):
            tasks += [{**alike, "preset": preset, "splits": split, "together": False} for split in splits]
        tasks += [{**alike, "preset": preset, "splits": list(splits), "together": True} for preset in TUNED[:2]]
    alike = {"graph": names[-1], "caps": own, "part": "presets"}
    splits = list(range(2 if quick else 5))
    for preset in (*PLAIN[:4], *TUNED[:2]):
        tasks.append({**alike, "preset": preset, "splits": splits, "together": True})
    for preset in ("gat", "tuned-gat"):
        tasks += [{**alike, "preset": preset, "splits": split, "together": False} for split in splits]
    rank = {"best": 1, "tuned-gat": 2}
    return sorted(tasks, key=lambda task: (task["part"] != "accuracy", rank.get(task["preset"], 0)))


def summarise(kept):
    """kept: (part, graph, preset) -> {split: (result, right)}."""
    summary = {}
    for (part, graph, preset), found in kept.items():
        accs = [result["test"] for result, _ in found.values()]
        chosen = [result["chosen"] for result, _ in found.values()]
        summary[f"{part} {graph} {preset}"] = {
            "n": len(accs),
            "test": round(100 * float(np.mean(accs)), 2),
            "deviation": round(100 * float(np.std(accs, ddof=1)), 2) if len(accs) > 1 else None,
            "val": round(100 * float(np.mean([result["val"] for result, _ in found.values()])), 2),
            "seconds": round(float(np.mean([result["seconds"] for result, _ in found.values()])), 2),
            "epochs": round(float(np.mean([result["epochs"] for result, _ in found.values()])), 1),
            "chosen": {name: chosen.count(name) for name in sorted(set(chosen)) if name},
        }
    for (part, graph, preset), found in kept.items():
        if preset != "best":
            continue
        for other in TUNED:
            theirs = kept.get((part, graph, other), {})
            shared = sorted(set(found) & set(theirs))
            if len(shared) < 5:
                continue
            rows = np.stack([found[split][1].astype(float) - theirs[split][1] for split in shared])
            difference = compare_over_splits(rows)
            low, high = difference.interval
            summary[f"{graph}: best - {other}"] = {
                "n": len(shared),
                "points": round(100 * difference.mean, 2),
                "interval": [round(100 * low, 2), round(100 * high, 2)],
            }
    return summary


def time_replicas(part, folder, out, *, quick):
    """Seconds of 20 splits of `best` on amazon-computers-20 as replicas, and of a run alone; with a race or without."""
    options = {"race_epochs": 0} if part == "replicas" else {}
    name, splits = ("cora-20", 2) if quick else ("amazon-computers-20", 20)
    caps = {"epochs": 4, "patience": 4} if quick else {"epochs": 300, "patience": 300}
    told = {}
    alone = [
        result["wall"]
        for split in range(TIMED_SINGLES)
        for result, _ in train_alone(folder, name, "best", caps | options, split)
    ]
    told |= {"seconds of each alone": alone, "all alone": splits * alone[-1]}
    write(out / f"{part}.json", told)
    together = train_together(folder, name, "best", caps | options, list(range(splits)))
    told |= {"together": together[0][0]["wall"], "test": np.mean([result["test"] for result, _ in together])}
    told |= {"ratio": told["all alone"] / told["together"], "chosen": [result["chosen"] for result, _ in together]}
    write(out / f"{part}.json", told)
    print(part, told, flush=True)


def write(path, content):
    path.write_text(json.dumps(content, indent=1, default=float))


def main():
    global DEVICE  # one a process
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--jobs", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=400.0)
    parser.add_argument("--quick", action="store_true", help="a few epochs of little, to see that all of it runs")
    parser.add_argument("--part", choices=["replicas", "race", "accuracy"], default="accuracy")
    given = parser.parse_args()
    DEVICE, began_at = given.device, time.monotonic()
    if given.part == "accuracy":
        measure_accuracy(given, began_at)
    else:
        time_replicas(given.part, given.folder, given.out, quick=given.quick)


def measure_accuracy(given, began_at):
    """Every task of `list_tasks`, several at once."""
    kept, failed, left_out = {}, [], 0
    with (
        ProcessPoolExecutor(given.jobs, get_context("spawn")) as pool,
        (given.out / "results.jsonl").open("a") as lines,
    ):
        waiting = {pool.submit(work, task, given.folder, given.device): task for task in list_tasks(given.quick)}
        for done in as_completed(waiting):
            task = waiting[done]
            if done.cancelled():
                continue
            found = str(done.exception()) if done.exception() else done.result()
            if isinstance(found, str):
                failed.append(
                    {key: task[key] for key in ("graph", "preset", "splits", "part")} | {"error": found[-900:]}
                )
                found = []
            for result, right in found:
                key = task["part"], task["graph"], task["preset"]
                kept.setdefault(key, {})[result["split"]] = result, right
                lines.write(json.dumps({"part": key[0], "graph": key[1], "preset": key[2], **result}) + "\n")
            lines.flush()
            if time.monotonic() - began_at > given.seconds:
                left_out += sum(each.cancel() for each in waiting if not each.cancelled())
            summary = summarise(kept) | {"failed": failed, "left out": left_out, "at": time.monotonic() - began_at}
            write(given.out / "summary.json", summary)
    print(json.dumps(summary, indent=1), flush=True)


if __name__ == "__main__":
    main()
