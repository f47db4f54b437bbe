"""What is new of runs since a cursor."""

from dataclasses import dataclass

from core.runs.metrics import MetricsChunk
from core.runs.state import StateName


@dataclass(frozen=True)
class RunTick(MetricsChunk):
    """What is new of one run: the rows after a cursor, and where the run stands."""

    state: StateName
    message: str
    epoch: int
    epochs: int  # the most that it trains


@dataclass(frozen=True)
class MetricsTick:
    """What is new of several runs, by id; those that do not exist stand under `missing`."""

    runs: dict[str, RunTick]
    missing: list[str]
