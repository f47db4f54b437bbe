"""One sweep as a study of Optuna: what to try next, what is known, what is not worth going on with."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import optuna
from filelock import FileLock
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, TrialState

from core.config.sweep.space import Space
from core.config.sweep.spec import Parameter, Range, SweepSpec
from core.errors import ConfigError
from core.training.sweep.pruner import build_pruner

JOURNAL: Final = "journal.log"
STARTUP_TRIALS: Final = 8  # of a bayes sweep, drawn at random
MAX_DRAWS: Final = 2_000  # of configs of which none may be tried, after which a sweep gives up
MODEL_DRAWS: Final = 40  # of them by the sampler's model, which costs more than to draw at random
_PARAMS: Final = "params"


@dataclass(frozen=True)
class Proposal:
    """A trial by its number, and the fields that its run is to have."""

    number: int
    params: dict[str, Any]


class SweepStudy:
    """The study in a sweep's folder. One process has it at a time; what it was told survives a kill."""

    def __init__(self, folder: Path, spec: SweepSpec, *, seed: int, epochs: int) -> None:
        """epochs: the most that a run of the sweep trains."""
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.spec, self._seed = spec, seed
        path = folder / JOURNAL
        _cut_to_whole_lines(path)
        backend = JournalFileBackend(str(path), lock_obj=_SystemLock(path.with_suffix(".lock")))
        self._study = optuna.create_study(
            storage=JournalStorage(backend),
            study_name="sweep",
            direction=spec.goal,
            load_if_exists=True,
            pruner=build_pruner(spec.early_terminate, epochs=epochs),
        )

    def list_open(self) -> list[Proposal]:
        """The trials that have not ended, in their order."""
        found = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        return [Proposal(trial.number, dict(trial.user_attrs[_PARAMS])) for trial in found]

    def count(self) -> int:
        """How many trials there are."""
        return len(self._study.get_trials(deepcopy=False))

    def propose(self, space: Space) -> Proposal | None:
        """Begins the next trial; None where a grid has no point left. Raises ConfigError where nothing may be tried.

        The trial stands in the journal as a whole or not at all.
        """
        trials = self._study.get_trials(deepcopy=False)
        if self.spec.method == "grid":
            point = self._find_point(space, trials)
            return None if point is None else self._add(point, {}, {})
        number = len(trials)
        sampler, chance = self._build_sampler(number), random.Random(f"{self._seed} {number}")
        ahead = FrozenTrial(number, TrialState.RUNNING, None, None, None, {}, {}, {}, {}, {}, number)

        def sample(name: str, kind: BaseDistribution) -> Any:
            return sampler.sample_independent(self._study, ahead, name, kind)

        for attempt in range(MAX_DRAWS):
            draw = _Draw(space.ranges, sample if attempt < MODEL_DRAWS else partial(_draw_anywhere, chance))
            chosen = space.find(draw)
            if chosen is not None:
                return self._add(chosen, draw.shares, draw.distributions)
        raise ConfigError(
            f"none of {MAX_DRAWS:,} configs drawn may be tried: widen the ranges, or take a constraint away"
        )

    def report(self, number: int, values: Mapping[int, float]) -> bool:
        """Tells the metric of a trial's epochs (counted from 1); whether its run is to be stopped now."""
        trial = optuna.Trial(self._study, self._trial(number)._trial_id)
        known = self._trial(number).intermediate_values
        for epoch in sorted(values):
            if epoch in known:
                continue
            trial.report(values[epoch], epoch)
            if trial.should_prune():
                return True
        return False

    def finish(self, number: int, value: float) -> None:
        """Ends a trial with its value; one that has ended is left as it is."""
        self._study.tell(number, value, skip_if_finished=True)

    def prune(self, number: int) -> None:
        """Ends a trial that was stopped early; what it had reached is known."""
        self._study.tell(number, state=TrialState.PRUNED, skip_if_finished=True)

    def fail(self, number: int) -> None:
        """Ends a trial of which nothing is known."""
        self._study.tell(number, state=TrialState.FAIL, skip_if_finished=True)

    def _trial(self, number: int) -> FrozenTrial:
        return self._study.get_trials(deepcopy=False)[number]

    def _add(
        self, params: dict[str, Any], shares: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]
    ) -> Proposal:
        trial = optuna.trial.create_trial(
            state=TrialState.RUNNING,
            params=dict(shares),
            distributions=dict(distributions),
            user_attrs={_PARAMS: params},
        )
        self._study.add_trial(trial)
        return Proposal(self.count() - 1, params)

    def _find_point(self, space: Space, trials: Sequence[FrozenTrial]) -> dict[str, Any] | None:
        """The first point of the grid that no trial has."""
        used = {_key(trial.user_attrs[_PARAMS]) for trial in trials}
        for point in self.spec.list_points():
            chosen = space.find(lambda parameter: point[parameter.name])  # noqa: B023  # called at once
            if chosen is not None and _key(chosen) not in used:
                return chosen
        return None

    def _build_sampler(self, number: int) -> BaseSampler:
        """A sampler that after a restart draws as it would have without one."""
        seed = random.Random(f"{number} {self._seed}").randrange(2**31)
        if self.spec.method == "random":
            return RandomSampler(seed=seed)
        return TPESampler(seed=seed, n_startup_trials=STARTUP_TRIALS, multivariate=False, constant_liar=True)


class _Draw:
    """Draws parameters one by one, and keeps what the sampler chose for each."""

    def __init__(self, ranges: Mapping[str, Range], sample: Callable[[str, BaseDistribution], Any]) -> None:
        self._ranges, self._sample = ranges, sample
        self.shares: dict[str, Any] = {}
        self.distributions: dict[str, BaseDistribution] = {}

    def __call__(self, parameter: Parameter) -> Any:
        name, own = parameter.name, parameter.distribution
        kind = _build_distribution(parameter, self._ranges.get(name))
        if kind is None:
            return own.draw(0.0)
        self.shares[name], self.distributions[name] = self._sample(name, kind), kind
        is_place = isinstance(kind, CategoricalDistribution)
        return own.values[self.shares[name]] if is_place else own.draw(self.shares[name])


def _build_distribution(parameter: Parameter, narrowed: Range | None) -> BaseDistribution | None:
    """What a sampler chooses of a parameter: a place among its values, or a share of its distribution; None of a
    constant, of which there is nothing to choose.
    """
    own = parameter.distribution
    if own.family == "constant":
        return None
    if own.family == "choice":
        if own.probabilities:
            return FloatDistribution(0.0, 1.0)
        return CategoricalDistribution(tuple(range(len(own.values))))
    low, high = 0.0, 1.0
    margin = 0.0 if own.step is None else own.step / 2
    if narrowed is not None and narrowed.low is not None:
        low = own.share_below(narrowed.low - margin)
    if narrowed is not None and narrowed.high is not None:
        high = own.share_below(narrowed.high + (1.0 if own.family == "integers" else margin))
    return FloatDistribution(min(low, high), max(low, high))


def _draw_anywhere(chance: random.Random, _name: str, kind: BaseDistribution) -> Any:
    if isinstance(kind, CategoricalDistribution):
        return chance.randrange(len(kind.choices))
    assert isinstance(kind, FloatDistribution)
    return chance.uniform(kind.low, kind.high)


def _key(params: Mapping[str, Any]) -> str:
    return json.dumps(params, sort_keys=True)


def _cut_to_whole_lines(path: Path) -> None:
    """Takes the beginning of a line away that a killed process did not bring to its end."""
    if path.exists() and (content := path.read_bytes()) and not content.endswith(b"\n"):
        with path.open("r+b") as file:
            file.truncate(content.rfind(b"\n") + 1)


class _SystemLock(JournalFileOpenLock):
    """A lock that the system frees when its process dies; Optuna's own would be waited for."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, thread_local=False)

    def acquire(self) -> bool:
        self._lock.acquire()
        return True

    def release(self) -> None:
        self._lock.release()
