"""What to use of a device's possibilities: chosen once, before training, by measurement."""

import logging
from dataclasses import dataclass

import torch
from torch import nn

from core.config.train import TrainConfig
from core.models.inputs import ModelInputs
from core.models.ops.kernels import KernelName, choose_sparse_kernel, measure_seconds
from core.training.replicas.models import ReplicaStack

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Speedups:
    """How replicas are computed; none of it changes what is computed.

    kernel: of the sparse products. captured: epochs as a CUDA graph. compiled: what follows a hidden
    layer as one compiled kernel where that is faster; making it takes seconds.
    """

    kernel: KernelName = "bag"
    captured: bool = False
    compiled: bool = False


def choose_speedups(config: TrainConfig, inputs: ModelInputs, replicas: int) -> Speedups:
    """What to use for so many replicas on the device where the inputs lie. Not compiled: see `Speedups`.

    TF32 stays off everywhere: its products carry 10 bits, and losses would leave those of the single runs.
    """
    if not inputs.x.is_cuda:
        return Speedups()
    if inputs.adj is None:
        return Speedups(captured=True)
    # APPNP and SGC pass on logits or nothing; their products are too small to matter.
    return Speedups(choose_sparse_kernel(inputs.adj, replicas * config.hidden_channels), captured=True)


def compile_activation(model: nn.Module, num_nodes: int, backend: str = "inductor") -> bool:
    """Compiles what follows the hidden layers of `model`, if that works and is faster here; whether it is."""
    if not isinstance(model, ReplicaStack) or not len(model.norms):
        return False
    plain, norm, weight = model.activate, model.norms[0], next(model.parameters())
    before = {name: value.clone() for name, value in norm.state_dict().items()}
    h = torch.randn(num_nodes, len(weight), model.config.hidden_channels, device=weight.device, requires_grad=True)

    def try_out() -> None:
        for training in (True, False):
            model.train(training).activate(h, norm).sum().backward()  # type: ignore[no-untyped-call]

    is_faster = False
    try:
        try_out()
        plain_seconds = measure_seconds(try_out, weight.device)
        model.activate = torch.compile(plain, backend=backend)  # type: ignore[method-assign]
        try_out()
        is_faster = measure_seconds(try_out, weight.device) < plain_seconds
    except (RuntimeError, ImportError, OSError) as error:  # no compiler, no Triton, a shape it cannot do
        log.warning("what follows the hidden layers cannot be compiled, and runs as it is: %s", error)
    if not is_faster:
        model.activate = plain  # type: ignore[method-assign]
    norm.load_state_dict(before)  # the trials counted as batches
    model.zero_grad(set_to_none=True)
    return is_faster
