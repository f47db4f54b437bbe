"""What past runs teach of the next: how long a config takes here and how well it does."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import mean, median

from core.runs.record import RunRecord


@dataclass(frozen=True)
class Experience:
    """Finished runs of one config on one graph: how many, seconds (median), test accuracy (mean, a fraction)."""

    runs: int
    seconds: float | None
    test_acc: float | None


def summarise_experience(records: Iterable[RunRecord], *, graph: str, variant: str) -> Experience:
    """What the finished runs of a config (see `compute_variant`) on a graph took and reached."""
    finished = [
        record for record in records if (record.state, record.graph, record.variant) == ("finished", graph, variant)
    ]
    seconds = [record.seconds for record in finished if record.seconds is not None]
    scores = [record.test_acc for record in finished if record.test_acc is not None]
    return Experience(len(finished), median(seconds) if seconds else None, mean(scores) if scores else None)


def estimate_by_pace(records: Iterable[RunRecord], *, epochs: int) -> float | None:
    """Seconds of so many epochs, from runs of whatever number of epochs (median); None without any.

    A run that ended before its last epoch would do so with more epochs as well.
    """
    found = []
    for record in records:
        if record.state in ("finished", "stopped") and record.seconds_per_epoch is not None:
            ended_early = record.state == "finished" and record.epochs < record.max_epochs
            found.append(record.seconds_per_epoch * (min(epochs, record.epochs) if ended_early else epochs))
    return median(found) if found else None
