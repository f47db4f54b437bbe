"""Scaling of features: against scikit-learn."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler, normalize

from core.models.features import normalise_features


def test_equals_scikit_learn():
    x = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    x[3] = 0
    x[:, 2] = 0.7
    assert normalise_features(x, "none") is x
    np.testing.assert_allclose(normalise_features(x, "row"), normalize(x, norm="l1"), rtol=1e-5)
    varying = [0, 1, 3, 4]
    standard = normalise_features(x, "standard")
    np.testing.assert_allclose(standard[:, varying], StandardScaler().fit_transform(x)[:, varying], atol=1e-5)
    assert np.abs(normalise_features(np.full((4, 1), 0.5, np.float32), "standard")).max() == 0
    assert standard.dtype == np.float32


def test_centred_features_keep_their_proportions():
    x = np.random.default_rng(0).normal(3, [1, 5, 0.2], size=(50, 3)).astype(np.float32)
    centred = normalise_features(x, "centred")
    np.testing.assert_allclose(centred.mean(axis=0), 0, atol=1e-5)
    assert centred.std() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(
        centred.std(axis=0) / centred.std(axis=0)[0], x.std(axis=0) / x.std(axis=0)[0], rtol=1e-4
    )
    assert np.abs(normalise_features(np.full((4, 2), 0.5, np.float32), "centred")).max() == 0
    assert centred.dtype == np.float32


def test_unit_features_forget_how_long_a_text_is():
    x = np.random.default_rng(0).normal(3, 1, size=(50, 4)).astype(np.float32)
    x[7] = 0
    unit = normalise_features(x, "unit")
    expected = normalize(x)
    expected -= expected.mean(axis=0)
    np.testing.assert_allclose(unit, expected / expected.std(), atol=1e-5)
    scaled = normalise_features(x * np.linspace(0.1, 9, 50, dtype=np.float32)[:, None], "unit")
    np.testing.assert_allclose(scaled, unit, atol=1e-4)
    assert np.abs(normalise_features(np.zeros((4, 2), np.float32), "unit")).max() == 0
    assert unit.dtype == np.float32
