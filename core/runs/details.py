"""One run with all that is written down of it."""

from dataclasses import dataclass
from typing import Any, Literal

from core.runs.executions import Execution
from core.runs.record import RunRecord
from core.runs.report import Report


@dataclass(frozen=True)
class Diagnosis:
    """One thing to know of a run, for a person: what is wrong with it (`plateau`, `divergence`, …) and what to do about
    it, or among which architectures it chose (`race`).
    """

    kind: Literal["divergence", "learning rate too high", "plateau", "over-fitting", "dead category", "race"]
    sentence: str


@dataclass(frozen=True)
class RunDetails(RunRecord):
    """One run with all that is written down of it, its whole config; `report` is None until it has ended."""

    environment: dict[str, Any]
    report: Report | None
    execution: Execution | None  # the last one at a provider
    diagnoses: tuple[Diagnosis, ...]  # what its curves and its report say of it
