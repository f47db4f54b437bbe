"""Versions of models: of each graph a history that only grows, and what it says of each version and alias."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

from core.damage import Damage
from core.errors import ConflictError, DamagedFileError, FileNotStoredError
from core.runs import files
from core.runs.names import is_run_id
from core.storage.ahead import begin
from core.storage.base import SharedStorage, Storage, StoredFile
from core.storage.documents import dump_json, load_json, read_whole

Act = Literal["promote", "roll back", "withdraw"]
Alias = Literal["candidate", "production"]
CANDIDATE: Final = "candidate"
PRODUCTION: Final = "production"
PREVIOUS: Final = "previous"  # no alias that anybody gives: where a rollback leads
WORDS: Final[Mapping[str, str]] = {
    CANDIDATE: "candidate",
    PRODUCTION: "in production",
    PREVIOUS: "in production before",
}
KEPT_DIGITS: Final = 16  # of a graph's digest, which its folder is called
FRESH_SECONDS: Final = 2.0  # so long a listing of a storage far away counts


@dataclass(frozen=True)
class Gate:
    """One condition of a promotion, its figure, and what it had to be; None where it is no number."""

    name: str = ""
    passed: bool = False
    sentence: str = ""
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Step:
    """One line of a history: what was done to which alias of a graph, and with which version."""

    act: Act
    alias: Alias
    version: int  # the first is 0
    run: str  # whose weights the version is
    weights: str  # their sha256
    trained_at: float  # when that run ended: one that went on since has other weights
    graph: str
    graph_digest: str
    done_at: float
    who: str = ""
    val_acc: float | None = None  # when it was done
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What a run is as a model: its version, and its aliases, `previous` among them."""

    version: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """The steps of one graph, oldest first, and what follows from them."""

    key: str
    steps: tuple[Step, ...] = ()
    damaged: tuple[Damage, ...] = ()
    next_number: int = 0

    @property
    def versions(self) -> dict[int, Step]:
        """Each version by the step that named it last: identical weights of another run are the same version."""
        return {step.version: step for step in self.steps}

    def find_version(self, weights: str) -> int:
        """The version of these weights: one that there is, or the next."""
        known = {step.weights: step.version for step in self.steps}
        return known.get(weights, max(known.values(), default=-1) + 1)

    @property
    def productions(self) -> Sequence[int]:
        """The version in production, at the end, and those that rollbacks lead to, one after the other."""
        found: list[int] = []
        for step in self.steps:
            if step.alias != PRODUCTION:
                continue
            if step.act == "promote":
                found.append(step.version)
            else:  # a rollback, or nothing is in production any more
                while found and (step.act == "withdraw" or found[-1] != step.version):
                    found.pop()
        return found

    @property
    def holders(self) -> dict[str, int]:
        """The version of each alias that points to one."""
        candidate = self._find_candidate()
        held = {} if candidate is None else {CANDIDATE: candidate}
        return held | dict(zip((PRODUCTION, PREVIOUS), reversed(self.productions), strict=False))

    def _find_candidate(self) -> int | None:
        """The last that was made so, unless that was taken back, or it was promoted further."""
        found: int | None = None
        for step in self.steps:
            if step.alias == CANDIDATE:
                found = step.version if step.act == "promote" else None
            elif step.act == "promote" and step.version == found:
                found = None
        return found

    def name_aliases(self, version: int) -> tuple[str, ...]:
        """The aliases of a version."""
        return tuple(alias for alias, held in self.holders.items() if held == version)


def describe_standing(version: int | None, aliases: Sequence[str]) -> str:
    """What a run is as a model: `v3, in production`; nothing for one that is none."""
    return "" if version is None else ", ".join([f"v{version}", *(WORDS.get(alias, alias) for alias in aliases)])


class ModelHistories:
    """The histories below `models/` of a storage, one file a step, which is never written again.

    Of two processes that add a step at once one gets its number, whatever the storage. May be used from any thread.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        now: Callable[[], float] = time.time,
        uptime: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` is the clock (Unix seconds), `uptime` one that is never set."""
        self._storage = storage
        self._now, self._uptime = now, uptime
        self._known: dict[StoredFile, Step | Damage] = {}
        self._listed: tuple[float, dict[str, History]] | None = None

    def read_all(self, *, fresh: bool = False) -> dict[str, History]:
        """Every history by its key. fresh: as it is now, also of a storage far away."""
        if self._listed and not fresh and self._uptime() < self._listed[0]:
            return self._listed[1]
        found: dict[str, History] = {}
        for file in self._storage.list(files.STEPS):
            key, number = file.name.removeprefix(files.MODELS).removesuffix(".json").split("/")
            if not number.isdecimal():
                continue
            with suppress(FileNotStoredError):  # deleted meanwhile
                found[key] = self._extend(found.get(key, History(key)), int(number), self._read(file, key))
        far = isinstance(self._storage, SharedStorage)
        self._listed = (self._uptime() + FRESH_SECONDS, found) if far else None
        return found

    def read(self, graph_digest: str) -> History:
        """The history of one graph, as it is now."""
        key = graph_digest[:KEPT_DIGITS]
        return self.read_all(fresh=True).get(key, History(key))

    def add(self, history: History, step: Step) -> History:
        """Adds a step to a history as it was read, and returns it with that.

        Raises ConflictError where another was added since, DamagedFileError where a step cannot be read: what it says
        would be said twice.
        """
        if history.damaged:
            raise DamagedFileError(history.damaged[0].message)
        step = replace(step, done_at=self._now())
        self._listed = None
        if not self._storage.create(_name(history.key, history.next_number), dump_json(asdict(step))):
            raise ConflictError(
                f"somebody else has just changed which models of graph {step.graph} are candidate and in production: "
                "look again (wikics models list), then repeat this"
            )
        return self._extend(history, history.next_number, step)

    def find_standings(self) -> Mapping[tuple[str, float | None], Standing]:
        """What runs are as models, by their ids and when they ended."""
        standings: dict[tuple[str, float | None], Standing] = {}
        for history in self.read_all().values():
            for version, step in history.versions.items():
                standings[step.run, step.trained_at] = Standing(version, history.name_aliases(version))
        return standings

    def begin_reading(self) -> Callable[[], Mapping[tuple[str, float | None], Standing]]:
        """Reads a storage far away while the caller does something else; what is returned is `find_standings`."""
        if not isinstance(self._storage, SharedStorage):
            return self.find_standings
        return begin(self.find_standings).result

    def _read(self, file: StoredFile, key: str) -> Step | Damage:
        """One step, read once as long as its file is as it is."""
        known = self._known.get(file)
        if known is None:
            try:
                known = _check(read_whole(Step, load_json(self._storage, file.name), file.name), key, file.name)
            except DamagedFileError as error:
                return Damage(file.name, f"{error}: restore it, or delete it, and look what wikics models list says")
            self._known[file] = known
        return known

    @staticmethod
    def _extend(history: History, number: int, found: Step | Damage) -> History:
        if isinstance(found, Step):
            return replace(history, steps=(*history.steps, found), next_number=number + 1)
        return replace(history, damaged=(*history.damaged, found), next_number=number + 1)


def _check(step: Step, key: str, name: str) -> Step:
    """The step, if it names a run and stands with its graph. Raises DamagedFileError."""
    if not is_run_id(step.run):
        raise DamagedFileError(f"{name} is damaged, since it names no run under 'run'")
    if step.graph_digest[:KEPT_DIGITS] != key:
        raise DamagedFileError(f"{name} is damaged, since it is of another graph")
    return step


def _name(key: str, number: int) -> str:
    return f"{files.MODELS}{key}/{number:06d}.json"
