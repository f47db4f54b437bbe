"""Ray, as far as it goes without a cluster: what is missing, what is asked for, what it means when nobody answers."""

import sys
import threading
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from core.backends.cloud.backend import CloudBackend
from core.backends.cloud.base import Order, Sight
from core.backends.local.backend import KEEP_MEMORY
from core.backends.ray import asker, cluster, launcher, work
from core.backends.ray.cluster import Cluster
from core.backends.ray.launcher import RayLauncher, RayProvider, Share
from core.cli.commands import app as cli
from core.errors import InvalidInputError, NotFoundError, RefusedError, UnavailableError
from core.runs.benchmarks import BENCHMARKS, Wanted
from core.runs.job_states import JobStates
from core.runs.state import RunState
from core.runs.store import RunStore
from core.storage.local import LocalStorage
from core.storage.memory import MemoryStorage
from tests.rigs import NoBackend
from tests.shell import open_at_shell

ORDER = Order("wikics-r1-1", ("wikics", "job", "/store/runs/r1"))


class FakeCluster:
    """Answers each call from `answers`; an error there is raised."""

    def __init__(self, answers=None, *, is_ours=True):
        self.answers, self.is_ours, self.asked = answers or {}, is_ours, []

    def ask(self, call, *, start=False, **arguments):
        self.asked.append((call, start, arguments))
        answer = self.answers.get(call)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("address", "storage", "missing"),
    [
        ("", LocalStorage, []),
        ("127.0.0.1:6379", LocalStorage, []),
        ("head:6379", MemoryStorage, []),
        ("head:6379", LocalStorage, ["WIKICS_BUCKET is not set"]),
    ],
)
def test_row_42_the_place_says_what_a_run_takes_and_what_is_missing(address, storage, missing, tmp_path, monkeypatch):
    monkeypatch.setattr(launcher, "describe_machine", lambda: "a CPU")
    monkeypatch.setattr(launcher, "count_cpus", lambda: 8)
    monkeypatch.setattr(launcher, "count_gpus", lambda: 1)
    provider = RayProvider(address, Share(2.0, 0.125), FakeCluster)
    place = provider.describe_place(LocalStorage(tmp_path) if storage is LocalStorage else MemoryStorage())
    assert place.device == f"{f'the cluster at {address}' if address else 'a CPU'}; 2 CPU, 0.125 GPU a run"
    assert (place.name, place.max_jobs, place.spreads) == ("Ray", 1000 if address else 4, True)
    assert [sentence.partition(":")[0] for sentence in place.missing] == missing


@pytest.mark.parametrize(
    ("share", "gpus", "places"),
    [
        (Share(0.5, 0.0), 0, 8),
        (Share(0.5, 0.125), 1, 8),
        (Share(0.1, 0.125), 1, 8),
        (Share(0.1, 0.125), 2, 16),
        (Share(0.1, 0.3), 2, 6),
        (Share(1.0, 0.125), 2, 4),
        (Share(0.1, 2.0), 4, 2),
        (Share(8.0, 0.0), 0, 1),
        (Share(0.1, 0.125), 0, 0),
        (Share(0.1, 2.0), 1, 0),
    ],
)
def test_row_42_places_are_counted_by_shares_of_gpus_too(share, gpus, places, tmp_path, monkeypatch):
    monkeypatch.setattr(launcher, "count_cpus", lambda: 4)
    monkeypatch.setattr(launcher, "count_gpus", lambda: gpus)
    place = RayProvider("", share, FakeCluster).describe_place(LocalStorage(tmp_path))
    assert place.max_jobs == max(1, places)
    assert list(place.missing) == [] if places else place.missing[0].startswith("WIKICS_RAY_GPUS is ")


def test_c01_without_the_extra_the_sentence_says_how_to_have_it(tmp_path, monkeypatch):
    monkeypatch.setattr(launcher, "find_spec", lambda _name: None)
    place = RayProvider("", Share(1.0, 0.0), FakeCluster).describe_place(LocalStorage(tmp_path))
    assert place.missing == ("ray is not installed: pip install -c constraints.txt -e '.[ray]'",)


def test_row_42_an_order_is_an_actor_with_a_share_of_the_cluster():
    ours, theirs = FakeCluster({"launch": "a1"}), FakeCluster({"launch": "a1"}, is_ours=False)
    for each, environment in ((ours, {}), (theirs, KEEP_MEMORY)):
        assert RayLauncher(each, Share(0.5, 0.125)).launch(ORDER) == "wikics-r1-1/a1"
        asked = {"label": "wikics-r1-1", "address": "/store/runs/r1", "cpus": 0.5, "gpus": 0.125, "prepare": None}
        assert each.asked == [("launch", True, asked | {"environment": environment})]


def test_c01_looking_at_and_ending_an_actor_starts_no_cluster():
    found = FakeCluster({"look": {"phase": "failed", "state": "DEAD", "message": "why"}})
    ray = RayLauncher(found, Share(1.0, 0.0))
    assert ray.look("wikics-r1-1/a1") == Sight("failed", "DEAD", "why")
    ray.cancel("wikics-r1-1/a1")
    assert found.asked == [("look", False, {"actor_id": "a1"}), ("cancel", False, {"label": "wikics-r1-1"})]


def test_c01_a_run_of_a_cluster_that_is_no_more_is_told_so(tmp_path):
    found = FakeCluster({"launch": "a1", "look": NotFoundError("not up")})
    store = RunStore(MemoryStorage())
    backend = CloudBackend(store.storage, RayProvider("", Share(1.0, 0.0), lambda: found))
    run_id = store.create({"epochs": 9}, {"backend": "ray"})
    backend.submit(f"runs/{run_id}")
    backend.settle(f"runs/{run_id}")
    assert store.read(run_id).message == "Ray ended it before it began (DELETED: it was deleted there)"


def test_c01_a_cluster_that_cannot_be_started_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "HEAD", ("sh", "-c", "echo no shared memory; exit 1"))
    here = Cluster("", tmp_path)
    assert here.find() == ""
    with pytest.raises(UnavailableError, match=r"no Ray cluster could be started here \(no shared memory\): see .*log"):
        here.start()
    assert (tmp_path / "queue/ray-cluster.token").stat().st_mode & 0o077 == 0
    with pytest.raises(NotFoundError, match="is not up any more"):
        here.ask("look", actor_id="a1")
    assert Cluster("head:6379", tmp_path).start() == "head:6379"


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ('{"error": "RefusedError", "message": "no"}', RefusedError, "no"),
        ('{"error": "OSError", "message": "odd"}', UnavailableError, "odd"),
        ("", UnavailableError, "the Ray cluster at head:6379 does not answer"),
    ],
)
def test_c01_what_the_process_between_says_is_raised_here(answer, error, words, tmp_path, monkeypatch):
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\nread line\necho '{answer}'\n" if answer else "#!/bin/sh\nexit 1\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    asking = asker.Asker("head:6379", {})
    with pytest.raises(error, match=words):
        asking.ask("look", {"actor_id": "a1"})
    asking.close()


def test_c04_only_a_backend_that_spreads_has_workers(make_explorer, tiny_id, monkeypatch):
    explorer = make_explorer(backend=NoBackend())
    open_at_shell(monkeypatch, explorer)
    done = CliRunner().invoke(cli, ["benchmark", "--graph", tiny_id, "--workers", "2"])
    assert isinstance(done.exception, InvalidInputError)
    assert str(done.exception) == (
        "2 workers, and local trains the runs of a benchmark one after the other or all together: "
        "name a backend that spreads them, such as ray"
    )
    assert explorer.benchmarks.list_jobs() == []


def test_c04_a_benchmark_stays_with_the_backend_and_workers_it_was_begun_with(
    make_explorer, tiny_id, storage, benchmark_store, monkeypatch
):
    explorer = make_explorer()
    ray = NoBackend()
    monkeypatch.setattr(ray, "describe_place", lambda: RayProvider("", Share(1, 0), FakeCluster).describe_place(None))
    explorer.benchmarks._backend._opened["ray"] = ray
    config = explorer.configs.build("gcn", {}, graph=tiny_id)
    benchmark_id = explorer.benchmarks.submit(config, [(0, 0)], backend="ray", workers=2)
    explorer.benchmarks.submit(config, [(1, 0)])
    assert ray.submitted == [BENCHMARKS + benchmark_id]
    wanted = benchmark_store.read_wanted(benchmark_id)
    assert wanted == Wanted(((0, 0), (1, 0)), config.device, wanted.commit, "ray", workers=2)
    explorer.benchmarks.stop(benchmark_id)
    JobStates(storage).write(BENCHMARKS + benchmark_id, RunState("stopped"))
    explorer.benchmarks.resume(benchmark_id)
    assert ray.submitted == [BENCHMARKS + benchmark_id] * 3
    assert benchmark_store.read_wanted(benchmark_id) == wanted
    assert explorer.benchmarks.read_job(benchmark_id).backend == "ray"


def test_c01_what_a_restarted_actor_was_asked_for_is_asked_again_where_ray_dropped_it(monkeypatch):
    begun, asked = threading.Event(), []
    monkeypatch.setattr(work, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(work.ray, "wait", lambda refs, **_: (refs if refs[0] < 3 else [], []))

    def run():
        asked.append(len(asked) + 1)
        if len(asked) == 3:
            threading.Timer(0.05, begun.set).start()
        return len(asked)

    work.ask_until_begun(SimpleNamespace(run=SimpleNamespace(remote=run)), 0, begun)
    assert asked == [1, 2, 3]
