"""Splits as WikiCS has them, drawn at random."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NUM_SPLITS: Final = 20
TRAIN_SHARE, TEST_SHARE, STOPPING_SHARE = 0.05, 0.5, 0.3


def build_splits(
    rng: np.random.Generator, y: NDArray[np.int64], num_splits: int = NUM_SPLITS, *, at_least_one: bool = False
) -> dict[str, NDArray[Any]]:
    """Masks as WikiCS has them: of each category 50 % test, and in each split 5 % train and 30 % stopping.

    Shares are rounded down, the rest validates; articles without a category (-1) are in no mask. at_least_one: of a
    small category one trains, and as many of the others as there are have one; where none
    validates, those that stop do.
    Source: data_processing/pyscripts/process_dataset.py of the dataset.
    """
    masks: dict[str, NDArray[Any]] = {
        name: np.zeros((num_splits, len(y)), dtype=bool) for name in ("train_masks", "val_masks", "stopping_masks")
    }
    test_mask = np.zeros(len(y), dtype=bool)
    for category in range(int(y.max(initial=-1)) + 1):
        members = rng.permutation(np.flatnonzero(y == category))
        num_train, num_test, num_stopping = (
            int(share * len(members)) for share in (TRAIN_SHARE, TEST_SHARE, STOPPING_SHARE)
        )
        if at_least_one:
            num_train, num_stopping = max(num_train, 1), max(num_stopping, 1)
            num_test = max(min(num_test, len(members) - 3), min(num_test, 1))
        test_mask[members[:num_test]] = True
        for split in range(num_splits):
            visible = rng.permutation(members[num_test:])
            train, stopping, val = np.split(visible, [num_train, num_train + num_stopping])
            masks["train_masks"][split, train] = True
            masks["stopping_masks"][split, stopping] = True
            masks["val_masks"][split, val] = True
    if at_least_one:
        without = ~masks["val_masks"].any(axis=1)
        masks["val_masks"][without] = masks["stopping_masks"][without]
    return {**masks, "test_mask": test_mask}
