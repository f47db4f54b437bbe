"""What the mean of the weights teaches: against the formulas."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core.config.train import build_config
from core.models.refine.alignment import find_shift
from core.training.consistency import measure_disagreement, ramp_weight
from core.training.module import NodeClassifier


@pytest.mark.parametrize("temperature", [1.0, 0.5, 0.1])
def test_disagreement_equals_the_formula(temperature):
    rng = np.random.default_rng(0)
    logits, teacher = rng.normal(size=(2, 30, 5))
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    sharp = (np.exp(teacher) / np.exp(teacher).sum(axis=1, keepdims=True)) ** (1 / temperature)
    sharp /= sharp.sum(axis=1, keepdims=True)
    expected = -(sharp * np.log(probs)).sum(axis=1).mean()
    assert measure_disagreement(torch.tensor(logits), torch.tensor(teacher), temperature).item() == pytest.approx(
        expected
    )


def test_a_teacher_is_sharpened_first_and_then_shifted_to_the_prior():
    torch.manual_seed(0)
    logits, teacher = 2 * torch.randn(2, 30, 3)
    prior = torch.tensor([0.7, 0.2, 0.1])
    target = (2 * teacher + find_shift(2 * teacher, prior)).softmax(dim=1)
    torch.testing.assert_close(target.mean(dim=0), prior, rtol=0, atol=2e-3)
    expected = F.cross_entropy(logits, target)
    torch.testing.assert_close(measure_disagreement(logits, teacher, 0.5, prior), expected)


def test_the_teacher_gains_weight_over_fifty_steps():
    assert [ramp_weight(2.0, steps) for steps in (0, 25, 50, 400)] == [0.0, 1.0, 2.0, 2.0]


def test_a_step_learns_from_labels_and_from_the_teacher_on_all_other_articles(tiny_graph):
    values = {"hidden_channels": 6, "dropout": 0.0, "average_decay": 0.9, "consistency": 2.0}
    torch.manual_seed(0)
    module = NodeClassifier(build_config({**values, "teacher_temperature": 0.5}), tiny_graph)
    train = torch.tensor(tiny_graph.train_masks[0])
    y = torch.tensor(tiny_graph.y)

    first = module.training_step(0, 0)
    torch.testing.assert_close(first, F.cross_entropy(module()[train], y[train]))
    with torch.no_grad():
        for parameter in module.model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    module.on_train_batch_end(None, 0, 0)
    module.validation_step(0, 0)
    teacher = module.average.model(module.inputs)
    torch.testing.assert_close(module.logits, teacher)
    logits = module()
    taught = measure_disagreement(logits[~train], teacher[~train], 0.5)
    loss = F.cross_entropy(logits[train], y[train])
    torch.testing.assert_close(module.training_step(0, 0), loss + 2.0 * (1 / 50) * taught)
    assert module.train_score.loss == pytest.approx(loss.item())


def test_the_mean_is_what_is_kept_as_best(tiny_graph):
    module = NodeClassifier(build_config({"hidden_channels": 6, "average_decay": 0.9}), tiny_graph)
    with torch.no_grad():
        module.model.base.layers[0].bias.add_(1.0)
    kept = module.best_state()
    assert kept.keys() == {f"model.{name}" for name in module.model.state_dict()}
    assert torch.equal(kept["model.layers.0.bias"], torch.zeros(6))
