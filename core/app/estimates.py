"""Estimates: how long a config takes here and how well it does, from past runs or a short probe."""

from core.app.configs import Configs
from core.app.graphs import Graphs
from core.app.places import Places
from core.app.runs import Runs
from core.backends.probe import estimate_seconds
from core.config.train import TrainConfig
from core.runs.experience import Experience, summarise_experience
from core.runs.record import compute_variant
from core.storage.base import Storage


class Estimates:
    """What is known of a config before it is trained. May be used from any thread."""

    def __init__(self, storage: Storage, graphs: Graphs, configs: Configs, runs: Runs, places: Places) -> None:
        self._storage, self._graphs, self._configs = storage, graphs, configs
        self._runs, self._places = runs, places
        self._probed: dict[tuple[str, str], float] = {}

    def summarise_experience(self, config: TrainConfig) -> Experience:
        """What past runs of a config took and reached on its graph, whatever their split and seed."""
        variant = compute_variant(config.model_dump())
        return summarise_experience(self._runs.list(), graph=config.graph, variant=variant)

    def estimate_seconds(self, config: TrainConfig) -> float | None:
        """How long a config takes on its graph here: from past runs, else from the probe, else unknown."""
        seconds = self.summarise_experience(config).seconds
        return self._probed.get(_key(config)) if seconds is None else seconds

    def probe_default(self) -> None:
        """Measures the default preset on the default graph, unless a run has told it or trains just now."""
        graph, config = self._graphs.load(), self._configs.build_default()
        if self.estimate_seconds(config) is None and not self._places.describe().running:
            seconds = estimate_seconds(self._storage, graph.id, graph.digest, config.preset)
            if seconds is not None:
                self._probed[_key(config)] = seconds


def _key(config: TrainConfig) -> tuple[str, str]:
    return config.graph, compute_variant(config.model_dump())
