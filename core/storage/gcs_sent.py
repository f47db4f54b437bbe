"""Requests that leave before what reads their answers is imported."""

import socket
from typing import Final
from urllib.parse import urlsplit

TRY_SECONDS: Final = 4.0  # to connect, and to wait for the next byte


class SentRequests:
    """What an emulator was asked, each on a connection of its own, for the first who wants to read the answer.

    Requests that tell of nobody and bring nothing need no library; http.client takes as long as all else before them.
    """

    def __init__(self) -> None:
        self._connections: dict[str, socket.socket] = {}

    def send(self, service: str, path: str) -> None:
        """Asks for what is at a path, which is quoted. Raises OSError, and ValueError for what is no such service."""
        address = urlsplit(service)
        if address.scheme != "http" or not address.hostname or address.path.strip("/"):
            raise ValueError(f"{service} is not asked here")
        connection = socket.create_connection((address.hostname, address.port or 80), TRY_SECONDS)
        self._connections[path] = connection
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode("ascii")
        )

    def take(self, path: str) -> socket.socket | None:
        """The connection by which an answer comes; None where nobody asked, or it was taken."""
        return self._connections.pop(path, None)

    def close(self) -> None:
        """Closes what nobody has taken."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
