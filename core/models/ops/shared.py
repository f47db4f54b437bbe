"""One computation for an evaluation and for the training step after it, which begins with the same weights."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

Key = tuple[object, ...]


class SharedOutput:
    """Keeps what an evaluation computes, with its gradient function, until a training step with its weights takes it.

    Exact: it is for what has no dropout and no batch statistics in it, so for what comes before the first dropout.
    """

    def __init__(self) -> None:
        self._kept: tuple[Key, Tensor] | None = None

    def get(self, compute: Callable[[], Tensor], inputs: Iterable[object], module: nn.Module) -> Tensor:
        """compute(), or what it gave for the same `inputs` and parameters of `module`, none of them changed since."""
        parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
        arguments = list(inputs)
        tensors = [value for value in arguments if isinstance(value, Tensor)]
        device_type = tensors[0].device.type
        if any(tensor.requires_grad or tensor.is_inference() for tensor in tensors) or not parameters:
            return compute()
        if torch.is_autocast_enabled(device_type):
            return compute()  # its copies of the weights end with the block that it is on for
        versions = tuple((tensor.data_ptr(), tensor._version) for tensor in (*tensors, *parameters))
        key = (*map(id, arguments), versions)
        kept = self._kept
        found = kept[1] if kept is not None and kept[0] == key else None
        if torch.is_grad_enabled():
            self._kept = None  # a backward pass consumes it
            return compute() if found is None else found
        if found is None:
            # Made outside inference mode and with autograd, so that a training step may go on from it.
            with torch.inference_mode(False), torch.enable_grad():
                found = compute()
            self._kept = (key, found)
        return found.detach()

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: a copy of a model computes for itself."""
        return {"_kept": None}
