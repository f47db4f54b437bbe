"""What people write on runs: name, tags, notes, star, archive. `label.json`, beside what a run's trainer writes."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from core.errors import DamagedFileError, FileNotStoredError, InvalidInputError
from core.runs import files
from core.storage.base import NUM_READERS, SharedStorage, Storage, StoredFile
from core.storage.documents import dump_json, load_json, read_known

MAX_CHARACTERS: Final = 60  # of a name
MAX_TAGS: Final = 20  # of a run
MAX_TAG_CHARACTERS: Final = 40
MAX_NOTES_CHARACTERS: Final = 10_000


@dataclass(frozen=True)
class Label:
    """What is written on one run; a run without a label has all defaults."""

    name: str = ""
    tags: tuple[str, ...] = ()
    notes: str = ""  # Markdown
    starred: bool = False
    archived: bool = False  # left out of lists until it is asked for


@dataclass(frozen=True)
class LabelChanges:
    """What to write on a run instead; None leaves a field as it is."""

    name: str | None = None
    tags: Sequence[str] | None = None
    notes: str | None = None
    starred: bool | None = None
    archived: bool | None = None


def check_name(name: str) -> str:
    """A name without space around it. Raises InvalidInputError for one that no list could show in a line."""
    return check_line(name, "name a run", MAX_CHARACTERS)


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags in their order, each once whatever its case. Raises InvalidInputError for one that is no word or few."""
    found: dict[str, str] = {}
    for tag in tags:
        tag = check_line(tag, "be a tag", MAX_TAG_CHARACTERS)
        if "," in tag:
            raise InvalidInputError(f"{tag!r} cannot be a tag: it holds a comma; write two tags")
        if tag:
            found.setdefault(tag.casefold(), tag)
    if len(found) > MAX_TAGS:
        raise InvalidInputError(f"{len(found)} tags are too many: a run bears at most {MAX_TAGS}; take some away")
    return tuple(found.values())


def check_notes(notes: str) -> str:
    """Notes without space around them. Raises InvalidInputError for what is no readable text."""
    return check_text(notes, "the notes", MAX_NOTES_CHARACTERS)


def check_text(text: str, what: str, most: int) -> str:
    """Text of several lines without space around it. Raises InvalidInputError. what: as "the notes", which have it."""
    text = text.strip()
    if len(text) > most:
        raise InvalidInputError(f"{what} have {len(text):,} characters: at most {most:,} are kept; shorten them")
    unseen = next((letter for letter in text if not letter.isprintable() and letter not in "\n\t"), None)
    if unseen is not None:
        raise InvalidInputError(f"{what} hold a character that is not seen, {unseen!a}: leave it out")
    return text


def check_line(text: str, purpose: str, most: int) -> str:
    """A line without space around it. Raises InvalidInputError. purpose: what it is for, as "name a run"."""
    text = " ".join(text.split())
    shown = ascii(text[:most])
    if len(text) > most:
        raise InvalidInputError(f"{shown} cannot {purpose}: it has {len(text)} characters, expected at most {most}")
    if not text.isprintable():
        raise InvalidInputError(f"{shown} cannot {purpose}: it holds characters that are not seen; leave them out")
    return text


_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {"name": check_name, "tags": check_tags, "notes": check_notes}


def change_label(label: Label, changes: LabelChanges) -> Label:
    """The label with these changes. Raises InvalidInputError."""
    wanted = {field.name: getattr(changes, field.name) for field in fields(changes)}
    return replace(
        label,
        **{name: _CHECKS.get(name, bool)(value) for name, value in wanted.items() if value is not None},
    )


class RunLabels:
    """The labels of a storage's runs, by id; a run without one is not in it. May be used from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._known: dict[str, tuple[StoredFile, Label]] = {}
        self._reading = threading.Lock()

    def read_all(self, run_id: str = "*", *, listed: Sequence[StoredFile] | None = None) -> dict[str, Label]:
        """The labels of all runs, or of one; `listed` are their files. Nothing is read of a file that is as it was."""
        if listed is None:
            listed = self._storage.list(f"{files.RUNS}{run_id}/{files.LABEL}")
        stored = {file.name.split("/")[1]: file for file in listed}
        with self._reading:
            if run_id == "*":
                for gone in self._known.keys() - stored.keys():
                    del self._known[gone]
            new = {found: file for found, file in stored.items() if self._find(found, file) is None}
            if isinstance(self._storage, SharedStorage):
                with ThreadPoolExecutor(max(1, min(NUM_READERS, len(new)))) as pool:
                    list(pool.map(self._read, new.keys(), new.values()))
            else:
                for found, file in new.items():
                    self._read(found, file)
            return {
                found: label
                for found, file in stored.items()
                if (label := self._find(found, file)) not in (None, Label())
            }

    @property
    def known(self) -> Mapping[str, tuple[StoredFile, Label]]:
        """The labels as they were read, with their files."""
        with self._reading:
            return dict(self._known)

    def recall(self, known: Mapping[str, tuple[StoredFile, Label]]) -> None:
        """Takes for true what an earlier process has read, while the files are these."""
        with self._reading:
            self._known = {**known, **self._known}

    def read(self, run_id: str) -> Label:
        """What is written on one run."""
        return self.read_all(run_id).get(run_id, Label())

    def write(self, run_id: str, label: Label) -> None:
        """Replaces what is written on a run; of a label that says nothing, nothing is left."""
        with self._reading:
            self._known.pop(run_id, None)
        said = {name: value for name, value in asdict(label).items() if value}
        if said:
            self._storage.write(f"{files.RUNS}{run_id}/{files.LABEL}", dump_json(said))
        else:
            self._storage.delete(f"{files.RUNS}{run_id}/{files.LABEL}")

    def _find(self, run_id: str, file: StoredFile) -> Label | None:
        """The label that was read of this file; None where it was not."""
        known = self._known.get(run_id)
        return known[1] if known and known[0] == file else None

    def _read(self, run_id: str, file: StoredFile) -> None:
        try:
            self._known[run_id] = file, parse_label(load_json(self._storage, file.name))
        except FileNotStoredError:  # deleted meanwhile
            self._known.pop(run_id, None)
        except DamagedFileError:  # says nothing, until whoever labels the run writes it anew
            self._known[run_id] = file, Label()


def parse_label(content: Mapping[str, Any]) -> Label:
    """The label in a `label.json` of any version; a field that cannot be read says nothing."""
    label = Label()
    for name, value in read_known(Label, content).items():
        with suppress(InvalidInputError):
            label = change_label(label, LabelChanges(**{name: value}))
    return label
