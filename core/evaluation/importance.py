"""Which settings of a sweep matter: a random forest over its trials, its permutation importance, and how sure that is.

Permutation importance: Breiman 2001, Random Forests. The share of variance that a setting explains by itself: the first
order of the functional ANOVA of Hutter et al., ICML 2014, of which the forest's predictions are the function.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ConflictError

LEAST_TRIALS: Final = 10
NUM_RESAMPLES: Final = 40
NUM_TREES: Final = 16
GRID: Final = 24  # values of a setting at which its effect is computed
LEVEL: Final = 0.90  # of the interval

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """A setting as a forest sees it: numbers, logarithms of numbers, or places among its values."""

    name: str
    is_log: bool = False
    values: tuple[Any, ...] = ()

    def encode(self, value: Any) -> float:
        """A number for a value; one below all others where a trial has none, since its condition did not hold."""
        if value is None:
            return -1e6 if not self.values else -1.0
        if self.values:
            return float(self.values.index(value)) if value in self.values else -1.0
        return float(np.log(value)) if self.is_log and value > 0 else float(value)


@dataclass(frozen=True)
class Importance:
    """How much a setting matters, as a share of what all do: permuted, with its 90 % interval, and by itself."""

    name: str
    share: float
    low: float
    high: float
    alone: float  # share of the variance that it explains without the others


@dataclass(frozen=True)
class Slice:
    """What the forest predicts for values of one setting, averaged over the others as they were tried."""

    name: str
    values: tuple[Any, ...]
    predicted: tuple[float, ...]


@dataclass(frozen=True)
class Contour:
    """The same for two settings at once; `predicted` has a row for each value of the second."""

    first: Slice
    second: Slice
    predicted: tuple[tuple[float, ...], ...]


class Surrogate:
    """A forest that stands for the sweep's metric as a function of its settings."""

    def __init__(
        self, settings: Sequence[Setting], trials: Sequence[Mapping[str, Any]], values: Sequence[float]
    ) -> None:
        """trials: the settings of each. Raises ConflictError for fewer than `LEAST_TRIALS`."""
        if len(trials) < LEAST_TRIALS:
            raise ConflictError(
                f"importance needs at least {LEAST_TRIALS} finished trials, and there are {len(trials)}: let the sweep "
                "go on, or take brushes away"
            )
        self.settings = list(settings)
        self._x = np.array([[one.encode(trial.get(one.name)) for one in settings] for trial in trials], dtype=float)
        self._y = np.array(values, dtype=float)
        self._forest = _fit(self._x, self._y, seed=0)

    def measure(self, *, seed: int = 0) -> list[Importance]:
        """Each setting, the most important first; of constants nothing can be known, and they have 0."""
        chance = np.random.default_rng(seed)
        shares = []
        for number in range(NUM_RESAMPLES):
            rows = chance.integers(0, len(self._y), len(self._y))
            forest = _fit(self._x[rows], self._y[rows], seed=number)
            shares.append(_permute(forest, self._x, self._y, chance))
        edge = (1 - LEVEL) / 2
        low, middle, high = np.quantile(np.array(shares), (edge, 0.5, 1 - edge), axis=0)
        alone = self._explain_alone()
        found = [
            Importance(one.name, float(middle[at]), float(low[at]), float(high[at]), float(alone[at]))
            for at, one in enumerate(self.settings)
        ]
        return sorted(found, key=lambda one: -one.share)

    def slice(self, name: str) -> Slice:
        """The effect of one setting."""
        at = self._find(name)
        grid = self._grid(at)
        predicted = [self._predict({at: value}) for value in grid]
        return Slice(name, tuple(self._decode(at, value) for value in grid), tuple(predicted))

    def contour(self, first: str, second: str) -> Contour:
        """The effect of two settings together."""
        one, other = self._find(first), self._find(second)
        columns, rows = self._grid(one), self._grid(other)
        cells = tuple(tuple(self._predict({one: x, other: y}) for x in columns) for y in rows)
        return Contour(self.slice(first), self.slice(second), cells)

    def _find(self, name: str) -> int:
        return next(at for at, one in enumerate(self.settings) if one.name == name)

    def _grid(self, at: int) -> Floats:
        column = self._x[:, at]
        tried = np.unique(column[column > -1e5] if not self.settings[at].values else column[column >= 0])
        if self.settings[at].values or len(tried) <= GRID:
            return tried
        return np.linspace(tried[0], tried[-1], GRID)

    def _decode(self, at: int, value: float) -> Any:
        setting = self.settings[at]
        if setting.values:
            return setting.values[int(value)]
        return float(np.exp(value)) if setting.is_log else float(value)

    def _predict(self, fixed: Mapping[int, float]) -> float:
        rows = self._x.copy()
        for at, value in fixed.items():
            rows[:, at] = value
        return float(_predict(self._forest, rows).mean())

    def _explain_alone(self) -> Floats:
        total = float(np.var(_predict(self._forest, self._x)))
        effects = [np.var([self._predict({at: value}) for value in self._x[:, at]]) for at in range(len(self.settings))]
        return np.minimum(np.array(effects) / total, 1.0) if total > 0 else np.zeros(len(effects))


def _fit(x: Floats, y: Floats, *, seed: int) -> Any:
    from sklearn.ensemble import RandomForestRegressor

    return RandomForestRegressor(n_estimators=NUM_TREES, min_samples_leaf=2, random_state=seed).fit(x, y)


def _predict(forest: Any, x: Floats) -> Floats:
    """[N] the mean of the trees; asked one by one, since the forest's own threads cost more than the trees."""
    rows = np.ascontiguousarray(x, dtype=np.float32)
    mean: Floats = np.mean([tree.tree_.predict(rows)[:, 0] for tree in forest.estimators_], axis=0)
    return mean


def _permute(forest: Any, x: Floats, y: Floats, chance: np.random.Generator) -> Floats:
    """By how much the error rises where one setting is shuffled, as shares of all rises; equal where none does."""
    error = float(np.mean((_predict(forest, x) - y) ** 2))
    rises = np.zeros(x.shape[1])
    for at in range(x.shape[1]):
        shuffled = x.copy()
        shuffled[:, at] = chance.permutation(shuffled[:, at])
        rises[at] = max(float(np.mean((_predict(forest, shuffled) - y) ** 2)) - error, 0.0)
    return rises / rises.sum() if rises.sum() > 0 else rises
