"""Objects of a bucket fetched by the SDK's own session, without what the SDK does around each of thousands."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from google.api_core import exceptions as api
from google.auth.transport.requests import Request
from google.cloud import storage as sdk
from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, Timeout
from urllib3.exceptions import HTTPError

from core.storage.gcs_query import name_objects
from core.storage.gcs_sums import is_as_stored, is_whole

MOST_CONNECTIONS: Final = 32  # that are kept for the next request; the SDK's own session keeps 10
_AGAIN: Final = (404, 408, 416, 429, 500, 502, 503, 504)  # whose number says all; of others the SDK reads the answer


class Answer:
    """What a bucket answers: the content, and its headers."""

    def __init__(self, content: bytes, headers: Mapping[str, str]) -> None:
        self.content, self.headers = content, headers


class ObjectReads:
    """Fetches objects over the connections and with the credentials of a client. May be used from any thread."""

    def __init__(self, client: sdk.Client, bucket: str, timeout_seconds: tuple[float, float]) -> None:
        """timeout_seconds: to connect, and to wait for the next byte."""
        self._session, self._credentials = client._http, client._credentials
        session = self._session
        base = f"{client._connection.API_BASE_URL}/download{name_objects(bucket)}/"
        session.mount(base[: base.index("/", 8)], HTTPAdapter(pool_maxsize=MOST_CONNECTIONS))
        asked = session.merge_environment_settings(base, {}, None, None, None)  # proxies and certificates
        request = PreparedRequest()
        request.prepare(method="GET", url=base)
        self._pool: HTTPConnectionPool = session.get_adapter(base).get_connection_with_tls_context(
            request, asked["verify"], proxies=asked["proxies"], cert=asked["cert"]
        )
        self._base, self._path = base, urlsplit(base).path
        self._auth = Request(session)
        self._timeout = Timeout(*timeout_seconds)

    def fetch(self, key: str, *, start: int = 0) -> Answer | None:
        """An object from `start`, compared with its checksum where it came whole; None where the SDK has to ask.

        Raises GoogleAPICallError, and ConnectionError for what is worth another try.
        """
        if self._session.is_mtls:
            return None
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        self._credentials.before_request(self._auth, "GET", self._base, headers)
        try:
            found = self._pool.urlopen(
                "GET", f"{self._path}{quote(key, safe='')}?alt=media", headers=headers, retries=False,
                redirect=False, timeout=self._timeout,
            )  # fmt: skip
        except HTTPError as error:
            raise ConnectionError(str(error)) from error
        if found.status in _AGAIN:
            raise api.from_http_status(  # type: ignore[no-untyped-call]
                found.status, f"{found.status} {_read_message(found.data)}"
            )
        if found.status not in (200, 206) or not is_as_stored(found.headers):
            return None
        if found.status == 200 and not is_whole(found.data, found.headers):
            raise ConnectionError("what came is not what its checksum says")
        return Answer(found.data, found.headers)


def _read_message(content: Any) -> str:
    return bytes(content[:300]).decode(errors="replace")
