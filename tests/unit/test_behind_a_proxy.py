"""The app as Cloud Run has it: TLS ends before it, it has a name of its own, a socket is cut, SIGTERM ends it."""

import asyncio
import contextlib
import json
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from core.graph.archive import dump_arrays
from tests.browser.server import Server
from tests.rigs import local_library

pytestmark = pytest.mark.slow

NAME = "demo.example.org"
DRAINED_WITHIN_SECONDS = 10.0  # what Cloud Run gives


class Proxy:
    """Ends TLS before the app and passes on what is within, in a thread of its own."""

    def __init__(self, port, tls):
        self.app_port, self.open = port, set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self.call(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls))
        self.address = self.server.sockets[0].getsockname()
        self.url = f"https://127.0.0.1:{self.address[1]}"

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(60)

    def cut(self):
        """Ends every connection that is open, as Cloud Run does after the time that a request may take."""
        self.call(self._cut())

    def end(self):
        self.call(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _cut(self):
        for writer in list(self.open):
            writer.transport.abort()

    async def _end(self):
        self.server.close()
        while self.open:
            await self._cut()
            await asyncio.sleep(0.01)

    async def _serve(self, reader, writer):
        app_reader, app_writer = await asyncio.open_connection("127.0.0.1", self.app_port)
        self.open |= {writer, app_writer}
        ways = self._pass_on(reader, app_writer), self._pass_on(app_reader, writer)
        await asyncio.gather(*ways)
        for each in (writer, app_writer):
            each.close()
            with contextlib.suppress(OSError):
                await each.wait_closed()
        self.open -= {writer, app_writer}

    async def _pass_on(self, reader, writer):
        with contextlib.suppress(OSError):
            while received := await reader.read(65_536):
                writer.write(received)
                await writer.drain()
        writer.close()


@pytest.fixture
def tls(tmp_path):
    """What the proxy shows itself by."""
    files = [str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")]
    options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command = ["openssl", "req", "-x509", *options, "-subj", f"/CN={NAME}", "-keyout", files[0], "-out", files[1]]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    return context


@pytest.fixture
def app(tmp_path, tiny_arrays):
    """The app over a home with a small graph."""
    home = tmp_path / "home"
    library = local_library(home)
    (tmp_path / "small.npz").write_bytes(dump_arrays(tiny_arrays))
    graph = library.register(tmp_path / "small.npz")
    server = Server(home, WIKICS_HOSTS=NAME, WIKICS_TRAINING="open")
    server.small = graph
    yield server
    server.end()


def ask(url, *, context, **headers):
    request = urllib.request.Request(url, headers={"host": NAME, **headers})
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:
        return answer.read()


def test_row_95_tls_that_ends_before_it_a_cut_socket_and_sigterm(app, tls):
    proxy = Proxy(app.port, tls)
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE

    def open_page(origin=f"https://{NAME}"):
        """The socket of a page, as a browser at that address opens it."""
        options = {"ssl": trusting, "sock": socket.create_connection(proxy.address), "open_timeout": 60}
        return connect(f"wss://{NAME}/_stcore/stream", origin=origin, subprotocols=["streamlit"], **options)

    with contextlib.ExitStack() as pages:
        pages.callback(proxy.end)
        assert b"<html" in ask(proxy.url, context=trusting)
        first = pages.enter_context(open_page())
        body = json.dumps(
            {"graph": app.small, "preset": "gcn", "config": {"epochs": 10_000, "patience": 10_000}}
        ).encode()
        headers = {"host": NAME, "content-type": "application/json", "origin": f"https://{NAME}"}
        request = urllib.request.Request(f"{proxy.url}/api/runs", body, headers)
        with urllib.request.urlopen(request, timeout=60, context=trusting) as answer:
            run = json.load(answer)["id"]
        headers["origin"] = "https://elsewhere.example.org"
        request = urllib.request.Request(f"{proxy.url}/api/runs", body, headers)
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            urllib.request.urlopen(request, timeout=60, context=trusting)
        refused.value.close()
        app.wait_for(run, "running", epoch=1)
        proxy.cut()
        with pytest.raises(ConnectionClosed):
            first.recv(timeout=60)
        pages.enter_context(open_page())  # kept open: a visitor who stays
        before = app.wait_for(run, "running")["epoch"]
        app.wait_for(run, "running", epoch=before + 1)  # nothing that trains hangs on a socket
        app.end_runs()
        began = time.monotonic()
        app.stop()
        assert time.monotonic() - began < DRAINED_WITHIN_SECONDS
