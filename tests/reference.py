"""Writes docs/reference.md: every command, setting, config field, preset, route and page, as the code has them."""

import ast
from typing import Literal, get_args, get_origin

import typer.main

from core.cli.commands import app as cli
from core.config.presets import list_presets
from core.config.train import TrainConfig
from core.early import PREFIX
from core.http import build_api
from core.settings import FIELDS
from tests.tracked import ROOT

REFERENCE = ROOT / "docs" / "reference.md"
BOUNDS = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}


def list_commands(group=None, path=("wikics",)):
    """Every command that does something, by its words: ("wikics", "runs", "list")."""
    found = {}
    for name, command in (group or typer.main.get_command(cli)).commands.items():
        words = (*path, name)
        found |= list_commands(command, words) if hasattr(command, "commands") else {words: command}
    return found


def list_settings():
    """The fields of the settings by the variables that set them."""
    return {f"{PREFIX}{name.upper()}": field for name, field in FIELDS.items()}


def list_routes():
    """Every operation of the HTTP interface: (method, path, operation)."""
    paths = build_api(lambda: None).openapi()["paths"]
    return [(method.upper(), path, operation) for path, each in paths.items() for method, operation in each.items()]


def list_pages():
    """File, title and help of every page. The router is read, since running it takes a session."""
    tree = ast.parse((ROOT / "pages" / "router.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.Page"]
    keywords = [{word.arg: ast.literal_eval(word.value) for word in call.keywords} for call in calls]
    return [(call.args[0].value, words["title"], words["help"]) for call, words in zip(calls, keywords, strict=True)]


def build_table(heads, rows):
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in (heads, *rows)]
    lines = ["| " + " | ".join(row) + " |" for row in cells]
    return "\n".join([lines[0], "|---" * len(heads) + "|", *lines[1:]])


def code(text):
    return f"`{text}`" if text not in (None, "", False) else ""


def describe_parameter(parameter):
    name = parameter.metavar or parameter.name if parameter.param_type_name == "argument" else " ".join(parameter.opts)
    value = f" {parameter.metavar}" if parameter.metavar and parameter.param_type_name == "option" else ""
    return code(name + value + (" …" if parameter.multiple else "")), code(parameter.default), parameter.help or ""


def describe_values(field):
    """What a field takes: its choices, or its type and bounds."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(map(code, get_args(field.annotation)))
    limits = [
        text.format(f"{getattr(item, kind):,}".removesuffix(".0"))
        for item in field.metadata
        for kind, text in BOUNDS.items()
        if hasattr(item, kind)
    ]
    return " ".join([getattr(field.annotation, "__name__", str(field.annotation)), *limits])


def build_commands():
    parts = []
    for words, command in list_commands().items():
        rows = [describe_parameter(parameter) for parameter in command.params]
        parts += [f"### `{' '.join(words)}`", command.help, build_table(("option", "default", "meaning"), rows)]
    return parts


def build_reference():
    """The text of docs/reference.md."""
    settings = [
        (code(name), code(field.default), get_args(field.type)[1].description)
        for name, field in list_settings().items()
    ]
    fields = [
        (code(name), code(str(field.default)), describe_values(field), field.description)
        for name, field in TrainConfig.model_fields.items()
    ]
    presets = [(code(preset.name), preset.title, preset.description) for preset in list_presets()]
    routes = [
        (
            code(f"{method} {path}"),
            ", ".join(code(each["name"]) for each in operation.get("parameters", []) if each["in"] == "query"),
            operation["description"],
        )
        for method, path, operation in list_routes()
    ]
    pages = [(title, code(f"pages/{file}"), text) for file, title, text in list_pages()]
    parts = [
        "# Reference",
        "Everything that can be asked, set and opened. `make docs` writes this page from the code.",
        "## Commands",
        "Every command knows `--help`, which shows the same. `--json` prints one JSON document on stdout.",
        *build_commands(),
        "## Config fields",
        "What `--set` takes, the form of *Train* shows and `config.json` keeps.",
        build_table(("field", "default", "values", "meaning"), fields),
        "## Presets",
        build_table(("preset", "title", "meaning"), presets),
        "## Settings",
        "Environment variables, or lines of a `.env` file.",
        build_table(("variable", "default", "meaning"), settings),
        "## Routes",
        "Below `/api`; `/api/docs` tries them out.",
        build_table(("route", "parameters", "meaning"), routes),
        "## Pages",
        build_table(("page", "file", "meaning"), pages),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    REFERENCE.write_text(build_reference(), encoding="utf-8")
