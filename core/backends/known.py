"""All backends of a storage as one: each job goes to its own, whose name stands in a file of the job."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, runtime_checkable

from core.backends.base import Backend, Place
from core.errors import DamagedFileError, FileNotStoredError, InvalidInputError, UnavailableError
from core.runs import files
from core.runs.record import LOCAL
from core.storage.base import Storage
from core.storage.documents import load_json

SPREADING: Final = "ray"  # for messages


@runtime_checkable
class Settles(Protocol):
    """A backend whose jobs may end without a word of theirs, and that asks somebody else how they stand."""

    def settle(self, job: str) -> None:
        """Brings how the job stands there into its folder."""


@runtime_checkable
class Plans(Protocol):
    """A backend that asks somebody else for a machine, and can say beforehand for what."""

    def plan(self, job: str) -> dict[str, Any]:
        """What would be asked for to execute a job of this name."""


@dataclass(frozen=True)
class Site:
    """Where a backend executes, for a person, and what is rented there; empty where nothing is."""

    name: str
    device: str
    machine: str
    accelerator: str
    region: str


@dataclass(frozen=True)
class Offer:
    """A backend by name, where it executes, and whether it can: `missing` has a sentence for each thing it lacks."""

    name: str
    ready: bool
    missing: tuple[str, ...]
    place: Site


class Backends:
    """The backends by name; see `core.backends.base.Backend`. May be used from any thread.

    A run without a name of its own, as of older versions, is executed by `local`; a benchmark by the default.
    """

    def __init__(self, storage: Storage, makers: Mapping[str, Callable[[], Backend]], *, default: str = LOCAL) -> None:
        """makers: open a backend, by its name."""
        self._storage, self._makers, self.default = storage, makers, default
        self._opened: dict[str, Backend] = {}

    def submit(self, job: str) -> None:
        self._of(job).submit(job)

    def stop(self, job: str) -> None:
        self._of(job).stop(job)

    def resume(self, job: str, *, config: Mapping[str, Any] | None = None) -> None:
        self._of(job).resume(job, config=config)

    def alive(self, job: str) -> bool:
        return self._of(job).alive(job)

    def describe_place(self) -> Place:
        return self.open(self.default).describe_place()

    def offer(self, name: str) -> Offer:
        """One backend. Raises InvalidInputError for a name that none has."""
        place = self.open(name).describe_place()
        site = Site(place.name, place.device, place.machine, place.accelerator, place.region)
        return Offer(name, not place.missing, place.missing, site)

    def list_offers(self) -> list[Offer]:
        """All backends, the default first."""
        return [self.offer(name) for name in sorted(self._makers, key=lambda name: name != self.default)]

    def check_ready(self, name: str) -> Offer:
        """The backend, if it lacks nothing. Raises UnavailableError with what it lacks."""
        offer = self.offer(name)
        if not offer.ready:
            raise UnavailableError(f"{name} cannot train yet: {'; '.join(offer.missing)} (wikics backends)")
        return offer

    def check_spreads(self, name: str, workers: int) -> None:
        """Raises InvalidInputError where a backend does not train so many runs of a benchmark at the same time."""
        if workers > 1 and not self.open(name).describe_place().spreads:
            raise InvalidInputError(
                f"{workers} workers, and {name} trains the runs of a benchmark one after the other or all together: "
                f"name a backend that spreads them, such as {SPREADING}"
            )

    def plan(self, name: str, job: str) -> dict[str, Any]:
        """What a backend would ask its provider for. Raises InvalidInputError where it rents nothing."""
        backend = self.open(name)
        if not isinstance(backend, Plans):
            raise InvalidInputError(
                f"{name} rents no machine: there is nothing to show beforehand; choose another place"
            )
        return backend.plan(job)

    def settle(self, jobs: Iterable[str]) -> None:
        """Brings how jobs stand at their providers into their folders; the first error is raised at the end."""
        errors = []
        for job in jobs:
            backend = self._of(job)
            try:
                if isinstance(backend, Settles):
                    backend.settle(job)
            except OSError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _of(self, job: str) -> Backend:
        file, otherwise = (files.ENVIRONMENT, LOCAL) if job.startswith(files.RUNS) else (files.WANTED, self.default)
        try:
            named = load_json(self._storage, f"{job}/{file}").get("backend")
        except (FileNotStoredError, DamagedFileError):
            named = None
        return self.open(named if isinstance(named, str) and named in self._makers else otherwise)

    def open(self, name: str) -> Backend:
        """The backend of this name. Raises InvalidInputError."""
        if name not in self._makers:
            raise InvalidInputError(f"no backend {name!r}: expected one of {', '.join(self._makers)}")
        return self._opened.setdefault(name, self._makers[name]()) if name not in self._opened else self._opened[name]
