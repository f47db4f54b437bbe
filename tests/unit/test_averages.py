"""The mean of the weights: against its recurrence."""

import torch
from torch import nn

from core.models.refine.averages import AveragedModel


def test_the_mean_equals_its_recurrence():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
    average = AveragedModel(model, decay=0.4)
    expected = {name: value.double().clone() for name, value in model.state_dict().items()}
    for count in range(6):
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(torch.randn_like(parameter))
        model(torch.randn(8, 3))  # moves the statistics of the batch normalisation
        average.update(model)
        decay = min(0.4, (1 + count) / (10 + count))
        for name, value in model.state_dict().items():
            expected[name] = decay * expected[name] + (1 - decay) * value if value.is_floating_point() else value
    for name, value in average.model.state_dict().items():
        torch.testing.assert_close(value.double(), expected[name].double(), rtol=1e-5, atol=1e-6)
    assert average.num_updates.item() == 6


def test_the_mean_is_never_trained_and_always_evaluates():
    average = AveragedModel(nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5)), decay=0.9)
    average.train()
    assert not any(module.training for module in average.modules())
    assert not any(parameter.requires_grad for parameter in average.parameters())
