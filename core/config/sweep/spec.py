"""One sweep: its method, parameters, metric and stopping, and which configs it may try."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any, Final, Literal

from core.config.sweep.distributions import Distribution
from core.config.sweep.expressions import Expression
from core.errors import ConfigError

Method = Literal["grid", "random", "bayes"]
Goal = Literal["minimize", "maximize"]
Stopping = Literal["hyperband", "successive_halving", "hyperband_brackets"]

MAX_POINTS: Final = 10_000  # of a grid
# Where a value of the metric is that of the epoch that a run keeps. Others are a run's best.
AT_KEPT_EPOCH: Final = ("val_acc", "stopping_acc")
METRICS: Final[Mapping[str, Goal]] = {
    "val_acc": "maximize",
    "val_loss": "minimize",
    "stopping_acc": "maximize",
    "stopping_loss": "minimize",
    "train_acc": "maximize",
    "train_loss": "minimize",
}


@dataclass(frozen=True)
class Parameter:
    """One field that a sweep varies, or holds at a value, where `when` is true."""

    name: str
    distribution: Distribution
    when: Expression | None = None
    line: int = 1


@dataclass(frozen=True)
class EarlyStopping:
    """When runs that do badly are stopped. `bands`: places in a run's metrics, counted from 0, where it is judged."""

    kind: Stopping
    eta: float = 3.0
    bands: tuple[int, ...] = ()
    min_iter: int = 1
    max_iter: int | None = None


@dataclass(frozen=True)
class Range:
    """What of a parameter's values a sweep may still draw: numbers from `low` to `high`, or some of its values."""

    name: str
    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] | None = None

    def admits(self, value: Any) -> bool:
        """Whether this value may be drawn."""
        if self.values is not None:
            return any(_same(value, own) for own in self.values)
        number = isinstance(value, int | float)
        return number and (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class SweepSpec:
    """What a sweep.yaml asks for; `notes` explain its keys that mean nothing here."""

    method: Method
    parameters: tuple[Parameter, ...]
    metric: str = "val_acc"
    goal: Goal = "maximize"
    target: float | None = None
    run_cap: int | None = None
    early_terminate: EarlyStopping | None = None
    constraints: tuple[Expression, ...] = ()
    name: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Parameter]:
        """The parameters by their fields, those first that others ask about."""
        return {parameter.name: parameter for parameter in _order(self.parameters)}

    def is_better(self, value: float, other: float) -> bool:
        """Whether a value of the metric is better than another."""
        return value > other if self.goal == "maximize" else value < other

    def list_points(self) -> Iterator[dict[str, Any]]:
        """Every combination of a grid, in the order of its file: the last parameter changes first."""
        names = [parameter.name for parameter in self.parameters]
        for values in product(*(parameter.distribution.list_values() for parameter in self.parameters)):
            yield dict(zip(names, values, strict=True))

    def count_points(self) -> int:
        """How many combinations a grid has, conditions and constraints aside."""
        return math.prod(parameter.distribution.count_values() for parameter in self.parameters)

    def narrow(self, wanted: Range) -> Range:
        """A range of one of the parameters, as its distribution can draw it. Raises ConfigError."""
        parameter = self.by_name.get(wanted.name)
        if parameter is None:
            raise ConfigError(
                f"{wanted.name[:80]!r} is no parameter of this sweep: there are {', '.join(self.by_name)}"
            )
        distribution = parameter.distribution
        if distribution.family in ("choice", "constant"):
            return self._narrow_values(wanted, distribution)
        if wanted.values is not None:
            raise ConfigError(f"{wanted.name} is drawn from numbers: give its new min, its new max, or both")
        low = distribution.low if wanted.low is None else max(wanted.low, distribution.low)
        high = distribution.high if wanted.high is None else min(wanted.high, distribution.high)
        if not low < high and not (low == high and distribution.is_discrete):
            raise ConfigError(
                f"{wanted.name} cannot be drawn from {wanted.low} to {wanted.high}: "
                f"expected a part of {distribution.low:g} to {distribution.high:g}"
            )
        return wanted

    def _narrow_values(self, wanted: Range, distribution: Distribution) -> Range:
        asked = wanted.values or ()
        kept = tuple(own for own in distribution.values if any(_same(own, value) for value in asked))
        if not kept or len(kept) < len(asked):
            raise ConfigError(
                f"{wanted.name} takes no {', '.join(map(str, asked))[:80] or 'range'}: "
                f"expected some of {', '.join(map(str, distribution.values))}"
            )
        return replace(wanted, low=None, high=None, values=kept)


def _order(parameters: tuple[Parameter, ...]) -> list[Parameter]:
    """Each after those that its condition asks about, the preset first. Raises ConfigError for a circle."""
    left: list[Parameter] = sorted(parameters, key=lambda parameter: parameter.name != "preset")
    done: list[Parameter] = []
    names = {parameter.name for parameter in parameters}
    while left:
        ready = [one for one in left if one.when is None or not (one.when.names & names - {own.name for own in done})]
        if not ready:
            circle = ", ".join(one.name for one in left)
            raise ConfigError(f"line {left[0].line}: the conditions of {circle} ask about each other: take one away")
        done += ready
        left = [one for one in left if one not in ready]
    return done


def _same(one: Any, other: Any) -> bool:
    """Whether two values are one, also where a person wrote the other as text."""
    return (one == other and isinstance(one, bool) == isinstance(other, bool)) or str(one).lower() == str(other).lower()
