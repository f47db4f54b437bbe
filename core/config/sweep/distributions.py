"""The distributions of W&B's sweeps: each draws a value for a share between 0 and 1, by its quantile function.

A share is what a sampler chooses, so one sampler serves every distribution, a range that narrows cuts the shares, and
values drawn before keep theirs. Names and defaults are those of https://docs.wandb.ai/models/sweeps/sweep-config-keys
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist
from typing import Any, Final, Literal

Family = Literal["constant", "choice", "integers", "uniform", "log", "normal", "log_normal", "beta"]

# What a sweep.yaml calls a distribution, and what it is; those of W&B that begin with q_ are rounded.
FAMILIES: Final[Mapping[str, Family]] = {
    "constant": "constant",
    "categorical": "choice",
    "categorical_w_probabilities": "choice",
    "int_uniform": "integers",
    "uniform": "uniform",
    "q_uniform": "uniform",
    "log_uniform": "log",
    "log_uniform_values": "log",
    "q_log_uniform": "log",
    "q_log_uniform_values": "log",
    "inv_log_uniform": "log",
    "inv_log_uniform_values": "log",
    "normal": "normal",
    "q_normal": "normal",
    "log_normal": "log_normal",
    "q_log_normal": "log_normal",
    "beta": "beta",
    "q_beta": "beta",
}
_EDGE: Final = 1e-12  # the share of an unbounded distribution that is cut off at either end
_DIGITS: Final = 12  # to which rounded values are written


@dataclass(frozen=True)
class Distribution:
    """A distribution of one field. `low` and `high` are those of its values, whatever its file wrote.

    first, second: mean and deviation of a normal (of the logarithm for log_normal), a and b of a beta.
    """

    kind: str
    family: Family
    low: float = -math.inf
    high: float = math.inf
    first: float = 0.0
    second: float = 1.0
    step: float | None = None
    values: tuple[Any, ...] = ()
    probabilities: tuple[float, ...] = ()

    @property
    def is_discrete(self) -> bool:
        """Whether its values can be counted, so that a grid can go over them."""
        is_rounded = self.family == "uniform" and self.step is not None
        return self.family in ("constant", "choice", "integers") or is_rounded

    def list_values(self) -> tuple[Any, ...]:
        """Every value of a discrete one, in order."""
        if self.family in ("constant", "choice"):
            return self.values
        if self.family == "integers":
            return tuple(range(int(self.low), int(self.high) + 1))
        step = self.step or 1.0
        first, last = round(self.low / step), round(self.high / step)
        return tuple(self._round(place * step) for place in range(first, last + 1))

    def count_values(self) -> int:
        """How many values a discrete one has."""
        if self.family in ("constant", "choice"):
            return len(self.values)
        step = self.step or 1.0
        return round(self.high / step) - round(self.low / step) + 1

    def draw(self, share: float) -> Any:
        """The value below which this share of all draws lies."""
        if self.family in ("constant", "choice"):
            return self.values[self._place(share)]
        if self.family == "integers":
            return min(int(self.low) + int(share * self.count_values()), int(self.high))
        return self._round(self._quantile(share))

    def share_below(self, value: float) -> float:
        """The share of all draws below a number, before any rounding; of integers, below that integer."""
        if self.family == "integers":
            return _clip((value - self.low) / self.count_values())
        if self.family == "uniform":
            return _clip((value - self.low) / (self.high - self.low)) if self.high > self.low else 0.0
        if self.family == "log":
            span = math.log(self.high / self.low)
            return _clip(math.log(value / self.low) / span) if value > 0 and span > 0 else 0.0
        if self.family == "beta":
            from scipy.special import betainc

            return float(betainc(self.first, self.second, _clip(value)))
        number = value if self.family == "normal" else math.log(value) if value > 0 else -math.inf
        return NormalDist(self.first, self.second).cdf(number)

    def _quantile(self, share: float) -> float:
        if self.family == "uniform":
            return self.low + share * (self.high - self.low)
        if self.family == "log":
            value: float = self.low * (self.high / self.low) ** share
            return min(max(value, self.low), self.high)
        if self.family == "beta":
            from scipy.special import betaincinv

            return float(betaincinv(self.first, self.second, share))
        number = NormalDist(self.first, self.second).inv_cdf(min(max(share, _EDGE), 1 - _EDGE))
        return number if self.family == "normal" else math.exp(number)

    def _round(self, value: float) -> float:
        """The nearest multiple of the step, a whole number where the step is one."""
        if self.step is None:
            return value
        rounded: float = round(value / self.step) * self.step
        return int(rounded) if float(self.step).is_integer() else round(rounded, _DIGITS)

    def _place(self, share: float) -> int:
        if not self.probabilities:
            return min(int(share * len(self.values)), len(self.values) - 1)
        total = list(accumulate(self.probabilities))
        return min(bisect_right(total, share * total[-1]), len(self.values) - 1)


def _clip(share: float) -> float:
    return min(max(share, 0.0), 1.0)
