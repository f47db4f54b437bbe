"""The race of `core.training.race` for many replicas at once: architecture after architecture, each of all replicas."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.config.race import RACERS, enter_racer, settle_race
from core.config.train import TrainConfig
from core.graph.graph import Graph
from core.runs.report import Racer, find_winner
from core.training.race import choose, count_held, weigh_held
from core.training.replicas.train import ReplicaOutcome, train_replicas
from core.training.replicas.training import ReplicaKey

Race = tuple[Racer, ...]


def race_replicas(
    config: TrainConfig,
    graph: Graph,
    pairs: Sequence[ReplicaKey],
    *,
    on_done: Callable[[ReplicaOutcome], None],
    on_epoch: Callable[[int], None],
) -> list[ReplicaOutcome]:
    """As `train_replicas`; each replica has a race and a winner of its own, which begins anew after it.

    So its seconds are those of all that ran in its race, and of what came after.
    """
    told = _Count(on_epoch)
    ran: dict[ReplicaKey, list[Racer]] = {pair: [] for pair in pairs}
    for name in RACERS:
        entered = enter_racer(config, name)
        for pair, outcome in zip(pairs, train_replicas(entered, graph, pairs, on_epoch=told.add), strict=True):
            ran[pair].append(_judge(name, outcome, config, graph))
        told.settle()
    races: dict[ReplicaKey, Race] = {pair: choose(race) for pair, race in ran.items()}
    outcomes: dict[ReplicaKey, ReplicaOutcome] = {}

    def finish(outcome: ReplicaOutcome) -> None:
        pair = ReplicaKey(outcome.facts.split, outcome.seed)
        seconds = (outcome.facts.seconds or 0.0) + sum(racer.seconds or 0.0 for racer in races[pair])
        outcomes[pair] = replace(outcome, facts=replace(outcome.facts, race=races[pair], seconds=seconds))
        on_done(outcomes[pair])

    for name in RACERS:
        if won := [pair for pair in races if find_winner(races[pair]) == name]:
            train_replicas(settle_race(config, name), graph, won, on_done=finish, on_epoch=told.add)
            told.settle()
    return [outcomes[pair] for pair in pairs]


def _judge(name: str, outcome: ReplicaOutcome, config: TrainConfig, graph: Graph) -> Racer:
    split = outcome.facts.split
    right = outcome.logits.argmax(axis=1) == graph.y
    accs = [float(right[masks[split]].mean()) for masks in (graph.stopping_masks, graph.val_masks)]
    counts = count_held(config.model_copy(update={"split": split}), graph)
    return Racer(name, outcome.facts.epochs, weigh_held(accs[0], accs[1], counts), outcome.facts.seconds)


class _Count:
    """Counts epochs on from one training to the next."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._before, self._now = tell, 0, 0

    def add(self, epochs: int) -> None:
        """So many of the present training are done."""
        self._now = epochs
        self._tell(self._before + epochs)

    def settle(self) -> None:
        """The present training is done."""
        self._before, self._now = self._before + self._now, 0
