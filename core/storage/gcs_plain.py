"""A bucket asked without Google's library, whose import takes longer than a listing."""

import os
import socket
import ssl
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse, HTTPSConnection
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import msgspec

from core.early import find_emulator
from core.errors import UnavailableError
from core.storage.address import split_bucket
from core.storage.ahead import begin
from core.storage.base import StoredFile
from core.storage.documents import UNREADABLE
from core.storage.gcs_objects import find_type, list_matching, read_date
from core.storage.gcs_query import Query, build_key, name_content, name_listing, name_objects
from core.storage.gcs_sent import TRY_SECONDS, SentRequests
from core.storage.gcs_sums import is_as_stored, is_whole, sum_up
from core.storage.opening import open_storage

_SERVICE: Final = "https://storage.googleapis.com"
_SCOPES: Final = tuple(
    f"https://www.googleapis.com/auth/devstorage.{scope}" for scope in ("full_control", "read_only", "read_write")
)  # those of the library


class _Written(msgspec.Struct):
    """What is asked about an object that was written."""

    crc32c: str


_WRITTEN: Final = msgspec.json.Decoder(_Written)
_trust: Final = cache(ssl.create_default_context)  # the certificates are read once


class _Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    content: bytes


class PlainBucket:
    """The bucket at an address, by the library's own rules of where that is and who asks.

    A request is tried once. Whatever that ends with, the library has to ask again: then its answer, its patience and
    its sentences count, and so it does behind a proxy. May be used from any thread.
    """

    def __init__(self, address: str, sent: SentRequests | None = None) -> None:
        """sent: what was asked of it already. Raises InvalidInputError for what is no bucket's address."""
        self._address = address
        self._bucket, prefix = split_bucket(address)
        self._prefix = "/".join(prefix)
        self._is_emulated = bool(find_emulator())
        self._service = find_emulator() or os.environ.get("API_ENDPOINT_OVERRIDE") or _SERVICE
        self._sent = sent or SentRequests()
        self._headers = begin(self._authorize)
        self._idle: list[HTTPConnection] = []

    def list(self, pattern: str) -> list[StoredFile]:
        """See `core.storage.base.Storage.list`; the library is asked here where it has to be."""
        try:
            return list_matching(self._prefix, pattern, self._ask_for_page)
        except UnavailableError:  # nobody may ask
            raise
        except (OSError, ValueError):
            return open_storage(self._address).list(pattern)

    def read(self, name: str) -> bytes | None:
        """The whole file; None where there is none, or no such bucket. Raises OSError where the library has to ask."""
        answer = self._ask(name_content(self._bucket, build_key(self._prefix, name)))
        if answer.status == 404:
            return None
        if answer.status != 200 or not is_as_stored(answer.headers) or not is_whole(answer.content, answer.headers):
            raise ConnectionError(f"{name} did not come whole")
        return answer.content

    def write(self, name: str, content: bytes) -> None:
        """Replaces the file whole. Raises OSError where the library has to write it, whatever was written here."""
        query = {"uploadType": "media", "name": build_key(self._prefix, name), "fields": "crc32c"}
        answer = self._ask(
            f"/upload{name_objects(self._bucket)}?{urlencode(query)}", content, **{"Content-Type": find_type(name)}
        )
        try:
            crc = _WRITTEN.decode(answer.content).crc32c
        except UNREADABLE as error:
            raise ConnectionError(f"{name} was not written") from error
        if crc != sum_up(content):
            raise ConnectionError(f"{name} did not arrive whole")

    def close(self) -> None:
        """Closes the connections that nobody uses just now."""
        self._sent.close()
        while self._idle:
            self._idle.pop().close()

    def _ask_for_page(self, query: Query) -> tuple[bytes, float]:
        answer = self._ask(name_listing(self._bucket, query))
        if answer.status != 200:
            raise ConnectionError(f"it answers {answer.status}")
        return answer.content, read_date(answer.headers.get("Date", ""))

    def _ask(self, path: str, content: bytes | None = None, **headers: str) -> _Answer:
        """Sends what has a content, and gets what has none. Raises OSError for what is no answer."""
        headers |= self._headers.result()
        try:
            if sent := self._sent.take(path):
                return _read_sent(sent)
            return self._exchange(path, content, headers)
        except HTTPException as error:
            raise ConnectionError(str(error)) from error

    def _exchange(self, path: str, content: bytes | None, headers: dict[str, str]) -> _Answer:
        connection = self._find_connection()
        try:
            connection.request("GET" if content is None else "POST", path, content, headers)
            with connection.getresponse() as found:
                answer = _Answer(found.status, found.headers, found.read())
        except (OSError, HTTPException):
            connection.close()
            raise
        self._idle.append(connection)
        return answer

    def _find_connection(self) -> HTTPConnection:
        """One that nobody uses just now: who asks many things at once needs many."""
        with suppress(IndexError):
            return self._idle.pop()
        scheme, host, path, *_ = urlsplit(self._service)
        if scheme not in ("http", "https") or path.strip("/"):
            raise ConnectionError(f"{self._service} is no address of a service")
        if not self._is_emulated and _has_proxy(scheme, host):
            raise ConnectionError(f"a proxy stands before {host}")
        if scheme == "https":
            return HTTPSConnection(host, timeout=TRY_SECONDS, context=_trust())
        return HTTPConnection(host, timeout=TRY_SECONDS)

    def _authorize(self) -> dict[str, str]:
        """The headers by which the account of this machine asks. An emulator is asked by nobody.

        Where there is no account that is said at once: to look for one again may take as long again.
        """
        headers: dict[str, str] = {}
        if self._is_emulated:
            return headers
        import google.auth
        from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError
        from google.auth.transport import requests

        try:
            credentials, _ = google.auth.default(scopes=_SCOPES)
            credentials.before_request(  # type: ignore[no-untyped-call]
                requests.Request(), "GET", f"{self._service}{name_objects(self._bucket)}", headers
            )
        except DefaultCredentialsError as error:
            from core.storage.gcs_errors import LIST, explain_missing_credentials

            raise explain_missing_credentials(self._bucket, LIST) from error
        except GoogleAuthError as error:
            raise ConnectionError(str(error)) from error
        return headers


def _read_sent(connection: socket.socket) -> _Answer:
    with connection, HTTPResponse(connection) as found:
        found.begin()
        return _Answer(found.status, found.headers, found.read())


def _has_proxy(scheme: str, host: str) -> bool:
    from urllib.request import getproxies, proxy_bypass  # a hundredth of a second, which no emulator takes

    return scheme in getproxies() and not proxy_bypass(host)
