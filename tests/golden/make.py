"""Makes a folder of golden artefacts: `python -m tests.golden.make CHECKOUT` with a checkout of the commit to keep.

`fd61c5a/` was made so from commit fd61c5a on 26 November 2026, on a CPU, with Python 3.11.7, torch 2.13.0,
torch-geometric 2.8.1, lightning 2.6.6, numpy 2.4.6, scipy 1.17.1, pydantic 2.14.3 and streamlit 1.67.0.
What has been made is never made again: it says what was true then. A later version gets a folder of its own beside.

All goes through the command line and HTTP of the checkout, in processes. Paths of this machine and its name are
replaced before anything is recorded, as are files that nothing reads any more: locks, and checkpoints of finished runs.
"""

import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.golden.ask import FOLDER, ask, lay_out, run_python
from tests.golden.questions import list_commands, list_requests, list_views
from tests.golden.resumes import THREADS, describe_machine, resume, wait_for_end

USER = "/home/user"
NUM_ARTICLES, NUM_FEATURES, NUM_SPLITS = 96, 12, 3
CLASS_NAMES = ("Databases", "Systèmes d'exploitation", "Nets & links", "Unused? No")
TITLES = {
    0: "SQL",
    3: "Café Zürich",
    5: "Mercury",
    6: "Mercury",
    8: '<b>A/B</b> "100 %" #1?&x=1',
    10: "1984",
    11: "42",  # also an index
    13: "日本語",
    21: "_under*score_ [link](x)",
}
SMALL = ("hidden_channels=8", "epochs=12")
# Of every finished run: preset, split and what differs.
FINISHED = (
    ("gcn", 0, SMALL),
    ("gcn", 1, SMALL),
    ("gcn", 2, (*SMALL, "partitions=4", "seed=3")),
    ("best", 0, SMALL),
    ("sage", 0, SMALL),
    ("gat", 0, (*SMALL, "heads=2")),
    ("gatv2", 0, (*SMALL, "heads=2")),
    ("appnp", 0, (*SMALL, "propagation_steps=3")),
    ("sgc", 0, ("epochs=12",)),
    ("mlp", 0, SMALL),
    ("tuned-gat", 0, SMALL),
    ("tuned-sage", 1, SMALL),
)
ON_BARE = ("gcn", 0, SMALL)
# Of every run that is cut off: preset, split, what differs, and how it ends.
LONG = ("hidden_channels=8", "epochs=48", "patience=48", "device=cpu")
CUT_OFF = (
    ("gcn", 0, LONG, "stop"),
    ("best", 1, LONG, "stop"),
    ("gcn", 2, (*LONG, "partitions=3"), "stop"),
    ("sage", 0, LONG, "kill"),
)
CUT_OFF_AFTER = 18  # epochs
BECOMES = ("best.pt", "predictions.npz", "metrics.csv")  # what is kept of a run that was resumed to its end
FAILS = ("gcn", 0, (*SMALL, "partitions=60"))
BENCHMARKS = (("gcn", "0-2"), ("mlp", "0,2"))
# What a version before this one did not know yet, by file.
UNKNOWN_BEFORE = {
    "config.json": ("feature_dropout", "distribution_alignment", "smoothing_steps"),
    "report.json": ("ece_before", "reliability_before", "temperature", "num_parameters"),
    "environment.json": ("num_threads", "constraints_sha256"),
    "state.json": ("generation", "resuming", "process_started_at"),
}
OLDER, OLDER_CREATED_AT = "20250102-030405-gcn-old", 1735787045.0


def make_arrays():
    """A graph of four categories whose features and links tell of them, with every optional key."""
    rng = np.random.default_rng(20261126)
    y = rng.integers(len(CLASS_NAMES), size=NUM_ARTICLES)
    x = rng.normal(size=(NUM_ARTICLES, NUM_FEATURES)) + 1.2 * np.eye(NUM_FEATURES)[y]
    source, target = rng.integers(NUM_ARTICLES, size=(2, 900))
    kept = (y[source] == y[target]) | (rng.random(900) < 0.15)
    edge_index = np.stack([source[kept], target[kept]])  # with self-links and links told twice
    edge_index = edge_index[:, (edge_index != NUM_ARTICLES - 1).all(axis=0)]  # the last article has none
    role = np.array([rng.permutation(np.arange(NUM_ARTICLES) % 4) for _ in range(NUM_SPLITS)])
    test_mask = rng.random(NUM_ARTICLES) < 0.4
    lengths = rng.integers(1, 6, size=NUM_ARTICLES)
    vocabulary = [f"wört{number}" for number in range(30)]
    return {
        "features": x.astype(np.float32),
        "edge_index": edge_index,
        "labels": y,
        **{f"{name}_masks": (role == n) & ~test_mask for n, name in enumerate(("train", "stopping", "val"))},
        "test_mask": test_mask,
        "class_names": np.array(CLASS_NAMES),
        "titles": np.array([TITLES.get(index, f"Article no. {index}") for index in range(NUM_ARTICLES)]),
        "page_ids": rng.integers(1, 10**8, size=NUM_ARTICLES),
        "tokens_indices": rng.integers(len(vocabulary), size=int(lengths.sum())).astype(np.int32),
        "tokens_offsets": np.concatenate([[0], np.cumsum(lengths)]),
        "tokens_vocabulary": np.array(vocabulary),
    }


class Maker:
    """One home that is filled by the commands of a checkout."""

    def __init__(self, checkout, home):
        self.checkout, self.home = checkout, home

    def run(self, *arguments):
        """The JSON document of a command."""
        text = run_python(self.checkout, self.home, "-m", "core.cli", *arguments, "--json", OMP_NUM_THREADS=THREADS)
        return json.loads(text)

    def train(self, graph, preset, split, changes, *, ends="finished", detach=False):
        """Trains a run to its end, or returns at once. Returns its id."""
        words = [word for change in changes for word in ("--set", change)]
        flags = ["--graph", graph, "--preset", preset, "--split", split, *words, "--detach"]
        run_id = self.run("train", *flags)["id"]
        if not detach:
            assert wait_for_end(self.home, run_id) == ends, run_id
        return run_id

    def cut_off(self, graph, preset, split, changes, how):
        """Trains a run for some epochs, then stops it or kills its process."""
        run_id = self.train(graph, preset, split, changes, detach=True)
        folder = self.home / "runs" / run_id
        metrics = folder / "metrics.csv"
        while not metrics.exists() or metrics.read_bytes().count(b"\n") <= CUT_OFF_AFTER:
            time.sleep(0.0005)
        if how == "stop":
            (folder / "stop").touch()  # as the command does, which takes a second to start
            assert wait_for_end(self.home, run_id) == "stopped", run_id
        else:
            os.killpg(json.loads((folder / "state.json").read_text())["pid"], signal.SIGKILL)
        return run_id

    def measure(self, graph):
        """Makes the benchmarks. Returns the last one's id."""
        words = [word for change in SMALL for word in ("--set", change)]
        options = [("--preset", preset, "--splits", splits) for preset, splits in BENCHMARKS]
        return [self.run("benchmark", "--graph", graph, *option, *words)["id"] for option in options][-1]

    def age(self, run_id, benchmark_id):
        """Copies a run as a version before this one could have left it, and makes a benchmark such a one."""
        older = self.home / "runs" / OLDER
        shutil.copytree(self.home / "runs" / run_id, older)
        for name, keys in UNKNOWN_BEFORE.items():
            content = json.loads((older / name).read_text())
            content |= {"created_at": OLDER_CREATED_AT} if "created_at" in content else {}
            write_json(older / name, {key: value for key, value in content.items() if key not in keys})
        manifest = self.home / "benchmarks" / benchmark_id / "benchmark.json"
        content = json.loads(manifest.read_text())
        for key in UNKNOWN_BEFORE["config.json"]:
            del content["config"][key]
        write_json(manifest, content)


def write_json(path, content):
    """As the program writes its own."""
    path.write_text(json.dumps(content, indent=2) + "\n")


def stand_in_for_wikics(home, bare):
    """Puts the bare graph where WikiCS lies, so that no version fetches or makes anything to have a default graph."""
    folder = home / "graphs" / "wikics"
    shutil.copytree(home / "graphs" / bare, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"id": "wikics", "kind": "wikics", "name": "WikiCS", "source": "A small graph in the place of WikiCS."}
    write_json(folder / "manifest.json", manifest)


def clean(home, checkout):
    """Takes this machine out of a home, and what nothing reads."""
    for path in [*home.glob("**/*.lock"), *home.glob("runs/*/stop")]:
        path.unlink()
    shutil.rmtree(home / "queue", ignore_errors=True)
    names = {str(home): f"{USER}/.wikics", str(checkout): f"{USER}/wikics", sys.prefix: f"{USER}/wikics/.venv"}
    names |= {sys.base_prefix: "/usr", str(Path(sys.executable)): f"{USER}/wikics/.venv/bin/python"}
    for path in home.glob("**/*"):
        if path.suffix in (".json", ".txt"):
            text = path.read_text()
            for name in sorted(names, key=len, reverse=True):
                text = text.replace(name, names[name])
            path.write_text(re.sub(r'"command": "\S+/__main__\.py', '"command": "wikics', text))
        if path.name in ("state.json", "environment.json"):
            content = json.loads(path.read_text())
            content |= {"host": "example"} if "host" in content else {}
            content |= {"platform": "Linux-6.1.0-x86_64-with-glibc2.36"} if "platform" in content else {}
            write_json(path, content)
    for path in home.glob("runs/*/last.ckpt"):
        if json.loads((path.parent / "state.json").read_text())["state"] == "finished":
            path.unlink()


def note_resumes(checkout, home, cut_off, target):
    """Resumes two copies of every run that was cut off, and keeps what both have become."""
    for run_id in cut_off:
        became = []
        for _ in range(2):
            with tempfile.TemporaryDirectory() as folder:
                copy = shutil.copytree(home, Path(folder, "home"))
                assert resume(checkout, copy, run_id) == "finished", run_id
                became.append({name: (copy / "runs" / run_id / name).read_bytes() for name in BECOMES})
        assert became[0]["predictions.npz"] == became[1]["predictions.npz"], f"{run_id} has two outcomes"
        (target / run_id).mkdir(parents=True)
        for name, content in became[0].items():
            (target / run_id / name).write_bytes(content)
    write_json(target / "machine.json", describe_machine())


def write_answers(folder, checkout):
    """Asks the finished home everything, and keeps questions and answers side by side."""
    with tempfile.TemporaryDirectory() as scratch:
        home = lay_out(folder, Path(scratch, "home"))
        asked = {"cli": list_commands(home), "http": list_requests(home), "pages": list_views(home)}
        answers = ask(home, checkout=checkout, **asked)
    for part, questions in asked.items():
        pairs = [
            {"asked": question, "answer": answer} for question, answer in zip(questions, answers[part], strict=True)
        ]
        text = json.dumps(pairs, ensure_ascii=False, separators=(",", ":")).replace('},{"asked"', '},\n{"asked"')
        (folder / f"{part}.json").write_text(text + "\n")


def main(checkout):
    """Makes everything, in a folder named after the checkout's commit."""
    checkout = Path(checkout).resolve()
    commit = subprocess.check_output(["git", "-C", checkout, "rev-parse", "--short=7", "HEAD"], text=True).strip()
    target = FOLDER / commit
    target.mkdir()  # fails where it is: see above
    with tempfile.TemporaryDirectory() as scratch:
        home, archives = Path(scratch, "home"), Path(scratch, "archives")
        home.mkdir()
        archives.mkdir()
        maker, arrays = Maker(checkout, home), make_arrays()
        optional = ("class_names", "titles", "page_ids", "tokens_indices", "tokens_offsets", "tokens_vocabulary")
        np.savez_compressed(archives / "tiny.npz", **arrays)
        np.savez_compressed(archives / "bare.npz", **{key: arrays[key] for key in arrays if key not in optional})
        tiny, bare = (
            maker.run("graph", "--graph", archives / f"{name}.npz")["graph"]["id"] for name in ("tiny", "bare")
        )
        stand_in_for_wikics(home, bare)
        first, *_ = [maker.train(tiny, *run) for run in FINISHED]
        maker.train(bare, *ON_BARE)
        maker.train(tiny, *FAILS, ends="failed")
        cut_off = [maker.cut_off(tiny, *run) for run in CUT_OFF]
        maker.age(first, maker.measure(tiny))
        maps = [{"method": "GET", "url": f"/api/graphs/{graph}/map"} for graph in (tiny, bare, "wikics")]
        ask(home, http=maps, checkout=checkout)  # which keeps their layouts
        clean(home, checkout)
        shutil.copytree(home, target / "home")
        shutil.copytree(archives, target / "archives")
        note_resumes(checkout, target / "home", cut_off, target / "resumed")
    write_answers(target, checkout)
    print(f"made {target.relative_to(FOLDER)} with Python {platform.python_version()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
