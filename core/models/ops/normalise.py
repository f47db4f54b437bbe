"""From links to the weights of the messages that pass over them. No torch here."""

import numpy as np
from scipy import sparse

from core.config.models import Normalisation


def normalise_links(links: sparse.csr_array, kind: Normalisation) -> sparse.csr_array:
    """Weights for message passing over `links` [N, N], a symmetric 0/1 matrix without self-links.

    symmetric: D^-1/2 (A + I) D^-1/2, degrees counted with the self-loop (GCN, arXiv 1609.02907).
    mean: D^-1 A, a row of zeros for an article without neighbours (GraphSAGE, arXiv 1706.02216).
    looped_mean: D^-1 (A + I), degrees counted with the self-loop.
    """
    weights = links.astype(np.float64)
    if kind != "mean":
        weights = sparse.csr_array(weights + sparse.eye_array(links.shape[0], format="csr"))
    degree = np.maximum(weights.sum(axis=1), 1.0)
    if kind == "symmetric":
        scale = sparse.diags_array(1.0 / np.sqrt(degree))
        weighted = scale @ weights @ scale
    else:
        weighted = sparse.diags_array(1.0 / degree) @ weights
    matrix = sparse.csr_array(weighted.astype(np.float32))
    matrix.sort_indices()
    return matrix
