"""A sweep's trials as axes, rows and settings, those alone that pass the brushes."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import streamlit as st

from core.app.sweep_records import SweepDetails, SweepParameter, SweepRecord, count_ended, tell_trial
from core.evaluation.importance import LEAST_TRIALS, Importance, Setting
from core.runs.sweeps import Trial
from pages.ui.components.parallel import Axis, Line
from pages.ui.text import UNKNOWN, is_share, percent

Range = tuple[float, float]
OVER: Final = ("split", "seed", "device")  # in which the runs of one benchmark differ


def summarise(record: SweepRecord) -> tuple[object, ...]:
    """What, once it is another, has the page drawn anew: not how far the running trials are."""
    return record.state, tuple(record.waiting), count_ended(record), record.best.value if record.best else None


def read_brush(text: str) -> dict[str, Range]:
    """`lr:0.001~0.02,dropout:0.2~0.5` as ranges by axis; what is none is left out."""
    found = {}
    for part in text[:2_000].split(","):
        name, _, span = part.partition(":")
        low, separator, high = span.partition("~")
        try:
            numbers = sorted((float(low), float(high)))
        except ValueError:
            continue
        if separator:
            found[name] = (numbers[0], numbers[1])
    return found


class Board:
    """One sweep's trials for the page. `done` are those with a value that pass the brushes."""

    def __init__(self, details: SweepDetails, brush: str) -> None:
        self.details = details
        self.varied = [one for one in details.parameters if len(one.values) != 1]
        self._ranges = {
            name: span
            for name, span in read_brush(brush).items()
            if name == details.metric or any(one.name == name for one in self.varied)
        }
        known = [trial for trial in details.trials if trial.value is not None]
        self.known = [trial for trial in known if trial.state in ("finished", "pruned", "stopped")]
        self.kept = [trial for trial in details.trials if self._passes(trial)]
        self.done = [trial for trial in self.known if self._passes(trial)] or (self.known if not self._ranges else [])
        self.num_configs = _count_configs(trial.params for trial in known if trial.state == "finished")
        self.finished = [trial for trial in self.done if trial.state == "finished"]
        self.settings = tuple(Setting(one.name, one.is_log, tuple(one.values)) for one in self.varied)
        self.rows = tuple({one.name: trial.params.get(one.name) for one in self.varied} for trial in self.finished)
        self.values = tuple(trial.value or 0.0 for trial in self.finished)

    @property
    def is_brushed(self) -> bool:
        """Whether trials are left out by brushes."""
        return bool(self._ranges)

    @property
    def refusal(self) -> str:
        """Why nothing can be said of importance yet; empty where something can."""
        if len(self.finished) >= LEAST_TRIALS:
            return ""
        left = " that pass the brushes" if self.is_brushed else ""
        return f"This needs at least {LEAST_TRIALS} finished trials{left}, and there are {len(self.finished)}."

    def build_axes(self) -> tuple[list[Axis], list[Line]]:
        """An axis a setting that varies and one for the metric, last; a line a trial that reached a value."""
        values = [trial.value for trial in self.known if trial.value is not None]
        axes = [_build_axis(one, self.known) for one in self.varied]
        axes.append(Axis(self.details.metric, min(values), max(values), share=is_share(self.details.metric)))
        lines = [
            Line(trial.number, (*(self._number(one, trial) for one in self.varied), trial.value))
            for trial in self.known
        ]
        return axes, lines

    def _number(self, parameter: SweepParameter, trial: Trial) -> float | None:
        value = trial.params.get(parameter.name)
        if parameter.values:
            return float(parameter.values.index(value)) if value in parameter.values else None
        return float(value) if isinstance(value, int | float) else None

    def _passes(self, trial: Trial) -> bool:
        numbers: dict[str, float | None] = {one.name: self._number(one, trial) for one in self.varied}
        numbers[self.details.metric] = trial.value
        return all(
            (number := numbers[name]) is not None and low - slack(low) <= number <= high + slack(high)
            for name, (low, high) in self._ranges.items()
        )


def _count_configs(tried: Iterable[Mapping[str, Any]]) -> int:
    """How many of these differ in more than what a benchmark goes over."""
    return len({repr(sorted((name, value) for name, value in params.items() if name not in OVER)) for params in tried})


def say_value(metric: str, value: float) -> str:
    """`80.0 %` of an accuracy, `0.7312` of a loss."""
    return percent(value) if is_share(metric) else f"{value:.4f}"


def slack(bound: float) -> float:
    """What a bound may be off for having been written with five digits."""
    return 1e-4 * abs(bound)


def _build_axis(parameter: SweepParameter, trials: list[Trial]) -> Axis:
    if parameter.values:
        return Axis(parameter.name, 0, len(parameter.values) - 1, values=tuple(map(str, parameter.values)))
    tried = [value for trial in trials if isinstance(value := trial.params.get(parameter.name), int | float)]
    low = min([*tried, *([] if parameter.low is None else [parameter.low])], default=0.0)
    high = max([*tried, *([] if parameter.high is None else [parameter.high])], default=1.0)
    return Axis(parameter.name, float(low), float(high), log=parameter.is_log and low > 0)


def draw_table(board: Board) -> None:
    """Every trial that passes the brushes, the best first; a row is chosen to see its run."""
    details = board.details
    scale, form = (100, "%.1f %%") if is_share(details.metric) else (1, "%.4f")
    sign = -1.0 if details.goal == "maximize" else 1.0
    shown = sorted(board.kept, key=lambda one: (one.value is None, sign * (one.value or 0.0), one.number))
    columns: dict[str, list[Any]] = {
        "trial": [trial.number for trial in shown],
        "state": [tell_trial(details, trial.number, trial.state) for trial in shown],
        details.metric: [None if trial.value is None else scale * trial.value for trial in shown],
        **{one.name: [_cell(trial.params, one) for trial in shown] for one in board.varied},
        "run": [trial.run for trial in shown],
    }
    if any(trial.message for trial in shown):
        columns["message"] = [trial.message for trial in shown]
    st.dataframe(
        columns,
        key="sweeps_table",
        hide_index=True,
        column_config={details.metric: st.column_config.NumberColumn(format=form)},
        placeholder=UNKNOWN,
        alt=f"Trials of this sweep, the best {details.metric} first",
    )
    if board.is_brushed:
        st.caption(f"{len(shown):,} of {len(details.trials):,} trials pass the brushes; the others are left out.")


def draw_importance(found: list[Importance]) -> None:
    """The numbers of the picture."""
    share = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(
        {
            "setting": [one.name for one in found],
            "importance, %": [100 * one.share for one in found],
            "90 % interval": [f"{100 * one.low:.1f} to {100 * one.high:.1f}" for one in found],
            "alone, %": [100 * one.alone for one in found],
        },
        key="sweeps_importance_table",
        hide_index=True,
        column_config={
            "importance, %": st.column_config.NumberColumn(
                format="%.1f", help="Permutation importance of a random forest, as a share; median of 40 resamples."
            ),
            "alone, %": share,
        },
        alt="Importance of each setting in per cent, with its 90 % interval",
    )


def _cell(params: Mapping[str, Any], parameter: SweepParameter) -> Any:
    value = params.get(parameter.name)
    return value if value is None or not parameter.values else str(value)
