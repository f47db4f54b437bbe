"""What machines cost: a YAML file of kinds of machines and their prices an hour, and what a run has cost by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from core.graph.titles import shorten
from core.runs.setting_files import read_yaml

CURRENCY: Final = "currency"
_HOUR: Final = 3600.0


@dataclass(frozen=True)
class Prices:
    """Prices an hour by what a run was trained on: a kind of machine, else a device, else a backend."""

    per_hour: Mapping[str, float] = field(default_factory=dict)
    currency: str = ""

    def compute_cost(self, seconds: float | None, *names: str) -> float | None:
        """What so many seconds cost on the first of these that has a price; None where none has, or nothing ran."""
        price = next((self.per_hour[name] for name in names if name in self.per_hour), None)
        return None if price is None or seconds is None else price * seconds / _HOUR


def load_prices(path: Path | None) -> Prices:
    """The prices in a file; none without one. Raises ConfigError."""
    if path is None:
        return Prices()
    content = read_yaml(path, "WIKICS_PRICES")
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds no prices: write one a line, g2-standard-4: 0.71")
    currency = content.pop(CURRENCY, "")
    for name, price in content.items():
        is_price = isinstance(price, int | float) and not isinstance(price, bool) and 0 <= price < float("inf")
        if not isinstance(name, str) or not is_price:
            raise ConfigError(f"{path} says {shorten(f'{name}: {price}')!r}: expected a machine and its price an hour")
    if not isinstance(currency, str):
        raise ConfigError(f"{path} says {shorten(f'{CURRENCY}: {currency}')!r}: expected a word, such as USD")
    return Prices({name: float(price) for name, price in content.items()}, currency)
