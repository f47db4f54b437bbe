"""Running a benchmark: each result is that of the run by itself, what is done is not done again, a failure keeps it."""

import numpy as np
import pytest

from core.errors import InvalidInputError
from core.runs import files
from core.runs.benchmarks import BenchmarkStore
from core.runs.folder import RunFolder
from core.storage.local import LocalStorage
from core.training import benchmark as module
from core.training.benchmark import run_benchmark
from core.training.config import build_config
from core.training.fit import train_run
from tests.graphs import make_graph


@pytest.fixture(scope="module")
def graph():
    return make_graph(num_nodes=80)


@pytest.fixture
def config():
    values = {"preset": "gcn", "graph": "small", "hidden_channels": 8, "lr": 0.03, "epochs": 6, "device": "cpu"}
    return build_config(values)


@pytest.fixture
def store(tmp_path):
    return BenchmarkStore(LocalStorage(tmp_path / "home"))


@pytest.fixture
def opened(store, config, graph):
    return store.open(config.model_dump(), graph_digest=graph.digest)


def test_each_result_is_that_of_the_run_by_itself(store, opened, config, graph, tmp_path):
    pairs = [(0, 0), (1, 0), (1, 3)]
    run_benchmark(store, opened, config, graph, pairs, commit="abc")
    results = store.read_results(opened.id)
    assert [result.pair for result in results] == pairs
    for result in results:
        folder = RunFolder(tmp_path / f"{result.split}-{result.seed}")
        folder.path.mkdir()
        train_run(folder, config.model_copy(update={"split": result.split, "seed": result.seed}), graph)
        report = folder.read_json(files.REPORT)
        same = ("test_acc", "val_acc", "stopping_acc", "epochs", "best_epoch", "num_parameters")
        assert {name: getattr(result, name) for name in same} == {name: report[name] for name in same}
        with np.load(folder / files.PREDICTIONS) as saved:
            pred = saved["logits"].argmax(axis=1)
        np.testing.assert_array_equal(result.correct, (pred == graph.y)[graph.test_mask])
        assert (result.commit, result.seconds > 0, result.device.endswith("1 threads")) == ("abc", True, True)


def test_progress_never_goes_back_and_ends_at_all(store, opened, config, graph):
    seen = []
    run_benchmark(store, opened, config, graph, [(0, 0), (1, 0)], on_progress=seen.append)
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions) and (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert (seen[-1].done, seen[-1].total, seen[1].text) == (2, 2, "split 0, seed 0")


def test_it_goes_on_where_it_was_cut_off(store, opened, config, graph):
    class CutError(Exception):
        pass

    def cut(progress):
        if progress.text == "split 1, seed 0" and progress.fraction > 0.8:
            raise CutError

    pairs = [(0, 0), (1, 0)]
    with pytest.raises(CutError):
        run_benchmark(store, opened, config, graph, pairs, on_progress=cut)
    (first,) = store.read_results(opened.id)
    assert first.pair == (0, 0)
    seen = []
    run_benchmark(store, opened, config, graph, pairs, on_progress=seen.append)
    assert [result.pair for result in store.read_results(opened.id)] == pairs
    assert store.read_results(opened.id)[0] == first and seen[0].done == 1


def test_what_another_process_did_meanwhile_is_not_done_again(store, opened, config, graph, monkeypatch):
    trained = []

    def train_both(folder, config, graph, **_):
        trained.append(config.split)
        if config.split == 0:  # the other process
            run_benchmark(BenchmarkStore(store.storage), opened, config, graph, [(1, 0)])
        return train_run(folder, config, graph)

    monkeypatch.setattr(module, "train_run", train_both)
    run_benchmark(store, opened, config, graph, [(0, 0), (1, 0)])
    assert trained == [0, 1]


def test_unknown_split_is_refused_before_anything_is_trained(store, opened, config, graph):
    with pytest.raises(InvalidInputError, match="split 2"):
        run_benchmark(store, opened, config, graph, [(0, 0), (2, 0)])
    assert store.read_results(opened.id) == []


def test_on_a_gpu_all_missing_pairs_are_trained_together(store, opened, config, graph, monkeypatch):
    run_benchmark(store, opened, config, graph, [(0, 0)])
    asked = []
    real = module.train_replicas
    monkeypatch.setattr(module, "resolve_device", lambda _config: "cuda")
    monkeypatch.setattr(
        module, "train_replicas", lambda c, g, pairs, **other: asked.append(pairs) or real(c, g, pairs, **other)
    )
    seen, pairs = [], [(0, 0), (0, 1), (1, 0)]
    run_benchmark(store, opened, config, graph, pairs, on_progress=seen.append)
    assert (asked, [result.pair for result in store.read_results(opened.id)]) == ([[(0, 1), (1, 0)]], pairs)
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions) and (fractions[-1], seen[-1].done) == (1.0, 3)
