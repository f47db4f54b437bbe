"""What the commands share: the two consoles, options, and how a graph and settings are named."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from core.app.explorer import Explorer
from core.app.explorer import open_explorer as open_explorer_of
from core.errors import ConfigError
from core.settings import load_settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
GraphOption = Annotated[
    str | None,
    typer.Option("--graph", metavar="G", help="Graph: wikics, twin, an archive's id, or a path to an archive."),
]

out = Console()
err = Console(stderr=True)


def open_explorer() -> Explorer:
    """The Explorer of this process's settings."""
    return open_explorer_of(load_settings())


def print_json(content: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(content, indent=2, default=str))


def open_graph(explorer: Explorer, graph: str | None) -> str:
    """The id of the graph that --graph names; an archive named by its path is taken into the library first."""
    if graph is not None and (graph.endswith(".npz") or os.sep in graph):
        return explorer.graphs.register(Path(graph).expanduser())
    return explorer.graphs.load(graph).id


def parse_overrides(pairs: list[str]) -> dict[str, Any]:
    """`["lr=0.01", "jk=cat"]` as fields and their texts. Raises ConfigError."""
    values: dict[str, Any] = {}
    for pair in pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise ConfigError(f"--set {pair!r} is no setting: write field=value, such as lr=0.01")
        values[name] = text  # the config parses "1e-3", "20" and "true" by its fields' types
    return values
