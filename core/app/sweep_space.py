"""The configs of a sweep's runs: its preset and what all its runs share, with what a trial draws on top."""

import random
from collections.abc import Mapping
from typing import Any, Final

from core.app.configs import Configs
from core.config.sweep.space import Space
from core.config.sweep.spec import Parameter, Range, SweepSpec
from core.config.train import TrainConfig, build_config
from core.errors import ConfigError
from core.runs.sweeps import Sweep

TRIED: Final = 500  # configs drawn before a sweep begins, one of which must be possible


class RunSpace:
    """What the runs of one sweep may be."""

    def __init__(self, configs: Configs, sweep: Sweep, spec: SweepSpec) -> None:
        self._configs, self._sweep, self.spec = configs, sweep, spec
        self._bases: dict[str, dict[str, Any]] = {}

    def base(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """The config beneath what was drawn so far, of the preset that was drawn, if one was. Raises ConfigError."""
        preset = str(chosen.get("preset", self._sweep.preset))
        if preset not in self._bases:
            config = self._configs.build(preset, self._sweep.overrides, graph=self._sweep.graph)
            self._bases[preset] = config.model_dump()
        return self._bases[preset]

    def build(self, chosen: Mapping[str, Any]) -> TrainConfig:
        """The config of a run. Raises ConfigError where its fields contradict each other."""
        return self._configs.check(build_config({**self.base(chosen), **chosen}))

    def accepts(self, chosen: Mapping[str, Any]) -> bool:
        """Whether a run can have these fields."""
        try:
            self.build(chosen)
        except ConfigError:
            return False
        return True

    def narrowed(self, ranges: Mapping[str, Range]) -> Space:
        """What may be tried within these ranges."""
        return Space(self.spec, self.base, self.accepts, ranges)

    def check(self, ranges: Mapping[str, Range]) -> None:
        """Raises ConfigError where nothing may be tried, as far as some hundred draws tell."""
        space, chance = self.narrowed(ranges), random.Random(0)

        def draw(parameter: Parameter) -> Any:
            narrowed = ranges.get(parameter.name)
            if narrowed is not None and narrowed.values:
                return chance.choice(narrowed.values)
            own = parameter.distribution
            low = own.share_below(narrowed.low) if narrowed and narrowed.low is not None else 0.0
            high = own.share_below(narrowed.high) if narrowed and narrowed.high is not None else 1.0
            return own.draw(chance.uniform(low, high))

        for _ in range(TRIED):
            if space.find(draw) is not None:
                return
        self.build({parameter.name: draw(parameter) for parameter in self.spec.parameters if not parameter.when})
        raise ConfigError(f"none of {TRIED} configs drawn may be tried: widen the ranges, or take a constraint away")
