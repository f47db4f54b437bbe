"""Runs that nothing beats: whatever is better takes more, whatever takes less is worse."""

from collections.abc import Sequence


def find_front(spent: Sequence[float], reached: Sequence[float]) -> list[int]:
    """The places of the points that reach more than all that spend as little or less, the cheapest first.

    Of equal points the first is taken.
    """
    order = sorted(range(len(spent)), key=lambda place: (spent[place], -reached[place], place))
    front: list[int] = []
    for place in order:
        if not front or reached[place] > reached[front[-1]]:
            front.append(place)
    return front
