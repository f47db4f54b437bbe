import numpy as np
import pytest

from core.errors import ConflictError
from core.evaluation.importance import Setting, Surrogate

SETTINGS = [Setting("lr", is_log=True), Setting("norm", values=("layer", "batch")), Setting("heads")]


def try_out(count, seed=0):
    """Trials of which the learning rate decides nearly all, the norm a little, heads (if there are any) nothing."""
    chance = np.random.default_rng(seed)
    trials = [
        {"lr": 10.0 ** chance.uniform(-3, -1), "norm": str(chance.choice(["layer", "batch"]))}
        | ({"heads": int(chance.integers(1, 9))} if chance.random() < 0.8 else {})
        for _ in range(count)
    ]
    values = [-((np.log10(trial["lr"]) + 2) ** 2) + 0.1 * (trial["norm"] == "batch") for trial in trials]
    return trials, values


def test_row_40_fewer_than_ten_trials_are_refused_in_a_sentence():
    with pytest.raises(ConflictError, match="at least 10 finished trials, and there are 9"):
        Surrogate(SETTINGS, *try_out(9))


@pytest.mark.slow  # forty forests
def test_row_40_what_matters_is_found_with_its_uncertainty(monkeypatch):
    monkeypatch.setattr("core.evaluation.importance.NUM_RESAMPLES", 12)
    trials, values = try_out(40)
    surrogate = Surrogate(SETTINGS, trials, values)
    found = surrogate.measure()
    assert found[0].name == "lr"
    assert found[0].low > 0.6
    assert found[0].low <= found[0].share <= found[0].high <= 1.0
    assert found[0].alone > 5 * max(one.alone for one in found[1:])
    assert sum(one.share for one in found) == pytest.approx(1.0, abs=0.1)
    few = Surrogate(SETTINGS, trials[:12], values[:12]).measure()
    widest = max(one.high - one.low for one in found)
    assert max(one.high - one.low for one in few) > widest
    effect = surrogate.slice("lr")
    assert 0.005 < effect.values[int(np.argmax(effect.predicted))] < 0.02
    norms = surrogate.slice("norm")
    assert norms.values == ("layer", "batch")
    assert norms.predicted[1] > norms.predicted[0]
    contour = surrogate.contour("lr", "norm")
    assert np.shape(contour.predicted) == (2, len(contour.first.values))
