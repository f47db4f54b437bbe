"""Link dropout: messages over some of the links, others in every training step."""

import torch
import torch.nn.functional as F

from core.models.ops.adjacency import Adjacency
from core.models.ops.dropout import draw_mask


def thin_links(adj: Adjacency, share: float) -> Adjacency:
    """`adj` without a random share p of its messages; those left count 1 / (1 - p) times as much, self-loops as before.

    So the mean over many draws is `adj`. The two directions of a link fall out apart from each other.
    Source: DropEdge, arXiv 1907.10903, which counts the degrees anew instead.
    """
    weights = adj.matrix.weights
    if weights.device.type == "cpu":
        return adj.thinned(draw_mask(weights.shape, share).index_fill_(0, adj.loops, 1.0))
    # Drawn where the links lie and with all of them stored, so that nothing waits for it.
    return adj.masked(F.dropout(torch.ones_like(weights), share).index_fill_(0, adj.loops, 1.0))
