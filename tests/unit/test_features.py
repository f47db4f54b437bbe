"""Scaling of features: against scikit-learn."""

import numpy as np
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
