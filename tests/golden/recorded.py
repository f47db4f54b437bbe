"""The questions and answers that were recorded of every version."""

import json
from dataclasses import dataclass
from functools import cache

import pytest

from tests.golden.ask import FOLDER


@dataclass(frozen=True)
class Recorded:
    """One question to a version's home, and what that version answered. `number` is its place in the file."""

    version: str
    part: str  # cli, http or pages
    number: int
    asked: dict
    answer: dict

    @property
    def is_slow(self):
        """Whether the answer takes torch, whose import takes seconds."""
        return self.asked.get("argv", [""])[0] == "benchmark"

    def __str__(self):
        words = [*self.asked.get("argv", []), self.asked.get("url", ""), self.asked.get("page", "")]
        return f"{self.version} {self.number} {' '.join(words).strip()}"


def list_versions():
    """Every version that artefacts were made of."""
    return sorted(path.parent.name for path in FOLDER.glob("*/home"))


@cache
def list_recorded(part):
    """All that was asked of one part, of every version."""
    return [
        Recorded(version, part, number, **pair)
        for version in list_versions()
        for number, pair in enumerate(json.loads((FOLDER / version / f"{part}.json").read_text()))
    ]


def each(recorded):
    """As parameters of a test, one each."""
    return [pytest.param(found, id=str(found), marks=[pytest.mark.slow] * found.is_slow) for found in recorded]
