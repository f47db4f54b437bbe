"""A job's folder on this machine, for a trainer that appends and renames, kept like its folder in a storage."""

import hashlib
import shutil
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from core.errors import ConflictError, DamagedFileError, UnavailableError, WikicsError
from core.runs import files
from core.runs.lane import Lane
from core.runs.opened import OpenedFile, Version, open_all, read_version
from core.runs.pace import Pace
from core.runs.state import ACTIVE, RunState, build_state
from core.storage.base import SharedStorage, Storage, StoredFile
from core.storage.documents import parse_json
from core.storage.local import replaced
from core.storage.names import PARTIAL_SUFFIX
from core.storage.streams import open_to_read, open_to_write

# A bucket takes one write a second of an object.
SYNC_SECONDS: Final = 1.0
FINAL_SECONDS: Final = 300.0  # how long a storage that does not answer is asked to take the end of a job
QUICK_BYTES: Final = 2**16  # more is sent beside the signs of life
WHOLE_BYTES: Final = 2**12  # up to which a file that grew is sent anew
_GROWING: Final = (files.METRICS, files.HISTOGRAMS, files.LOG)
# In this order: a checkpoint relies on rows, snapshots and histograms.
_PACED: Final = (files.SNAPSHOTS, files.HISTOGRAMS, files.LAST_CHECKPOINT)
_AT_THE_END: Final = files.PREVIOUS_CHECKPOINT  # of no use where each file is replaced whole


class _Alike(NamedTuple):
    """A file as it was when it was last the same on both sides; `stored` where the storage tells its versions apart."""

    version: Version
    stored: StoredFile | None


class JobMirror:
    """Copies a job's files from a storage, and back what its process changes. May be used from any thread.

    The storage is the truth about requests: a stop that is asked for there is brought here, never the other way.
    Files that others write there meanwhile (results of a benchmark, what is wanted of it) stay as they are. Where
    somebody else writes one of the job's own, ConflictError is raised then and ever after, and nothing more is sent.
    """

    def __init__(
        self,
        folder: Path,
        storage: Storage,
        name: str,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`folder` is made where it is missing; `name` is the job's in the storage: `runs/ID`."""
        self.folder, self.storage, self.name = folder, storage, name
        self._now, self._sleep = now, sleep
        self._alike: dict[str, _Alike] = {}
        self._pace = Pace(now)
        self._synced_at = -SYNC_SECONDS
        self._unsure: dict[str, list[bytes]] = {}  # by file: hashes of what was sent, with no answer
        self._state = b""  # as it stands there
        self._lane: Lane | None = None
        self._lost: ConflictError | None = None
        self._syncing = threading.RLock()

    def pull(self) -> None:
        """Brings all files here: what it takes to train, or to go on from a checkpoint."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for file in self.storage.list(f"{self.name}/**"):
            name = file.name.removeprefix(f"{self.name}/")
            path = self.folder / name
            with (
                open_to_read(self.storage, file.name) as source,
                replaced(path, parents=True) as partial,
                partial.open("wb") as target,
            ):
                shutil.copyfileobj(source, target)
            self._alike[name] = _Alike(read_version(path.stat()), file)
            if name == files.STATE:
                self._state = path.read_bytes()

    def sync(self, *, final: bool = False) -> None:
        """Brings a request to stop here, and what has changed since the last time back; `state.json` goes last.

        Does nothing within a second of the last time, unless it is the final one, which waits. A job that was
        deleted from the storage stays deleted. Raises ConflictError.
        """
        with self._syncing:
            wait_seconds = self._synced_at + SYNC_SECONDS - self._now()
            if wait_seconds > 0 and not final:
                return
            self._sleep(max(0.0, wait_seconds))
            try:
                stored = {file.name.rpartition("/")[2]: file for file in self.storage.list(f"{self.name}/*")}
                if files.STOP in stored:
                    (self.folder / files.STOP).touch()
                if files.STATE in stored:
                    self._check_alone(stored[files.STATE])
                    self._push(final=final)
            finally:
                self._synced_at = self._now()

    @contextmanager
    def keep(self) -> Iterator[None]:
        """Pulls, then keeps both sides alike from a thread while the block runs, and to the last byte at its end."""
        self.pull()
        ended = threading.Event()

        def sync_now_and_then() -> None:
            while not ended.wait(SYNC_SECONDS):
                try:
                    self.sync()
                except ConflictError:
                    (self.folder / files.STOP).touch()  # nothing of what is trained from here on is kept
                    return
                except OSError:
                    continue  # the next time tries again
                except Exception:  # noqa: BLE001  # so it does whatever an answer was, and the job's log has the reason
                    traceback.print_exc()

        thread = threading.Thread(target=sync_now_and_then, name="mirror", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.finish()

    def finish(self) -> None:
        """The final `sync`, tried again for a while where the storage does not take it."""
        deadline = self._now() + FINAL_SECONDS
        while True:
            try:
                return self.sync(final=True)
            except (ConflictError, FileNotFoundError, NotADirectoryError):
                raise
            except (OSError, WikicsError):
                if self._now() >= deadline:
                    raise

    def _check_alone(self, state_file: StoredFile) -> None:
        """Before anything is sent: whoever else works on this job has written its state first."""
        known = self._alike.get(files.STATE)
        if known and known.stored and known.stored != state_file:
            self._adopt(files.STATE, state_file)
        if self._lost is not None:
            raise self._lost

    def _push(self, *, final: bool) -> None:
        # The state is read first and written last: whatever it tells of (a report, the last rows) is there before it.
        state_path = self.folder / files.STATE
        version, state = read_version(state_path.stat()), state_path.read_bytes()
        present = {path.relative_to(self.folder).as_posix(): path for path in sorted(self.folder.rglob("*"))}
        if self._lane is not None and (final or self._lane.is_done):
            self._wait(self._lane)
        self._send_files(self._find_changed(present, final=final))
        if self._lane is not None and final:
            self._wait(self._lane)
        for name in self._alike.keys() - present.keys():
            self.storage.delete(f"{self.name}/{name}")
            del self._alike[name]
        if self._lane is not None and not _goes_on(self._state, state):
            self._give_sign()  # what the state tells of is not there yet
        elif self._alike.get(files.STATE, (None,))[0] != version:
            self._send_state(state, version)

    def _find_changed(self, present: Mapping[str, Path], *, final: bool) -> Sequence[tuple[str, Path]]:
        """The files that are to be sent now, a checkpoint and what it relies on last."""
        sizes = {name: path.stat() for name, path in present.items() if path.is_file()}
        changed = [
            (name, present[name])
            for name, status in sizes.items()
            if name not in (files.STATE, files.STOP)
            and not name.endswith(PARTIAL_SUFFIX)
            and self._alike.get(name, (None,))[0] != read_version(status)
        ]
        if not final:
            size_bytes = sum(sizes[name].st_size for name, path in changed if path.name in (*_PACED, _AT_THE_END))
            is_due = self._pace.is_due(size_bytes, sum(status.st_size for status in sizes.values()))
            left_out = (_AT_THE_END,) if is_due and self._lane is None else (*_PACED, _AT_THE_END)
            changed = [(name, path) for name, path in changed if path.name not in left_out]
        return sorted(changed, key=lambda found: (_rank(found[1].name), found[0]))

    def _send_files(self, changed: Sequence[tuple[str, Path]]) -> None:
        """Sends what is small, and begins to send the rest."""
        large: list[OpenedFile] = []
        with open_all(changed) as opened:
            for file in list(opened):
                if self._lane is not None and file.name in self._lane.names:
                    continue
                if self._count_due(file) > QUICK_BYTES or (large and file.is_called(*_PACED)):
                    large.append(file)
                else:
                    self._send(file)
            if large and self._lane is None:
                self._lane = Lane([opened.keep(file) for file in large], self._send)

    def _wait(self, lane: Lane) -> None:
        """Until the lane has sent everything; the signs of life go on. Raises what it ended with."""
        while not lane.join(SYNC_SECONDS):
            self._give_sign()
        self._lane = None
        lane.raise_error()

    def _count_due(self, file: OpenedFile) -> int:
        """Bytes that are to be sent of a file."""
        return file.size_bytes - self._find_start(file)

    def _find_start(self, file: OpenedFile) -> int:
        """How many of its first bytes are there already, and can stay."""
        known = self._alike.get(file.name)
        if known is None or known.stored is None or not file.is_called(*_GROWING):
            return 0
        inode, size_bytes, _ = known.version
        grew = isinstance(self.storage, SharedStorage) and inode == file.version[0] and size_bytes > WHOLE_BYTES
        return size_bytes if grew and size_bytes <= file.size_bytes else 0

    def _send(self, file: OpenedFile) -> None:
        start, known, name = self._find_start(file), self._alike.get(file.name), f"{self.name}/{file.name}"
        if not isinstance(self.storage, SharedStorage):
            with open_to_write(self.storage, name) as target:
                target.write(file.read())
            stored = None
        else:
            try:
                if start and known and known.stored:
                    written = self.storage.extend(name, file.read(start), known.stored)
                else:
                    written = self.storage.swap(
                        name, file.read(), known.stored if known else None, listed=file.is_called(files.RECORD)
                    )
            except OSError:
                self._unsure.setdefault(file.name, []).append(_hash(file.read()))
                raise
            stored = self._expect(file.name, written)
        self._pace.note(file.size_bytes - start, paced=file.is_called(*_PACED))
        self._alike[file.name] = _Alike(file.version, stored)

    def _send_state(self, state: bytes, version: Version | None) -> None:
        """Writes the state, or as a sign of life the one that stands there."""
        name, known, stored = f"{self.name}/{files.STATE}", self._alike.get(files.STATE), None
        if isinstance(self.storage, SharedStorage):
            try:
                written = self.storage.swap(name, state, known.stored if known else None)
            except OSError:
                self._unsure.setdefault(files.STATE, []).append(_hash(state))
                raise
            stored = self._expect(files.STATE, written)
        else:
            self.storage.write(name, state)
        self._pace.note(len(state), paced=False)
        self._state = state
        self._alike[files.STATE] = _Alike(version or (0, 0, 0), stored)

    def _give_sign(self) -> None:
        if _goes_on(self._state, self._state):
            self._send_state(self._state, None)

    def _expect(self, file_name: str, written: StoredFile | None) -> StoredFile | None:
        """What was written. Raises ConflictError where the storage had another version than this process knew."""
        if written is None:
            for found in self.storage.list(f"{self.name}/{file_name}"):
                self._adopt(file_name, found)
                raise UnavailableError(f"{file_name} was written without an answer: it is written again")
            self._lose(file_name)
        self._unsure.pop(file_name, None)
        return written

    def _adopt(self, file_name: str, found: StoredFile) -> None:
        """Takes for its own what it had sent without an answer. Raises ConflictError for anything else."""
        if _hash(self.storage.read(found.name)) not in self._unsure.pop(file_name, []):
            self._lose(file_name)
        self._alike[file_name] = _Alike((0, 0, 0), found)

    def _lose(self, file_name: str) -> NoReturn:
        self._lost = self._lost or ConflictError(
            f"{self.name} is written to by another process too, which changed its {file_name} in "
            f"{self.storage.location}: this one ends, and keeps nothing of what it trained since"
        )
        raise self._lost


def _rank(file_name: str) -> int:
    return _PACED.index(file_name) if file_name in _PACED else -1


def _goes_on(before: bytes, after: bytes) -> bool:
    """Whether a state tells of nothing but more of the same: no end, and rows of the same generation."""
    old, new = _parse(before), _parse(after)
    return (
        old.state in ACTIVE and new.state in ACTIVE and (old.generation, old.resuming) == (new.generation, new.resuming)
    )


def _parse(state: bytes) -> RunState:
    try:
        return build_state(parse_json(state, files.STATE))
    except DamagedFileError:
        return RunState("crashed")


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
