"""The versions of the twin by id: the one that is made now, and those that runs of before were trained on."""

from types import MappingProxyType
from typing import Final

TWIN_ID: Final = "twin"

# An older one is named by the beginning of its digest. The present one's number is raised whenever its recipe changes,
# so that a stored twin is made anew; the one before it then gets a line here and its recipe in `build`.
TWINS: Final = MappingProxyType({TWIN_ID: 3, "twin-86fa7aa6": 2})


def is_twin(graph_id: str) -> bool:
    """Whether this is a version of the twin."""
    return graph_id in TWINS


def is_older_twin(graph_id: str) -> bool:
    """Whether this is a twin that is made only where somebody asks for it."""
    return is_twin(graph_id) and graph_id != TWIN_ID


def name_twin(graph_id: str, digest: str) -> str:
    """The id by which a graph is had today that was called `graph_id` when a run or benchmark recorded its digest."""
    older = f"{TWIN_ID}-{digest[:8]}"
    return older if graph_id == TWIN_ID and is_twin(older) else graph_id
