"""What a turn of a job is: training that tells how far it is, and ends finished, stopped, or with more to do."""

from collections.abc import Callable
from typing import Literal, Protocol

# After `pending` the job has more to do, in another turn: a run takes one, a benchmark one for each split and seed.
TurnOutcome = Literal["finished", "stopped", "pending"]


class Note(Protocol):
    """Is told of every epoch trained, and by a job of many runs what it trains and its share done."""

    def __call__(self, epoch: int, message: str = "", fraction: float = 0.0) -> None: ...


Turn = Callable[[Note], TurnOutcome]
