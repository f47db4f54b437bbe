"""Trains many replicas (split, seed) of one config together: what a GPU needs to be busy on a small graph."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from core.config.fields import uses_field
from core.config.models import MODEL_SPECS, REFINEMENTS
from core.config.race import RACERS, enter_racer
from core.config.train import TrainConfig
from core.errors import TrainingError
from core.graph.graph import Graph
from core.models.inputs import ModelInputs, build_inputs
from core.models.ops.kernels import use_sparse_kernel
from core.runs.report import RunFacts
from core.training.device import DeviceName, read_device_name, read_peak_memory_mb, resolve_device
from core.training.replicas.capture import CapturedStep, side_stream
from core.training.replicas.memory import count_fitting, read_free_bytes
from core.training.replicas.speedups import Speedups, choose_speedups, compile_activation
from core.training.replicas.training import SCORES, ReplicaKey, ReplicaTraining

# The GPU is asked only so often how it goes; a replica that is done meanwhile loses nothing.
SYNC_EPOCHS: Final = 10
# One that takes longer is waited for, so that a request to stop is heard after it.
LONG_EPOCH_SECONDS: Final = 0.1
# The stack is rebuilt without those that are done when so small a share is left.
KEEP_SHARE: Final = 0.75

# What a replica obeys beside its model's own fields. Any other field must be as if it were not there.
_OBEYED: Final = REFINEMENTS | {
    *("model", "feature_norm", "self_loops", "lr", "weight_decay", "epochs", "patience", "device"),
    *("average_decay", "consistency", "teacher_temperature"),
}
# Decided by the pairs, or only names, or kept of runs alone.
_IGNORED: Final = frozenset({"split", "seed", "preset", "graph", "histogram_every"})

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReplicaOutcome:
    """One replica, trained: `build_report(outcome.logits, graph, outcome.facts)` is its report.

    Its seconds are its share of the stack's; the peak memory is the whole stack's.
    """

    seed: int
    logits: NDArray[np.float32]  # [N, C], of the best epoch
    scores: NDArray[np.float32]  # [epochs, 6], columns as in SCORES
    facts: RunFacts


def supports_replicas(config: TrainConfig) -> bool:
    """Whether `config` can be trained as replicas, to the same losses; if not, train its runs one by one.

    GATv2 cannot, nor bf16, nor any field that this module does not know unless it is at its default, or the model does
    not read it. A race can where all that run in it can.
    """
    if config.race_epochs:
        return all(supports_replicas(enter_racer(config, name)) for name in RACERS)
    spec = MODEL_SPECS[config.model]
    known = spec.fields | _OBEYED | _IGNORED
    others = {name for name in set(TrainConfig.model_fields) - known if uses_field(config.model, name)}
    return spec.is_replicable and all(
        getattr(config, name) == TrainConfig.model_fields[name].default for name in others
    )


def train_replicas(
    config: TrainConfig,
    graph: Graph,
    pairs: Sequence[tuple[int, int]],
    *,
    on_done: Callable[[ReplicaOutcome], None] = lambda _: None,
    on_epoch: Callable[[int], None] = lambda _: None,
    replicas: int | None = None,
    speedups: Speedups | None = None,
) -> list[ReplicaOutcome]:
    """Trains `config` once for every (split, seed), as many together as fit; the outcomes in the pairs' order.

    Each replica begins with the weights of the run of its seed and follows the same protocol. Without
    dropout its losses are that run's, up to rounding; with dropout they are as alike as those of two
    seeds, and depend on which replicas train together: those drop the same links. `on_done` is called as soon as one is
    seen to be done; `on_epoch` with the epochs trained by all replicas together, every few epochs or each long one.
    replicas, speedups: how many at once and how, instead of what the device is measured to bear.

    Raises ConfigError, InvalidInputError and TrainingError as `train_run` does.
    """
    if not supports_replicas(config):
        raise TrainingError(f"a {config.model} of this config cannot be trained as replicas: train it run by run")
    named = [ReplicaKey(graph.check_split(split), seed) for split, seed in pairs]
    if config.race_epochs:
        from core.training.replicas.race import race_replicas  # which comes back here for each that runs in it

        return race_replicas(config, graph, named, on_done=on_done, on_epoch=on_epoch)
    trainer = _Trainer(config, graph, resolve_device(config), on_done=on_done, on_epoch=on_epoch)
    size = replicas or count_fitting(config, graph, read_free_bytes(trainer.device))
    while waiting := [pair for pair in named if pair not in trainer.outcomes]:
        batch = list(dict.fromkeys(waiting))[:size]
        try:
            trainer.train(batch, speedups or choose_speedups(config, trainer.inputs, len(batch)))
        except torch.OutOfMemoryError as error:
            if len(batch) == 1:
                raise TrainingError(
                    f"memory ran out: lower hidden_channels (now {config.hidden_channels}) or num_layers "
                    f"(now {config.num_layers})"
                ) from error
            size = len(batch) // 2
            log.warning("memory ran out with %d replicas at once: going on with %d", len(batch), size)
    return [trainer.outcomes[pair] for pair in named]


@dataclass
class _Record:
    """What is known of a replica in training on this side of the bus."""

    pair: ReplicaKey
    blocks: list[NDArray[np.float32]] = field(default_factory=list)  # [k, 6] each
    seconds: list[float] = field(default_factory=list)  # its share of each block
    lengths: list[int] = field(default_factory=list)  # epochs of each block


class _Trainer:
    def __init__(
        self,
        config: TrainConfig,
        graph: Graph,
        device: DeviceName,
        *,
        on_done: Callable[[ReplicaOutcome], None],
        on_epoch: Callable[[int], None],
    ) -> None:
        self.config, self.graph, self.device = config, graph, device
        self.on_done, self.on_epoch = on_done, on_epoch
        self.inputs: ModelInputs = build_inputs(config, graph).to(device)
        self.outcomes: dict[ReplicaKey, ReplicaOutcome] = {}
        self.num_epochs = 0

    def train(self, pairs: list[ReplicaKey], speedups: Speedups) -> None:
        """Trains these as one stack until every one is done."""
        if self.inputs.adj is not None:
            use_sparse_kernel(self.inputs.adj, speedups.kernel)
        stack = ReplicaTraining(self.config, self.graph, self.inputs, pairs, torch.device(self.device))
        # Noise of its own for every stack.
        torch.manual_seed(int(np.random.SeedSequence(np.ravel(pairs)).generate_state(1)[0]))
        live: list[_Record | None] = [_Record(pair) for pair in pairs]  # None: done
        epoch = 0
        with side_stream(self.device) as stream:
            step = self._build_step(stack, speedups, stream)
            while any(live):
                length = min(SYNC_EPOCHS, self.config.epochs - epoch)
                self._run_block(stack, step, live, length)
                epoch += length
                live = self._take_done(stack, live, is_last=epoch == self.config.epochs)
                training = [position for position, record in enumerate(live) if record]
                if training and len(training) <= KEEP_SHARE * stack.replicas:
                    stack.keep(training)
                    live = [live[position] for position in training]
                    step = self._build_step(stack, speedups, stream)

    def _build_step(self, stack: ReplicaTraining, speedups: Speedups, stream: Any) -> Callable[[], None]:
        if speedups.compiled:
            compile_activation(stack.model, self.graph.num_nodes)
        return CapturedStep(stack.run_epoch, stream) if speedups.captured else stack.run_epoch

    def _run_block(
        self, stack: ReplicaTraining, step: Callable[[], None], live: list[_Record | None], length: int
    ) -> None:
        scores = torch.empty(length, len(SCORES), stack.replicas, device=self.device)
        records, is_long = [record for record in live if record], False
        began_at = time.perf_counter()
        for number, row in enumerate(scores, start=1):
            step()
            row.copy_(stack.scores)
            if number == 1:
                row.cpu()  # waits for the device
                is_long = time.perf_counter() - began_at >= LONG_EPOCH_SECONDS
            elif is_long and number < length:
                row.cpu()
                self.on_epoch(self.num_epochs + number * len(records))
        block = scores.cpu().numpy()
        share = (time.perf_counter() - began_at) / len(records)
        for position, record in enumerate(live):
            if record:
                record.blocks.append(block[:, :, position])
                record.seconds.append(share)
                record.lengths.append(length)
        self.num_epochs += length * len(records)
        self.on_epoch(self.num_epochs)

    def _take_done(self, stack: ReplicaTraining, live: list[_Record | None], *, is_last: bool) -> list[_Record | None]:
        """The same list without the replicas that are done, which are handed on."""
        progress = stack.progress.tensors
        done, epochs, best = (progress[name].tolist() for name in ("done", "epochs", "best_epoch"))
        left = list(live)
        for position, record in enumerate(live):
            if record is None:
                continue
            scores = np.concatenate(record.blocks)[: epochs[position]]
            self._refuse_nonsense(record.pair, scores)
            if done[position] or is_last:
                logits = progress["best_logits"][position].cpu().numpy()
                num_parameters = sum(each[position].numel() for each in stack.model.parameters())
                facts = self._collect_facts(record, epochs[position], best[position], num_parameters)
                outcome = ReplicaOutcome(record.pair.seed, logits, scores, facts)
                self.outcomes[record.pair] = outcome
                left[position] = None
                self.on_done(outcome)
        return left

    def _collect_facts(self, record: _Record, epochs: int, best_epoch: int, num_parameters: int) -> RunFacts:
        per_epoch = [seconds / length for seconds, length in zip(record.seconds, record.lengths, strict=True)]
        return RunFacts(
            outcome="finished",
            split=record.pair.split,
            best_epoch=best_epoch,
            epochs=epochs,
            seconds_per_epoch=median(per_epoch),
            seconds=sum(record.seconds),
            num_parameters=num_parameters,
            device=read_device_name(self.device),
            peak_memory_mb=round(read_peak_memory_mb(self.device), 1),
        )

    def _refuse_nonsense(self, pair: ReplicaKey, scores: NDArray[np.float32]) -> None:
        losses = scores[:, [SCORES.index("train_loss"), SCORES.index("stopping_loss")]]
        finite = np.isfinite(losses).all(axis=1)
        if not finite.all():
            raise TrainingError(
                f"the loss is no number in epoch {int(finite.argmin()) + 1} of split {pair.split}, seed {pair.seed}: "
                f"lower lr (now {self.config.lr:g}), or set norm=layer or feature_norm=standard"
            )
