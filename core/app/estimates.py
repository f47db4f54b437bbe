"""Estimates: how long a config takes here and how well it does, from past runs or a short probe."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from core.app.configs import Configs
from core.app.graphs import Graphs
from core.app.places import Places
from core.app.runs import Runs
from core.backends.probe import Probe, expect_epochs, probe_preset
from core.config.train import TrainConfig
from core.errors import PresetNotFoundError, RunNotFoundError
from core.runs.experience import Experience, estimate_by_pace, summarise_experience
from core.runs.record import RunRecord, compute_variant
from core.storage.base import Storage

Pace = tuple[str, str]  # the same for configs of which an epoch takes as long
MOST_READ: Final = 50  # runs
# Fields that do not decide how long an epoch takes.
TIMELESS: Final = ("epochs", "lr", "weight_decay", "patience", "teacher_temperature")


@dataclass(frozen=True)
class Estimate:
    """How long a config takes; `is_probed` where no run has told it, but a short trial."""

    seconds: float
    is_probed: bool


class Estimates:
    """What is known of a config before it is trained. May be used from any thread."""

    def __init__(self, storage: Storage, graphs: Graphs, configs: Configs, runs: Runs, places: Places) -> None:
        self._storage, self._graphs, self._configs = storage, graphs, configs
        self._runs, self._places = runs, places
        self._probed: dict[Pace, Probe] = {}
        self._paces: dict[str, Pace | None] = {}

    def summarise_experience(self, config: TrainConfig) -> Experience:
        """What past runs of a config took and reached on its graph, whatever their split and seed."""
        variant = compute_variant(config.model_dump())
        return summarise_experience(self._list_own(), graph=config.graph, variant=variant)

    def estimate(self, config: TrainConfig) -> Estimate | None:
        """How long a config takes on its graph here: from past runs, else from the probe, else unknown.

        Runs of the config come first, then those that differ in nothing that an epoch's time depends on.
        """
        seconds = self.summarise_experience(config).seconds
        if seconds is None:
            seconds = self._estimate_by_pace(config)
        if seconds is not None:
            return Estimate(seconds, is_probed=False)
        probed = self._estimate_by_probe(config)
        return None if probed is None else Estimate(probed, is_probed=True)

    def _estimate_by_pace(self, config: TrainConfig) -> float | None:
        """From the newest runs of which an epoch takes as long."""
        timed = [record for record in self._list_own(config.graph) if record.seconds_per_epoch is not None]
        wanted = _describe_pace(config.graph, config.model_dump())
        alike = [record for record in timed[:MOST_READ] if self._read_pace(record) == wanted]
        return estimate_by_pace(alike, epochs=config.epochs)

    def _list_own(self, graph_id: str | None = None) -> Sequence[RunRecord]:
        """Those that ran on machines of ours, archived ones too."""
        return [record for record in self._runs.list(graph_id, archived=True) if not record.imported]

    def _read_pace(self, record: RunRecord) -> Pace | None:
        """Read once: what may change of a run's config is no part of it."""
        if record.id not in self._paces:
            with suppress(RunNotFoundError):  # deleted meanwhile
                config = self._runs.read_config(record.id)
                self._paces[record.id] = _describe_pace(record.graph, config) if config else None
        return self._paces.get(record.id)

    def _build_own(self, config: TrainConfig) -> TrainConfig:
        """The preset that a config began as, as it is; the config itself where it began as none."""
        try:
            return self._configs.build(config.preset, {}, graph=config.graph)
        except PresetNotFoundError:
            return config

    def _estimate_by_probe(self, config: TrainConfig) -> float | None:
        probe = self._probed.get(_describe_pace(config.graph, config.model_dump()))
        if probe is None:
            return None
        more = expect_epochs(config) - expect_epochs(self._build_own(config))
        return probe.seconds + probe.seconds_per_epoch * more

    def probe_default(self) -> None:
        """Measures the default preset on the default graph, unless a run has told it or trains just now."""
        graph, config = self._graphs.load(), self._configs.build_default()
        if self.estimate(config) is None and not self._places.describe().running:
            probe = probe_preset(self._storage, graph.id, graph.digest, config.preset)
            if probe is not None:
                self._probed[_describe_pace(config.graph, config.model_dump())] = probe


def _describe_pace(graph: str, config: Mapping[str, Any]) -> Pace:
    """The graph, and the variant whatever the values of `TIMELESS`."""
    return graph, compute_variant({**config, **dict.fromkeys(TIMELESS)})
