"""Homes to browse in: the twin, a small graph that trains in seconds, and one whose titles are attacks."""

import json

import numpy as np

from core.config.presets import load_preset
from core.config.train import build_config
from core.graph.archive import dump_arrays
from core.runs.benchmarks import BenchmarkStore
from core.storage.local import LocalStorage
from tests.rigs import local_library, make_result

TOPICS = ("Databases", "Compilers", "Networks", "Graphics", "Security")
SUBJECTS = ("index", "parser", "router", "shader", "cipher", "cache", "kernel", "queue", "tree", "log")
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<b>bold</b> & <i>italic</i>",
    "</script><script>alert(2)</script>",
    "[link](javascript:alert(3)) `code` **strong**",
    "{{7*7}} %{y} $x^2$ :material/bug_report: :smile: a->b &lt;",
)


def build_arrays(num_nodes, titles, *, seed=0):
    """A graph whose links and features tell the categories a little; as many articles as titles repeat to."""
    rng = np.random.default_rng(seed)
    num_classes = len(TOPICS)
    labels = rng.integers(0, num_classes, num_nodes)
    sources = rng.integers(0, num_nodes, 4 * num_nodes)
    targets = rng.integers(0, num_nodes, 4 * num_nodes)
    kept = (sources != targets) & ((labels[sources] == labels[targets]) | (rng.random(4 * num_nodes) < 0.3))
    links = np.unique(np.stack([sources[kept], targets[kept]]), axis=1)
    features = rng.normal(size=(num_nodes, 48)).astype(np.float32)
    features[np.arange(num_nodes), labels] += 2.0
    part = np.stack([rng.permutation(num_nodes) % 10 for _ in range(2)])
    test_mask = rng.random(num_nodes) < 0.4
    rest = ~test_mask[None]
    return {
        "features": features,
        "edge_index": links.astype(np.int64),
        "labels": labels,
        "train_masks": (part < 2) & rest,
        "stopping_masks": (part >= 2) & (part < 6) & rest,
        "val_masks": (part >= 6) & rest,
        "test_mask": test_mask,
        "class_names": np.array(TOPICS),
        "titles": np.array([titles(index, labels[index]) for index in range(num_nodes)]),
    }


def name_article(index, category):
    """`Cache 41 of compilers`: readable, and no two alike."""
    return f"{SUBJECTS[index % len(SUBJECTS)].capitalize()} {index} of {TOPICS[category].lower()}"


def name_attack(index, category):
    """Every title is markup of some kind."""
    return f"{HOSTILE[index % len(HOSTILE)]} {index}"


class Home:
    """A home folder with its graphs; ids by name."""

    def __init__(self, folder, *, num_nodes=700):
        self.folder = folder
        self.library = local_library(folder)
        forbid_internet(self.library)
        self.twin = self.library.make_twin().id
        self.small = self.library.register_sent({"small.npz": dump_arrays(build_arrays(num_nodes, name_article))})
        attacks = dump_arrays(build_arrays(60, name_attack) | {"class_names": np.array([*TOPICS[:-1], HOSTILE[0]])})
        self.hostile = self.library.register_sent({"hostile.npz": attacks})


MEASURED = (("gcn", {}, 0.775), ("appnp", {}, 0.80), ("appnp", {"dropout": 0.6, "epochs": 200}, 0.803))


def add_benchmarks(home, graph_id, *, count=3):
    """Benchmarks of a graph, of made-up results: no page cares how they came about."""
    rng = np.random.default_rng(0)
    store = BenchmarkStore(LocalStorage(home.folder))
    graph = home.library.load(graph_id)
    for preset, changes, chance in MEASURED[:count]:
        config = build_config({**load_preset(preset).values, **changes, "graph": graph_id})
        benchmark = store.open(config.model_dump(), graph_digest=graph.digest)
        num_test = int(graph.test_mask.sum())
        ease = np.random.default_rng(1).beta(3 * chance, 3 - 3 * chance, num_test)
        for split in range(graph.num_splits):
            correct = rng.random(num_test) < ease
            seconds = {"seconds_per_epoch": 0.2 + 0.01 * split, "seconds": 40.0, "device": "AMD EPYC, 2 threads"}
            store.save_result(benchmark.id, make_result(split, correct=correct, **seconds))


def forbid_internet(library):
    """As if WikiCS had been looked for and not been had: no test waits for a network, or downloads by one."""
    failure = {
        "message": "WikiCS could not be fetched: there is no network here.",
        "sources": [source.address for source in library.wikics_sources],
    }
    path = library.folder / "wikics" / "failure.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(failure))
