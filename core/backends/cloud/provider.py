"""One provider: what it is called, what it rents to us, and what has to be there before it is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, Protocol

from core.backends.base import Place
from core.backends.cloud.account import find_account_missing
from core.backends.cloud.base import Launcher, Machine
from core.storage.base import Storage
from core.storage.local import LocalStorage


class Provides(Protocol):
    """Who executes orders, as `core.backends.cloud.backend` needs it. title: for a person."""

    @property
    def title(self) -> str: ...

    def open_launcher(self) -> Launcher:
        """What takes orders; its library is loaded by now, or when it is first asked."""

    def describe_place(self, storage: Storage) -> Place:
        """Where a job would execute, and a sentence for each thing that is missing; nobody is asked."""


MAX_JOBS: Final = 1000  # each has a machine of its own: the provider's quota is the bound


@dataclass(frozen=True)
class Provider:
    """`needs` says of settings that must not be empty, by their variables, what to name there."""

    title: str  # for a person
    module: str  # that talks to it, of an extra
    machine: Machine
    needs: Mapping[str, str]
    open: Callable[[Machine], Launcher]  # loads that module
    find_account_missing: Callable[[], list[str]] = find_account_missing

    def open_launcher(self) -> Launcher:
        return self.open(self.machine)

    def describe_place(self, storage: Storage) -> Place:
        """The machine that a job gets, and a sentence for each thing that is missing; the provider is not asked."""
        machine = self.machine
        return Place(
            self.title,
            machine.device,
            MAX_JOBS,
            machine=f"{machine.machine} spot" if machine.spot else machine.machine,  # which has a price of its own
            accelerator=machine.accelerator,
            region=machine.region,
            missing=tuple(self._list_missing(storage)),
        )

    def _list_missing(self, storage: Storage) -> list[str]:
        missing = [f"{name} is not set: {what}" for name, what in self.needs.items()]
        # A folder of this machine is out of reach of another one, and within that of a stand-in here.
        if isinstance(storage, LocalStorage) and not self.machine.is_local:
            missing.append(
                "WIKICS_BUCKET is not set: name gs://NAME/PREFIX, which this machine and that one both reach"
            )
        if not _is_installed(self.module):
            missing.append(f"{self.module} is not installed: pip install -c constraints.txt -e '.[cloud]'")
        return missing if self.machine.is_local else [*missing, *self.find_account_missing()]


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even what it lies in
        return False
