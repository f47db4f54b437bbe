"""Calibration: the error against torchmetrics, the temperature against torch's optimiser."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torchmetrics.functional.classification import multiclass_calibration_error

from core.evaluation.calibration import fit_temperature, measure_calibration


def overconfident_logits(scale, seed=0, num=4000, num_classes=5):
    """Logits of a known posterior times `scale`, and categories drawn from that posterior."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(num, num_classes))
    gumbel = rng.gumbel(size=(num, num_classes))
    return (logits * scale).astype(np.float32), (logits + gumbel).argmax(axis=1)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_error_equals_torchmetrics(temperature):
    logits, y = overconfident_logits(3.0)
    probs = torch.tensor(logits).div(temperature).softmax(dim=1)
    theirs = multiclass_calibration_error(probs, torch.tensor(y), num_classes=5, n_bins=15, norm="l1")
    ours = measure_calibration(logits, y, temperature)
    assert ours.ece == pytest.approx(theirs.item(), abs=1e-6)
    assert sum(row.count for row in ours.bins) == len(y)
    gaps = sum(row.count * abs(row.accuracy - row.confidence) for row in ours.bins)
    assert gaps / len(y) == pytest.approx(ours.ece)
    assert all(row.lower <= row.confidence <= row.upper for row in ours.bins if row.count)


@pytest.mark.parametrize("scale", [0.25, 1.0, 4.0])
def test_temperature_undoes_the_scale_and_is_the_optimum(scale):
    logits, y = overconfident_logits(scale)
    found = fit_temperature(logits, y)
    assert found == pytest.approx(scale, rel=0.1)
    log_t = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_t], max_iter=100, line_search_fn="strong_wolfe", tolerance_grad=1e-12)
    wide, target = torch.tensor(logits, dtype=torch.float64), torch.tensor(y)

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(wide / log_t.exp(), target)
        loss.backward()
        return loss

    optimizer.step(closure)
    assert found == pytest.approx(log_t.exp().item(), rel=1e-4)
    if scale > 1:
        assert measure_calibration(logits, y, found).ece < measure_calibration(logits, y).ece / 3


def test_temperature_stays_in_bounds_when_all_is_right_or_wrong():
    logits = np.eye(3, dtype=np.float32)
    assert 0.05 <= fit_temperature(logits, np.arange(3)) < 0.06
    assert 19 < fit_temperature(logits, (np.arange(3) + 1) % 3) <= 20
