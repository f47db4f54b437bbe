import hashlib
import random
import socket
import threading
import time

import pytest

from core.errors import DownloadError, StorageFullError
from core.graph.download import BLOCK_BYTES, HttpSource
from core.graph.wikics import DownloadProgress
from tests.file_server import Fault, FileServer

CONTENT = random.Random(1).randbytes(1_000_000)
NAME = "data.json"
BREAK = Fault(break_after=600_000)


def blob_id(content):
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


@pytest.fixture
def server():
    with FileServer({NAME: CONTENT}) as server:
        yield server


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def reports():
    return []


@pytest.fixture
def fetch(server, tmp_path, pauses, reports):
    """Fetches the file from the server, or from another URL."""

    def fetch(base_url=None, expected=CONTENT, **seconds):
        source = HttpSource(base_url or server.base_url, pauses.append, **seconds)
        return source.fetch(NAME, blob_id(expected), tmp_path / "download", reports.append)

    return fetch


@pytest.fixture
def part(tmp_path):
    """Where a part of the file lies while it is fetched."""
    (tmp_path / "download").mkdir()
    return tmp_path / "download" / f"{NAME}.download"


def left(tmp_path):
    return {path.name: path.read_bytes() for path in (tmp_path / "download").iterdir()}


def test_a_file_comes_whole_and_tells_how_far_it_is(fetch, server, tmp_path, reports):
    assert fetch() == tmp_path / "download" / NAME

    assert left(tmp_path) == {NAME: CONTENT}
    assert server.asked == [(NAME, None)]
    assert reports[-1] == DownloadProgress(NAME, 1_000_000, 1_000_000)
    assert [report.done_bytes for report in reports] == sorted({report.done_bytes for report in reports})


def test_a_broken_transfer_goes_on_where_it_broke_off(fetch, server, tmp_path, pauses, reports):
    server.faults = [BREAK, Fault(break_after=10), None]

    fetch()

    assert left(tmp_path) == {NAME: CONTENT}
    starts = [int(wanted[6:-1]) for _, wanted in server.asked[1:]]
    assert 600_000 - BLOCK_BYTES < starts[0] <= 600_000
    assert starts[0] <= starts[1] <= starts[0] + 10
    assert pauses == [0.5, 1.0]
    assert reports[-1] == DownloadProgress(NAME, 1_000_000, 1_000_000)


def test_what_came_is_kept_for_the_next_time(fetch, server, tmp_path, part, pauses):
    server.faults = [BREAK, *[Fault(break_after=0)] * 3]

    with pytest.raises(DownloadError) as caught:
        fetch()

    kept = part.stat().st_size
    assert str(caught.value) == (
        f"{server.base_url}/{NAME} broke off 4 times ({kept} of 1000000 bytes came); what came is kept, so try again"
    )
    assert pauses == [0.5, 1.0, 2.0]
    assert left(tmp_path) == {f"{NAME}.download": CONTENT[:kept]}
    assert fetch().read_bytes() == CONTENT
    assert server.asked[-1] == (NAME, f"bytes={kept}-")


def test_a_busy_server_is_asked_again(fetch, server, tmp_path, pauses):
    server.faults = [Fault(status=503), Fault(status=429), None]

    fetch()

    assert (left(tmp_path), pauses) == ({NAME: CONTENT}, [0.5, 1.0])


def test_a_corrupted_file_is_refused_and_not_kept(fetch, server, tmp_path):
    server.files[NAME] = b"?" + CONTENT[1:]

    with pytest.raises(DownloadError) as caught:
        fetch()

    assert str(caught.value) == (
        f"{server.base_url}/{NAME} is not the file that was expected: its git blob id is "
        f"{blob_id(server.files[NAME])}, expected {blob_id(CONTENT)}; fetch it anew from the dataset's repository"
    )
    assert left(tmp_path) == {}


def test_a_file_cut_off_unnoticed_is_refused_and_not_kept(fetch, server, tmp_path):
    server.faults = [Fault(break_after=600_000, hide_length=True)]

    with pytest.raises(DownloadError, match="is not the file that was expected"):
        fetch()

    assert left(tmp_path) == {}


@pytest.mark.parametrize("old", [b"?" * 600_000, b"?" * 1_000_000, b"?" * 1_200_000], ids=["part", "whole", "more"])
def test_a_part_of_another_file_is_thrown_away(fetch, server, tmp_path, part, old):
    part.write_bytes(old)

    fetch()

    assert left(tmp_path) == {NAME: CONTENT}
    assert server.asked == [(NAME, f"bytes={len(old)}-"), (NAME, None)]


@pytest.mark.parametrize(
    ("fault", "more"),
    [(Fault(ignore_range=True), []), (Fault(shift_range=7), [(NAME, None)])],
    ids=["all", "another part"],
)
def test_a_server_may_send_something_else_than_the_rest(fetch, server, tmp_path, part, fault, more):
    part.write_bytes(CONTENT[:600_000])
    server.faults = [fault]

    fetch()

    assert left(tmp_path) == {NAME: CONTENT}
    assert server.asked == [(NAME, "bytes=600000-"), *more]


def test_a_file_that_lies_there_already_is_not_fetched_again(fetch, server):
    fetch()
    fetch()

    assert len(server.asked) == 1


def test_a_file_that_lies_there_but_is_another_is_fetched_again(fetch, server, tmp_path, part):
    (part.parent / NAME).write_bytes(b"?")

    fetch()

    assert left(tmp_path) == {NAME: CONTENT}


def test_a_file_that_the_server_lacks_is_none(fetch, server, tmp_path):
    del server.files[NAME]

    assert fetch() is None
    assert left(tmp_path) == {}


def test_a_server_that_refuses_is_quoted(fetch, server, pauses):
    server.faults = [Fault(status=403)]

    with pytest.raises(DownloadError) as caught:
        fetch()

    assert str(caught.value) == f"{server.base_url}/{NAME} answers 403 Forbidden: expected the file"
    assert pauses == []


def test_a_full_disk_is_told(fetch, part):
    part.symlink_to("/dev/full")

    with pytest.raises(StorageFullError, match=r"^the disk of .* is full while writing data\.json\.download: free"):
        fetch()


# No network


def unreachable(fetch, base_url, *, within_seconds, **seconds):
    """Why it could not be reached."""
    started = time.monotonic()
    with pytest.raises(DownloadError) as caught:
        fetch(base_url, **seconds)
    assert time.monotonic() - started < within_seconds
    before, after = f"{base_url}/{NAME} cannot be reached (", "); check the network, then try again"
    message = str(caught.value)
    assert message.startswith(before)
    assert message.endswith(after)
    return message[len(before) : -len(after)]


@pytest.fixture
def listener():
    """A socket that listens, and whose connections nobody takes: the first waits in vain for an answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        yield listener


@pytest.fixture
def listening_url(listener):
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def black_hole_url(listener, listening_url):
    """Packets to this address are not even refused, since the queue of those who wait is full."""
    with socket.create_connection(listener.getsockname()):
        yield listening_url


@pytest.fixture
def look_up(monkeypatch):
    """Replaces the look-up of every name."""
    return lambda function: monkeypatch.setattr(socket, "getaddrinfo", function)


def test_a_refused_connection_is_told_at_once(fetch, listener, listening_url, pauses):
    listener.close()

    assert unreachable(fetch, listening_url, within_seconds=1) == "the connection is refused"
    assert pauses == []


def test_a_name_that_is_unknown_is_told_at_once(fetch, look_up, pauses):
    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    look_up(fail)

    assert unreachable(fetch, "http://files.test", within_seconds=1) == "its name cannot be looked up"
    assert pauses == []


def test_a_black_hole_takes_no_longer_than_a_connection_may(fetch, black_hole_url):
    reason = unreachable(fetch, black_hole_url, within_seconds=1, connect_seconds=0.2)

    assert reason == "no answer in time"


def test_a_black_hole_of_many_addresses_takes_no_longer_than_an_answer_may(fetch, listener, black_hole_url, look_up):
    look_up(lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 0, "", listener.getsockname())] * 8)

    reason = unreachable(fetch, "http://files.test", within_seconds=1, connect_seconds=0.2, answer_seconds=0.3)

    assert reason == "no answer in time"


def test_a_silent_server_takes_no_longer_than_an_answer_may(fetch, listening_url):
    assert unreachable(fetch, listening_url, within_seconds=1, answer_seconds=0.2) == "no answer in time"


def test_a_silent_name_server_takes_no_longer_than_an_answer_may(fetch, look_up):
    over = threading.Event()

    def wait(*_, **__):
        over.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    look_up(wait)
    try:
        assert unreachable(fetch, "http://files.test", within_seconds=1, answer_seconds=0.2) == "no answer in time"
    finally:
        over.set()


def test_an_answer_that_comes_too_late_is_not_kept_open(fetch, server, tmp_path):
    taken = threading.Event()
    answer = server.answer

    def answer_late(request):
        taken.wait(5)
        answer(request)

    server.answer = answer_late
    assert unreachable(fetch, server.base_url, within_seconds=1, answer_seconds=0.2) == "no answer in time"
    taken.set()
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join(5)

    assert left(tmp_path) == {}


@pytest.mark.slow
def test_a_first_start_in_a_black_hole_waits_four_seconds(fetch, black_hole_url):
    assert unreachable(fetch, black_hole_url, within_seconds=4.5) == "no answer in time"
