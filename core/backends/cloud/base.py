"""What a provider in the cloud can do: begin a command in a container, say how it goes, end it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

Phase = Literal["waiting", "running", "succeeded", "failed", "cancelled"]
OVER: Final[tuple[Phase, ...]] = ("succeeded", "failed", "cancelled")


@dataclass(frozen=True)
class Order:
    """What is to be executed: a command in the image, under a label that no other order has."""

    label: str  # lower-case letters, digits and dashes, at most 60: of one job of one storage and one of its executions
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sight:
    """How an execution stands: in one of five words, and as the provider says it."""

    phase: Phase
    state: str  # the provider's own word
    message: str = ""  # why, in the provider's words; empty where it says nothing
    url: str = ""  # where a person finds it


class Launcher(Protocol):
    """One provider. Whatever of it does not answer is UnavailableError; what it will never do is RefusedError."""

    def launch(self, order: Order) -> str:
        """Begins an order and returns at once the provider's name of the execution.

        One of this label that was begun already is taken for it: an answer may have been lost.
        """

    def plan(self, order: Order) -> dict[str, Any]:
        """What `launch` would ask for, as plain values; nobody is asked."""

    def look(self, name: str) -> Sight:
        """How an execution stands. Raises NotFoundError where the provider knows it no more."""

    def cancel(self, name: str) -> None:
        """Ends an execution, with SIGTERM first; does nothing to one that is over or unknown."""


@dataclass(frozen=True)
class Machine:
    """What is rented, and where, as the settings name it."""

    image: str
    project: str
    region: str
    machine: str
    accelerator: str
    service_account: str = ""
    spot: bool = False
    zone: str = ""  # of the region, where a machine is made in one
    job: str = ""  # that exists at the provider and is executed, where it has such things
    endpoint: str = ""  # HOST:PORT of another service; empty for the provider's own

    @property
    def is_local(self) -> bool:
        """Whether the service is a stand-in on this machine, which needs no account and no encryption."""
        return self.endpoint.startswith("127.0.0.1:")

    @property
    def device(self) -> str:
        """For a person."""
        gpu = self.accelerator.upper().replace("-", " ")
        return ", ".join(filter(None, [gpu, self.machine, self.region, "spot" if self.spot else ""]))
