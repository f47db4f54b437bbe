"""A comparison of runs as a terminal shows it."""

from typing import Any

from core.app.compared import RunComparison
from core.cli.console import err, out, write_table

LONGEST_VALUE = 60  # characters


def write_comparison(found: RunComparison) -> None:
    """The verdict, the metrics, the fields that differ, and how many articles changed; titles are in the JSON."""
    out.print(f"{found.sentence} {found.advice}".rstrip())
    rows = [[name, *map(_say, values)] for name, values in found.metrics.items()]
    parts = {"config": found.config, "environment": found.environment, "data": found.data}
    for part, fields in parts.items():
        rows += [[f"{part} {name}", *map(_say, values)] for name, values in fields.items()]
    write_table(["", *found.runs], rows, least={})
    if changes := found.articles:
        counts = {kind: len(getattr(changes, kind)) for kind in ("fixed", "broken", "swapped")}
        told = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
        out.print(
            f"Of {changes.num_articles:,} test articles, from {found.runs[0]} to {found.runs[1]}: {told} "
            f"(McNemar's exact test: p = {changes.mcnemar_p:.3g})."
        )
    if len(found.runs) > 2:
        err.print("The verdict and the articles are of the first two.")


def _say(value: Any) -> str:
    if value is None:
        return "-"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
