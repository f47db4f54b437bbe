"""What a Dockerfile says: its stages, each a list of steps, and which files of the repository an image may take."""

import fnmatch
import json
import re
import shlex
from dataclasses import dataclass, field

WORDS = ("FROM", "ARG", "ENV", "RUN", "COPY", "WORKDIR", "USER", "EXPOSE", "HEALTHCHECK", "CMD")


@dataclass(frozen=True)
class Step:
    """`COPY --from=cpu a b`: word COPY, options {"from": "cpu"}, text "a b"."""

    word: str
    text: str
    options: dict[str, str] = field(default_factory=dict)

    def words(self):
        """A list in JSON, as CMD has, or words as a shell parts them."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


@dataclass(frozen=True)
class Stage:
    name: str
    base: str  # another stage, or an image
    steps: tuple[Step, ...]


def read_dockerfile(text):
    """Its stages by name, in their order. Raises ValueError for what it does not know."""
    stages = {}
    for line in _join_lines(text):
        word, _, rest = line.partition(" ")
        if word not in WORDS:
            raise ValueError(f"{word} in {line!r}: expected one of {', '.join(WORDS)}")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name.strip()] = Stage(name.strip(), base.strip(), ())
            continue
        stage = next(reversed(stages.values()))
        options, rest = _part_options(rest) if word in ("COPY", "RUN", "HEALTHCHECK") else ({}, rest)
        stages[stage.name] = Stage(stage.name, stage.base, (*stage.steps, Step(word, rest.strip(), options)))
    return stages


def list_needed(stages, name):
    """The stages that this one stands on or copies from, those first, itself last."""
    stage, needed = stages[name], []
    for other in (stage.base, *(step.options.get("from") for step in stage.steps)):
        if other in stages:
            needed += [each for each in list_needed(stages, other) if each not in needed]
    return [*needed, name]


def list_steps(stages, name):
    """Its steps behind those of what it stands on."""
    stage = stages[name]
    return [*(list_steps(stages, stage.base) if stage.base in stages else ()), *stage.steps]


def find_last(stages, name, word):
    """The last step of this kind that holds for a stage."""
    return next(step for step in reversed(list_steps(stages, name)) if step.word == word)


def expand(text, values):
    """With `$NAME` and `${NAME}` replaced, by nothing where there is no such value."""
    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", lambda match: values.get(match[1] or match[2], ""), text)


def is_ignored(path, patterns):
    """Whether .dockerignore keeps this file, or a folder that it lies in, from every image."""
    parts = path.split("/")
    return any(_matches("/".join(parts[:end]), pattern) for end in range(1, len(parts) + 1) for pattern in patterns)


def read_ignored(text):
    return [line.strip().rstrip("/") for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _matches(path, pattern):
    if pattern.startswith("**/"):
        return fnmatch.fnmatchcase(path.rpartition("/")[2], pattern[3:])
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)


def _join_lines(text):
    """Whole steps, without comments."""
    kept = "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return [line.strip() for line in kept.replace("\\\n", "").splitlines()]


def _part_options(text):
    options = {}
    while match := re.match(r"--([\w-]+)=(\S+)\s+", text):
        options[match[1]], text = match[2], text[match.end() :]
    return options, text
