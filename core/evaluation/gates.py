"""The gates before production: what a model must show, each condition with its figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import ConflictError
from core.graph.graph import Graph
from core.runs.record import RunRecord
from core.runs.report import Report
from core.runs.versions import Gate, Step
from core.runs.weights import Weights

# How far a figure may pass its limit by rounding alone.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Limits:
    """What is allowed, as fractions. drop: how far validation accuracy may be below that of the model in production.

    ece: calibration error, a wide guard: it is of test articles, by which nothing is chosen.
    """

    drop: float = 0.005
    ece: float = 0.1


@dataclass(frozen=True)
class Evidence:
    """What is known of the run that asks: its weights are None where they cannot be read, which `problem` says."""

    record: RunRecord
    report: Report
    weights: Weights | None
    problem: str
    predicts: bool  # there are whole predictions of every article


def compute_gates(found: Evidence, graph: Graph, production: Step | None, limits: Limits) -> tuple[Gate, ...]:
    """Every gate, in their order. graph: as it is here now; production: what is in production now."""
    gates = [
        _check_end(found.record),
        _check_data(found.record, graph),
        _check_weights(found),
        _check_predictions(found),
    ]
    gates.append(_check_floor(found.record, graph))
    if production is not None:
        gates.append(_check_drop(found.record, production, limits.drop))
    if found.report.ece is not None:
        gates.append(_check_calibration(found.report.ece, limits.ece))
    return tuple(gates)


def refuse_failed(run_id: str, gates: Sequence[Gate]) -> None:
    """Raises ConflictError, which names each gate that does not hold and by how much."""
    failed = [f"{gate.name}: {gate.sentence}" for gate in gates if not gate.passed]
    if failed:
        held = f"{len(gates) - len(failed)} of {len(gates)} gates hold"
        raise ConflictError(f"run {run_id} is not promoted, {held}. {'; '.join(failed)}")


def _check_end(record: RunRecord) -> Gate:
    if record.state == "finished":
        return Gate("finished", True, f"it is finished, after {record.epochs:,} epochs")
    return Gate(
        "finished", False, f"it is {record.state}, expected finished: resume it (wikics runs resume {record.id})"
    )


def _check_data(record: RunRecord, graph: Graph) -> Gate:
    own, now = record.graph_digest[:10], graph.digest[:10]
    if record.graph_digest == graph.digest:
        return Gate("data", True, f"graph {graph.id} is what it was trained on, {now}")
    return Gate("data", False, f"the data of graph {graph.id} is {now} and was {own}: train it again")


def _check_weights(found: Evidence) -> Gate:
    weights, parameters = found.weights, found.report.num_parameters or 0
    if weights is None:
        return Gate("weights", False, found.problem)
    value, limit = float(weights.num_not_finite), 0.0
    if weights.num_not_finite:
        sentence = f"{weights.num_not_finite:,} of {weights.num_numbers:,} numbers are NaN or infinite, expected none"
        return Gate("weights", False, sentence, value, limit)
    if weights.num_numbers < parameters:
        sentence = f"there are {weights.num_numbers:,} numbers, and the model has {parameters:,}: train it again"
        return Gate("weights", False, sentence, float(weights.num_numbers), float(parameters))
    return Gate("weights", True, f"{weights.num_numbers:,} numbers, all of them finite", value, limit)


def _check_predictions(found: Evidence) -> Gate:
    if found.predicts:
        return Gate("predictions", True, "it predicts every article")
    return Gate("predictions", False, "its predictions.npz is missing, damaged or holds NaN: train it again")


def _check_floor(record: RunRecord, graph: Graph) -> Gate:
    """Better than to say of every validation article the category that is most frequent among them."""
    mask = graph.val_masks[record.split] if record.split < len(graph.val_masks) else np.zeros(len(graph.y), dtype=bool)
    counts = np.bincount(graph.y[mask], minlength=1)
    floor = float(counts.max() / max(int(counts.sum()), 1))
    return _compare("floor", record.val_acc, floor, f"the {_percent(floor)} that the largest category alone would give")


def _check_drop(record: RunRecord, production: Step, drop: float) -> Gate:
    own = production.val_acc or 0.0
    what = f"the {_percent(own)} of v{production.version} in production less {100 * drop:.1f} points"
    return _compare("production", record.val_acc, own - drop, what)


def _compare(name: str, value: float | None, limit: float, what: str) -> Gate:
    """Validation accuracy against the least that is allowed."""
    if value is None:
        return Gate(name, False, "its validation accuracy is not known: train it again", None, limit)
    if value >= limit - ROUNDING:
        return Gate(name, True, f"validation accuracy {_percent(value)}, at least {what}", value, limit)
    below = f"{100 * (limit - value):.1f} points below {what}"
    return Gate(name, False, f"validation accuracy {_percent(value)} is {below}", value, limit)


def _check_calibration(ece: float, most: float) -> Gate:
    said = f"calibration error {_percent(ece)}"
    if ece <= most + ROUNDING:
        return Gate("calibration", True, f"{said}, at most {_percent(most)} is allowed", ece, most)
    over = f"is {100 * (ece - most):.1f} points above the {_percent(most)} that is allowed"
    return Gate("calibration", False, f"{said} {over}", ece, most)


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f} %"
