"""A step that computes only what the loss needs: the loss and gradients of the full computation."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import sparse

from core.config.model import ModelConfig
from core.models.build import build_model
from core.models.inputs import ModelInputs, choose_normalisation
from core.models.ops.adjacency import build_adjacency
from core.models.refine.refined import Refined

N, C = 60, 3
CONVS = ["gcn", "sage", "gat", "gatv2"]


@pytest.fixture(scope="module")
def links():
    """A ring with a few chords and a lone article: two steps from a few articles reach a part of it."""
    ring = np.arange(N - 1)
    source, target = np.append(ring, [0, 5, 9, 30]), np.append((ring + 1) % (N - 1), [20, 40, 50, 44])
    upper = sparse.csr_array((np.ones(len(source), dtype=np.int8), (source, target)), shape=(N, N))
    return sparse.csr_array(((upper + upper.T) > 0).astype(np.int8))


def make(model, links, **fields):
    torch.manual_seed(0)
    config = ModelConfig(model=model, hidden_channels=8, heads=2, dropout=0.0, **fields)
    kind = choose_normalisation(config)
    adj = build_adjacency(links, kind) if kind else None
    return build_model(config, in_channels=10, out_channels=C), adj, torch.randn(N, 10)


def loss_and_gradients(model, logits):
    model.zero_grad()
    loss = F.cross_entropy(logits, torch.arange(len(logits)) % C)
    loss.backward()
    return {"loss": loss.detach()} | {name: p.grad.clone() for name, p in model.named_parameters()}


@pytest.mark.parametrize("norm", ["none", "layer", "batch"])
@pytest.mark.parametrize(
    ("num_layers", "residual", "jk"),
    [(1, False, "none"), (2, True, "max"), (3, True, "none"), (3, False, "cat"), (2, True, "last")],
)
@pytest.mark.parametrize("name", [*CONVS, "mlp"])
def test_restricted_step_equals_the_full_one(name, num_layers, residual, jk, norm, links):
    model, adj, x = make(name, links, num_layers=num_layers, residual=residual, jk=jk, norm=norm)
    for rows in map(torch.tensor, ([3], [0, 7, 59], range(N))):
        full = loss_and_gradients(model, model(x, adj).index_select(0, rows))
        restricted = loss_and_gradients(model, model(x, adj, model.build_reach(adj, rows)))
        torch.testing.assert_close(restricted, full, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", CONVS)
def test_layers_run_for_the_neighbourhood_alone(name, links):
    model, adj, x = make(name, links, num_layers=4, norm="layer")
    reach = model.build_reach(adj, torch.tensor([3]))
    sizes = []
    for layer in model.layers:
        layer.register_forward_hook(lambda _module, _inputs, out: sizes.append(len(out)))
    model(x, adj, reach)
    # The last runs for article 3, the one before it for its neighbours on the ring too, then for theirs.
    assert sizes == [N, 5, 3, 1]


def test_batch_norm_reads_all_articles(links):
    model, adj, x = make("gcn", links, num_layers=3, norm="batch")
    reach = model.build_reach(adj, torch.tensor([3]))
    sizes = []
    for norm in model.norms:
        norm.register_forward_hook(lambda _module, _inputs, out: sizes.append(len(out)))
    assert model(x, adj, reach).shape == (1, C)
    assert sizes == [N, N]


def test_models_that_reach_everything_have_no_reach(links):
    for name in ("appnp", "sgc"):
        model, adj, x = make(name, links)
        assert Refined(model, C).build_reach(ModelInputs(x, adj), torch.tensor([3])) is None


def test_nothing_of_it_is_stored(links):
    model, adj, _ = make("sage", links, num_layers=3)
    assert model.build_reach(adj, torch.tensor([3])).state_dict() == {}
