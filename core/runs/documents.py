"""The JSON files of a run's folder: written so that a person can read them, read as far as they can be."""

import json
from collections.abc import Mapping
from typing import Any


def dump_json(content: Mapping[str, Any]) -> bytes:
    """A file's bytes. NaN and infinity are refused by ValueError."""
    return json.dumps(content, indent=2, allow_nan=False).encode() + b"\n"


def load_json(content: bytes) -> dict[str, Any]:
    """A JSON object; empty for what is none (an old or damaged file must not hide its run)."""
    try:
        value = json.loads(content)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
