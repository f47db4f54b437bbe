"""The colours that Streamlit's theme does not carry: categories, runs, states, right and wrong.

The theme itself is `.streamlit/config.toml`. Every colour here is legible on its white and on its #0f172a.
"""

from collections.abc import Mapping
from functools import cache
from itertools import cycle, islice
from types import MappingProxyType
from typing import Final, Literal

from core.app.palette import RUN_COLORS

# fmt: off
# The ten of WikiCS in index order, found by search: any two are at least 24.9 apart in CAM02-UCS, and 13.3, 13.8,
# 12.5 under full deuteranopia, protanopia, tritanopia. After them glasbey's continuation, colour-blind-safe too,
# stored up to a hundred because glasbey takes 12 s for so many.
_CATEGORIES: Final = (
    "#8024ff", "#49a412", "#925b00", "#24c8db", "#ed006d", "#8092ed", "#dba46d", "#006d5b", "#b680a4", "#a400a4",
    "#49a68a", "#0479db", "#8ac60c", "#75718a", "#b2aec6", "#ae5565", "#148a39", "#db00c2", "#e36500", "#41ce82",
    "#ff65eb", "#00a6b2", "#ce8e9a", "#9255c6", "#f32d4d", "#9e925d", "#00beff", "#69b64d", "#00cab6", "#557d6d",
    "#9e7dba", "#ff8e31", "#0086aa", "#a27928", "#0092ff", "#9a8282", "#ff6979", "#9a6541", "#9abaa6", "#00928a",
    "#d7a600", "#5d9e9e", "#048e00", "#eb86ff", "#9abe65", "#7d69a2", "#cea6a2", "#757559", "#79aad2", "#ff356d",
    "#14be00", "#4da26d", "#ef3524", "#558eb2", "#2d828e", "#e708ef", "#ba9aae", "#ae00fb", "#0cc29a", "#798a8a",
    "#009e4d", "#b6a6f7", "#00aaff", "#b68aca", "#8ea69e", "#ca9a4d", "#86b286", "#ce185d", "#b245a6", "#c241ff",
    "#be6961", "#eb79ce", "#ef6149", "#d78a69", "#00ba6d", "#08d249", "#c2414d", "#ae9a00", "#7d752d", "#ba65aa",
    "#6982d7", "#7d8655", "#ef41ce", "#8a9a3d", "#92a2b6", "#e761ff", "#d7181c", "#5175be", "#82869e", "#df9e8a",
    "#00a6ce", "#10b6a2", "#96758a", "#00967d", "#e76186", "#a69682", "#009261", "#ff7996", "#d29adf", "#24b6b6",
)
# fmt: on

ACCENT: Final = "#2563c9"
RIGHT: Final = "#15803d"
WRONG: Final = "#d4343f"

StateColor = Literal["blue", "gray", "green", "orange", "red"]

# Streamlit's colour names for the state of a run, for badges and dots; the text beside them says the state too.
STATE_COLORS: Final[Mapping[str, StateColor]] = MappingProxyType(
    {
        "pending": "gray",
        "running": "blue",
        "stopping": "orange",
        "stopped": "gray",
        "finished": "green",
        "failed": "red",
        "crashed": "red",
    }
)

# The same of what a run's state does not tell: whether a pending one waits or has its turn.
STAGE_COLORS: Final[Mapping[str, StateColor]] = MappingProxyType(
    dict[str, StateColor](waiting="gray", starting="blue")
    | {state: color for state, color in STATE_COLORS.items() if state != "pending"}
)


@cache
def category_colors(num_classes: int) -> tuple[str, ...]:
    """One hex colour per category, in index order, the same on every screen."""
    if num_classes <= len(_CATEGORIES):
        return _CATEGORIES[:num_classes]
    import glasbey

    return tuple(
        glasbey.extend_palette(
            _CATEGORIES, palette_size=num_classes, lightness_bounds=(38, 64), colorblind_safe=True, grid_size=64
        )
    )


def run_colors(num_runs: int) -> tuple[str, ...]:
    """One hex colour per run of a comparison; after twenty they begin again."""
    return tuple(islice(cycle(RUN_COLORS), num_runs))
