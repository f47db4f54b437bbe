"""A disk that is full, broken or read-only at any write: states stay true, nothing is half there, all recovers."""

import errno
import io
import os
import sys

import pytest

from core.app.explorer import open_explorer
from core.app.graphs import Readiness
from core.backends import job
from core.backends.job import forgiving_output, run_stored_job, take_turn
from core.backends.local.backend import LocalBackend
from core.errors import TrainingError, WikicsError
from core.graph.archive import dump_arrays
from core.graph.twin.build import describe_twin
from core.graph.twin.versions import TWINS
from core.runs.benchmarks import BENCHMARKS, BenchmarkStore, Wanted
from core.runs.folder import JobFolder
from core.runs.job_states import JobStates
from core.runs.state import ENDED, RunState, build_resumed
from core.runs.store import RunStore
from core.settings import build_settings
from core.storage.local import LocalStorage
from core.training import recorder
from tests.faults import FaultyDisk, refuse_each
from tests.rigs import local_library

pytestmark = pytest.mark.slow

# A disk that is full once, or broken or read-only from then on: what it is called makes no other difference.
FAULTS = [
    pytest.param(number, lasts, id=f"{errno.errorcode[number]} {'from then on' if lasts else 'once'}")
    for number, lasts in ((errno.ENOSPC, False), (errno.EIO, True), (errno.EROFS, True))
]
each_fault = pytest.mark.parametrize(("number", "lasts"), FAULTS)


def say(call, *arguments, **options):
    """The one sentence with which a call fails; None where it does not."""
    try:
        call(*arguments, **options)
    except WikicsError as error:
        words = str(error)
        assert words and "\n" not in words and "Errno" not in words and "Error" not in words
        return words
    return None


def below(home):
    """Every file and folder that a person could stumble over; locks, slots and tickets are the queue's own."""
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.relative_to(home).parts[0] != "queue"}


@pytest.fixture
def waiting(make_explorer, tmp_path):
    """An Explorer whose jobs are started and then wait for ever, as behind others."""
    return make_explorer(backend=LocalBackend(tmp_path / "home", waiter=("true",)))


@each_fault
def test_n07_a_run_is_submitted_or_it_is_not(waiting, tiny_id, tmp_path, number, lasts):
    home, config = tmp_path / "home", waiting.configs.build("gcn", {"epochs": 3}, graph=tiny_id)
    for disk in refuse_each(home, number, lasts=lasts):
        before = {record.id: record.state for record in waiting.runs.list()}
        folders = below(home)
        with disk.failing():
            words = say(waiting.runs.submit, config)
        after = {record.id: record for record in waiting.runs.list() if record.id not in before}
        assert {record.id: record.state for record in waiting.runs.list() if record.id in before} == before
        if words is None:
            assert [record.state for record in after.values()] == ["pending"], disk.refused
        else:
            assert disk.refused
            states = [record.state for record in after.values()]
            assert states in ([], ["failed"]) or (number, lasts, states) == (errno.EROFS, True, ["pending"])
            assert all(record.message for record in after.values() if record.state == "failed")
        for record in after.values():
            (waiting.runs.stop(record.id), waiting.runs.delete(record.id))
        if (number, lasts) != (errno.EROFS, True):  # nothing can be taken back there
            assert below(home) - {"runs"} == folders - {"runs"}, disk.refused


@each_fault
def test_n07_a_graph_is_taken_whole_or_not_at_all(explorer, tiny_arrays, tmp_path, number, lasts):
    sent = {"other.npz": dump_arrays(tiny_arrays | {"features": tiny_arrays["features"] * 2})}
    home = tmp_path / "home"
    before, known = below(home), explorer.graphs.list()
    for disk in refuse_each(home, number, lasts=lasts):
        with disk.failing():
            words = say(explorer.graphs.register_upload, sent)
        new = [summary for summary in explorer.graphs.list() if summary not in known]
        if words is None:
            assert explorer.graphs.load(new[0].id).num_nodes == 8
            explorer.graphs._library.storage.delete(f"graphs/{new[0].id}")
            continue
        assert (new, "WIKICS_HOME" in words) == ([], True), disk.refused
        if (number, lasts) != (errno.EROFS, True):
            assert {name for name in below(home) - before if not name.endswith(".lock")} == set(), disk.refused


@each_fault
def test_n07_what_a_graph_is_loaded_from_is_found_once_the_disk_is_well(tiny_arrays, tmp_path, number, lasts):
    """The first graph of a home is made while the disk fails; the same process then tries again."""
    home = tmp_path / "home"
    archive = tmp_path / "tiny.npz"
    archive.write_bytes(dump_arrays(tiny_arrays))
    for disk in refuse_each(home, number, lasts=lasts):
        library = local_library(home)
        library.default_id = lambda _on_progress=None, library=library: library.register(archive)
        explorer = open_explorer(build_settings(home=home), library=library)
        with disk.failing():
            explorer.graphs.prepare()
        readiness = explorer.graphs.readiness()
        if not readiness.ready:
            assert "WIKICS_HOME" in readiness.message and "Errno" not in readiness.message
        explorer.graphs.prepare()
        assert explorer.graphs.readiness().ready
        for summary in explorer.graphs.list():
            library.storage.delete(f"graphs/{summary.id}")


class Trainer:
    """Jobs of a home, executed in this process, which stands for one that ends with each turn."""

    def __init__(self, home):
        self.storage = LocalStorage(home)
        self.states = JobStates(self.storage, is_alive=lambda *_: False)
        self.store = RunStore(self.storage, states=self.states)

    def execute(self, name):
        return run_stored_job(self.storage, name)

    def resume(self, name):
        """Executes it again, as the backend would, unless it has been acknowledged as finished."""
        state = self.states.read(name)
        if state.state == "finished":
            return
        self.states.clear_stop(name)
        if state.state != "pending":
            self.states.write(name, build_resumed(self.states.read_stored(name)))
        self.execute(name)


@pytest.fixture
def trainer(explorer, tmp_path, monkeypatch):
    monkeypatch.setattr(job, "stop_on_sigterm", lambda _: None)
    monkeypatch.setattr(recorder, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("core.backends.pulse.RETRY_SECONDS", (0.0, 0.0, 0.0))
    return Trainer(tmp_path / "home")


def learnt(trainer, run_id):
    columns = trainer.store.read_metrics(run_id).columns
    return [columns[name] for name in ("epoch", "train_loss", "val_loss")], trainer.store.read_logits(run_id).tobytes()


def train_on_a_failing_disk(explorer, trainer, tiny_id, number, lasts):
    config = explorer.configs.build("gcn", {"epochs": 3, "hidden_channels": 8, "device": "cpu"}, graph=tiny_id)
    whole = create(explorer, config)
    assert trainer.execute(f"runs/{whole}") == 0
    for disk in refuse_each(explorer.settings.home_folder, number, lasts=lasts):
        run_id = create(explorer, config)
        with disk.failing():
            say(trainer.execute, f"runs/{run_id}")
        record = trainer.store.read(run_id)
        assert record.state in (*ENDED, "pending"), disk.refused
        if record.state in ("failed", "crashed"):
            assert record.message and "Errno" not in record.message, disk.refused
        if not lasts:
            assert record.state != "crashed", disk.refused
        if record.state == "failed":
            assert "WIKICS_HOME" in record.message, (record.message, disk.refused)
        trainer.resume(f"runs/{run_id}")
        assert trainer.store.read(run_id).state == "finished", disk.refused
        assert learnt(trainer, run_id) == learnt(trainer, whole), disk.refused
        left = [path for path in explorer.settings.home_folder.rglob("*.partial") if run_id in str(path)]
        assert [path.name for path in left if not path.name.startswith("state.json")] == []
        trainer.store.delete(run_id)


def create(explorer, config):
    from core.runs.environment import collect_environment

    graph = explorer.graphs.load(config.graph)
    store = RunStore(LocalStorage(explorer.settings.home_folder))
    return store.create(config.model_dump(), collect_environment(graph.id, graph.digest, command=["test"]))


@pytest.mark.slow
@each_fault
def test_n07_a_run_tells_what_happened_and_goes_on_whichever_write_fails(explorer, trainer, tiny_id, number, lasts):
    train_on_a_failing_disk(explorer, trainer, tiny_id, number, lasts)


@each_fault
def test_n07_a_benchmark_is_queued_or_it_is_not(waiting, tiny_id, benchmark_store, tmp_path, number, lasts):
    home, pairs = tmp_path / "home", [(0, 0), (1, 0)]
    for seed, disk in enumerate(refuse_each(home, number, lasts=lasts)):
        config = waiting.configs.build("gcn", {"lr": 0.001 + seed / 1e4}, graph=tiny_id)
        with disk.failing():
            words = say(waiting.benchmarks.submit, config, pairs)
        jobs = waiting.benchmarks.list_jobs()
        if words is None:
            assert [(job.state, job.total) for job in jobs] == [("pending", 2)], disk.refused
            benchmark_store.discard(jobs[0].id)
            continue
        if (number, lasts) != (errno.EROFS, True):
            assert (jobs, benchmark_store.list()) == ([], []), disk.refused
        assert "WIKICS_HOME" in words
        for benchmark in benchmark_store.list():
            benchmark_store.discard(benchmark.id)


def benchmark_on_a_failing_disk(explorer, trainer, tiny_id, number, lasts):
    values = {"epochs": 2, "hidden_channels": 8, "device": "cpu"}
    store = BenchmarkStore(trainer.storage)
    config, digest = explorer.configs.build("gcn", values, graph=tiny_id), explorer.graphs.load(tiny_id).digest
    benchmark = store.open(config.model_dump(), graph_digest=digest)
    name = BENCHMARKS + benchmark.id
    for disk in refuse_each(explorer.settings.home_folder, number, lasts=lasts):
        store.write_wanted(benchmark.id, Wanted(((0, 0), (1, 0)), "cpu"))
        trainer.states.write(name, RunState(created_at=1.0))
        with disk.failing():
            say(trainer.execute, name)
        kept, state = store.read_results(benchmark.id), trainer.states.read(name)
        assert state.state in (*ENDED, "pending"), disk.refused
        if state.state in ("failed", "crashed"):
            assert state.message and "Errno" not in state.message, disk.refused
        trainer.resume(name)
        assert trainer.states.read(name).state == "finished", (disk.refused, trainer.states.read(name))
        results = store.read_results(benchmark.id)
        assert [result.pair for result in results] == [(0, 0), (1, 0)]
        assert all(result in results for result in kept), disk.refused
        for file in store.list_files(benchmark.id):
            trainer.storage.delete(file.name)


@pytest.mark.slow
@each_fault
def test_n07_a_benchmark_keeps_its_results_and_goes_on_whichever_write_fails(explorer, trainer, tiny_id, number, lasts):
    benchmark_on_a_failing_disk(explorer, trainer, tiny_id, number, lasts)


@each_fault
def test_n07_a_run_is_resumed_with_more_epochs_or_stays_as_it_was(
    waiting, finished_run, store, tmp_path, number, lasts
):
    home = tmp_path / "home"
    config = store.read_config(finished_run)
    state = store.read_stored_state(finished_run)
    for disk in refuse_each(home, number, lasts=lasts):
        with disk.failing():
            words = say(waiting.runs.resume, finished_run, {"epochs": 9})
        now = waiting.runs.read_details(finished_run)
        if words is None:
            assert (now.state, now.config["epochs"]) == ("pending", 9), disk.refused
        elif now.state == "finished" and (number, lasts) != (errno.EROFS, True):
            assert now.config == config, disk.refused
        else:
            assert now.state in ("failed", "finished"), disk.refused
        JobStates(store.storage).write_config(f"runs/{finished_run}", config)
        JobStates(store.storage).write(f"runs/{finished_run}", state)


@pytest.mark.parametrize("has_twin", [False, True])
def test_n07_a_home_that_cannot_be_written_to_says_so_and_shows_what_is_there(tmp_path, tiny_arrays, has_twin):
    home = tmp_path / "home"
    (home / "graphs").mkdir(parents=True)
    library = local_library(home, wikics_sources=())
    explorer = open_explorer(build_settings(home=home), library=library)
    if has_twin:
        library._store(tiny_arrays, describe_twin(), recipe=TWINS["twin"])
    with FaultyDisk(home, errno.EROFS, at=1, lasts=True).failing():
        explorer.graphs.prepare()
    words = (
        "graphs/wikics cannot be written in WIKICS_HOME: give this user the right to, or point WIKICS_HOME elsewhere"
    )
    expected = Readiness(True, "ready", 1.0) if has_twin else Readiness(False, words)
    assert explorer.graphs.readiness() == expected


def test_n07_a_log_that_takes_nothing_ends_nothing_and_hides_no_reason(tmp_path, monkeypatch):
    """As `log.txt` on a full disk: standard output and errors, to which everything is printed."""

    class Full(io.StringIO):
        def write(self, _text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = JobFolder(tmp_path)
    folder.write_state(RunState())

    def prepare(_folder, _storage):
        print("a word")
        raise TrainingError("the loss is no number")

    monkeypatch.setattr(sys, "stderr", Full())
    with forgiving_output():
        assert take_turn(folder, None, prepare) == 1
    assert (folder.read_state().state, folder.read_state().message) == ("failed", "the loss is no number")
