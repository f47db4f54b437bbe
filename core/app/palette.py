"""The colours of runs in a comparison: on pages, and in what is exported. Legible on white and on #0f172a."""

from typing import Final

# fmt: off
RUN_COLORS: Final = (
    "#2563c9", "#c8620a", "#24a68a", "#db51c2", "#7d9e00", "#c24971", "#00a2c2", "#797d4d", "#b659ef", "#8a718a",
    "#e7595d", "#c24d39", "#ce699e", "#088af3", "#008e8a", "#7d71aa", "#2daa59", "#b28282", "#c63596", "#009220",
)
# fmt: on
