"""What stands where a list has files that cannot be read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Damage:
    """A damaged file in a list of what can be read: its name in the storage, and the error's message."""

    file: str
    message: str
