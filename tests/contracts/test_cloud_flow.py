"""From the use cases to weights, at each provider: started, watched, stopped, resumed, asked what it predicts."""

import time

import pytest

from core.app.explorer import open_explorer
from core.graph.archive import dump_arrays
from core.graph.library import GraphLibrary
from core.settings import build_settings
from core.storage.opening import open_storage
from tests.cloud.machines import WIKICS, Machines
from tests.cloud.rigs import SERVERS
from tests.contracts.test_resume import LOADING_SECONDS

pytestmark = pytest.mark.slow


def wait_until(explorer, run_id, is_so):
    """The run's record once it is so, while what the app does now and then is done."""
    deadline = time.monotonic() + LOADING_SECONDS
    while not is_so(record := explorer.runs.read(run_id)):
        assert time.monotonic() < deadline, record
        explorer.runs.recover()
        time.sleep(0.2)
    return record


@pytest.fixture
def bucket_explorer(emulator, tmp_path, monkeypatch, tiny_arrays):
    """Builds an Explorer whose graphs and runs are in a bucket, as a machine elsewhere finds them too."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    archive = tmp_path / "tiny.npz"
    archive.write_bytes(dump_arrays(tiny_arrays))

    def make(**settings):
        address = f"gs://{emulator.make_bucket()}/team"
        storage = open_storage(address)
        library = GraphLibrary(storage, tmp_path / "home" / "graphs")
        graph_id = library.register(archive)
        library.default_id = lambda _on_progress=None: graph_id
        return open_explorer(build_settings(home=tmp_path / "home", bucket=address, **settings), library=library)

    return make


@pytest.mark.parametrize("place", ["folder", "bucket"])
@pytest.mark.parametrize("name", SERVERS)
def test_c01_a_run_is_started_watched_stopped_resumed_and_asked(name, place, request):
    make = request.getfixturevalue({"folder": "make_explorer", "bucket": "bucket_explorer"}[place])
    server = SERVERS[name](Machines(program=WIKICS, environment={"OMP_NUM_THREADS": "1"}))
    explorer = make(project="wikics-tests", image="wikics", **{f"{name}_endpoint": server.endpoint})
    [graph] = explorer.graphs.list()
    try:
        values = {"epochs": 10_000, "patience": 10_000, "device": "cpu"}
        run_id = explorer.runs.submit(explorer.configs.build("gcn", values, graph=graph.id), backend=name).id
        first = wait_until(explorer, run_id, lambda record: record.epoch > 2)
        assert (first.state, first.backend) == ("running", name)
        wait_until(explorer, run_id, lambda record: record.epoch > first.epoch)
        explorer.runs.stop(run_id)
        stopped = wait_until(explorer, run_id, lambda record: record.state == "stopped")
        explorer.runs.resume(run_id)
        again = wait_until(explorer, run_id, lambda record: record.state == "running" and record.generation == 1)
        assert again.epoch > stopped.epoch
        explorer.runs.stop(run_id)
        wait_until(explorer, run_id, lambda record: record.state == "stopped")
        assert explorer.articles.read(graph.id, 0, run=run_id).pred is not None
        wait_until(explorer, run_id, lambda _: explorer.runs.read_execution(run_id).ended)
        assert len(server.machines.all) == 2
    finally:
        server.close()
