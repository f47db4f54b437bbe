"""Leads one sweep: begins a trial whenever a slot is free, follows its run, and keeps what came of it.

`python -m core.app.sweep_leader ID` is a process of its own, which outlives whoever started it. What it knows stands in
the sweep's folder and in its runs, so a killed one is followed by another that neither loses a trial nor runs one
twice: a trial is in the journal whole before its run is made, and the run says from its first moment whose trial it is.
"""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any, Final, Protocol

from core.app.explorer import Explorer, open_explorer
from core.app.sweep_space import RunSpace
from core.config.sweep.read import read_sweep
from core.config.sweep.spec import AT_KEPT_EPOCH
from core.errors import ConflictError, RunNotFoundError, WikicsError
from core.runs.locks import LOCK_SECONDS
from core.runs.metrics import Cursor
from core.runs.record import RunRecord
from core.runs.state import ACTIVE
from core.runs.sweeps import GOES_ON, Trial, TrialStateName, Wanted
from core.settings import load_settings

POLL_SECONDS: Final = 0.4  # so that a run is stopped within a second of the epoch that decides it
RECOVER_SECONDS: Final = 15.0
MAX_TOGETHER: Final = 64
MAX_ATTEMPTS: Final = 3  # at a run that crashes


class Study(Protocol):
    """What chooses trials and judges them; see `core.training.sweep.study.SweepStudy`."""

    def list_open(self) -> Sequence[Any]: ...
    def count(self) -> int: ...
    def propose(self, space: Any) -> Any: ...
    def report(self, number: int, values: Any) -> bool: ...
    def finish(self, number: int, value: float) -> None: ...
    def prune(self, number: int) -> None: ...
    def fail(self, number: int) -> None: ...


class SweepLeader:
    """One sweep, led by whoever holds its lock."""

    def __init__(self, explorer: Explorer, sweep_id: str, *, clock: Callable[[], float] = time.time) -> None:
        self._explorer, self._store, self._clock = explorer, explorer.sweeps.store, clock
        self.id, self.sweep = sweep_id, self._store.read(sweep_id)
        self.spec = read_sweep(self._store.read_text(sweep_id))
        self._space = RunSpace(explorer.configs, self.sweep, self.spec)
        self._trials = {trial.number: trial for trial in self._store.list_trials(sweep_id)}
        self._cursors: dict[int, Cursor] = {}
        self._values: dict[int, dict[int, float]] = {}  # the metric by epoch, of open trials
        self._recovered_at = -RECOVER_SECONDS
        self._wanted: Wanted = "running"
        self._is_whole = False  # whether nothing is left to try
        self._adopt()

    @cached_property
    def study(self) -> Study:
        """Optuna's side, imported with the first trial."""
        from core.training.sweep.study import SweepStudy

        epochs = int(self._space.base({})["epochs"])
        return SweepStudy(self._store.folder(self.id), self.spec, seed=self.sweep.seed, epochs=epochs)

    def tick(self) -> bool:
        """Looks at every open trial once, begins what may begin, and tells whether more is to be done."""
        self._wanted = self._store.read_wanted(self.id)
        self._recover()
        busy = sum([self._follow(trial) for trial in list(self._trials.values()) if trial.is_open])
        if self._wanted != "running":
            if not busy:
                self._store.write_state(self.id, self._wanted)
            return bool(busy)
        room = min(self.sweep.workers or self._explorer.places.count_slots(self.sweep.backend), MAX_TOGETHER)
        while busy < room and not self._has_enough() and self._begin():
            busy += 1
        if self._is_whole and not any(trial.is_open for trial in self._trials.values()):
            self._store.write_state(self.id, "finished", self._describe_end())
            return False
        return True

    def lead(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Ticks until the sweep has ended, is stopped or paused."""
        self._store.write_state(self.id, "running")
        while self.tick():
            sleep(POLL_SECONDS)

    def _adopt(self) -> None:
        """Takes over what an earlier process left: trials of the journal without a file, runs that no trial knows."""
        for proposal in self.study.list_open():
            if proposal.number not in self._trials:
                self._keep(Trial(proposal.number, proposal.params, created_at=self._clock()))
        waiting = [trial for trial in self._trials.values() if trial.is_open and not trial.run]
        if waiting:
            mine = [record for record in self._explorer.runs.list() if record.sweep == self.id]
            runs = {record.trial: record.id for record in mine}
            for trial in waiting:
                if trial.number in runs:
                    self._keep(replace(trial, run=runs[trial.number], state="running", attempts=1))
        for trial in self._trials.values():
            if not trial.is_open:
                self._tell_end(trial)  # once more, where the kill came between the two

    def _recover(self) -> None:
        """Now and then asks who executes the runs how they stand, and queues again what nothing waits for."""
        if time.monotonic() - self._recovered_at < RECOVER_SECONDS:
            return
        self._recovered_at = time.monotonic()
        for trial in self._trials.values():
            if trial.is_open and trial.run:
                with suppress(RunNotFoundError):  # deleted, which is told of the trial
                    self._explorer.runs.recover(trial.run)

    def _keep(self, trial: Trial) -> Trial:
        self._store.write_trial(self.id, trial)
        self._trials[trial.number] = trial
        return trial

    def _has_enough(self) -> bool:
        """Whether nothing more is to be begun."""
        values = [
            trial.value for trial in self._trials.values() if trial.state == "finished" and trial.value is not None
        ]
        target = self.spec.target
        if target is not None and any(value == target or self.spec.is_better(value, target) for value in values):
            self._is_whole = True
        self._is_whole |= bool(self.sweep.most_trials) and self.study.count() >= self.sweep.most_trials
        return self._is_whole

    def _begin(self) -> Trial | None:
        """The next trial with its run; None where nothing is left to try, or the queue is full."""
        proposal = self.study.propose(self._space.narrowed(self._store.read_ranges(self.id)))
        if proposal is None:
            self._is_whole = True
            return None
        trial = self._keep(Trial(proposal.number, proposal.params, created_at=self._clock()))
        return self._submit(trial)

    def _submit(self, trial: Trial) -> Trial | None:
        """Makes the run of a trial; None where the queue is full, after which it is tried again."""
        try:
            config = self._space.build(trial.params)
            marks = {"sweep": self.id, "trial": trial.number}
            record = self._explorer.runs.submit(config, backend=self.sweep.backend or None, marks=marks)
        except ConflictError:
            return None
        except (WikicsError, OSError) as error:
            self._end(trial, "failed", message=str(error))
            return None
        return self._keep(replace(trial, run=record.id, state="running", attempts=1))

    def _follow(self, trial: Trial) -> bool:
        """Brings a trial to where its run stands; whether it takes a place just now."""
        if not trial.run:
            return self._wanted == "running" and self._submit(trial) is not None
        try:
            record = self._explorer.runs.read(trial.run)
        except RunNotFoundError:
            self._end(trial, "failed", message="its run was deleted")
            return False
        if record.state not in ACTIVE and not self._explorer.runs.is_over(record):
            return True  # its worker was killed, and another goes on
        if record.state not in ACTIVE:
            self._settle(trial, record)
            return self._trials[trial.number].is_open and self._wanted == "running"
        if self._wanted == "stopped" and trial.state == "running" and not trial.halted:
            self._keep(replace(trial, halted=True))
            self._explorer.runs.stop(trial.run)
        elif trial.state == "running" and not trial.halted:
            self._watch(trial)
        elif record.state != "stopping":  # it was killed between the word and the deed
            self._explorer.runs.stop(trial.run)
        return True

    def _watch(self, trial: Trial) -> None:
        """Stops a run that is not worth going on with."""
        if self.spec.early_terminate is None:
            return
        values = self._read_values(trial)
        if values and self.study.report(trial.number, values):
            self._keep(replace(trial, state="stopping", message=f"stopped early after epoch {max(values)}"))
            self._explorer.runs.stop(trial.run)

    def _settle(self, trial: Trial, record: RunRecord) -> None:
        """What becomes of a trial whose run has ended."""
        if record.state == "finished":
            value = self._find_value(trial, record)
            told = f"its run has no {self.spec.metric}" if value is None else ""
            self._end(trial, "failed" if value is None else "finished", value=value, message=told)
        elif trial.state == "stopping":
            self._end(trial, "pruned", value=self._find_value(trial, record), message=trial.message)
        elif record.state == "failed":
            self._end(trial, "failed", message=record.message)
        elif trial.halted or record.state == "crashed":
            self._go_on(trial, record)
        else:
            told = "its run was stopped by hand"
            self._end(trial, "stopped", value=self._find_value(trial, record), message=told)

    def _go_on(self, trial: Trial, record: RunRecord) -> None:
        """Resumes a run that was stopped with the sweep, or that crashed; a crash that comes again ends the trial."""
        if self._wanted != "running":
            if not trial.halted:
                self._keep(replace(trial, halted=True))
        elif record.state == "crashed" and trial.attempts >= MAX_ATTEMPTS:
            self._end(trial, "failed", message=f"its run crashed {trial.attempts} times: {record.message}")
        else:
            attempts = trial.attempts + (record.state == "crashed")
            with suppress(ConflictError):  # it is held for a moment yet, or the queue is full: later
                self._explorer.runs.resume(trial.run)
                self._keep(replace(trial, halted=False, attempts=attempts))

    def _end(self, trial: Trial, state: TrialStateName, *, value: float | None = None, message: str = "") -> None:
        self._values.pop(trial.number, None)
        self._cursors.pop(trial.number, None)
        ended = replace(trial, state=state, value=value, message=message, halted=False, ended_at=self._clock())
        self._tell_end(self._keep(ended))

    def _tell_end(self, trial: Trial) -> None:
        if trial.state == "finished" and trial.value is not None:
            self.study.finish(trial.number, trial.value)
        elif trial.value is not None:
            self.study.report(trial.number, self._values.get(trial.number, {}))
            self.study.prune(trial.number)
        else:
            self.study.fail(trial.number)

    def _read_values(self, trial: Trial) -> dict[int, float]:
        """The metric of every epoch so far; what is new is read."""
        found = self._explorer.runs.read_metrics([(trial.run, self._cursors.get(trial.number, Cursor()))])
        known = self._values.setdefault(trial.number, {})
        tick = found.runs.get(trial.run)
        if tick is None:
            return known
        self._cursors[trial.number] = Cursor(tick.generation, tick.row)
        if tick.reset:
            known.clear()
        pairs = zip(tick.columns["epoch"], tick.columns[self.spec.metric], strict=True)
        known |= {int(epoch): value for epoch, value in pairs if epoch is not None and value is not None}
        return known

    def _find_value(self, trial: Trial, record: RunRecord) -> float | None:
        """The metric of the epoch that the run keeps; of losses, and of training, the best of any epoch."""
        if self.spec.metric in AT_KEPT_EPOCH:
            value: float | None = getattr(record, self.spec.metric)
            return value
        values = self._read_values(trial).values()
        return (max if self.spec.goal == "maximize" else min)(values, default=None)

    def _describe_end(self) -> str:
        if self.sweep.most_trials and len(self._trials) >= self.sweep.most_trials:
            return f"all {self.sweep.most_trials:,} trials are done"
        return "every point of the grid is done" if self.spec.method == "grid" else "its target is reached"


def main(sweep_id: str) -> int:
    """Leads a sweep until it ends; another process that leads it already is left alone."""
    explorer = open_explorer(load_settings())
    store = explorer.sweeps.store
    lock = store.hold(sweep_id, timeout_seconds=LOCK_SECONDS)
    if lock is None:
        return 0
    with lock:
        if store.read_state(sweep_id).state not in (*GOES_ON, "crashed"):
            return 0
        try:
            SweepLeader(explorer, sweep_id).lead()
        except Exception as error:  # whatever it was, the sweep must not stay "running"
            is_known = isinstance(error, WikicsError)
            told = str(error) if is_known else f"it failed by {type(error).__name__}: its log.txt says where"
            store.write_state(sweep_id, "failed", told)
            if is_known:
                return 1
            raise
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
