"""Commands that are imported once they are asked for: who lists runs waits for nothing that trains."""

from collections.abc import Iterator, Mapping, MutableMapping
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar, cast

from typer import Typer
from typer.core import TyperGroup
from typer.main import get_command

from core.importing import importing_much


class LateGroup(TyperGroup):
    """A group whose commands stand elsewhere, each as `module:app`; only its help imports them all."""

    named: ClassVar[Mapping[str, str]] = {}  # by name, in the order of the help
    rest: ClassVar[str] = ""  # the group that has the others

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = cast(MutableMapping[str, Any], _LateCommands(self.named, self.rest))


class _LateCommands(Mapping[str, Any]):
    """Typer's commands by name."""

    def __init__(self, named: Mapping[str, str], rest: str) -> None:
        self._named, self._rest_at = named, rest

    def __getitem__(self, name: str) -> Any:
        if name not in self._named:
            return self._rest[name]
        command = _load(self._named[name])
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        yield from self._named
        yield from self._rest

    def __len__(self) -> int:
        return len(self._named) + len(self._rest)

    @cached_property
    def _rest(self) -> Mapping[str, Any]:
        return _load(self._rest_at).commands if self._rest_at else {}


def _load(where: str) -> Any:
    """The command or group of the Typer at `module:app`."""
    module, _, app = where.partition(":")
    with importing_much():
        found: Typer = getattr(import_module(module), app)
    return get_command(found)
