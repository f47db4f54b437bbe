"""A benchmark's turns: each result is that of the run by itself, what is done is not done again, a failure keeps it."""

import json

import numpy as np
import pytest

from core.backends import job as job_module
from core.backends.job import run_stored_job
from core.config.train import build_config
from core.errors import ConflictError, TrainingError
from core.graph.archive import compute_digest, dump_arrays
from core.runs import files
from core.runs.benchmarks import BENCHMARKS, BenchmarkStore, Wanted
from core.runs.folder import JobFolder, RunFolder
from core.runs.job_states import JobStates
from core.runs.state import RunState
from core.storage.local import LocalStorage
from core.storage.memory import MemoryStorage
from core.training import benchmark as module
from core.training.benchmark import prepare_benchmark
from core.training.fit import train_run
from tests.graphs import make_arrays, make_graph
from tests.rigs import InlineBackend

VALUES = {"preset": "gcn", "graph": "small", "hidden_channels": 8, "lr": 0.03, "epochs": 6, "device": "cpu"}


@pytest.fixture(scope="module")
def graph():
    return make_graph(num_nodes=80)


@pytest.fixture
def rig(tmp_path):
    """A home with the graph and one benchmark of it."""
    return BenchmarkRig(tmp_path / "home")


class BenchmarkRig:
    def __init__(self, home):
        self.storage = LocalStorage(home)
        self.store = BenchmarkStore(self.storage)
        self.states = JobStates(self.storage)
        arrays = make_arrays(num_nodes=80)
        self.storage.write("graphs/small/graph.npz", dump_arrays(arrays))
        config = build_config(VALUES).model_dump()
        self.benchmark = self.store.open(config, graph_digest=compute_digest(arrays))
        self.job = BENCHMARKS + self.benchmark.id
        self.folder = JobFolder(self.storage.path(self.job))

    def want(self, *pairs):
        self.store.write_wanted(self.benchmark.id, Wanted(pairs, "cpu", "abc"))

    def take_turn(self, note=lambda *_: None):
        return prepare_benchmark(self.folder, self.storage)(note)

    def run(self):
        self.states.write(self.job, RunState(created_at=1e9))
        InlineBackend(self.storage.folder).submit(self.job)
        return self.states.read(self.job)

    @property
    def pairs(self):
        return [result.pair for result in self.store.read_results(self.benchmark.id)]


def test_each_result_is_that_of_the_run_by_itself(rig, graph, tmp_path):
    rig.want((0, 0), (1, 0), (1, 3))
    assert [rig.take_turn() for _ in range(4)] == ["pending", "pending", "finished", "finished"]
    assert rig.pairs == [(0, 0), (1, 0), (1, 3)]
    for result in rig.store.read_results(rig.benchmark.id):
        folder = RunFolder(tmp_path / f"{result.split}-{result.seed}")
        folder.path.mkdir()
        train_run(folder, build_config(VALUES | {"split": result.split, "seed": result.seed}), graph)
        report = folder.read_json(files.REPORT)
        same = ("test_acc", "val_acc", "stopping_acc", "epochs", "best_epoch", "num_parameters")
        assert {name: getattr(result, name) for name in same} == {name: report[name] for name in same}
        with np.load(folder / files.PREDICTIONS) as saved:
            pred = saved["logits"].argmax(axis=1)
        np.testing.assert_array_equal(result.correct, (pred == graph.y)[graph.test_mask])
        assert (result.commit, result.seconds > 0, result.device.endswith("1 thread")) == ("abc", True, True)
    assert not list(rig.folder.path.glob("split-*-seed-?"))  # the folders of the runs are gone


def test_progress_never_goes_back_and_ends_at_all(rig):
    rig.want((0, 0), (1, 0))
    told = []
    while rig.take_turn(lambda *news: told.append(news)) == "pending":
        pass
    fractions = [fraction for _, _, fraction in told]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert [(epoch, message) for epoch, message, _ in told[:6]] == [(n, "split 0, seed 0") for n in range(1, 7)]


def test_it_goes_on_in_the_middle_of_a_pair(rig, graph, tmp_path):
    def stop_after_three(epoch, *_):
        if epoch == 3:
            (rig.folder / files.STOP).touch()

    rig.want((0, 0), (1, 0))
    assert rig.take_turn(stop_after_three) == "stopped"
    assert rig.pairs == []
    (rig.folder / files.STOP).unlink()
    epochs = []
    assert rig.take_turn(lambda epoch, *_: epochs.append(epoch)) == "pending"
    assert (rig.pairs, epochs[0] > 3) == ([(0, 0)], True)
    alone = RunFolder(tmp_path / "alone")
    alone.path.mkdir()
    train_run(alone, build_config(VALUES), graph)
    assert rig.store.read_results(rig.benchmark.id)[0].test_acc == alone.read_json(files.REPORT)["test_acc"]


def test_as_a_job_it_takes_turns_until_all_is_done(rig):
    rig.want((0, 0), (1, 0))
    state = rig.run()
    assert rig.pairs == [(0, 0), (1, 0)]
    assert (state.state, state.fraction, state.message) == ("finished", 1.0, "")


def test_it_is_executed_in_a_storage_that_is_no_folder(rig, monkeypatch):
    """As a cloud does: in a copy of its folder that is kept like it."""
    monkeypatch.setattr(job_module, "stop_on_sigterm", lambda _folder: None)  # this process is the tests' own
    rig.want((0, 0), (1, 0))
    rig.states.write(rig.job, RunState(created_at=1e9))
    bucket = MemoryStorage()
    for file in rig.storage.list("**"):
        bucket.write(file.name, rig.storage.read(file.name))
    assert run_stored_job(bucket, rig.job) == 0
    found = BenchmarkStore(bucket).read_results(rig.benchmark.id)
    assert [result.pair for result in found] == [(0, 0), (1, 0)]
    assert JobStates(bucket).read(rig.job).state == "finished"
    assert bucket.read(f"{rig.job}/log.txt") == b""
    assert not bucket.list(f"{rig.job}/split-00-seed-0/**")
    with pytest.raises(ConflictError, match="only a pending job can be executed"):
        run_stored_job(bucket, rig.job)


def test_a_failure_keeps_what_is_done_and_says_why(rig, monkeypatch):
    def fail_in_the_second(folder, config, graph, **other):
        if config.split == 1:
            raise TrainingError("the loss is no number")
        return train_run(folder, config, graph, **other)

    monkeypatch.setattr(module, "train_run", fail_in_the_second)
    rig.want((0, 0), (1, 0))
    state = rig.run()
    assert (state.state, state.message, rig.pairs) == ("failed", "the loss is no number", [(0, 0)])


def test_what_failed_is_in_the_log_of_the_job(rig, monkeypatch, capsys):
    monkeypatch.setattr(job_module, "stop_on_sigterm", lambda _folder: None)
    rig.want((0, 0))
    rig.states.write(rig.job, RunState(created_at=1e9))
    rig.storage.delete("graphs/small")
    assert run_stored_job(rig.storage, rig.job) == 1
    assert rig.states.read(rig.job).message.startswith("graph 'small' is not in")
    log = (rig.folder / files.LOG).read_text()
    assert log.startswith("Traceback") and (capsys.readouterr().out, "GraphNotFoundError" in log) == ("", True)


def test_a_changed_graph_is_refused(rig):
    rig.want((0, 0))
    rig.storage.write("graphs/small/graph.npz", dump_arrays(make_arrays(num_nodes=81)))
    with pytest.raises(TrainingError, match="graph 'small' has changed since this was submitted"):
        rig.take_turn()


def test_on_a_gpu_all_missing_pairs_are_trained_together(rig, monkeypatch):
    rig.want((0, 0))
    rig.take_turn()
    asked, told = [], []
    real = module.train_replicas
    monkeypatch.setattr(module, "resolve_device", lambda _config: "cuda")
    monkeypatch.setattr(
        module, "train_replicas", lambda c, g, pairs, **other: asked.append(pairs) or real(c, g, pairs, **other)
    )
    rig.want((0, 0), (0, 1), (1, 0))
    assert rig.take_turn(lambda *news: told.append(news)) == "finished"
    assert (asked, rig.pairs) == ([[(0, 1), (1, 0)]], [(0, 0), (0, 1), (1, 0)])
    assert told[-1] == (6, "2 runs together", 1.0)


def test_replicas_obey_a_stop(rig, monkeypatch):
    monkeypatch.setattr(module, "resolve_device", lambda _config: "cuda")
    rig.want((0, 0), (1, 0))
    (rig.folder / files.STOP).touch()
    assert (rig.take_turn(), rig.pairs) == ("stopped", [])


def test_what_is_wanted_survives_and_a_damaged_file_wants_nothing(rig):
    rig.want((0, 0), (1, 3))
    assert rig.store.read_wanted(rig.benchmark.id) == Wanted(((0, 0), (1, 3)), "cpu", "abc")
    for damage in ("", "[]", json.dumps({"pairs": [1]})):
        (rig.folder / files.WANTED).write_text(damage)
        assert rig.store.read_wanted(rig.benchmark.id) == Wanted(())
