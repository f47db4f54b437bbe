"""Which configs a sweep may try: those that its file, its ranges as they are now, and a run's own rules allow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.config.sweep.spec import Parameter, Range, SweepSpec

Base = Callable[[Mapping[str, Any]], Mapping[str, Any]]  # the config beneath what was drawn so far
Accepts = Callable[[Mapping[str, Any]], bool]  # whether a run can have these fields


@dataclass(frozen=True)
class Space:
    """A sweep's parameters, the ranges that were narrowed, and the configs that runs can have."""

    spec: SweepSpec
    base: Base
    accepts: Accepts
    ranges: Mapping[str, Range]

    def find(self, draw: Callable[[Parameter], Any]) -> dict[str, Any] | None:
        """One draw of each parameter whose condition holds; None where a range, a constraint or a field refuses it."""
        chosen: dict[str, Any] = {}
        for name, parameter in self.spec.by_name.items():
            if parameter.when is None or parameter.when.holds({**self.base(chosen), **chosen}):
                chosen[name] = draw(parameter)
                if name in self.ranges and not self.ranges[name].admits(chosen[name]):
                    return None
        is_admitted = all(one.holds({**self.base(chosen), **chosen}) for one in self.spec.constraints)
        return chosen if is_admitted and self.accepts(chosen) else None
