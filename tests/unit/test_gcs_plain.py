"""A bucket that is asked without Google's library, and with it where that has to help."""

import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, nullcontext
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import google.auth
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core.errors import InvalidInputError, UnavailableError
from core.storage import gcs_plain, gcs_query
from core.storage.gcs_plain import PlainBucket
from core.storage.gcs_query import build_page, build_query, name_content, name_listing
from core.storage.gcs_sent import SentRequests
from core.storage.gcs_sums import sum_up

PROJECT = Path(__file__).parents[2]
PAGE = b"""{"items": [{"name": "team/runs/a/state.json", "size": "12", "updated": "2026-11-27T10:00:00.5Z",
    "generation": "7", "crc32c": "TtsDzw==", "md5Hash": "rtVjxA=="}]}"""
NAMES = ("runs/a/state.json", "runs/a/log.txt", "runs/b c/state.json", "runs/[x]/state.json", "models/g/1.json", "x")
PATTERNS = ("runs/*/state.json", "runs/**", "runs/[x]/*", "runs/b c/state.json", "*", "models/*/*.json", "none/**")


@pytest.fixture
def service(monkeypatch):
    """A server that answers by `content`, `status` and `headers`, and gives whoever asks for one a token."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            server.asked.append(self)
            self.answer(server.status, server.content, {"Date": formatdate(usegmt=True)} | server.headers)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path.endswith("/token"):  # of a proxy the whole address is asked
                server.assertions.append(parse_qs(body.decode())["assertion"][0])
                self.answer(200, json.dumps({"access_token": "a-token", "expires_in": 3600}).encode(), {})
            else:
                server.written.append(body)
                self.do_GET()

        def answer(self, status, content, headers):
            self.send_response_only(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.url = f"http://127.0.0.1:{server.server_port}"
        server.asked, server.assertions, server.written = [], [], []
        server.status, server.content, server.headers = 200, PAGE, {}
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def library(monkeypatch):
    """What Google's library was asked to list."""
    listed = []

    class Library:
        def __init__(self, address):
            self.address = address

        def list(self, pattern):
            listed.append((self.address, pattern))
            return ["by the library"]

    monkeypatch.setattr(gcs_plain, "open_storage", Library)
    return listed


@pytest.fixture
def open_bucket():
    """Opens a bucket that is closed at the end."""
    with ExitStack() as opened:
        yield lambda address="gs://thousand/team": opened.enter_context(closing(PlainBucket(address)))


@pytest.mark.parametrize("prefix", ["", "team", "team/a b"])
def test_c05_it_lists_what_the_library_does(prefix, emulator, library, open_bucket, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    monkeypatch.setattr(gcs_query, "PAGE_SIZE", 2)
    storage = emulator.open(prefix)
    for name in NAMES:
        storage.write(name, name.encode())
    lists = open_bucket(storage.location)
    for pattern in PATTERNS:
        expected, found = storage.list(pattern), lists.list(pattern)
        assert [(file.name, file.tag, file.digest, file.size_bytes, file.modified_at) for file in found] == [
            (file.name, file.tag, file.digest, file.size_bytes, file.modified_at) for file in expected
        ]
        assert [file.age_seconds for file in found] == pytest.approx([file.age_seconds for file in expected], abs=3)
    assert library == []


def test_c05_it_asks_for_what_it_needs_and_tells_the_age_by_the_buckets_clock(service, library, open_bucket):
    service.headers = {"Date": "Fri, 27 Nov 2026 11:00:00 GMT"}
    (file,) = open_bucket().list("runs/*/state.json")
    assert (file.name, file.tag, file.age_seconds) == ("runs/a/state.json", "7-TtsDzw==", 3600.0)
    url = urlsplit(service.asked[0].path)
    assert url.path == "/storage/v1/b/thousand/o"
    assert parse_qs(url.query) == {
        "fields": [gcs_query.FIELDS],
        "maxResults": ["20000"],
        "prefix": ["team/runs/"],
        "matchGlob": ["team/runs/*/state.json"],
    }
    assert (service.asked[0].headers["Authorization"], library) == (None, [])


@pytest.mark.parametrize(
    ("status", "content", "headers"),
    [
        (429, b"slow down", {}),
        (503, b"not now", {}),
        (403, b"not you", {}),
        (404, b"no such bucket", {}),
        (200, b"<html>", {}),
        (200, PAGE, {"Content-Length": str(len(PAGE) + 9), "Connection": "close"}),
        (200, PAGE, {"Date": "today"}),
        (302, b"", {"Location": "http://127.0.0.1:9/"}),
    ],
)
def test_c05_what_goes_wrong_the_library_asks_again(status, content, headers, service, library, open_bucket):
    service.status, service.content, service.headers = status, content, headers
    assert open_bucket().list("runs/**") == ["by the library"]
    assert (library, len(service.asked)) == ([("gs://thousand/team", "runs/**")], 1)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9",
        "https://127.0.0.1:9",
        "127.0.0.1:9",
        "nothing",
        "http://127.0.0.1:nine",
        "ftp://127.0.0.1:9",
        "http://127.0.0.1:9/below",
    ],
)
def test_c05_nobody_there_the_library_asks(address, library, open_bucket, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
    assert open_bucket().list("x") == ["by the library"]
    with pytest.raises(OSError):  # whichever: it is the library that tells
        open_bucket().read("x")


def test_c05_the_sentence_of_the_library_counts(emulator, open_bucket, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    with pytest.raises(UnavailableError, match="bucket no-such-bucket does not exist"):
        open_bucket("gs://no-such-bucket").list("**")
    with pytest.raises(InvalidInputError, match="names no bucket"):
        open_bucket("gs://x")


@pytest.fixture
def key(service, tmp_path, monkeypatch):
    """The key of a service account whose tokens the service gives."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "key.json"
    content = {
        "type": "service_account",
        "client_email": "ci@p.iam.gserviceaccount.com",
        "private_key": private.decode(),
    }
    path.write_text(
        json.dumps(content | {"token_uri": f"{service.url}/token", "project_id": "p", "quota_project_id": "q"})
    )
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    monkeypatch.setenv("API_ENDPOINT_OVERRIDE", service.url)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    return path


def test_c05_it_asks_as_the_account_of_this_machine(service, key, library, open_bucket):
    lists = open_bucket()
    assert [file.name for file in lists.list("runs/**")] == ["runs/a/state.json"]
    assert lists.list("runs/*/*") == lists.list("runs/**")
    assert [asked.headers["Authorization"] for asked in service.asked] == ["Bearer a-token"] * 3
    assert (len(service.assertions), library) == (1, [])


def test_c05_who_has_no_credentials_is_told_after_one_look_for_them(service, key, library, open_bucket, monkeypatch):
    looks, look = [], google.auth.default
    monkeypatch.setattr(google.auth, "default", lambda **options: looks.append(1) or look(**options))
    key.unlink()
    bucket = open_bucket()
    for ask in (bucket.list, bucket.list, bucket.read):
        with pytest.raises(
            UnavailableError, match=r"no Google credentials here: .* the permission storage.objects.list"
        ):
            ask("runs/a/state.json")
    assert (service.asked, library, looks) == ([], [], [1])


def test_c05_a_proxy_is_left_to_the_library(service, key, library, open_bucket, monkeypatch):
    monkeypatch.setenv("http_proxy", service.url)
    assert open_bucket().list("x") == ["by the library"]
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert len(open_bucket().list("runs/**")) == len(service.asked) == 1


def test_c05_the_token_is_shown_to_nobody_else(service, key, library, open_bucket):
    service.status, service.headers = 302, {"Location": f"{service.url}/elsewhere", "Content-Length": "0"}
    service.content = b""
    open_bucket().list("runs/**")
    assert [asked.path.partition("?")[0] for asked in service.asked] == ["/storage/v1/b/thousand/o"]


class Sent(SentRequests):
    """Of which these bytes are the answer, whatever is asked first."""

    def __init__(self, answer):
        super().__init__()
        self.answers = [answer]

    def take(self, _path):
        if not self.answers:
            return None
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.sendall(self.answers.pop())
        return ours


def test_c05_what_was_asked_before_is_read_and_asked_no_more(service, library):
    sent = SentRequests()
    sent.send(service.url, name_listing("thousand", build_page(build_query("team", "runs/**"))))
    sent.send(service.url, name_content("thousand", "team/x"))
    with closing(PlainBucket("gs://thousand/team", sent)) as bucket:
        first, content = bucket.list("runs/**"), bucket.read("x")
        assert (len(service.asked), content) == (2, PAGE)
        assert (bucket.list("runs/**"), bucket.read("x")) == (first, content)
    assert (len(service.asked), library) == (4, [])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + PAGE,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{",
    ],
)
def test_c05_where_such_an_answer_does_not_come_whole_the_library_asks(answer, service, library):
    with closing(PlainBucket("gs://thousand/team", Sent(answer))) as bucket:
        assert bucket.list("runs/**") == ["by the library"]
    with closing(PlainBucket("gs://thousand/team", Sent(answer))) as bucket, pytest.raises(OSError):
        bucket.read("x")
    assert service.asked == []


def test_c05_no_library_of_google_is_imported_for_an_emulator(service):
    code = (
        "import sys; from core.storage.gcs_plain import PlainBucket\n"
        "bucket = PlainBucket('gs://thousand/team')\n"
        "print(len(bucket.list('runs/**')), len(bucket.read('x')))\n"
        "print(*{'google.auth', 'google.cloud.storage', 'requests'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=True, text=True)
    assert done.stdout.splitlines() == [f"1 {len(PAGE)}", ""]


@pytest.mark.parametrize("prefix", ["", "team/a b"])
def test_c05_it_reads_what_the_library_writes_and_the_other_way_round(prefix, emulator, open_bucket, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    storage = emulator.open(prefix)
    bucket = open_bucket(storage.location)
    assert bucket.read("cache/runs.json") is None
    for name in ("cache/runs.json", "b c/[x]?.bin", "empty"):
        for content in (b"by the library", b"", bytes(range(256)) * 500):
            storage.write(name, content)
            assert bucket.read(name) == content
            bucket.write(name, content + b"!")
            assert storage.read(name) == content + b"!"
    client = emulator.make_client()
    blob = client.bucket(storage.bucket).get_blob(f"{prefix}/cache/runs.json".removeprefix("/"))
    assert blob.content_type == "application/json"
    assert open_bucket("gs://no-such-bucket/x").read("a") is None


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (429, {}),
        (503, {}),
        (403, {}),
        (206, {}),
        (302, {"Location": "http://127.0.0.1:9/"}),
        (200, {"X-Goog-Stored-Content-Encoding": "gzip"}),
        (200, {"X-Goog-Hash": "crc32c=AAAAAA==,md5=x"}),
        (200, {"Content-Length": str(len(PAGE) + 9), "Connection": "close"}),
    ],
)
def test_c05_what_does_not_come_whole_is_left_to_the_library(status, headers, service, open_bucket):
    service.headers = {"X-Goog-Hash": f"crc32c={sum_up(PAGE)}"}
    assert open_bucket().read("x") == PAGE
    service.status, service.headers = status, headers
    with pytest.raises(ConnectionError):
        open_bucket().read("x")


def test_c05_what_does_not_arrive_whole_is_left_to_the_library(service, open_bucket):
    answers = (
        (200, {"crc32c": sum_up(b"1")}),
        (200, {"crc32c": sum_up(b"2")}),
        (403, {"error": {}}),
        (200, {}),
        (200, []),
    )
    for number, (status, answer) in enumerate(answers):
        service.status, service.content = status, json.dumps(answer).encode()
        with pytest.raises(ConnectionError) if number else nullcontext():
            open_bucket().write("x", b"1")
    assert service.written == [b"1"] * len(answers)


def test_c05_a_connection_serves_one_after_the_other(service, open_bucket):
    bucket = open_bucket()
    with ThreadPoolExecutor(4) as readers:
        assert set(readers.map(bucket.read, ["x"] * 40)) == {PAGE}
    assert len({asked.client_address for asked in service.asked}) <= 4
    service.headers = {"Connection": "close"}
    assert [bucket.read("x") for _ in range(3)] == [PAGE] * 3
