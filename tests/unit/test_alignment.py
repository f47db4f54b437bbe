"""Alignment: the frequencies that it reaches, when it is used, and what keeps it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.config.model import ModelConfig
from core.config.train import build_config
from core.models.build import build_refined
from core.models.inputs import build_inputs
from core.models.refine.alignment import NUM_STEPS, RAREST, Alignment, find_shift
from core.training.module import NodeClassifier
from tests.graphs import make_graph

N, C = 400, 4
PRIOR = torch.tensor([0.6, 0.2, 0.15, 0.05])


def test_the_mean_probabilities_become_the_prior():
    torch.manual_seed(0)
    logits = 3 * torch.randn(N, C)
    shift = find_shift(logits, PRIOR)
    torch.testing.assert_close((logits + shift).softmax(dim=1).mean(dim=0), PRIOR, rtol=0, atol=2e-3)
    missing = find_shift(logits, torch.tensor([0.5, 0.5, 0.0, 0.0]))
    assert torch.isfinite(missing).all()
    assert (logits + missing).argmax(dim=1).max() == 1


@pytest.mark.parametrize("spread", [0.1, 3.0, 300.0])
def test_row_14_the_shift_is_that_of_shifting_logits_step_by_step(spread):
    torch.manual_seed(0)
    logits = spread * torch.randn(N, C)
    for prior in (PRIOR, torch.tensor([1.0, 0.0, 0.0, 0.0])):
        wanted = prior.double().clamp_min(RAREST).log()
        shift = torch.zeros(C, dtype=torch.float64)
        for _ in range(NUM_STEPS):
            found = (logits + shift).softmax(dim=1).mean(dim=0)
            shift += wanted - found.clamp_min(RAREST).log()
        torch.testing.assert_close(find_shift(logits, prior), shift.float())


def draw(prior):
    """Categories [N] of these frequencies, and logits of a model that takes all categories for equally frequent."""
    torch.manual_seed(0)
    y = torch.multinomial(prior, N, replacement=True)
    return y, 1.5 * F.one_hot(y, C) + torch.randn(N, C)


@pytest.mark.parametrize(("true", "is_on"), [(PRIOR, True), (PRIOR.flip(0), False)])
def test_is_used_where_the_loss_falls_by_it(true, is_on):
    y, logits = draw(true)
    alignment, index = Alignment(C), torch.arange(0, N, 2)
    found = alignment.choose(logits, PRIOR, torch.arange(N), y, index)
    assert alignment.shift.any() == is_on
    assert torch.equal(found, alignment(logits))
    if is_on:
        assert (found.argmax(dim=1) == y).sum() > (logits.argmax(dim=1) == y).sum()
    alignment.reset()
    assert torch.equal(alignment(logits), logits)


def test_only_an_evaluation_is_aligned_and_the_shift_is_kept_with_the_weights(tiny_graph):
    config = ModelConfig(model="gcn", hidden_channels=6, dropout=0.0, distribution_alignment=True)
    model = build_refined(config, in_channels=4, out_channels=2)
    inputs = build_inputs(config, tiny_graph)
    plain = model(inputs)
    model.alignment.shift.copy_(torch.tensor([1.0, -1.0]))
    torch.testing.assert_close(model(inputs), plain)
    aligned = model.eval()(inputs)
    torch.testing.assert_close(aligned, plain + model.alignment.shift)
    other = build_refined(config, in_channels=4, out_channels=2).eval()
    other.load_state_dict(model.state_dict())
    torch.testing.assert_close(other(inputs), aligned)


def test_equally_many_training_articles_a_category_tell_nothing_of_frequencies(tiny_graph):
    config = build_config({"distribution_alignment": True, "average_decay": 0.9, "consistency": 1.0, "device": "cpu"})
    counts = np.bincount(tiny_graph.y[tiny_graph.train_masks[0]])
    assert counts.min() == counts.max()
    module = NodeClassifier(config, tiny_graph)
    assert module.prior is None
    module.training_step(0, 0)
    module.on_train_batch_end(None, 0, 0)
    module.validation_step(0, 0)
    assert torch.isfinite(module.training_step(0, 0))
    assert not module.average.model.alignment.shift.any()


def test_a_run_evaluates_at_the_frequencies_of_its_training_articles():
    graph = make_graph()
    config = build_config({"hidden_channels": 16, "distribution_alignment": True, "device": "cpu"})
    torch.manual_seed(0)
    module = NodeClassifier(config, graph).eval()
    with torch.inference_mode():
        module.validation_step(0, 0)
    train = graph.train_masks[0]
    counts = torch.bincount(torch.tensor(graph.y[train]), minlength=graph.num_classes)
    torch.testing.assert_close(module.prior, counts / counts.sum())
    mean = module.logits[torch.tensor(~train)].softmax(dim=1).mean(dim=0)
    torch.testing.assert_close(mean, module.prior, rtol=0, atol=2e-3)
