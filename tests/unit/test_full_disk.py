"""A disk that is full, broken or read-only at any write: states stay true, nothing is half there, all recovers."""

import errno

import pytest

from core.app.explorer import open_explorer
from core.backends import job
from core.backends.job import run_stored_job
from core.backends.local.backend import LocalBackend
from core.errors import WikicsError
from core.graph.archive import dump_arrays
from core.runs.job_states import JobStates
from core.runs.state import ENDED, build_resumed
from core.runs.store import RunStore
from core.settings import Settings
from core.storage.local import LocalStorage
from core.training import recorder
from tests.faults import refuse_each
from tests.rigs import local_library

FAULTS = [
    pytest.param(getattr(errno, name), lasts, id=f"{name} {'from then on' if lasts else 'once'}")
    for name in ("ENOSPC", "EIO", "EROFS")
    for lasts in (False, True)
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
        explorer = open_explorer(Settings(_env_file=None, home=home), library=library)
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
