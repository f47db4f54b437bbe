"""From logits to predictions: against torch's softmax."""

import numpy as np
import pytest
import torch

from core.inference.predict import build_predictions


@pytest.mark.parametrize("temperature", [0.05, 1.0, 7.5])
def test_equals_torch_softmax(temperature):
    logits = np.random.default_rng(0).normal(scale=30, size=(50, 6)).astype(np.float32)
    predictions = build_predictions(logits, temperature)
    theirs = (torch.tensor(logits, dtype=torch.float64) / temperature).softmax(dim=1)
    np.testing.assert_allclose(predictions.probs, theirs.numpy(), atol=1e-6)
    np.testing.assert_array_equal(predictions.pred, logits.argmax(axis=1))
    np.testing.assert_array_equal(predictions.confidence, predictions.probs.max(axis=1))
    assert predictions.probs.dtype == predictions.confidence.dtype == np.float32
