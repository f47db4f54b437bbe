"""A bucket of which another process lists what is asked first: for that Google's library is not imported here."""

import threading
from collections.abc import Callable, Collection
from functools import partial
from subprocess import Popen
from typing import Final

import msgspec

from core.errors import InvalidInputError, UnavailableError
from core.storage.address import normalize_bucket, open_storage
from core.storage.ahead import begin
from core.storage.base import SharedStorage, StoredFile
from core.storage.documents import UNREADABLE

REFUSALS: Final = {kind.__name__: kind for kind in (InvalidInputError, UnavailableError)}


class Answer(msgspec.Struct):
    """What a listing found, or the sentence and the kind of what it ended with."""

    files: list[StoredFile] = []
    error: str = ""
    kind: str = ""

    def take(self) -> list[StoredFile]:
        """The files. Raises what the listing did."""
        if self.error:
            raise REFUSALS.get(self.kind, UnavailableError)(self.error)
        return self.files


_ANSWERS: Final = msgspec.json.Decoder(dict[str, Answer])  # by pattern


class ForeseenBucket:
    """The bucket at an address; see `core.storage.base.SharedStorage`. It is opened by the first who needs it here.

    That is nobody, where all that is asked of it was foreseen. May be used from any thread.
    """

    def __init__(self, address: str, lister: "Popen[bytes]", patterns: Collection[str]) -> None:
        """lister: writes what `list_all` gives of these patterns. Raises InvalidInputError for no bucket's address."""
        self.location = normalize_bucket(address)
        self._patterns, self._answers = frozenset(patterns), begin(partial(_read_answers, lister))
        self._opened: SharedStorage | None = None
        self._opening = threading.Lock()

    def list(self, pattern: str) -> list[StoredFile]:
        # For the first who asks; who asks for another does not wait for them.
        answer = self._answers.result().pop(pattern, None) if pattern in self._patterns else None
        return answer.take() if answer else self._open().list(pattern)

    def read(self, name: str, *, start: int = 0) -> bytes:
        return self._open().read(name, start=start)

    def write(self, name: str, content: bytes | memoryview) -> None:
        self._open().write(name, content)

    def create(self, name: str, content: bytes) -> bool:
        return self._open().create(name, content)

    def swap(self, name: str, content: bytes | memoryview, found: StoredFile | None) -> StoredFile | None:
        return self._open().swap(name, content, found)

    def extend(self, name: str, content: bytes | memoryview, found: StoredFile) -> StoredFile | None:
        return self._open().extend(name, content, found)

    def delete(self, prefix: str) -> None:
        self._open().delete(prefix)

    def _open(self) -> SharedStorage:
        with self._opening:
            if self._opened is None:
                opened = open_storage(self.location)
                assert isinstance(opened, SharedStorage)
                self._opened = opened
            return self._opened


def list_all(list_files: Callable[[str], list[StoredFile]], patterns: Collection[str]) -> bytes:
    """What a storage's `list` finds of each pattern; all are asked at once."""
    listings = {pattern: begin(partial(list_files, pattern)) for pattern in patterns}
    answers = {}
    for pattern, listing in listings.items():
        try:
            answers[pattern] = Answer(listing.result())
        except tuple(REFUSALS.values()) as error:
            answers[pattern] = Answer(error=str(error), kind=type(error).__name__)
    return msgspec.json.encode(answers)


def _read_answers(lister: "Popen[bytes]") -> dict[str, Answer]:
    """Nothing where the process ended without: whoever asks then asks the bucket."""
    with lister:  # closes the pipes
        assert lister.stdout is not None
        written = lister.stdout.read()
    try:
        return _ANSWERS.decode(written)
    except UNREADABLE:
        return {}
