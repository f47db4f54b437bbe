"""Draws docs/images/rooms.svg, the rooms of the house and what each knows, from the code's own imports.

`python -m tests.rooms` writes it anew; a test holds that it is the code's.
"""

import ast
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

import grimp

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURE: Final = ROOT / "docs" / "images" / "rooms.svg"

WIDTH: Final = 980
LEFT: Final = 40
TOP: Final = 12
GAP: Final = 12
BOX: Final = 68
ROW: Final = BOX + GAP
CHARACTER: Final = 5.8  # wide, of small text
STYLE: Final = (
    "text{font-family:system-ui,sans-serif;fill:#0f172a}.name{font-size:16px;font-weight:600}"
    ".small{font-size:11px;fill:#475569}rect{fill:#f1f5f9;stroke:#94a3b8}path{stroke:#64748b;fill:none}"
)


@dataclass(frozen=True)
class Room:
    """One room: its name, what it is for, its inner rooms, and the rooms that it imports."""

    name: str
    purpose: str
    inner: tuple[str, ...]
    imports: frozenset[str]


def read_layers() -> list[list[str]]:
    """The rooms from top to bottom, those of one layer side by side, as the import contract orders them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(each for each in config["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]


def read_rooms(names: Iterable[str]) -> dict[str, Room]:
    """What the code says of these rooms."""
    names = list(names)
    graph = grimp.build_graph("core", "pages", cache_dir=None)
    members = {name: {name, *graph.find_descendants(name)} for name in names}
    room_of = {module: name for name, modules in members.items() for module in modules}
    rooms = {}
    for name, modules in members.items():
        known = {
            room_of.get(imported) for module in modules for imported in graph.find_modules_directly_imported_by(module)
        }
        inner = sorted(child.rpartition(".")[2] for child in graph.find_children(name) if graph.find_children(child))
        rooms[name] = Room(name, _read_purpose(name), tuple(inner), frozenset(known - {None, name}))
    return rooms


def _read_purpose(name: str) -> str:
    """The first sentence of a module's docstring."""
    base = ROOT.joinpath(*name.split("."))
    path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    sentence, dot, _ = docstring.partition("\n")[0].partition(". ")
    return (sentence + dot.strip()).replace("`", "")


def draw(layers: list[list[str]], rooms: dict[str, Room]) -> str:
    """The picture as SVG."""
    height = TOP + ROW * len(layers)
    boxes = []
    for row, layer in enumerate(layers):
        width = (WIDTH - LEFT - GAP * len(layer)) / len(layer)
        for place, name in enumerate(layer):
            boxes.append(_draw_box(rooms[name], LEFT + place * (width + GAP), TOP + ROW * row, width))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            'aria-label="The rooms of the code from top to bottom; each knows only rooms below it">',
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" style="fill:#ffffff;stroke:none"/>',
            f'<path d="M24 {TOP}V{height - 24}m-6 -9l6 9l6 -9"/>',
            f'<text class="small" transform="translate(16 {TOP + 150}) rotate(-90)">imports go down only</text>',
            *boxes,
            "</svg>",
            "",
        ]
    )


def _draw_box(room: Room, left: float, top: float, width: float) -> str:
    inner = f"within it: {', '.join(room.inner)}; " if room.inner else ""
    knows = ", ".join(sorted(name.removeprefix("core.") for name in room.imports)) or "nothing"
    lines = ("name", 24, room.name), ("small", 42, room.purpose), ("small", 58, f"{inner}knows {knows}")
    return "".join(
        [
            f'<rect x="{left:.0f}" y="{top}" width="{width:.0f}" height="{BOX}" rx="8"/>',
            *(
                f'<text class="{kind}" x="{left + 14:.0f}" y="{top + down}"{_squeeze(text, width - 24)}>'
                f"{escape(text)}</text>"
                for kind, down, text in lines
            ),
        ]
    )


def _squeeze(text: str, width: float) -> str:
    """What keeps a long text within its box."""
    return f' textLength="{width:.0f}" lengthAdjust="spacingAndGlyphs"' if len(text) * CHARACTER > width else ""


def build_picture() -> str:
    """What docs/images/rooms.svg has to be."""
    layers = read_layers()
    return draw(layers, read_rooms(name for layer in layers for name in layer))


if __name__ == "__main__":
    PICTURE.write_text(build_picture(), encoding="utf-8")
