"""Stacked models: outputs, gradients and statistics of R single ones."""

import numpy as np
import pytest
import torch
from scipy import sparse

from core.config.model import ModelConfig
from core.config.models import MODEL_SPECS
from core.models.build import build_model
from core.models.inputs import choose_normalisation
from core.models.ops.adjacency import build_adjacency
from core.training.replicas.models import build_replicas, stack_weights

N, F, H, C, R = 40, 6, 8, 5, 3

VARIANTS = [
    {"model": "gcn", "num_layers": 3},
    {"model": "gcn", "norm": "batch", "residual": True},
    {"model": "gcn", "norm": "none", "jk": "cat", "num_layers": 1},
    {"model": "gcn", "jk": "max", "num_layers": 3, "hidden_channels": 4},
    {"model": "gcn", "jk": "last", "num_layers": 3},
    {"model": "sage", "num_layers": 3},
    {"model": "sage", "norm": "batch", "hidden_channels": 4},
    {"model": "sage", "norm": "none", "residual": True, "jk": "cat"},
    {"model": "gat", "heads": 2, "residual": True},
    {"model": "mlp", "num_layers": 3, "norm": "batch"},
    {"model": "appnp", "propagation_steps": 3, "alpha": 0.2},
    {"model": "sgc", "propagation_steps": 2},
]


@pytest.fixture
def x():
    return torch.randn(N, F, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def make_adjacency():
    upper = np.triu(np.random.default_rng(0).random((N, N)) < 0.1, k=1)
    links = sparse.csr_array((upper | upper.T).astype(np.int8))

    def make(model):
        kind = choose_normalisation(ModelConfig(model=model))
        return build_adjacency(links, kind) if kind else None

    return make


def build_both(config):
    """R single models of seeds 0, 1, 2 …, biases not zero, and the same stacked."""
    singles = []
    for seed in range(R):
        torch.manual_seed(seed)
        single = build_model(config, in_channels=F, out_channels=C)
        for parameter in single.parameters():
            torch.nn.init.normal_(parameter) if parameter.dim() == 1 else None
        singles.append(single)
    stacked = build_replicas(config, stack_weights([s.state_dict() for s in singles]), in_channels=F, out_channels=C)
    return singles, stacked


def test_every_variety_is_tried():
    replicable = {model for model, spec in MODEL_SPECS.items() if spec.is_replicable}
    assert {variant["model"] for variant in VARIANTS} == replicable


@pytest.mark.parametrize("fields", VARIANTS)
def test_equals_single_models(fields, x, make_adjacency):
    config = ModelConfig(**{"hidden_channels": H, "dropout": 0.0, **fields})
    adj = make_adjacency(config.model)
    singles, stacked = build_both(config)
    weights = torch.randn(N, R, C)
    logits = stacked(x, adj)
    (logits * weights).sum().backward()
    alone = [single(x, adj) for single in singles]
    (torch.stack(alone, dim=1) * weights).sum().backward()
    torch.testing.assert_close(logits, torch.stack(alone, dim=1), rtol=1e-4, atol=1e-5)
    theirs = stack_weights([{n: p.grad for n, p in single.named_parameters()} for single in singles])
    ours = {name: parameter.grad for name, parameter in stacked.named_parameters()}
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        torch.testing.assert_close(value, theirs[name], rtol=1e-3, atol=1e-4, msg=lambda m, n=name: f"{n}: {m}")
    # With the running means and variances of one step in training.
    with torch.no_grad():
        held = torch.stack([single.eval()(x, adj) for single in singles], dim=1)
        torch.testing.assert_close(stacked.eval()(x, adj), held, rtol=1e-4, atol=1e-4)


def test_one_replica_s_nonsense_stays_with_it(x, make_adjacency):
    config = ModelConfig(model="gcn", hidden_channels=H, norm="batch", num_layers=3, dropout=0.0)
    _, stacked = build_both(config)
    with torch.no_grad():
        stacked.layers[1].lin.weight[1] = float("nan")
    logits = stacked(x, make_adjacency("gcn"))
    logits.sum().backward()
    assert logits.isnan().any(dim=2).any(dim=0).tolist() == [False, True, False]
    for parameter in stacked.parameters():
        assert not parameter.grad[[0, 2]].isnan().any()


def test_replicas_drop_values_of_their_own(x):
    config = ModelConfig(model="mlp", hidden_channels=H, norm="none", dropout=0.5)
    torch.manual_seed(0)
    single = build_model(config, in_channels=F, out_channels=C)
    stacked = build_replicas(config, stack_weights([single.state_dict()] * 2), in_channels=F, out_channels=C)
    first, second = stacked(x, None).unbind(dim=1)
    assert not torch.allclose(first, second)
    first, second = stacked.eval()(x, None).unbind(dim=1)
    torch.testing.assert_close(first, second)
