"""Which runs of a sweep are stopped early: W&B's hyperband by its own rule, Optuna's two pruners under their names."""

import math
from collections.abc import Sequence

import optuna
from optuna.pruners import BasePruner, HyperbandPruner, NopPruner, SuccessiveHalvingPruner
from optuna.study import StudyDirection

from core.config.sweep.spec import EarlyStopping

Histories = Sequence[Sequence[float]]  # of each run, its metric from the first epoch on; lower is better


def build_pruner(stopping: EarlyStopping | None, *, epochs: int) -> BasePruner:
    """The pruner that a sweep asks for. epochs: the most that its runs train."""
    if stopping is None:
        return NopPruner()
    eta = int(stopping.eta)
    if stopping.kind == "successive_halving":
        return SuccessiveHalvingPruner(min_resource=stopping.min_iter, reduction_factor=eta)
    if stopping.kind == "hyperband_brackets":
        most = max(stopping.max_iter or epochs, stopping.min_iter)
        return HyperbandPruner(min_resource=stopping.min_iter, max_resource=most, reduction_factor=eta)
    return BandPruner(stopping.bands, stopping.eta)


def find_thresholds(histories: Histories, bands: Sequence[int], eta: float) -> list[float]:
    """Of each band the value that a run must reach there: the best of 1/eta of all runs that came so far."""
    thresholds = []
    for band in bands:
        values = sorted(history[band] for history in histories if len(history) > band)
        thresholds.append(values[int(len(values) / eta)] if values else math.inf)
    return thresholds


def is_stopped(history: Sequence[float], thresholds: Sequence[float], bands: Sequence[int]) -> bool:
    """Whether a run is worse than the threshold of the last band that it came to."""
    passed = [(band, threshold) for band, threshold in zip(bands, thresholds, strict=True) if band < len(history)]
    return bool(passed) and history[passed[-1][0]] > passed[-1][1]


class BandPruner(BasePruner):
    """W&B's hyperband: at each band a run must be among the best 1/eta of all that came there."""

    def __init__(self, bands: Sequence[int], eta: float) -> None:
        self.bands, self.eta = tuple(bands), eta

    def prune(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> bool:
        """Whether the trial is to be stopped now."""
        sign = -1.0 if study.direction == StudyDirection.MAXIMIZE else 1.0
        bands = [band for band in self.bands if band <= max(trial.intermediate_values, default=0)]
        histories = [_history(other, sign) for other in study.get_trials(deepcopy=False)]
        return is_stopped(_history(trial, sign), find_thresholds(histories, bands, self.eta), bands)


def _history(trial: optuna.trial.FrozenTrial, sign: float) -> list[float]:
    return [sign * value for _, value in sorted(trial.intermediate_values.items())]
