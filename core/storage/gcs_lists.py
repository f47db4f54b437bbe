"""What lies in a bucket, asked without Google's library, whose import takes longer than a listing."""

import os
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from core.storage.address import open_storage, split_bucket
from core.storage.ahead import begin
from core.storage.base import StoredFile
from core.storage.gcs_objects import Query, list_matching, read_date

TRY_SECONDS: Final = 4.0  # to connect, and to wait for the next byte
_SERVICE: Final = "https://storage.googleapis.com"
_EMULATOR: Final = "STORAGE_EMULATOR_HOST"
_SCOPES: Final = tuple(
    f"https://www.googleapis.com/auth/devstorage.{scope}" for scope in ("full_control", "read_only", "read_write")
)  # those of the library


class BucketLists:
    """Lists the bucket at an address, by the library's own rules of where that is and who asks.

    One try is made without the library. Whatever that ends with, the library asks again, and then its answer, its
    patience and its sentences count. May be used from any thread.
    """

    def __init__(self, address: str) -> None:
        """Raises InvalidInputError for what is no bucket's address."""
        self._address = address
        bucket, prefix = split_bucket(address)
        self._prefix = "/".join(prefix)
        service = os.environ.get(_EMULATOR) or os.environ.get("API_ENDPOINT_OVERRIDE") or _SERVICE
        self._url = f"{service}/storage/v1/b/{quote(bucket, safe='')}/o"
        self._headers = begin(self._authorize)

    def list(self, pattern: str) -> list[StoredFile]:
        """See `core.storage.base.Storage.list`."""
        try:
            return list_matching(self._prefix, pattern, self._ask)
        except (OSError, HTTPException, ValueError):
            return open_storage(self._address).list(pattern)

    def _ask(self, query: Query) -> tuple[bytes, float]:
        request = Request(f"{self._url}?{urlencode(query)}")
        for name, value in self._headers.result().items():
            request.add_unredirected_header(name, value)  # to nobody else
        try:
            with urlopen(request, timeout=TRY_SECONDS) as answer:
                return answer.read(), read_date(answer.headers.get("Date", ""))
        except HTTPError as error:
            error.close()  # it holds the answer, and with it the connection
            raise

    def _authorize(self) -> dict[str, str]:
        """The headers by which the account of this machine asks. An emulator is asked by nobody."""
        headers: dict[str, str] = {}
        if not os.environ.get(_EMULATOR):
            import google.auth
            from google.auth.exceptions import GoogleAuthError
            from google.auth.transport import requests

            try:
                credentials, _ = google.auth.default(scopes=_SCOPES)
                credentials.before_request(  # type: ignore[no-untyped-call]
                    requests.Request(), "GET", self._url, headers
                )
            except GoogleAuthError as error:
                raise ConnectionError(str(error)) from error
        return headers
