"""A proxy that lets only one prefix through, as one in front of several apps does."""

import contextlib
import socket
import socketserver
import threading

FORBIDDEN = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy:
    """Passes on what is asked below `prefix`, sockets of the page too; `refused` keeps every other path."""

    def __init__(self, port, prefix):
        self.refused = refused = []

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                head = read_head(self.request)
                path = head.split(b" ")[1].decode() if head else ""
                if path.split("?")[0] != prefix and not path.startswith(f"{prefix}/"):
                    refused.append(path)
                    self.request.sendall(FORBIDDEN)
                    return
                with socket.create_connection(("127.0.0.1", port)) as app:
                    app.sendall(head)
                    pass_both_ways(self.request, app)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}{prefix}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def read_head(client):
    """A request up to its body, told to be the last on its connection unless it becomes a socket."""
    head = b""
    while b"\r\n\r\n" not in head:
        received = client.recv(65_536)
        if not received:
            return b""
        head += received
    lines, _, body = head.partition(b"\r\n\r\n")
    if b"upgrade: websocket" not in lines.lower():
        kept = [line for line in lines.split(b"\r\n") if not line.lower().startswith(b"connection:")]
        lines = b"\r\n".join([*kept, b"Connection: close"])
    return lines + b"\r\n\r\n" + body


def pass_both_ways(client, app):
    """Until the app has said all."""

    def pass_on(source, target):
        with contextlib.suppress(OSError):
            while received := source.recv(65_536):
                target.sendall(received)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    upwards = threading.Thread(target=pass_on, args=(client, app), daemon=True)
    upwards.start()
    pass_on(app, client)
