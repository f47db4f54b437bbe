"""How weights, gradients and logits are spread, counted every few epochs of a run."""

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Final

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from torch import Tensor

from core.models.refine.refined import BASE
from core.runs import files
from core.runs.histograms import MAX_NAME, MAX_TENSORS, NUM_BINS, EpochHistograms, Histogram, HistogramWriter, Kind
from core.training.module import NodeClassifier
from core.training.recorder import RunRecorder

PIECE: Final = 2**22  # values that are counted at once: in float32 more could not be told apart
LEAST_SHARE: Final = 1e-6  # that a span has of its largest value: below, float32 cannot tell the bins apart
TINY: Final = 1e-30  # what is smaller is 0 here, in a span where float32 still tells bins apart
HUGE: Final = 1e37  # spans that float32 has no room for

_Named = tuple[Kind, str, Tensor]


class HistogramKeeper(Callback):
    """Keeps a run's histograms. It comes before the recorder, whose checkpoints then never lack one."""

    def __init__(self, recorder: RunRecorder) -> None:
        self._recorder = recorder
        self._writer: HistogramWriter | None = None
        self._gradients: list[tuple[str, Tensor]] = []  # of the last step, where its epoch is kept

    def on_train_start(self, *_: object) -> None:
        recorder = self._recorder
        self._writer = HistogramWriter(
            recorder.folder / files.HISTOGRAMS, every=recorder.config.histogram_every, keep_epochs=recorder.epoch
        )

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:  # noqa: ARG002
        assert isinstance(pl_module, NodeClassifier)
        if self._wants():  # Lightning drops them before an evaluation
            named = [(name, each.grad) for name, each in list_parameters(pl_module)]
            self._gradients = [(name, gradient) for name, gradient in named if gradient is not None]

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        assert isinstance(pl_module, NodeClassifier)
        if self._wants() and self._writer is not None:
            self._writer.append(compute_histograms(pl_module, self._gradients, self._recorder.epoch + 1))
        self._gradients = []

    def _wants(self) -> bool:
        return self._writer is not None and self._writer.wants(self._recorder.epoch + 1)


def compute_histograms(module: NodeClassifier, gradients: Sequence[tuple[str, Tensor]], epoch: int) -> EpochHistograms:
    """Those of an epoch that has just been trained, and of its last step's gradients by name."""
    tensors: list[_Named] = [("logits", "logits", module.logits)]
    tensors += [("weights", name, parameter) for name, parameter in list_parameters(module)]
    tensors += [("gradients", name, gradient) for name, gradient in gradients]
    named = [(kind, name[:MAX_NAME], values.detach().flatten()) for kind, name, values in tensors if values.numel()]
    return EpochHistograms(epoch, tuple(count_values(named[:MAX_TENSORS])), left_out=len(named[MAX_TENSORS:]))


def list_parameters(module: NodeClassifier) -> list[tuple[str, Tensor]]:
    """The weights that are trained, under the names that a run's files have for them."""
    return [(name.removeprefix(BASE), parameter) for name, parameter in module.model.named_parameters()]


def count_values(tensors: list[_Named]) -> Iterator[Histogram]:
    """All of them, in two answers of the device."""
    bounds = torch.stack([torch.stack(torch.aminmax(values)) for _, _, values in tensors]).tolist()
    finite, spans = [], []
    for (_, _, values), (low, high) in zip(tensors, bounds, strict=True):
        is_finite = isfinite(low) and isfinite(high)  # one value that is not makes a bound that is not
        finite.append(values if is_finite else values[values.isfinite()])
        spans.append(_widen(low, high) if is_finite else _find_span(finite[-1]))
    counted = torch.stack([_count_bins(*found) for found in zip(finite, spans, strict=True)]).tolist()
    for (kind, name, values), kept, (low, high), counts in zip(tensors, finite, spans, counted, strict=True):
        lost = values.numel() - kept.numel()
        nan = int(values.isnan().sum()) if lost else 0
        yield Histogram(kind, name, low, high, tuple(counts), nan=nan, inf=lost - nan)


def _find_span(values: Tensor) -> tuple[float, float]:
    """Bounds of finite values, of which there may be none."""
    return _widen(*torch.stack(torch.aminmax(values)).tolist()) if values.numel() else (0.0, 1.0)


def _widen(low: float, high: float) -> tuple[float, float]:
    """The same bounds, or some around the one value that there is."""
    most = max(abs(low), abs(high))
    if high - low > LEAST_SHARE * most and most > TINY:
        return low, high
    half = most / 1000 if most > TINY else LEAST_SHARE
    return low - half, high + half


def _count_bins(values: Tensor, span: tuple[float, float]) -> Tensor:
    """[NUM_BINS] whole numbers."""
    counts = torch.zeros(NUM_BINS, dtype=torch.long, device=values.device)
    is_huge = span[1] - span[0] > HUGE
    for piece in torch.split(values, PIECE):
        counted = torch.histc(piece.cpu().double() if is_huge else piece, NUM_BINS, *span)
        counts += counted.to(values.device).long()
    return counts
