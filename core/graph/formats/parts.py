"""One split out of the parts that a file tells; what is lacking of it is drawn, and said."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArchiveError
from core.graph.archive import UNKNOWN, Arrays
from core.graph.formats.draft import SEED, Draft

Mask = NDArray[np.bool_]
# What is lacking is drawn in WikiCS's proportions: of 95 % that do not train, 30 stop, 15 validate, 50 test.
SHARES: Final = {"stopping": 0.30, "val": 0.15, "test": 0.50}
NAMES: Final = {"train": "training", "stopping": "stopping", "val": "validation", "test": "test"}
OF_TRAIN: Final = 0.5  # of the training articles, where every article has its part
_SPELT: Final = {
    "train": ("train",),
    "val": ("val", "valid", "validation"),
    "stopping": ("stopping",),
    "test": ("test",),
}
_FORMS: Final = ("{}_mask", "{}_idx", "idx_{}", "{}_index", "{}_indices")
KEYS: Final = {part: [form.format(word) for word in words for form in _FORMS] for part, words in _SPELT.items()}


def find_parts(name: str, values: Mapping[str, Any], num_nodes: int) -> dict[str, Mask]:
    """Parts that arrays tell, as `train_mask` of True and False [N] or of indices, as `train_idx` or `idx_train`.

    Raises ArchiveError for an index of no article.
    """
    found: dict[str, Mask] = {}
    for part, keys in KEYS.items():
        for key in keys:
            value = values.get(key)
            if part in found or not isinstance(value, np.ndarray) or value.ndim != 1:
                continue
            if "mask" in key:
                mask = read_mask(name, key, value, num_nodes)
                found |= {} if mask is None else {part: mask}
            elif value.dtype.kind in "iu":
                found[part] = _mark(name, key, value, num_nodes)
    return found


def read_mask(name: str, key: str, value: NDArray[Any], num_nodes: int) -> Mask | None:
    """A mask [N] of True and False, or as the indices of its articles, each once; None for any other array.

    Raises ArchiveError for an index of no article.
    """
    if value.shape == (num_nodes,) and value.dtype.kind in "buif" and np.isin(value, (0, 1)).all():
        return value.astype(bool)
    if value.ndim == 1 and value.dtype.kind in "iu" and len(np.unique(value)) == len(value):
        return _mark(name, key, value, num_nodes)
    return None


def _mark(name: str, key: str, indices: NDArray[Any], num_nodes: int) -> Mask:
    if len(indices) and not (indices.min() >= 0 and indices.max() < num_nodes):
        wrong = next(int(index) for index in indices if not 0 <= index < num_nodes)
        raise ArchiveError(f"{key} of {name} names article {wrong}: expected indices from 0 to {num_nodes - 1}")
    mask = np.zeros(num_nodes, dtype=bool)
    mask[indices] = True
    return mask


def build_masks(draft: Draft, parts: Mapping[str, Mask]) -> Arrays | None:
    """The archive's masks out of these parts [N], whatever is lacking drawn per category from seed 0, and said.

    None, and said as well, where no article trains, or none is left to be drawn.
    """
    given = {part: mask for part, mask in parts.items() if mask.any()}
    if not given:
        return None
    if "val" in given and "stopping" not in given:
        given["stopping"] = given["val"]
    if "stopping" in given and "val" not in given:
        given["val"] = given["stopping"]
    lacking = [part for part in SHARES if part not in given]
    told = _list(part for part in NAMES if part in parts and parts[part].any())
    if "train" not in given:
        draft.notices.append(f"It tells {told} articles and none to train on: that part was not used.")
        return None
    if lacking:
        taken = np.logical_or.reduce(list(given.values()))
        pool = ~taken & (draft.labels != UNKNOWN)
        source = "those in no part"
        if not pool.any():
            if "test" in lacking:
                draft.notices.append(f"It tells {told} articles and none to test on: that part was not used.")
                return None
            pool, source = _draw(draft, given["train"], {"rest": OF_TRAIN})["rest"], "its training articles"
            given["train"] = given["train"] & ~pool
        drawn = _draw(draft, pool, {part: SHARES[part] for part in lacking})
        if not all(mask.any() for mask in (*drawn.values(), given["train"])):
            draft.notices.append(f"It tells {told} articles, too few to draw the rest from: they were not used.")
            return None
        given |= drawn
        draft.notices.append(
            f"Of its split it tells the {told} articles: the {_list(lacking)} articles were drawn from {source}, "
            f"at random from seed {SEED}."
        )
    return {f"{part}_masks": given[part][None] for part in ("train", "val", "stopping")} | {"test_mask": given["test"]}


def _draw(draft: Draft, pool: Mask, shares: Mapping[str, float]) -> dict[str, Mask]:
    """Shares out the articles of a pool, category by category: all of them where the shares are of several parts."""
    rng = np.random.default_rng(SEED)
    total = 1.0 if len(shares) == 1 and "rest" in shares else sum(shares.values())
    found = {part: np.zeros(len(pool), dtype=bool) for part in shares}
    for category in np.unique(draft.labels[pool]):
        order = rng.permutation(np.flatnonzero(pool & (draft.labels == category)))
        ends = np.rint(np.cumsum([share / total for share in shares.values()]) * len(order)).astype(int)
        for part, start, end in zip(shares, [0, *ends[:-1]], ends, strict=True):
            found[part][order[start:end]] = True
    return found


def _list(parts: Any) -> str:
    words = [NAMES[part] for part in parts]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
