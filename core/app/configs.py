"""Configs: presets, and configs that are checked against a graph and this app's limits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from core.app.graphs import Graphs
from core.config.presets import Preset, list_presets, load_preset
from core.config.train import TrainConfig, build_config
from core.errors import ConfigError, ConflictError
from core.graph.titles import shorten
from core.runs.record import RunRecord

# The fields that may change at a fork: those of how it learns. Others decide what the weights are, or what was learnt.
FORKABLE: Final = (
    *("lr", "weight_decay", "dropout", "link_dropout", "feature_dropout", "attention_dropout"),
    *("epochs", "patience", "consistency", "teacher_temperature"),
)
EXTENDABLE: Final = ("epochs", "patience")  # the fields that say when a run ends, and nothing of what it learns


class Configs:
    """What may be trained. `max_epochs` is the most that a run may ask for."""

    def __init__(self, graphs: Graphs, *, max_epochs: int) -> None:
        self._graphs, self.max_epochs = graphs, max_epochs

    def list_presets(self) -> list[Preset]:
        """The presets, the default first; one that trains longer than this app allows, as long as it allows."""
        return [self._limit(preset) for preset in list_presets()]

    def build(self, preset: str, overrides: Mapping[str, Any], *, graph: str | None = None) -> TrainConfig:
        """A preset's config with some fields changed, checked against the graph. Raises ConfigError."""
        found = self._limit(load_preset(preset))
        named = graph or overrides.get("graph") or None
        if not isinstance(named, str | None):
            raise ConfigError(f"graph is {shorten(repr(named))}: expected a graph's id")
        loaded = self._graphs.load(named)
        config = build_config({**found.values, **overrides, "preset": found.name, "graph": loaded.id})
        return self.check(config)

    def check_fields(self, preset: str, overrides: Mapping[str, Any]) -> None:
        """Raises ConfigError for what is wrong whatever the graph: no graph is opened for it."""
        found = self._limit(load_preset(preset))
        self._check_epochs(build_config({**found.values, **overrides, "preset": found.name}))

    def check(self, config: TrainConfig) -> TrainConfig:
        """The config, where its graph has its split and this app allows its epochs. Raises InvalidInputError."""
        self._graphs.load(config.graph).check_split(config.split)
        return self._check_epochs(config)

    def extend(self, config: Mapping[str, Any], changes: Mapping[str, Any]) -> TrainConfig:
        """A run's config that ends at another time. Raises ConfigError for any field but `EXTENDABLE`."""
        others = sorted(set(changes) - set(EXTENDABLE))
        if others:
            raise ConfigError(
                f"{others[0]} cannot change when a run goes on: only "
                f"{' and '.join(EXTENDABLE)} can; start a new run for it"
            )
        return self._check_epochs(build_config({**config, **changes}))

    def extend_run(self, record: RunRecord, config: Mapping[str, Any], changes: Mapping[str, Any]) -> TrainConfig:
        """As `extend`, of a run that has ended. Raises ConflictError where it would not train any epoch more."""
        longer = self.extend(config, changes)
        trained, best = record.epochs, record.best_epoch
        if trained >= longer.epochs:
            raise ConflictError(
                f"run {record.id} has trained {trained} epochs already: set epochs to more (now {longer.epochs})"
            )
        if best and trained - best >= longer.patience:
            raise ConflictError(
                f"run {record.id} ended by its patience: epoch {best} was its best and {trained} its "
                f"last; set patience to more than {trained - best} too (now {longer.patience})"
            )
        return longer

    def fork(self, config: Mapping[str, Any], changes: Mapping[str, Any]) -> TrainConfig:
        """A run's config that goes on otherwise. Raises ConfigError for any field but `FORKABLE`."""
        others = sorted(set(changes) - set(FORKABLE))
        if others:
            raise ConfigError(
                f"{others[0]} cannot change at a fork: only {', '.join(FORKABLE)} can; train a new run for it"
            )
        return self._check_epochs(build_config({**config, **changes}))

    def _limit(self, preset: Preset) -> Preset:
        epochs = preset.values.get("epochs", TrainConfig.model_fields["epochs"].default)
        return replace(preset, values={**preset.values, "epochs": min(epochs, self.max_epochs)})

    def _check_epochs(self, config: TrainConfig) -> TrainConfig:
        if config.epochs > self.max_epochs:
            raise ConfigError(f"epochs is {config.epochs}: this app allows at most {self.max_epochs}")
        return config

    def build_default(self, graph_id: str | None = None) -> TrainConfig:
        """The default preset as it is."""
        return self.build(self.list_presets()[0].name, {}, graph=graph_id)
