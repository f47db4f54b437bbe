"""The colours that Streamlit's theme does not carry: categories, runs, states, right and wrong.

The theme itself is `.streamlit/config.toml`. Every colour here is legible on its white and on its #0f172a.
"""

from collections.abc import Mapping
from functools import cache
from itertools import cycle, islice
from types import MappingProxyType
from typing import Final, Literal

# fmt: off
# The ten of WikiCS in index order, found by search: any two are at least 24.9 apart in CAM02-UCS, and 13.3, 13.8,
# 12.5 under full deuteranopia, protanopia, tritanopia. After them glasbey's continuation, colour-blind-safe too,
# stored because importing glasbey takes seconds.
_CATEGORIES: Final = (
    "#8024ff", "#49a412", "#925b00", "#24c8db", "#ed006d", "#8092ed", "#dba46d", "#006d5b", "#b680a4", "#a400a4",
    "#49a68a", "#0479db", "#8ac60c", "#75718a", "#b2aec6", "#ae5565", "#148a39", "#db00c2", "#e36500", "#41ce82",
    "#ff65eb", "#00a6b2", "#ce8e9a", "#9255c6", "#f32d4d", "#9e925d", "#00beff", "#69b64d", "#00cab6", "#557d6d",
    "#9e7dba", "#ff8e31", "#0086aa", "#a27928", "#0092ff", "#9a8282", "#ff6979", "#9a6541", "#9abaa6", "#00928a",
)
_RUNS: Final = (
    "#2563c9", "#c8620a", "#24a68a", "#db51c2", "#7d9e00", "#c24971", "#00a2c2", "#797d4d", "#b659ef", "#8a718a",
    "#e7595d", "#c24d39", "#ce699e", "#088af3", "#008e8a", "#7d71aa", "#2daa59", "#b28282", "#c63596", "#009220",
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
    return tuple(islice(cycle(_RUNS), num_runs))
