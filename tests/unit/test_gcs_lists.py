"""A bucket that is listed without Google's library, and with it where that has to help."""

import json
import subprocess
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core.errors import InvalidInputError, UnavailableError
from core.storage import gcs_lists, gcs_objects
from core.storage.gcs_lists import BucketLists

PROJECT = Path(__file__).parents[2]
PAGE = b"""{"items": [{"name": "team/runs/a/state.json", "size": "12", "updated": "2026-11-27T10:00:00.5Z",
    "generation": "7", "crc32c": "TtsDzw==", "md5Hash": "rtVjxA=="}]}"""
NAMES = ("runs/a/state.json", "runs/a/log.txt", "runs/b c/state.json", "runs/[x]/state.json", "models/g/1.json", "x")
PATTERNS = ("runs/*/state.json", "runs/**", "runs/[x]/*", "runs/b c/state.json", "*", "models/*/*.json", "none/**")


@pytest.fixture
def service(monkeypatch):
    """A server that answers every GET by `content`, `status` and `headers`, and gives a token to whoever posts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked.append(self)
            self.answer(server.status, server.content, {"Date": formatdate(usegmt=True)} | server.headers)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            server.assertions.append(parse_qs(body)["assertion"][0])
            self.answer(200, json.dumps({"access_token": "a-token", "expires_in": 3600}).encode(), {})

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
        server.asked, server.assertions = [], []
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

    monkeypatch.setattr(gcs_lists, "open_storage", Library)
    return listed


@pytest.mark.parametrize("prefix", ["", "team", "team/a b"])
def test_c05_it_lists_what_the_library_does(prefix, emulator, library, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    monkeypatch.setattr(gcs_objects, "PAGE_SIZE", 2)
    storage = emulator.open(prefix)
    for name in NAMES:
        storage.write(name, name.encode())
    lists = BucketLists(storage.location)
    for pattern in PATTERNS:
        expected, found = storage.list(pattern), lists.list(pattern)
        assert [(file.name, file.tag, file.digest, file.size_bytes, file.modified_at) for file in found] == [
            (file.name, file.tag, file.digest, file.size_bytes, file.modified_at) for file in expected
        ]
        assert [file.age_seconds for file in found] == pytest.approx([file.age_seconds for file in expected], abs=3)
    assert library == []


def test_c05_it_asks_for_what_it_needs_and_tells_the_age_by_the_buckets_clock(service, library):
    service.headers = {"Date": "Fri, 27 Nov 2026 11:00:00 GMT"}
    (file,) = BucketLists("gs://thousand/team").list("runs/*/state.json")
    assert (file.name, file.tag, file.age_seconds) == ("runs/a/state.json", "7-TtsDzw==", 3600.0)
    url = urlsplit(service.asked[0].path)
    assert url.path == "/storage/v1/b/thousand/o"
    assert parse_qs(url.query) == {
        "fields": [gcs_objects.FIELDS],
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
        (200, PAGE, {"Content-Length": str(len(PAGE) + 9)}),
        (200, PAGE, {"Date": "today"}),
        (302, b"", {"Location": "http://127.0.0.1:9/"}),
    ],
)
def test_c05_what_goes_wrong_the_library_asks_again(status, content, headers, service, library):
    service.status, service.content, service.headers = status, content, headers
    assert BucketLists("gs://thousand/team").list("runs/**") == ["by the library"]
    assert (library, len(service.asked)) == ([("gs://thousand/team", "runs/**")], 1)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "127.0.0.1:9", "nothing"])
def test_c05_nobody_there_the_library_asks(address, library, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
    assert BucketLists("gs://thousand/team").list("x") == ["by the library"]


def test_c05_the_sentence_of_the_library_counts(emulator, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator.url)
    with pytest.raises(UnavailableError, match="bucket no-such-bucket does not exist"):
        BucketLists("gs://no-such-bucket").list("**")
    with pytest.raises(InvalidInputError, match="names no bucket"):
        BucketLists("gs://x")


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


def test_c05_it_asks_as_the_account_of_this_machine(service, key, library):
    lists = BucketLists("gs://thousand/team")
    assert [file.name for file in lists.list("runs/**")] == ["runs/a/state.json"]
    assert lists.list("runs/*/*") == lists.list("runs/**")
    assert [asked.headers["Authorization"] for asked in service.asked] == ["Bearer a-token"] * 3
    assert (len(service.assertions), library) == (1, [])


def test_c05_without_credentials_the_library_says_so(service, key, library):
    key.unlink()
    assert BucketLists("gs://thousand/team").list("runs/**") == ["by the library"]
    assert service.asked == []


def test_c05_the_token_is_shown_to_nobody_else(service, key, library):
    service.status, service.headers = 302, {"Location": f"{service.url}/elsewhere", "Content-Length": "0"}
    service.content = b""
    BucketLists("gs://thousand/team").list("runs/**")
    assert {asked.headers["Authorization"] for asked in service.asked[1:]} == {None}


def test_c05_no_library_of_google_is_imported_for_an_emulator(service):
    code = (
        "import sys; from core.storage.gcs_lists import BucketLists\n"
        "print(len(BucketLists('gs://thousand/team').list('runs/**')))\n"
        "print(*{'google.auth', 'google.cloud.storage', 'requests'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=True, text=True)
    assert done.stdout.splitlines() == ["1", ""]
