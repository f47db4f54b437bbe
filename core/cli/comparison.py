"""A comparison of runs as a terminal shows it."""

from collections.abc import Mapping
from typing import Any

from core.app.compared import SHARES, TITLES, RunComparison
from core.cli.console import err, out, write_table

LONGEST_VALUE = 60  # characters


def write_comparison(found: RunComparison, names: Mapping[str, str]) -> None:
    """The verdict, the metrics, the fields that differ, and how many articles changed; titles are in the JSON.

    names: what each run is called, by its id.
    """
    out.print(" ".join(filter(None, (found.sentence, found.advice, found.cut_short))))
    rows = [
        [TITLES.get(name, name), *(_say(value, name) for value in values)] for name, values in found.metrics.items()
    ]
    parts = {"config": found.config, "environment": found.environment, "data": found.data}
    for part, fields in parts.items():
        rows += [[f"{part} {name}", *map(_say, values)] for name, values in fields.items()]
    write_table(["", *(names[run] for run in found.runs)], rows, least={})
    if changes := found.articles:
        counts = {kind: len(getattr(changes, kind)) for kind in ("fixed", "broken", "swapped")}
        told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
        out.print(
            f"Of {changes.num_articles:,} test articles, from {names[found.runs[0]]} to {names[found.runs[1]]}: {told} "
            f"(McNemar's exact test: p = {changes.mcnemar_p:.3g})."
        )
    if len(found.runs) > 2:
        err.print("The verdict and the articles are of the first two.")


def _say(value: Any, name: str = "") -> str:
    if value is None:
        return "-"
    if name in SHARES:
        return f"{100 * value:.1f} %"
    text = f"{value:,.4g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
