"""A run that an old version began goes on to the very end that it would have had there."""

import json
import re

import numpy as np
import pytest

from tests.golden.ask import FOLDER, HERE, lay_out
from tests.golden.recorded import list_versions
from tests.golden.resumes import describe_machine, read_outcome, resume

TOLERANCE = 1e-4  # where another processor or torch sums in another order
# The gradient of a bias before a batch norm is rounding alone, of which Adam makes steps: after 48 epochs it differs by
# 1e-4, and what is measured, through the running mean that follows it, by 3e-4.
DRIFT = 1e-3
ROUNDED = ("best",)  # presets whose alignment is computed in another order since: what is measured differs by rounding

CUT_OFF = [
    (version, path.parent.name)
    for version in list_versions()
    for path in sorted((FOLDER / version / "resumed").glob("*/best.pt"))
]


@pytest.mark.slow
@pytest.mark.parametrize(("version", "run_id"), CUT_OFF)
def test_resumed_it_ends_as_it_did(tmp_path, version, run_id):
    home = lay_out(FOLDER / version, tmp_path / "home")
    assert resume(HERE, home, run_id) == "finished"
    now, then = (read_outcome(folder / run_id) for folder in (home / "runs", FOLDER / version / "resumed"))
    made_on, here = json.loads((FOLDER / version / "resumed" / "machine.json").read_text()), describe_machine()
    exact = made_on == here
    measured = DRIFT if any(is_before_batch_norm(name, then.weights) for name in then.weights) else TOLERANCE
    how = "bit by bit" if exact else f"to {TOLERANCE}, {measured} measured, since this is {here}, not {made_on}"
    print(f"compared {how}")
    assert list(now.weights) == list(then.weights)
    for name, old in {**then.weights, "logits": then.logits}.items():
        new = now.logits if name == "logits" else now.weights[name]
        assert (new.shape, new.dtype) == (old.shape, old.dtype), name
        close = measured if name == "logits" or is_before_batch_norm(name, then.weights) else TOLERANCE
        same = new.tobytes() == old.tobytes() if exact else np.allclose(new, old, rtol=close, atol=close)
        assert same, f"{name} differs, compared {how}"
    is_rounded = any(f"-{preset}-" in run_id for preset in ROUNDED)
    close = None if exact and not is_rounded else measured
    assert same_rows(then.rows, now.rows, close), f"metrics.csv differs, compared {how}"


def is_before_batch_norm(name, weights):
    """Whether it is the bias of a layer whose output a batch norm centres."""
    layer = re.fullmatch(r"model\.layers\.(\d+)\.(?:.*\.)?bias", name)
    return layer is not None and f"model.norms.{layer[1]}.running_mean" in weights


def same_rows(old, new, close):
    """Whether every epoch's row has the old columns and values, or values that are close; there may be new columns."""
    kept = [{name: row.get(name) for name in old[0]} for row in new]
    if close is None or len(old) != len(new) or None in (value for row in kept for value in row.values()):
        return kept == old
    pairs = [(float(row[name]), float(was[name])) for row, was in zip(kept, old, strict=True) for name in was]
    return np.allclose(*np.transpose(pairs), rtol=close, atol=close)
