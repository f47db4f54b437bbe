"""What people write on runs: name, tags, notes, star, archive. `label.json`, beside what a run's trainer writes."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from core.errors import DamagedFileError, FileNotStoredError, InvalidInputError
from core.runs import files
from core.storage.base import Storage, StoredFile
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
    return _check_line(name, "name a run", MAX_CHARACTERS)


def check_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags in their order, each once whatever its case. Raises InvalidInputError for one that is no word or few."""
    found: dict[str, str] = {}
    for tag in tags:
        tag = _check_line(tag, "be a tag", MAX_TAG_CHARACTERS)
        if "," in tag:
            raise InvalidInputError(f"{tag!r} cannot be a tag: it holds a comma; write two tags")
        if tag:
            found.setdefault(tag.casefold(), tag)
    if len(found) > MAX_TAGS:
        raise InvalidInputError(f"{len(found)} tags are too many: a run bears at most {MAX_TAGS}; take some away")
    return tuple(found.values())


def check_notes(notes: str) -> str:
    """Notes without space around them. Raises InvalidInputError for what is no readable text."""
    notes = notes.strip()
    if len(notes) > MAX_NOTES_CHARACTERS:
        raise InvalidInputError(
            f"the notes have {len(notes):,} characters: at most {MAX_NOTES_CHARACTERS:,} are kept; shorten them"
        )
    unseen = next((letter for letter in notes if not letter.isprintable() and letter not in "\n\t"), None)
    if unseen is not None:
        raise InvalidInputError(f"the notes hold a character that is not seen, {unseen!a}: leave it out")
    return notes


def _check_line(text: str, purpose: str, most: int) -> str:
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
            found = {run_id: self._read(run_id, file) for run_id, file in stored.items()}
        return {run_id: label for run_id, label in found.items() if label != Label()}

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

    def _read(self, run_id: str, file: StoredFile) -> Label:
        known = self._known.get(run_id)
        if known is None or known[0] != file:
            try:
                known = self._known[run_id] = file, parse_label(load_json(self._storage, file.name))
            except FileNotStoredError:  # deleted meanwhile
                return Label()
            except DamagedFileError:  # says nothing, until whoever labels the run writes it anew
                known = self._known[run_id] = file, Label()
        return known[1]


def parse_label(content: Mapping[str, Any]) -> Label:
    """The label in a `label.json` of any version; a field that cannot be read says nothing."""
    label = Label()
    for name, value in read_known(Label, content).items():
        with suppress(InvalidInputError):
            label = change_label(label, LabelChanges(**{name: value}))
    return label
