"""A bucket that was asked before what reads its answers was imported, and for that without Google's library."""

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final, Self

import msgspec

from core.errors import FileNotStoredError, InvalidInputError, UnavailableError
from core.storage.address import normalize_bucket
from core.storage.ahead import begin
from core.storage.base import NUM_READERS, SharedStorage, StoredFile
from core.storage.documents import UNREADABLE
from core.storage.gcs_plain import PlainBucket
from core.storage.opening import open_storage

if TYPE_CHECKING:
    from subprocess import Popen

REFUSALS: Final = {kind.__name__: kind for kind in (InvalidInputError, UnavailableError)}


class Answer(msgspec.Struct, omit_defaults=True):
    """What was found, or the sentence and the kind of what asking ended with."""

    files: list[StoredFile] = []
    content: bytes | None = None  # of a file that is stored
    error: str = ""
    kind: str = ""

    def check(self) -> Self:
        """Raises what asking ended with."""
        if self.error:
            raise REFUSALS.get(self.kind, UnavailableError)(self.error)
        return self


Answers = dict[str, Answer]  # by the pattern that was listed, or the name that was read

_ANSWERS: Final = msgspec.msgpack.Decoder(Answers)


class ForeseenBucket:
    """The bucket at an address; see `core.storage.base.SharedStorage`. It is opened by the first who needs it here.

    That is nobody, where all that is asked of it was foreseen. May be used from any thread.
    """

    def __init__(self, address: str, ask: "Callable[[], Answers]", patterns: Collection[str]) -> None:
        """ask: what was foreseen, and no other patterns; it may take a while. Raises InvalidInputError."""
        self.location = normalize_bucket(address)
        self._patterns, self._answers = frozenset(patterns), begin(ask)
        self._opened: SharedStorage | None = None
        self._opening = threading.Lock()

    def list(self, pattern: str) -> list[StoredFile]:
        # Who asks for another does not wait for them.
        answer = self._take(pattern) if pattern in self._patterns else None
        return answer.check().files if answer else self._open().list(pattern)

    def read(self, name: str, *, start: int = 0) -> bytes:
        answer = None if start else self._take(name)
        if answer is None:
            return self._open().read(name, start=start)
        content = answer.check().content
        if content is None:
            raise FileNotStoredError(f"nothing is stored as {name!r}")
        return content

    def write(self, name: str, content: bytes | memoryview) -> None:
        try:
            with closing(PlainBucket(self.location)) as bucket:
                bucket.write(name, bytes(content))
        except OSError:
            self._open().write(name, content)

    def create(self, name: str, content: bytes) -> bool:
        return self._open().create(name, content)

    def swap(
        self, name: str, content: bytes | memoryview, found: StoredFile | None, *, listed: bool = False
    ) -> StoredFile | None:
        return self._open().swap(name, content, found, listed=listed)

    def extend(self, name: str, content: bytes | memoryview, found: StoredFile) -> StoredFile | None:
        return self._open().extend(name, content, found)

    def delete(self, prefix: str) -> None:
        self._open().delete(prefix)

    def _take(self, asked: str) -> Answer | None:
        """What was foreseen, for the first who asks."""
        return self._answers.result().pop(asked, None)

    def _open(self) -> SharedStorage:
        with self._opening:
            if self._opened is None:
                opened = open_storage(self.location)
                assert isinstance(opened, SharedStorage)
                self._opened = opened
            return self._opened


def list_all(list_files: Callable[[str], list[StoredFile]], patterns: Collection[str]) -> Answers:
    """What a storage's `list` finds of each pattern; all are asked at once."""

    def ask(pattern: str) -> Answer:
        return Answer(list_files(pattern))

    answers = {pattern: begin(partial(_catch, ask, pattern)) for pattern in patterns}
    return {pattern: answer.result() for pattern, answer in answers.items()}


def read_all(read_file: Callable[[str], bytes | None], names: Collection[str]) -> Answers:
    """What `read_file` gives of each name, many at once, until it raises OSError: what then is missing, is missing."""
    answers: Answers = {}
    has_failed = threading.Event()

    def ask(name: str) -> Answer:
        return Answer(content=read_file(name))

    def read(name: str) -> None:
        if not has_failed.is_set():
            try:
                answers[name] = _catch(ask, name)
            except OSError:
                has_failed.set()

    with ThreadPoolExecutor(NUM_READERS) as readers:
        for _ in readers.map(read, names):
            pass
    return answers


def dump_answers(answers: Answers) -> bytes:
    """As `read_answers` reads them."""
    return msgspec.msgpack.encode(answers)


def read_answers(lister: "Popen[bytes]") -> Answers:
    """What a process has written. Nothing where it ended without: whoever asks then asks the bucket."""
    with lister:  # closes the pipes
        assert lister.stdout is not None
        written = lister.stdout.read()
    try:
        return _ANSWERS.decode(written)
    except UNREADABLE:
        return {}


def _catch(ask: Callable[[str], Answer], asked: str) -> Answer:
    try:
        return ask(asked)
    except tuple(REFUSALS.values()) as error:
        return Answer(error=str(error), kind=type(error).__name__)
