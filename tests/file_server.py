"""A web server on this machine that gives files, and fails in the ways that servers and networks fail."""

import http.server
import re
import threading
from dataclasses import dataclass, field


@dataclass
class Fault:
    """How one answer goes wrong: another status, a transfer that ends early, a Range that is not obeyed."""

    status: int | None = None
    break_after: int | None = None  # bytes
    hide_length: bool = False
    ignore_range: bool = False
    shift_range: int = 0


@dataclass
class FileServer:
    """Serves `files` at `base_url`. The next answers go wrong as `faults` say, one each; `None` goes well."""

    files: dict[str, bytes]
    faults: list[Fault | None] = field(default_factory=list)
    port: int = 0  # 0 for any that is free
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # name and Range of every request

    def __enter__(self):
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.http.server_port
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def answer(self, request):
        name, wanted = request.path.rpartition("/")[2], request.headers["Range"]
        self.asked.append((name, wanted))
        fault = (self.faults.pop(0) if self.faults else None) or Fault()
        content = self.files.get(name)
        if fault.status or content is None:
            request.send_error(fault.status or 404)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and not fault.ignore_range else 0
        if start >= len(content):
            request.send_error(416)
            return
        if start:
            start += fault.shift_range
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            request.send_response(200)
        if not fault.hide_length:
            request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        end = None if fault.break_after is None else start + fault.break_after
        request.wfile.write(content[start:end])
