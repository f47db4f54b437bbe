"""Who asks a bucket for a command that lists runs, before that is imported."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.app import run_storage
from core.app.first_requests import send_first
from core.cli import ahead
from core.cli.ahead import begin_command
from core.errors import UnavailableError
from core.runs.files import ALL, CHANGED, SHARED, STEPS
from core.runs.memory_file import MANY
from core.runs.store import RunStore
from core.settings import Settings
from core.storage.gcs import GcsStorage
from core.storage.gcs_plain import PlainBucket
from core.storage.opening import open_storage
from tests.bench.bucket_list import fill, send
from tests.gcs import emulator_running
from tests.gcs_faults import proxy_running

PROJECT = Path(__file__).parents[2]
BUCKET = "gs://thousand/team"
LIST = ("runs", "list", "--json")


@pytest.fixture
def started(monkeypatch):
    """The commands that were started, each of which answers nothing."""
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: started.append(command) or Ended())
    monkeypatch.setattr(ahead, "count_cpus", lambda: 2)
    monkeypatch.setenv("WIKICS_BUCKET", BUCKET)
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    return started


class Ended:
    """A process that has written nothing."""

    def __init__(self):
        self.stdout = io.BytesIO()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_c05_a_listing_asks_before_it_is_read(started):
    ask = begin_command(LIST)
    assert [command[-1] for command in started] == ["core.app.lister"]
    assert ask() == {}


def test_c05_nothing_that_takes_time_is_imported_before():
    """Nor before an emulator is asked, what reads its answers."""
    late = {"typer", "pydantic", "msgspec", "dataclasses", "http.client", "core.settings"}
    code = (
        "import sys; from core.cli import ahead, main; from core.storage import gcs_sent\n"
        "gcs_sent.SentRequests.send = lambda *_: print('sent')\n"
        f"begin = ahead.begin_command; late = {late}\n"
        f"ahead.begin_command = lambda _: print(begin({LIST!r}) and late & {{*sys.modules}})\n"
        "sys.argv[1:] = ['--help']; main()"
    )
    environment = build_environment("http://127.0.0.1:9", "/nowhere")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, env=environment, capture_output=True, check=True, text=True
    )
    assert done.stdout.splitlines()[:2] == ["sent", "set()"]


@pytest.mark.parametrize("arguments", [("runs", "list", "--help"), ("runs", "show", "x"), ("runs",), (), ("--help",)])
@pytest.mark.parametrize("emulator", ["", "http://127.0.0.1:9"])
def test_c05_no_other_command_asks(arguments, emulator, started, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator)
    assert (begin_command(arguments), started) == (None, [])


def test_c05_nobody_asks_without_a_bucket_or_a_second_processor(started, monkeypatch):
    monkeypatch.setattr(ahead, "count_cpus", lambda: 1)
    assert begin_command(LIST) is None
    monkeypatch.setattr(ahead, "count_cpus", lambda: 2)
    monkeypatch.setenv("WIKICS_BUCKET", "")
    assert (begin_command(LIST), started) == (None, [])


def test_c05_where_no_process_can_be_started_a_listing_asks_later(started, monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert begin_command(LIST) is None


def test_c05_an_emulator_is_asked_here(started, emulator, tmp_path, monkeypatch):
    """And no process is started for it, however many processors there are."""
    storage = emulator.open()
    for name, value in build_environment(emulator.url, tmp_path, storage.location).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ahead, "count_cpus", lambda: 1)
    storage.write(SHARED, b"what another machine knows")
    assert read_contents(begin_command(LIST)()) == {SHARED: b"what another machine knows"}
    run_storage.open_memory(Settings(home=tmp_path), storage).find()
    storage.write("runs/a/state.json", b"{}")
    with monkeypatch.context() as patched:
        patched.setattr(PlainBucket, "_exchange", None)  # all that is asked was sent before
        found = begin_command(LIST)()
    assert {pattern: answer.files for pattern, answer in found.items()} == {CHANGED: storage.list(CHANGED), STEPS: []}
    for address in ("gs://x", "/a/folder", "gs:"):
        monkeypatch.setenv("WIKICS_BUCKET", address)
        assert (begin_command(LIST), started) == (None, [])


@pytest.mark.parametrize(
    "service",
    ["http://127.0.0.1:9", "https://127.0.0.1:9", "127.0.0.1:9", "http://", "http://a:b", "http://127.0.0.1:9/x"],
)
def test_c05_an_emulator_that_cannot_be_asked_is_asked_later(service, known):
    sent = send_first(service, BUCKET, known)
    assert not sent._connections


def test_c05_what_was_sent_and_nobody_reads_is_closed(silent, known):
    sent = send_first(silent, BUCKET, known)
    connections = list(sent._connections.values())
    sent.close()
    assert [connection.fileno() for connection in connections] == [-1, -1]


def foresee(url, home, bucket, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
    return run_storage.foresee(bucket, home)


def read_contents(answers):
    return {name: answer.content for name, answer in answers.items() if "*" not in name}


def test_c05_it_is_foreseen_what_a_list_of_runs_asks(emulator, tmp_path, monkeypatch):
    """Of a bucket that nobody knows all runs, and the records that no listing brings; else what has changed of them."""
    storage = emulator.open()
    storage.write("runs/a/state.json", b"{}")
    for name in ("a", "b"):
        storage.write(f"runs/{name}/record.json", name.encode())
    storage.swap("runs/c/record.json", b"c", None, listed=True)

    def ask():
        return foresee(emulator.url, tmp_path, storage.location, monkeypatch)

    found = ask()
    assert {*found} == {ALL, STEPS, SHARED, "runs/a/record.json", "runs/b/record.json"}
    assert read_contents(found) == {SHARED: None, "runs/a/record.json": b"a", "runs/b/record.json": b"b"}
    assert found[ALL].files == storage.list(ALL)
    assert [file.content for file in found[ALL].files] == [None, None, None, b"c"]
    storage.write(SHARED, b"what another machine knows")
    found = ask()
    assert {*found} == {CHANGED, STEPS, SHARED}
    assert read_contents(found) == {SHARED: b"what another machine knows"}
    assert found[CHANGED].files == storage.list(CHANGED)
    memory = run_storage.open_memory(Settings(home=tmp_path), storage)
    memory.find()
    assert {*ask()} == {CHANGED, STEPS}


def test_c05_of_a_bucket_that_does_not_exist_is_told_so(emulator, tmp_path, monkeypatch):
    found = foresee(emulator.url, tmp_path, "gs://no-such-bucket", monkeypatch)
    for pattern in (ALL, STEPS):
        with pytest.raises(UnavailableError, match="bucket no-such-bucket does not exist"):
            found[pattern].check()


def test_c05_where_nobody_answers_nothing_is_foreseen(tmp_path, monkeypatch):
    """And the listings are not waited for here, and then once more by who asked."""
    assert foresee("http://127.0.0.1:9", tmp_path, BUCKET, monkeypatch) == {}


@pytest.fixture
def silent():
    """The address of a server that takes whoever comes and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def known(tmp_path):
    """A home that has kept something of the bucket."""
    path = run_storage.open_memory(Settings(home=tmp_path), open_storage(BUCKET)).path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{}")
    return tmp_path


def build_environment(url, home, bucket=BUCKET):
    return os.environ | {"STORAGE_EMULATOR_HOST": url, "WIKICS_HOME": str(home), "WIKICS_BUCKET": bucket}


def is_alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.slow
def test_c05_who_lists_ends_with_the_one_that_asked(silent, known):
    with subprocess.Popen(
        [sys.executable, "-m", "core.app.lister"],
        cwd=PROJECT,
        env=build_environment(silent, known),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as lister:
        with pytest.raises(subprocess.TimeoutExpired):
            lister.wait(3)
        lister.stdin.close()
        assert (lister.wait(5), lister.stdout.read()) == (1, b"")


@pytest.mark.slow
def test_c05_a_command_that_is_wrong_waits_for_no_answer_and_leaves_nobody(silent, known):
    """Nor does Python's end stumble over who waits for it."""
    code = (
        "import sys; from core.cli import ahead, main\n"
        "ahead.count_cpus = lambda: 2; ahead.find_emulator = str; start = ahead.start_lister\n"
        "def note():\n    lister = start(); print(lister.pid, flush=True); return lister\n"
        "ahead.start_lister = note\n"
        "sys.argv[1:] = ['runs', 'list', '--where', 'val_acc >']; main()"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=build_environment(silent, known),
        capture_output=True,
        check=False,
        text=True,
    )
    assert time.monotonic() - began < 10
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    deadline = time.monotonic() + 5
    while is_alive(int(done.stdout)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


# Who asks first: this process, as it does an emulator; or as elsewhere another one, or nobody.
FIRST = {
    "here": "",
    "another": "ahead.find_emulator = str\n",
    "nobody": "ahead.find_emulator = str; ahead.count_cpus = lambda: 1\n",
}


def list_runs(emulator, home, bucket, *, first="here"):
    """The ids and states of all runs, and which of what a list may do without was imported, beside the settings."""
    code = (
        "import atexit, sys; from core.cli import ahead, main\nahead.count_cpus = lambda: 2\n"
        f"{FIRST[first]}"
        "late = {'google.cloud.storage', 'core.settings', 'pydantic'}\n"
        "atexit.register(lambda: print(*sorted(late & sys.modules.keys()), file=sys.stderr))\n"
        "sys.argv[1:] = ['runs', 'list', '--json']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=build_environment(emulator.url, home, bucket),
        capture_output=True,
        text=True,
        check=True,
    )
    runs = json.loads(done.stdout)["runs"]
    return {run["id"]: run["state"] for run in runs}, done.stderr.split()


@pytest.mark.slow
@pytest.mark.parametrize("first", FIRST)
def test_c05_a_listing_of_known_runs_needs_googles_library_where_nobody_asks_before(emulator, tmp_path, first):
    storage = emulator.open()
    store = RunStore(storage)
    ids = [store.create({"preset": "gcn", "epochs": 3}, {"graph_digest": "abc"}) for _ in range(3)]
    for run_id in ids[:2]:
        storage.write(f"runs/{run_id}/report.json", b'{"epochs": 3, "best_epoch": 2, "val_acc": 0.75}')
        storage.write(f"runs/{run_id}/state.json", json.dumps({"state": "finished", "created_at": 1.7e9}).encode())
    storage.delete(f"runs/{ids[2]}")
    expected = dict.fromkeys(ids[:2], "finished")

    def listed():
        return list_runs(emulator, tmp_path, storage.location, first=first)

    assert listed() == (expected, ["core.settings", "google.cloud.storage", "pydantic"])  # which reads configs
    assert listed() == (expected, ["core.settings", *["google.cloud.storage"][: first == "nobody"]])
    storage.delete(f"runs/{ids[0]}")
    new = store.create({"preset": "gcn", "epochs": 3}, {})
    storage.write(f"runs/{new}/state.json", json.dumps({"state": "failed", "created_at": 1.7e9}).encode())
    assert listed() == ({ids[1]: "finished", new: "failed"}, ["core.settings", "google.cloud.storage", "pydantic"])


@pytest.mark.slow
@pytest.mark.parametrize("first", ["here", "another"])
def test_c05_nor_does_the_first_listing_of_ended_runs_need_that_library(tmp_path, first):
    """A record that no listing brings is read once; what was found is left for the next machine, which reads that."""
    folder = tmp_path / "data" / "many" / "team"
    records = fill(folder, MANY)
    for name in sorted(records)[::2]:
        (folder / name).write_bytes(records.pop(name))
    with emulator_running(data=tmp_path / "data") as emulator, proxy_running(emulator) as proxy:
        send(records, GcsStorage("many", "team", make_client=emulator.make_client))
        counted = []
        for machine in ("one", "another"):
            before = proxy.asked.copy()
            states, imported = list_runs(proxy, tmp_path / machine, "gs://many/team", first=first)
            assert ({*states.values()}, len(states), imported) == ({"finished"}, MANY, ["core.settings"])
            counted.append(dict(proxy.asked - before))
    assert counted == [{"GET": 1 + MANY // 2, "LIST": 2, "POST": 1}, {"GET": 1, "LIST": 2}]
