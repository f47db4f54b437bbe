"""What every tier shares: one thread for computing, a graph of eight articles."""

import gc
import os
import sys
from functools import cache

import numpy as np
import pytest
from hypothesis import settings

from core.graph.archive import GraphOrigin, build_graph, dump_arrays

os.environ.pop("COLUMNS", None)  # which workers are given; what is written to no terminal has room
# A deadline an example measures how busy the machine is.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


def pytest_collection_finish():
    """Tensors as small as those of tests gain nothing from threads, whose waiting for each other costs as much again.

    Processes that tests start keep theirs. What is imported by now stays, so garbage collection need not look at it.
    """
    gc.freeze()
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk():
    """No test cuts the power, and a busy disk takes longer to keep a file than a test to write it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_scan_for_components():
    """Each simulated app has Streamlit look through every installed package for components: here once for all."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def emulator():
    """A server of Google Cloud Storage on this machine."""
    from tests.gcs import emulator_running  # the SDK takes a third of a second

    with emulator_running() as running:
        yield running


@pytest.fixture(scope="session")
def ray_cluster(tmp_path_factory):
    """A Ray cluster of this machine alone, which has been asked before."""
    from tests.ray_cluster import cluster_running

    with cluster_running(tmp_path_factory.mktemp("ray")) as running:
        running.ask("cancel", label="nobody")  # connects
        yield running


@pytest.fixture
def tiny_arrays():
    """Two rings of four articles, one a category, joined by one link; two splits."""
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    edge_index = np.array([[0, 1, 2, 3, 4, 5, 6, 7, 3], [1, 2, 3, 0, 5, 6, 7, 4, 4]])
    features = np.zeros((8, 4), dtype=np.float32)
    features[np.arange(8), y * 2] = 1.0
    features[np.arange(8), np.arange(8) % 2 * 2 + 1] = 0.5
    train, stopping, val = (np.zeros((2, 8), dtype=bool) for _ in range(3))
    train[0, [0, 4]] = train[1, [1, 5]] = True
    stopping[0, [1, 5]] = stopping[1, [0, 4]] = True
    val[:, [2, 6]] = True
    return {
        "features": features,
        "edge_index": edge_index,
        "labels": y,
        "train_masks": train,
        "val_masks": val,
        "stopping_masks": stopping,
        "test_mask": np.isin(np.arange(8), [3, 7]),
        "class_names": np.array(["Databases", "Operating systems"]),
        "titles": np.array(["SQL", "Relational model", "B-tree", "Index", "Linux", "Kernel", "Scheduler", "Process"]),
    }


@pytest.fixture
def tiny_graph(tiny_arrays):
    return build_graph(tiny_arrays, GraphOrigin("tiny", "archive", "Tiny", "Made for tests."))


@pytest.fixture(scope="session")
def twin_arrays():
    """The twin's arrays, made once. Not to be changed."""
    from core.graph.twin.build import build_twin_arrays

    return build_twin_arrays()


@pytest.fixture
def make_explorer(tmp_path, tiny_arrays):
    """Builds an Explorer over a fresh home that holds the tiny graph and looks nowhere else for one."""
    from core.app.explorer import open_explorer
    from core.settings import build_settings
    from tests.rigs import local_library

    archive = tmp_path / "tiny.npz"
    archive.write_bytes(dump_arrays(tiny_arrays))

    def make(backend=None, ask=lambda: None, **settings):
        settings = {"home": tmp_path / "home"} | settings
        library = local_library(settings["home"])
        graph_id = library.register(archive)
        library.default_id = lambda _on_progress=None: graph_id  # neither fetches WikiCS nor makes the twin
        return open_explorer(build_settings(**settings), library=library, backend=backend, ask=ask)

    return make


@pytest.fixture
def explorer(make_explorer):
    return make_explorer()


@pytest.fixture
def tiny_id(explorer):
    return explorer.graphs.list()[0].id


@pytest.fixture
def storage(explorer):
    """Where the Explorer keeps its graphs, runs and benchmarks."""
    from core.storage.local import LocalStorage

    return LocalStorage(explorer.settings.home_folder)


@pytest.fixture
def benchmark_store(storage):
    from core.runs.benchmarks import BenchmarkStore

    return BenchmarkStore(storage)


@pytest.fixture
def store(storage):
    """The runs that the Explorer shows."""
    from core.runs.store import RunStore

    return RunStore(storage)


@pytest.fixture
def make_run(explorer, tiny_id, store):
    """Makes a run that ended well, three epochs of a preset: right about every article but some. Returns its id."""
    from dataclasses import asdict

    from core.evaluation.report import build_report
    from core.runs import files
    from core.runs.environment import collect_environment
    from core.runs.folder import RunFolder
    from core.runs.metrics import MetricsWriter
    from core.runs.report import RunFacts
    from core.runs.state import RunState

    graph = explorer.graphs.load(tiny_id)

    def make(preset="gcn", *, wrong=(7,), created_at=1e9, **changes):
        config = explorer.configs.build(preset, {"epochs": 3, **changes}, graph=tiny_id)
        run_id = store.create(config.model_dump(), collect_environment(tiny_id, graph.digest, command=["test"]))
        folder = RunFolder(explorer.settings.home_folder / "runs" / run_id)
        writer = MetricsWriter(folder / files.METRICS)
        for epoch in (1, 2, 3):
            losses = dict.fromkeys(("train_loss", "stopping_loss", "val_loss"), 1 / epoch)
            scores = dict.fromkeys(("train_acc", "stopping_acc", "val_acc"), epoch / 4)
            times = {"lr": 0.01, "epoch_seconds": 0.5, "elapsed_seconds": epoch / 2, "logged_at": 1e9 + epoch}
            writer.append({"epoch": epoch, "step": epoch, **losses, **scores, **times})
        writer.close()
        logits = np.eye(2, dtype=np.float32)[graph.y] * 3
        logits[list(wrong)] = logits[list(wrong)][:, ::-1]
        np.savez(folder / files.PREDICTIONS, logits=logits)
        facts = RunFacts("finished", config.split, 3, 3, 0.5, 1.5, 10, "a CPU", 100.0)
        folder.write_json(files.REPORT, asdict(build_report(logits, graph, facts)))
        ended = RunState("finished", epoch=3, created_at=created_at, started_at=created_at, ended_at=created_at + 2)
        folder.write_state(ended)
        return run_id

    return make


@pytest.fixture
def finished_run(make_run):
    """The id of a run that ended well: three epochs, right about every article but one."""
    return make_run()


@pytest.fixture
def two_benchmarks(explorer, tiny_id, benchmark_store):
    """The ids of two benchmarks on both splits of the tiny graph: `gcn` is right about all, `mlp` about half."""
    from tests.rigs import make_result

    digest, store, ids = explorer.graphs.load(tiny_id).digest, benchmark_store, []
    for preset, correct in (("gcn", (True, True)), ("mlp", (True, False))):
        config = explorer.configs.build(preset, {}, graph=tiny_id)
        benchmark = store.open(config.model_dump(), graph_digest=digest)
        for split in (0, 1):
            store.save_result(benchmark.id, make_result(split, correct=correct))
        ids.append(benchmark.id)
    return ids
