"""A run that begins as another did: its epochs up to one that has a checkpoint, then other settings."""

from collections.abc import Mapping
from typing import Any

from core.app.configs import Configs
from core.app.runs import Runs
from core.config.race import settle_race
from core.errors import ConflictError, InvalidInputError
from core.runs import files
from core.runs.record import RunRecord
from core.runs.report import find_winner
from core.runs.store import RunStore


class Forks:
    """The forks of the runs of a store."""

    def __init__(self, store: RunStore, runs: Runs, configs: Configs) -> None:
        self._store, self._runs, self._configs = store, runs, configs

    def list_epochs(self, record: RunRecord) -> tuple[int, ...]:
        """The epochs at which a run can be forked: the kept one and the last, whose weights there are; else none."""
        if record.imported or record.state not in ("finished", "stopped") or not record.epochs:
            return ()
        if not record.best_epoch or not self._store.has_file(record.id, files.LAST_CHECKPOINT):
            return ()
        return tuple(dict.fromkeys((record.best_epoch, record.epochs)))

    def fork(self, ref: str, changes: Mapping[str, Any], *, epoch: int | None = None) -> RunRecord:
        """Queues a run that has another's epochs up to `epoch`, the kept one by default, and goes on with changes.

        Raises ConflictError for a run that has no checkpoint, or would train nothing more; InvalidInputError for an
        epoch without one; ConfigError for a field that cannot change.
        """
        parent = self._runs.read(ref)
        epochs = self.list_epochs(parent)
        if not epochs:
            raise ConflictError(_explain(parent))
        at = epochs[0] if epoch is None else epoch
        if at not in epochs:
            offered = " and ".join(f"{found:,}" for found in epochs)
            raise InvalidInputError(
                f"run {parent.id} has no checkpoint of epoch {at:,}: it keeps the weights of {offered}, the best and "
                f"the last; fork it there (--epoch {epochs[0]})"
            )
        config = self._configs.fork(self._store.read_config(parent.id), changes)
        report = self._store.read_report(parent.id)
        if config.race_epochs and report:  # the weights that it goes on from are the winner's
            config = settle_race(config, find_winner(report.race))
        waited = at - (parent.best_epoch or at)
        if config.epochs <= at:
            raise ConflictError(f"epochs is {config.epochs}, and {at} of them are trained already: set epochs to more")
        if waited >= config.patience:
            raise ConflictError(
                f"patience is {config.patience}, and epoch {at} came {waited} after the best: set patience to more, or "
                f"fork at epoch {parent.best_epoch}"
            )
        marks = {"fork": {"run": parent.id, "epoch": at, "set": {name: getattr(config, name) for name in changes}}}
        return self._runs.submit(
            config, backend=parent.backend, marks=marks, contents=self._store.read_to_fork(parent.id, at)
        )


def _explain(parent: RunRecord) -> str:
    """Why a run cannot be forked, and the way on."""
    if parent.imported:
        return f"run {parent.id} was trained elsewhere: there are no weights of it to go on from"
    if parent.state in ("finished", "stopped"):
        return f"run {parent.id} has no {files.LAST_CHECKPOINT} to go on from: train a new one (wikics train)"
    way_on = "resume it first" if parent.state in ("failed", "crashed") else "wait for its end, or stop it"
    return f"run {parent.id} is {parent.state}: {way_on}, then fork it"
