"""The race: which architectures run for one config, and the config of the one that won. No torch here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from core.errors import ConfigError

if TYPE_CHECKING:
    from core.config.train import TrainConfig

# What each of them sets beside what the config says. Where two are equally good the earlier one wins: it is the faster.
RACERS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "gcn": {"model": "gcn", "residual": False},
        "gcn-residual": {"model": "gcn", "residual": True},
        "sage": {"model": "sage", "residual": False, "self_loops": True},
        "gat": {"model": "gat", "residual": True},
    }
)
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {"gcn": "GCN", "gcn-residual": "GCN with residuals", "sage": "GraphSAGE", "gat": "GAT with residuals"}
)


def enter_racer(config: "TrainConfig", name: str) -> "TrainConfig":
    """The config of one that runs in the race of `config`: it trains as long as the race lasts."""
    return settle_race(config, name).model_copy(update={"epochs": min(config.race_epochs, config.epochs)})


def settle_race(config: "TrainConfig", name: str) -> "TrainConfig":
    """The config without its race, for the architecture of this name. Raises ConfigError for an unknown one."""
    if name not in RACERS:
        raise ConfigError(f"no architecture of a race is called {name[:80]!r}: there are {', '.join(RACERS)}")
    return config.model_copy(update={**RACERS[name], "race_epochs": 0})
