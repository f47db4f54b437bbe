"""Smoothing: against the formula, step by step with dense matrices, and how its share is chosen."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import sparse

from core.config.model import ModelConfig
from core.models.build import build_refined
from core.models.inputs import build_inputs
from core.models.ops.adjacency import build_adjacency
from core.models.refine.smoothing import OWN_SHARES, Smoothing

N, C = 50, 4


@pytest.fixture
def links():
    upper = np.triu(np.random.default_rng(0).random((N, N)) < 0.15, k=1)
    upper[0] = upper[:, 0] = False  # an article without neighbours
    return (upper | upper.T).astype(np.float32)


@pytest.fixture
def adj(links):
    return build_adjacency(sparse.csr_array(links.astype(np.int8)), "symmetric")


def smooth(logits, links, *, share, steps):
    """The recurrence of the docstring."""
    looped = torch.tensor(links) + torch.eye(N)
    mean = looped / looped.sum(dim=1, keepdim=True)
    own = mixed = logits.softmax(dim=1)
    for _ in range(steps):
        mixed = (1 - share) * mean @ mixed + share * own
    return mixed.log()


@pytest.mark.parametrize("choice", range(len(OWN_SHARES)))
def test_equals_the_recurrence(choice, links, adj):
    logits = 3 * torch.randn(N, C)
    smoothing = Smoothing(steps=5)
    assert smoothing(logits, adj) is logits
    smoothing.choice.fill_(choice)
    found = smoothing(logits, adj)
    expected = smooth(logits, links, share=OWN_SHARES[choice], steps=5)
    torch.testing.assert_close(found.softmax(dim=1), expected.softmax(dim=1))
    torch.testing.assert_close(found.softmax(dim=1).sum(dim=1), torch.ones(N))


def test_chooses_what_serves_these_articles_best(links, adj):
    torch.manual_seed(0)
    smoothing, index = Smoothing(steps=5), torch.arange(0, N, 2)
    for y in (torch.randint(0, C, (N,)), smooth(torch.randn(N, C), links, share=0.2, steps=5).argmax(dim=1)):
        logits = F.one_hot(y, C) + 1.2 * torch.randn(N, C)
        found = smoothing.choose(logits, adj, y, index)
        scores = []
        for share in OWN_SHARES:
            mixed = smooth(logits, links, share=share, steps=5)[index]
            scores.append(((mixed.argmax(dim=1) == y[index]).sum().item(), -F.cross_entropy(mixed, y[index]).item()))
        assert smoothing.choice.item() == scores.index(max(scores))
        assert torch.equal(found, smoothing(logits, adj))


def test_only_an_evaluation_is_smoothed_and_the_choice_is_kept_with_the_weights(tiny_graph):
    config = ModelConfig(model="gcn", hidden_channels=6, dropout=0.0, smoothing_steps=3)
    model = build_refined(config, in_channels=4, out_channels=2)
    inputs = build_inputs(config, tiny_graph)
    plain = model(inputs)
    torch.testing.assert_close(model.eval()(inputs), plain)
    model.smoothing.choice.fill_(2)
    smoothed = model(inputs)
    torch.testing.assert_close(smoothed, model.smoothing(plain, inputs.adj))
    assert not torch.allclose(smoothed.softmax(dim=1), plain.softmax(dim=1))
    again = build_refined(config, in_channels=4, out_channels=2)
    again.load_state_dict(model.state_dict())
    assert torch.equal(again.eval()(inputs), smoothed)
    torch.testing.assert_close(model.train()(inputs), plain)
