"""A disk that fails: below a folder, the k-th write of this process, or every one from there on, is refused."""

import builtins
import io
import os
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class FaultyDisk:
    """Refuses writes below `root` with an errno, from the k-th on (counted from 1) or that one alone.

    Whatever changes the disk counts: making a file or a folder, writing some bytes, syncing, renaming, linking.
    Deleting is refused by a disk that cannot be written to, and counts there alone.
    """

    def __init__(self, root, number, *, at=0, lasts=False):
        self.root, self.number, self.at, self.lasts = str(root), number, at, lasts
        self.count = 0
        self.refused = []

    def check(self, path, what):
        """Raises OSError when it is this write's turn."""
        path = os.fsdecode(path)
        if not path.startswith(self.root):
            return
        self.count += 1
        if self.at and (self.count == self.at or (self.lasts and self.count > self.at)):
            self.refused.append(f"{what} {path.removeprefix(self.root)}")
            raise OSError(self.number, os.strerror(self.number), path)

    @contextmanager
    def failing(self):
        """While the block runs."""
        patches = [
            mock.patch.object(io, "open", self._open),
            mock.patch.object(builtins, "open", self._open),
            mock.patch.object(os, "open", self._os_open(os.open)),
            mock.patch.object(os, "fsync", self._fsync),
        ]
        names = ["replace", "rename", "link", "mkdir", "utime"]
        if self.number == 30:  # EROFS
            names += ["unlink", "rmdir"]
        patches += [mock.patch.object(os, name, self._checked(name, getattr(os, name))) for name in names]
        for patch in patches:
            patch.start()
        try:
            yield self
        finally:
            for patch in patches:
                patch.stop()

    def _checked(self, what, call):
        def checked(path, *arguments, **options):
            is_made = what == "mkdir" and os.path.lexists(path)  # which no disk needs to be asked
            if not isinstance(path, int) and options.get("dir_fd") is None and not is_made:
                self.check(path, what)
            return call(path, *arguments, **options)

        return checked

    def _os_open(self, call):
        def checked(path, flags, *arguments, **options):
            if flags & WRITING and options.get("dir_fd") is None:
                self.check(path, "open")
            return call(path, flags, *arguments, **options)

        return checked

    def _fsync(self, descriptor):
        self.check(Path(f"/proc/self/fd/{descriptor}").readlink(), "fsync")

    def _open(self, file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, **other):
        if isinstance(file, int) or not set(mode) & set("wax+") or not os.fspath(file).startswith(self.root):
            return _OPEN(file, mode, buffering, encoding, errors, newline, **other)
        self.check(os.fspath(file), "open")
        raw = _File(file, mode.replace("b", "").replace("t", ""), self)
        if buffering == 0:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)


_OPEN = io.open


class _File(io.FileIO):
    def __init__(self, path, mode, disk):
        super().__init__(path, mode)
        self._disk = disk

    def write(self, data):
        self._disk.check(os.fspath(self.name), "write")
        return super().write(data)


def refuse_each(root, number, *, lasts):
    """A disk for every write in turn, until one takes all: `for disk in refuse_each(…): with disk.failing(): …`."""
    at = 1
    while True:
        disk = FaultyDisk(root, number, at=at, lasts=lasts)
        yield disk
        if not disk.refused:
            return
        at += 1
