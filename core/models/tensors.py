"""Reading what torch has saved, out of bytes that may have suffered."""

import io
import pickle
import struct
from typing import Any, Final

import torch

from core.errors import InvalidInputError

# What torch.load raises for a file that is cut short or changed, by where it notices.
_DAMAGE: Final = (RuntimeError, EOFError, pickle.UnpicklingError, struct.error, LookupError, ValueError, TypeError)


def load_tensors(content: bytes) -> dict[str, Any]:
    """The saved dictionary, its tensors on the CPU; nothing but tensors and plain values is read.

    Raises InvalidInputError for what is not whole, or no dictionary.
    """
    try:
        found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except _DAMAGE as error:
        raise InvalidInputError("these bytes are not what torch saved: write them anew") from error
    if not isinstance(found, dict):
        raise InvalidInputError(f"torch saved a {type(found).__name__} here: expected a dictionary of tensors")
    return found
