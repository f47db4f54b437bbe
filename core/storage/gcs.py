"""A bucket of Google Cloud Storage as a storage: the same names as on disk, below a prefix."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar
from urllib.parse import quote

from google.api_core import exceptions as api
from google.api_core.retry import Retry
from google.cloud import storage as sdk
from google.cloud.storage.exceptions import DataCorruption
from google.cloud.storage.retry import DEFAULT_RETRY

from core.errors import FileNotStoredError, WikicsError
from core.storage.base import StoredFile
from core.storage.gcs_errors import (
    CREATE,
    DELETE,
    LIST,
    READ,
    REFUSED,
    explain,
    explain_missing_permissions,
    name_account,
)
from core.storage.gcs_objects import (
    build_file,
    build_tag,
    find_type,
    list_matching,
    list_pages,
    pack_content,
    read_date,
    read_properties,
)
from core.storage.gcs_query import Query, build_key
from core.storage.gcs_reads import Answer, ObjectReads
from core.storage.gcs_sums import sum_up, sum_up_more
from core.storage.names import PARTIAL_SUFFIX, check_name, check_prefix

# A try is given up after so many seconds in which nothing comes, and everything after the deadline.
TRY_SECONDS: Final = (4.0, 8.0)  # to connect, to wait for the next byte
DEADLINE_SECONDS: Final = 40.0
NEEDED: Final = (READ, LIST, CREATE, DELETE)  # to replace an object takes the permission to delete it
_TOKEN: Final = "wikics-write"  # by which a writer knows its own object, when the answer was lost

T = TypeVar("T")


class _ChangedError(Exception):
    """An object is not of the generation that was expected."""


class GcsStorage:
    """Objects below `gs://bucket/prefix`; see `core.storage.base.Storage`. May be used from any thread.

    Its clock is the server's, as the answers tell it in their Date. Nothing is asked before the first use. Requests
    are tried again by the SDK's own retry, which takes what its checksum refuses for a fault like any other.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        make_client: Callable[[], sdk.Client] = sdk.Client,
        uptime: Callable[[], float] = time.monotonic,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        """`prefix` has no slash at its ends. `uptime` counts seconds that nobody sets."""
        self.bucket, self.prefix = bucket, prefix
        self.retries = 0
        self._make_client, self._uptime = make_client, uptime
        self._client: sdk.Client | None = None
        self._reads: ObjectReads | None = None
        self._opening = threading.Lock()
        self._dated = (time.time(), uptime())  # the server's time, and when it was told
        self._has_answered = self._is_writable = False
        # Which errors are worth another try the SDK knows; it has no public name for that.
        self._retry = Retry(
            DEFAULT_RETRY._predicate,
            initial=0.2,
            maximum=4.0,
            multiplier=2.0,
            timeout=deadline_seconds,
            on_error=self._note_retry,
        )

    @property
    def location(self) -> str:
        return f"gs://{self.bucket}/{self.prefix}".rstrip("/")

    def read(self, name: str, *, start: int = 0) -> bytes:
        key = self._key(check_name(name))

        def download() -> bytes:
            if answer := self._read_quickly(key, start):
                return answer.content
            content: bytes = self._blob(name).download_as_bytes(
                start=start or None, checksum="crc32c", retry=None, timeout=TRY_SECONDS
            )
            return content

        try:
            return self._call(READ, download, passing=(api.NotFound, api.RequestRangeNotSatisfiable))
        except api.RequestRangeNotSatisfiable:
            return b""
        except api.NotFound as error:
            if not self._has_answered:
                next(self._list_pages({"prefix": self._key(name)}), None)  # or there is no such bucket
            raise FileNotStoredError(f"nothing is stored as {name!r}") from error

    def _read_quickly(self, key: str, start: int) -> Answer | None:
        client = self._open()
        if self._reads is None:
            self._reads = ObjectReads(client, self.bucket, TRY_SECONDS)
        answer = self._reads.fetch(key, start=start)
        if answer:
            self._note_date(answer)
        return answer

    def write(self, name: str, content: bytes | memoryview) -> None:
        self._upload(check_name(name), content, generation=None)

    def create(self, name: str, content: bytes) -> bool:
        return self._upload(check_name(name), content, generation=0) is not None

    def swap(
        self, name: str, content: bytes | memoryview, found: StoredFile | None, *, listed: bool = False
    ) -> StoredFile | None:
        return self._upload(check_name(name), content, generation=_generation(found), listed=listed)

    def extend(self, name: str, content: bytes | memoryview, found: StoredFile) -> StoredFile | None:
        """The bytes are sent as an object of their own, which the bucket then joins to the file."""
        part_name = f"{check_name(name)}.{secrets.token_hex(4)}{PARTIAL_SUFFIX}"
        self._upload(part_name, content, generation=None)
        whole, parts = self._blob(name), [self._blob(name), self._blob(part_name)]
        crc = sum_up_more(found.tag.partition("-")[2], bytes(content))

        def compose(expected: int | None) -> None:
            # An emulator may join whatever the generation is, and leave it as it was.
            if not self._exists(whole) or build_tag(whole) != found.tag:
                raise _ChangedError
            whole.compose(parts, if_generation_match=expected, retry=None, timeout=TRY_SECONDS)

        try:
            written = self._write_once(whole, compose, _generation(found), lambda: whole.crc32c == crc)
        finally:
            with suppress(OSError):  # no listing shows it
                self._delete(part_name)
        return written if written and written.tag.endswith(crc) else None

    def list(self, pattern: str) -> list[StoredFile]:
        with self._explained(LIST):
            return list_matching(self.prefix, pattern, self._ask_for_page)

    def delete(self, prefix: str) -> None:
        name = check_prefix(prefix)
        self._delete(name)
        for file in list(self._list_pages({"prefix": self._key(f"{name}/")})):
            self._delete(file.name)

    def _delete(self, name: str) -> None:
        blob = self._blob(name)
        try:
            self._call(DELETE, lambda: blob.delete(retry=None, timeout=TRY_SECONDS), passing=(api.NotFound,))
        except api.NotFound:
            return

    def _list_pages(self, query: Query) -> Iterator[StoredFile]:
        """The objects that a query finds, page by page."""
        with self._explained(LIST):
            yield from list_pages(self.prefix, query, self._ask_for_page)

    def _ask_for_page(self, query: Query) -> tuple[bytes, float]:
        content = self._open()._connection.api_request(
            method="GET",
            path=f"/b/{quote(self.bucket, safe='')}/o",
            query_params=query,
            expect_json=False,
            retry=self._retry,
            timeout=TRY_SECONDS,
        )
        self._has_answered = True
        return content, self._now()

    def _upload(
        self, name: str, content: bytes | memoryview, *, generation: int | None, listed: bool = False
    ) -> StoredFile | None:
        """The file as it is written; None where the object has another generation (0: where there is one)."""
        self._check_writable()
        body, token, blob = bytes(content), secrets.token_hex(8), self._blob(name)
        blob.metadata = {_TOKEN: token} | (pack_content(body) if listed else {})
        crc = sum_up(body)

        def upload(expected: int | None) -> None:
            blob.upload_from_string(
                body,
                content_type=find_type(name),
                if_generation_match=expected,
                checksum="crc32c",
                retry=None,
                timeout=TRY_SECONDS,
            )

        return self._write_once(blob, upload, generation, lambda: (blob.metadata or {}).get(_TOKEN) == token, crc)

    def _write_once(
        self,
        blob: Any,
        write: Callable[[int | None], None],
        generation: int | None,
        is_own: Callable[[], bool],
        crc: str = "",
    ) -> StoredFile | None:
        """Writes an object of this generation; None where it has another, unless an earlier try had written that.

        is_own: tells so of the object that is there. crc: where another one arrives, it is written anew.
        """

        def attempt() -> bool:
            nonlocal generation
            try:
                write(generation)
            except (api.PreconditionFailed, _ChangedError):
                if not self._exists(blob) or not is_own():
                    return False
            if crc and blob.crc32c != crc:
                generation = None if generation is None else blob.generation
                raise ConnectionError(f"{blob.name} arrived with the checksum {blob.crc32c}, and {crc} was sent")
            return True

        written = self._call(CREATE, attempt)
        if not written:
            return None
        return build_file(blob.name[len(self._key("")) :], read_properties(blob._properties), self._now())

    def _exists(self, blob: Any) -> bool:
        """Whether there is such an object, of which then is known what is there, whatever was there before."""
        blob._properties.pop("generation", None)  # else the SDK asks for that one, which is gone
        try:
            blob.reload(retry=None, timeout=TRY_SECONDS)
        except api.NotFound:
            return False
        return True

    def _check_writable(self) -> None:
        """Asks once what this account may do here, before anything is written. Not every emulator can tell."""
        if self._is_writable:
            return
        bucket = self._open().bucket(self.bucket)

        def ask() -> Sequence[str]:
            try:
                granted: Sequence[str] = bucket.test_iam_permissions(NEEDED, timeout=TRY_SECONDS, retry=None)
            except (api.NotFound, api.Forbidden, api.MethodNotImplemented, api.BadRequest):
                return NEEDED  # the first write tells
            return granted

        granted = self._call(CREATE, ask)
        if lacking := [permission for permission in NEEDED if permission not in granted]:
            raise explain_missing_permissions(self.bucket, self._account, lacking)
        self._is_writable = True

    def _call(self, permission: str, work: Callable[[], T], *, passing: tuple[type[Exception], ...] = ()) -> T:
        """What `work` returns, tried again until the deadline."""

        def attempt() -> T:
            try:
                return work()
            except DataCorruption as error:
                raise ConnectionError("what came is not what its checksum says") from error
            except api.BadRequest as error:
                if "crc32c" in str(error).lower():
                    raise ConnectionError("what arrived is not what its checksum says") from error
                raise

        with self._explained(permission, passing):
            found: T = self._retry(attempt)()
            self._has_answered = True
            return found

    @contextmanager
    def _explained(self, permission: str, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        """What a request of this permission ends with in the block is said in a sentence."""
        try:
            yield
        except REFUSED as error:
            if isinstance(error, (*passing, WikicsError)):
                raise
            raise explain(error, self.bucket, account=self._account, permission=permission) from error

    def _note_retry(self, _error: Exception) -> None:
        self.retries += 1

    def _open(self) -> sdk.Client:
        with self._opening:
            if self._client is None:
                self._client = self._make_client()
                # The SDK hands on what an answer holds, and not its headers.
                self._client._http.hooks["response"].append(self._note_date)
            return self._client

    @property
    def _account(self) -> str:
        return name_account(self._client._credentials) if self._client else "nobody"

    def _note_date(self, response: Any, *_: object, **__: object) -> None:
        if date := response.headers.get("Date"):
            self._dated = read_date(date), self._uptime()

    def _now(self) -> float:
        told, at = self._dated
        return told + self._uptime() - at

    def _key(self, name: str) -> str:
        return build_key(self.prefix, name)

    def _blob(self, name: str) -> Any:
        return self._open().bucket(self.bucket).blob(self._key(name))


def _generation(found: StoredFile | None) -> int:
    return int(found.tag.partition("-")[0]) if found else 0
