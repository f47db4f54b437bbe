"""A run of elsewhere as the files of a run of ours: finished, marked as imported, chosen by our own rule."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Final

from core.config.models import MODEL_SPECS
from core.graph.ids import WIKICS_ID
from core.runs import files
from core.runs.imports.foreign import ForeignRun
from core.runs.imports.naming import Place, name_metrics, name_settings, read_path
from core.runs.metrics import COLUMNS, find_last_and_best
from core.runs.report import Report
from core.runs.state import RunState
from core.storage.documents import dump_json

LAST_SECOND: Final = 4e9  # Unix time beyond which a clock is not believed
_ACCURACY: Final = re.compile(r"(train|stopping|val|test)_acc")
Rows = Mapping[int, Mapping[str, float]]


@dataclass(frozen=True)
class BuiltRun:
    """What is to be stored: the small files by name, and what an id is made of."""

    what: str  # of its id
    digest: str  # of what it was made of
    created_at: float
    contents: Mapping[str, bytes]


def build_run(run: ForeignRun, *, graph: str | None, now: float) -> BuiltRun:
    """The files of an imported run. graph: its id, where a person named it. now: Unix seconds."""
    place = read_path(run.title or run.path)
    columns = name_metrics(run.names)
    rows = _scale(
        {step: {columns[name]: value for name, value in row.items()} for step, row in sorted(run.rows.items())}
    )
    times = {step: at for step, at in run.times.items() if 0 < at < LAST_SECOND}
    first, last = min(times.values(), default=None), max(times.values(), default=None)
    offset = 1 if min(rows) == 0 else 0  # epochs count from 1
    config = _build_config(run, place, graph, rows)
    created_at = now if first is None else first
    report = _build_report(rows, offset, seconds=None if first is None or last is None else last - first)
    state = RunState(
        "finished",
        epoch=report.epochs or 0,
        created_at=created_at,
        started_at=first,
        ended_at=created_at if last is None else last,
    )
    digest = hashlib.sha256(
        f"{run.digest}\n{place.group}\n{place.split}\n{place.seed}\n{run.title}".encode()
    ).hexdigest()
    environment = {"imported": run.source, "path": run.path, "source_sha256": digest} | (
        {"title": run.title} if run.title else {}
    )
    return BuiltRun(
        what=place.group.rpartition("/")[2] or run.source,
        digest=digest,
        created_at=created_at,
        contents={
            files.CONFIG: dump_json(config),
            files.ENVIRONMENT: dump_json(environment),
            files.METRICS: _dump_rows(rows, times, offset),
            files.REPORT: dump_json(asdict(report)),
            files.STATE: dump_json(asdict(state)),
        },
    )


def _build_config(run: ForeignRun, place: Place, graph: str | None, rows: Rows) -> dict[str, Any]:
    """What is known of how it was trained. `group` tells its config from others where no setting is known."""
    said = {name: value for name, value in name_settings(run.settings).items() if _is_writable(value)}
    group = place.group or run.source
    model = str(said.pop("model", "")).lower()
    words = {"preset": group.rpartition("/")[2], "graph": _guess_graph(run, rows)}
    numbers = {"split": place.split or 0, "seed": place.seed or 0}
    words |= {name: value for name in words if isinstance(value := said.pop(name, None), str) and value}
    numbers |= {name: value for name in numbers if isinstance(value := said.pop(name, None), int) and value >= 0}
    found = {**words, **numbers, "model": model if model in MODEL_SPECS else place.model, "group": group}
    return said | found | ({"graph": graph} if graph else {})


def _is_writable(value: object) -> bool:
    return not isinstance(value, float) or isfinite(value)


def _guess_graph(run: ForeignRun, rows: Rows) -> str:
    """WikiCS where its name is in the path, or its protocol in the metrics: no other data set has stopping articles."""
    is_named = re.search(r"wiki[\s_-]?cs", run.path, re.IGNORECASE) is not None
    return WIKICS_ID if is_named or any("stopping_acc" in row for row in rows.values()) else ""


def _scale(rows: Rows) -> Rows:
    """Accuracies as fractions, where they were per cent."""
    found = [value for row in rows.values() for name, value in row.items() if _ACCURACY.fullmatch(name)]
    if not 1 < max((value for value in found if isfinite(value)), default=0.0) <= 100:
        return rows
    return {
        step: {name: value / 100 if _ACCURACY.fullmatch(name) else value for name, value in row.items()}
        for step, row in rows.items()
    }


def _build_report(rows: Rows, offset: int, *, seconds: float | None) -> Report:
    """How good its best epoch is: that of the best stopping accuracy, else validation accuracy."""
    epochs = max(rows) + offset
    best = _find_best(rows, "stopping") if _has(rows, "stopping_acc") else _find_best(rows, "val")

    def read(name: str) -> float | None:
        """Its value at the best epoch; that of the run where it was measured once."""
        said = [row[name] for row in rows.values() if name in row and 0 <= row[name] <= 1]
        value = None if best is None else rows[best].get(name)
        if value is not None and 0 <= value <= 1:
            return value
        return said[0] if len(said) == 1 else None

    last_val_acc, best_val_acc = find_last_and_best([row.get("val_acc") for row in rows.values()])
    return Report(
        outcome="finished",
        best_epoch=None if best is None else best + offset,
        epochs=epochs,
        seconds=seconds,
        seconds_per_epoch=None if seconds is None else seconds / epochs,
        test_acc=read("test_acc"),
        val_acc=read("val_acc"),
        stopping_acc=read("stopping_acc"),
        train_acc=read("train_acc"),
        last_val_acc=last_val_acc,
        best_val_acc=best_val_acc,
    )


def _has(rows: Rows, name: str) -> bool:
    return any(name in row for row in rows.values())


def _find_best(rows: Rows, part: str) -> int | None:
    """The first step whose accuracy is best. Where our own trainer asks equal ones for their loss, others do not:
    what WikiCS's authors wrote down of their runs is the first.
    """
    ranked = [(row[f"{part}_acc"], -step) for step, row in rows.items() if 0 <= row.get(f"{part}_acc", -1.0) <= 1]
    return -max(ranked)[1] if ranked else None


def _dump_rows(rows: Rows, times: Mapping[int, float], offset: int) -> bytes:
    """`metrics.csv`: our columns, and behind them those that ours do not have."""
    names = sorted({name for row in rows.values() for name in row})
    header = [*COLUMNS, *(name for name in names if name not in COLUMNS)]
    first = min(times.values(), default=0.0)
    lines = [",".join(header)]
    for step, row in rows.items():
        said: dict[str, object] = {**row, "epoch": step + offset, "step": step}
        if step in times:
            said = {"elapsed_seconds": times[step] - first, "logged_at": times[step]} | said
        lines.append(",".join(str(said.get(name, "")) for name in header))
    return "\n".join([*lines, ""]).encode()
