"""Benchmarks as rows of tables and marks of a picture, in per cent."""

from collections import Counter
from collections.abc import Sequence

from core.evaluation.leaderboard import BenchmarkSummary
from core.evaluation.published import PublishedResult
from pages.ui.charts import Mark


def name_apart(board: Sequence[BenchmarkSummary]) -> dict[str, str]:
    """A name by id; those that would be called alike have the id's digest behind them."""
    counts = Counter(summary.label for summary in board)
    return {
        summary.id: summary.label if counts[summary.label] == 1 else f"{summary.label} {summary.id.rpartition('-')[2]}"
        for summary in board
    }


def name_groups(intervals: Sequence[tuple[float, float]]) -> list[str]:
    """Letters for each: those that share one have intervals with a value in common, and are not told apart by them.

    A letter is a largest such set: the first has the best.
    """
    sets = [{at for at, (low, high) in enumerate(intervals) if low <= point <= high} for point, _ in intervals]
    largest = [one for one in sets if not any(one < other for other in sets)]
    ranked = sorted({frozenset(one) for one in largest}, key=lambda one: -max(intervals[at][1] for at in one))
    return ["".join(_letter(place) for place, one in enumerate(ranked) if at in one) for at in range(len(intervals))]


def _letter(place: int) -> str:
    """a to z, then a1, b1 and so on."""
    return chr(ord("a") + place % 26) + (str(place // 26) if place >= 26 else "")


def build_rows(board: Sequence[BenchmarkSummary]) -> dict[str, list[object]]:
    """The columns of the leaderboard."""
    return {
        "benchmark": list(name_apart(board).values()),
        "mean": [100 * summary.mean for summary in board],
        "±": [_points(summary.std) for summary in board],
        "95 % interval": [_span(summary.interval) for summary in board],
        "group": [*name_groups([summary.interval for summary in board])],
        "splits alone": [_span(summary.interval_over_splits) for summary in board],
        "validation": [100 * summary.val_mean for summary in board],
        "splits × seeds": [f"{summary.num_splits} × {summary.num_seeds}" for summary in board],
        "s/epoch": [summary.seconds_per_epoch for summary in board],
        "device": [summary.device for summary in board],
        "commit": [summary.short_commit for summary in board],
        "id": [summary.id for summary in board],
    }


def build_published_rows(published: Sequence[PublishedResult]) -> dict[str, list[object]]:
    """The columns of the published numbers."""
    return {
        "model": [result.name for result in published],
        "mean": [100 * result.test_acc for result in published],
        "±": [_points(result.std) for result in published],
        "protocol": [result.protocol for result in published],
        "source": [result.source for result in published],
    }


def build_marks(board: Sequence[BenchmarkSummary], published: Sequence[PublishedResult]) -> list[Mark]:
    """Ours and the published ones, best first."""
    names = name_apart(board)
    ours = [
        Mark(
            names[summary.id],
            100 * summary.mean,
            (100 * summary.interval[0], 100 * summary.interval[1]),
            f"{summary.num_splits} splits × {summary.num_seeds} seeds, 95 % interval {_span(summary.interval)}",
        )
        for summary in board
    ]
    theirs = [
        Mark(result.name, 100 * result.test_acc, None, f"published: {result.protocol}, {result.source}")
        for result in published
    ]
    return sorted([*ours, *theirs], key=lambda mark: -mark.value)


def _points(fraction: float | None) -> str | None:
    return None if fraction is None else f"{100 * fraction:.2f}"


def _span(interval: tuple[float, float] | None) -> str | None:
    return None if interval is None else f"{100 * interval[0]:.2f} to {100 * interval[1]:.2f}"
