"""A proxy before the emulator of Google Cloud Storage: it counts what is asked, and does to some what networks do."""

import http.client
import json
import socket
import struct
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ("429", "503", "reset", "lost answer", "stall", "truncated body", "wrong checksum")


class FaultProxy:
    """`choose` names the fault of a request, by its number, method and path; None for none."""

    def __init__(self, emulator, *, choose=lambda *_: None, stall_seconds=20.0):
        self.emulator, self.choose, self.stall_seconds = emulator, choose, stall_seconds
        self.asked, self.injected = Counter(), Counter()  # by method, and lists; by fault
        self.sent_bytes = 0
        self.answers = {}  # path to (status, body), said instead of asking
        self._numbers, self._counting = 0, threading.Lock()

    def count(self, method, path, size_bytes):
        with self._counting:
            number, self._numbers = self._numbers, self._numbers + 1
            self.asked["LIST" if method == "GET" and "/o?" in path and "alt=media" not in path else method] += 1
            self.sent_bytes += size_bytes
        return number

    def make_client(self):
        return self.emulator.make_client(self.url)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError:  # whoever asked has given up
            self.close_connection = True

    def _serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        number = self.proxy.count(self.command, self.path, len(body))
        for path, (status, content) in self.proxy.answers.items():
            if path in self.path:
                return self._answer(status, json.dumps(content).encode())
        fault = self.proxy.choose(number, self.command, self.path)
        if fault == "wrong checksum" and "alt=media" not in self.path and "/upload/" not in self.path:
            fault = "503"  # what has no checksum cannot have a wrong one
        if fault:
            self.proxy.injected[fault] += 1
        if fault in ("429", "503"):
            return self._answer(int(fault), b'{"error": {"code": %s, "message": "injected"}}' % fault.encode())
        if fault == "reset":
            return self._reset()
        if fault == "stall":
            time.sleep(self.proxy.stall_seconds)
            return self._reset()
        is_upload = bool(body) and "/upload/" in self.path
        if fault == "wrong checksum" and is_upload:
            body = _spoil(body)
        status, headers, content = self._forward(body)
        if fault == "lost answer":
            return self._reset()
        if fault == "truncated body" and content:
            return self._answer(status, content[: len(content) // 2], headers, promised=len(content))
        if fault == "wrong checksum" and content and not is_upload:
            content = bytes([content[0] ^ 1]) + content[1:]
        return self._answer(status, content, headers)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815

    def _forward(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.emulator.port, timeout=30)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
            connection.request(self.command, self.path, body or None, kept)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except OSError:
            return 503, [], b""
        finally:
            connection.close()

    def _answer(self, status, content, headers=(), *, promised=None):
        self.send_response_only(status)
        for name, value in headers or [("Date", self.date_time_string()), ("Content-Type", "application/json")]:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if promised is None else promised))
        self.end_headers()
        self.wfile.write(content)
        if promised is not None:
            self.close_connection = True

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_):
        pass


def _spoil(body):
    """One byte of an upload's content is another: it stands before the last boundary."""
    end = body.rfind(b"\r\n--")
    start = body.rfind(b"\r\n\r\n", 0, end) + 4
    if end <= start:
        return body
    return body[:start] + bytes([body[start] ^ 1]) + body[start + 1 :]


@contextmanager
def proxy_running(emulator, **options):
    """A proxy on a port of its own."""
    proxy = FaultProxy(emulator, **options)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": proxy}))
    server.daemon_threads = True
    server.block_on_close = False
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
