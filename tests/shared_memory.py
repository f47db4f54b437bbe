"""This process's memory as a storage that many machines write to: each content has a tag, as in a bucket."""

import itertools
import threading
from dataclasses import replace

from core.storage.memory import MemoryStorage


class SharedMemoryStorage(MemoryStorage):
    """See `core.storage.base.SharedStorage`."""

    def __init__(self, **options):
        super().__init__(**options)
        self._numbers, self._tags, self._swapping = itertools.count(1), {}, threading.RLock()
        self._listed = {}

    def write(self, name, content):
        with self._swapping:
            super().write(name, content)
            self._listed.pop(name, None)
            self._tags[name] = str(next(self._numbers))

    def create(self, name, content):
        with self._swapping:
            is_new = super().create(name, content)
            if is_new:
                self._listed.pop(name, None)
                self._tags[name] = str(next(self._numbers))
        return is_new

    def list(self, pattern):
        with self._swapping:
            return [
                replace(file, tag=self._tags[file.name], content=self._listed.get(file.name))
                for file in super().list(pattern)
            ]

    def swap(self, name, content, found, *, listed=False):
        with self._swapping:
            if found != next(iter(self.list(name)), None):
                return None
            self.write(name, content)
            if listed:
                self._listed[name] = bytes(content)
            return self.list(name)[0]

    def extend(self, name, content, found):
        with self._swapping:
            if [found] != self.list(name):
                return None
            SharedMemoryStorage.write(self, name, self.read(name) + bytes(content))
            return self.list(name)[0]
