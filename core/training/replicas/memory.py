"""How many replicas fit into a device's memory."""

from typing import Final

import psutil
import torch

from core.config.train import TrainConfig
from core.graph.graph import Graph
from core.models.stack import layer_widths
from core.training.device import DeviceName

# What a tensor [N, R·H] may hold: kernels count in 32 bits.
MAX_VALUES: Final = 2**31 - 1
# Of free memory: the rest is for the allocator's gaps and for the workspace of matrix products.
USED_SHARE: Final = 0.8
# Values an article and hidden unit: the sums, the normalised, the kept and the dropped ones, until the
# backward pass has read them.
_KEPT: Final = 6
# The same for what is made and dropped on the way, counted for the widest layer.
_PASSING: Final = 4
# Values an article and category: logits, their gradient, log probabilities, the best ones.
_PER_LOGIT: Final = 8
# Values a message and hidden unit of a layer of attention: what is said, weighted, and both gradients.
_PER_MESSAGE: Final = 4


def estimate_replica_bytes(
    config: TrainConfig, num_nodes: int, in_channels: int, num_classes: int, *, num_messages: int = 0
) -> int:
    """The most memory that one more replica takes, beside the graph's, which all share: an estimate from above.

    num_messages: how many pass over the links in a step, self-loops among them; attention keeps what each one says.
    """
    if config.model == "sgc":
        parameters, kept, widest = num_classes * (in_channels + 1), 0, 0
    else:
        widths = layer_widths(in_channels, config.hidden_channels, config.num_layers, num_classes, config.jk)
        hidden = [width for _, width in (widths if config.jk != "none" else widths[:-1])]
        maps = (2 if config.model == "sage" else 1) + config.residual
        parameters = sum(maps * fan_in * fan_out + 4 * fan_out for fan_in, fan_out in widths)
        joined = sum(hidden) if config.jk != "none" else 0
        parameters += joined * num_classes
        kept, widest = _KEPT * sum(hidden) + 2 * joined, max(hidden, default=0)
    values = kept + _PASSING * widest + _PER_LOGIT * num_classes
    if config.model == "appnp":
        values += config.propagation_steps * num_classes
    values += (2 * in_channels if config.feature_dropout else 0) + num_classes * _count_refined(config)
    said = num_messages * _PER_MESSAGE * config.num_layers * config.hidden_channels if config.model == "gat" else 0
    # Weight, gradient, Adam's two moments and the mean; masks, one byte an article for each set.
    copies = 5 if config.average_decay else 4
    return 4 * (copies * parameters + num_nodes * values + said) + 3 * num_nodes


def _count_refined(config: TrainConfig) -> int:
    """Arrays of the logits' shape that refinements need at once."""
    spread = config.smoothing_steps + 4 if config.smoothing_steps else 0
    return spread + (6 if config.consistency else 0) + (4 if config.distribution_alignment else 0)


def count_fitting(config: TrainConfig, graph: Graph, free_bytes: int) -> int:
    """How many replicas fit into `free_bytes` at once, at least one."""
    num_messages = graph.undirected.nnz + graph.num_nodes
    sizes = (graph.num_nodes, graph.x.shape[1], graph.num_classes)
    each = estimate_replica_bytes(config, *sizes, num_messages=num_messages)
    joined = config.num_layers if config.jk == "cat" else 1
    widest = max(graph.num_nodes * max(joined * config.hidden_channels, graph.num_classes), 1)
    if config.feature_dropout:
        widest = max(widest, graph.num_nodes * graph.x.shape[1])
    if config.model == "gat":
        widest = max(widest, num_messages * config.hidden_channels)
    return max(1, min(int(USED_SHARE * free_bytes) // each, MAX_VALUES // widest))


def read_free_bytes(device: DeviceName) -> int:
    """Memory of the device that nobody uses."""
    if device == "cuda":
        free, _ = torch.cuda.mem_get_info()
        return free
    return psutil.virtual_memory().available
