"""What bayes and random draws reach in 30 trials on three surfaces, median of 20 seeds (`python -m`, two minutes)."""

import tempfile
from pathlib import Path

from tests.unit.test_sweep_study import SURFACES, compare

if __name__ == "__main__":
    for name in SURFACES:
        with tempfile.TemporaryDirectory() as folder:
            drawn, chosen = compare(Path(folder), name, 20)
        print(f"{name}: random {drawn:.4g}, bayes {chosen:.4g}, {'better' if chosen < drawn else 'NOT better'}")
