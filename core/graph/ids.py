"""The id of WikiCS, for those who name the graph and need nothing that fetches or reads it."""

from typing import Final

WIKICS_ID: Final = "wikics"
