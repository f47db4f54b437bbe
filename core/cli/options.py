"""Options that commands share, and the document that --json prints."""

import json
from typing import Annotated, Any

import orjson
import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
GraphOption = Annotated[
    str | None,
    typer.Option("--graph", metavar="G", help="Graph: wikics, twin, an archive's id, or the path of a file or folder."),
]
BackendOption = Annotated[
    str | None, typer.Option("--backend", metavar="B", help="Where it executes; wikics backends lists what there is.")
]


def print_json(content: Any) -> None:
    """One JSON document on stdout."""
    try:
        text = orjson.dumps(content, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # a number of more than 64 bits, half a character
        text = ""
    if not text.isascii() or not text:  # what a terminal may not be able to show
        text = json.dumps(content, indent=2, default=str)
    print(text)
