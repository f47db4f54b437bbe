"""Sweeps: begun from a W&B sweep.yaml, watched, paused, gone on with, stopped, narrowed, and their best confirmed."""

import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from core.app.benchmarks import Benchmarks
from core.app.configs import Configs
from core.app.graphs import Graphs
from core.app.guests import Guests
from core.app.runs import Runs
from core.app.sweep_records import SweepBest, SweepDetails, SweepParameter, SweepRecord
from core.app.sweep_space import RunSpace
from core.config.presets import load_preset
from core.config.sweep.read import MAX_RUNS, read_sweep
from core.config.sweep.spec import Range, SweepSpec
from core.damage import Damage
from core.early import build_import_path
from core.errors import (
    ConfigError,
    ConflictError,
    DamagedFileError,
    InvalidInputError,
    PresetNotFoundError,
    RunNotFoundError,
)
from core.runs.locks import LOCK_SECONDS
from core.runs.sweeps import GOES_ON, LOG, Sweep, SweepState, SweepStore, Trial, Wanted
from core.settings import FIELDS, Settings

MOST_CONFIRMED: Final = 10
MAX_COUNTED: Final = 256  # grids of which it is known how many points they have
Launch = Callable[[str], None]  # starts the process that leads a sweep, by id


@dataclass(frozen=True)
class TrialPlace:
    """Where the trials of a sweep train: a backend by name, empty for the default, and how many at the same time.

    workers: 0 for as many as the backend has places.
    """

    backend: str = ""
    workers: int = 0


def launch_by(settings: Settings) -> Launch:
    """What starts the process of a sweep over these settings; it outlives this one, and prints into the sweep's log."""
    told = {name: getattr(settings, name) for name in FIELDS if name not in ("token", "home")}
    plain = {f"WIKICS_{name.upper()}": str(value) for name, value in told.items() if value not in (None, "")}
    home = settings.home_folder

    def launch(sweep_id: str) -> None:
        with (SweepStore(home).folder(sweep_id) / LOG).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "core.app.sweep_leader", sweep_id],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=home,
                env={
                    **os.environ,
                    **plain,
                    "WIKICS_HOME": str(home),
                    "PYTHONPATH": build_import_path(),
                    "OMP_NUM_THREADS": "1",
                },
            )
        threading.Thread(target=process.wait, name=f"reap {sweep_id}", daemon=True).start()

    return launch


class Sweeps:
    """The sweeps of this machine. May be used from any thread.

    A `ref` names a sweep by id, by a unique prefix, by its name or as `latest`; SweepNotFoundError is raised where
    there is none.
    """

    def __init__(
        self,
        store: SweepStore,
        runs: Runs,
        configs: Configs,
        graphs: Graphs,
        benchmarks: Benchmarks,
        launch: Launch,
        *,
        guests: Guests | None = None,
    ) -> None:
        self.store, self._launch, self._guests = store, launch, guests or Guests()
        self._count_points = lru_cache(maxsize=MAX_COUNTED)(self._read_points)
        self._runs, self._configs, self._graphs, self._benchmarks = runs, configs, graphs, benchmarks

    def read_file(self, text: str) -> SweepSpec:
        """What a sweep.yaml asks for. Raises ConfigError with the line of what is wrong."""
        return read_sweep(text)

    def submit(
        self,
        text: str,
        *,
        preset: str | None = None,
        graph: str | None = None,
        overrides: Mapping[str, Any] | None = None,
        trials: int | None = None,
        place: TrialPlace = TrialPlace(),
    ) -> SweepRecord:
        """Begins a sweep and returns at once. Raises ConfigError, with a line where the file is wrong.

        preset, graph: of runs whose file names none. trials: the most, instead of the file's run_cap. place: where
        they train. Raises UnavailableError where that lacks something, InvalidInputError where it is not known.
        """
        self._guests.check_trusted("a sweep")
        if place.backend:
            self._runs.check_place(place.backend)
        spec = read_sweep(text)
        fixed = _find_fixed(spec)
        sweep = Sweep(
            id="",
            name=spec.name,
            method=spec.method,
            metric=spec.metric,
            goal=spec.goal,
            preset=preset or str(fixed.get("preset") or "gcn"),
            graph=self._graphs.load(graph or fixed.get("graph") or None).id,
            overrides=dict(overrides or {}),
            most_trials=_check_trials(trials) or spec.run_cap or 0,
            seed=random.randrange(2**31),
            created_at=0.0,
            backend=place.backend,
            workers=place.workers,
        )
        RunSpace(self._configs, sweep, spec).check({})
        sweep_id = self.store.create(text, sweep)
        self._start(sweep_id)
        return self.read(sweep_id)

    def list(self, graph_id: str | None = None) -> list[SweepRecord]:
        """All sweeps, or those of one graph, newest first."""
        return [self._complete(sweep) for sweep in self.store.list() if graph_id in (None, sweep.graph)]

    def list_damaged(self) -> Sequence[Damage]:
        """The files of sweeps that cannot be read."""
        return self.store.list_damaged()

    def read(self, ref: str) -> SweepRecord:
        """One sweep in short."""
        return self._complete(self.store.read(self.store.resolve(ref)))

    def read_details(self, ref: str) -> SweepDetails:
        """One sweep with its trials."""
        sweep = self.store.read(self.store.resolve(ref))
        text = self.store.read_text(sweep.id)
        trials = self.store.list_trials(sweep.id)
        try:
            spec = read_sweep(text)
        except ConfigError:  # changed by hand, or of another version
            return SweepDetails(
                **vars(self._complete(sweep, trials)), trials=[*trials], parameters=[], notes=[], text=text
            )
        return SweepDetails(
            **vars(self._complete(sweep, trials)),
            trials=[*trials],
            parameters=_describe_parameters(spec, self.store.read_ranges(sweep.id)),
            notes=list(spec.notes),
            text=text,
        )

    def pause(self, ref: str) -> SweepRecord:
        """Begins no trial any more; those that train go on to their end. One that has ended is left as it is."""
        return self._want(ref, "paused")

    def stop(self, ref: str) -> SweepRecord:
        """Begins no trial any more, and stops those that train: they go on if the sweep does."""
        return self._want(ref, "stopped")

    def resume(self, ref: str) -> SweepRecord:
        """Goes on with a sweep that was paused or stopped, failed or lost its process; one that runs is left alone."""
        self._guests.check_trusted("a sweep")
        sweep_id = self.store.resolve(ref)
        if self.store.read_state(sweep_id).state == "finished":
            return self.read(sweep_id)
        self.store.write_wanted(sweep_id, "running")
        lock = self.store.hold(sweep_id, timeout_seconds=0)
        if lock is None:  # its process looks at what is wanted, or has just ended and is started below
            lock = self.store.hold(sweep_id, timeout_seconds=LOCK_SECONDS) if not self._goes_on(sweep_id) else None
        if lock is not None:
            with lock:
                self.store.write_state(sweep_id, "pending")
            self._start(sweep_id)
        return self.read(sweep_id)

    def narrow(self, ref: str, wanted: Range) -> SweepDetails:
        """Draws a parameter's next values from a part of what it had; earlier trials stay what is known.

        Raises ConfigError where that is no part of it, or nothing could be tried any more.
        """
        self._guests.check_trusted("a sweep")
        sweep = self.store.read(self.store.resolve(ref))
        spec = read_sweep(self.store.read_text(sweep.id))
        ranges = {**self.store.read_ranges(sweep.id), wanted.name: spec.narrow(wanted)}
        RunSpace(self._configs, sweep, spec).check(ranges)
        self.store.write_ranges(sweep.id, ranges)
        return self.read_details(sweep.id)

    def rank(self, ref: str) -> Sequence[Trial]:
        """The trials that trained to their end, the best first."""
        sweep = self.store.read(self.store.resolve(ref))
        return _rank(sweep, self.store.list_trials(sweep.id))

    def confirm(self, ref: str, *, count: int = 3, splits: Sequence[int] | None = None) -> Sequence[str]:
        """Benchmarks the configs of the best trials on all splits of their graph, or some; the benchmarks' ids.

        Raises ConflictError where no trial has finished yet, or the queue is full.
        """
        if not 1 <= count <= MOST_CONFIRMED:
            raise InvalidInputError(f"{count} of the best cannot be confirmed: expected 1 to {MOST_CONFIRMED}")
        sweep = self.store.read(self.store.resolve(ref))
        best = _rank(sweep, self.store.list_trials(sweep.id))
        if not best:
            raise ConflictError(f"no trial of sweep {sweep.id} has finished yet: confirm its best once one has")
        graph = self._graphs.load(sweep.graph)
        pairs = [(split, 0) for split in (range(graph.num_splits) if splits is None else splits)]
        space = RunSpace(self._configs, sweep, read_sweep(self.store.read_text(sweep.id)))
        configs: dict[str, Any] = {}
        for trial in best:
            config = space.build(trial.params)
            key = str(config.model_dump(exclude={"split", "seed", "device"}))
            if len(configs) < count:
                configs.setdefault(key, config)
        return [self._benchmarks.submit(config, pairs) for config in configs.values()]

    def delete(self, ref: str) -> str:
        """Deletes a sweep that does not go on, and returns its id; its runs stay. Raises ConflictError."""
        self._guests.check_trusted("a sweep")
        sweep_id = self.store.resolve(ref)
        if self._goes_on(sweep_id) or self.store.is_led(sweep_id):
            raise ConflictError(f"sweep {sweep_id} goes on: stop it before deleting it (wikics sweep stop {sweep_id})")
        self.store.delete(sweep_id)
        return sweep_id

    def recover(self) -> None:
        """Goes on with the sweeps whose process is gone: it was killed, or the machine was restarted."""
        for sweep in self.store.list():
            state = self.store.read_state(sweep.id).state
            if state in ("pending", "crashed", "pausing", "stopping") and not self.store.is_led(sweep.id):
                self._start(sweep.id)

    def _start(self, sweep_id: str) -> None:
        try:
            self._launch(sweep_id)
        except OSError as error:
            told = f"its process could not be started ({error.strerror or error}): free some memory, then resume it"
            self.store.write_state(sweep_id, "failed", told)
            raise ConflictError(f"sweep {sweep_id}: {told}") from error

    def _goes_on(self, sweep_id: str) -> bool:
        return self.store.read_state(sweep_id).state in GOES_ON

    def _want(self, ref: str, wanted: Wanted) -> SweepRecord:
        self._guests.check_trusted("a sweep")
        sweep_id = self.store.resolve(ref)
        state = self.store.read_state(sweep_id).state
        if state not in ("finished", wanted) and not (state == "stopped" and wanted == "paused"):
            self.store.write_wanted(sweep_id, wanted)
            if not self.store.is_led(sweep_id) and state != "pending":
                self._start(sweep_id)  # what it has begun is brought to where it was asked to be
                self.store.write_state(sweep_id, "pending")
        return self.read(sweep_id)

    def _complete(self, sweep: Sweep, trials: Sequence[Trial] | None = None) -> SweepRecord:
        known = self.store.list_trials(sweep.id) if trials is None else trials
        state: SweepState = self.store.read_state(sweep.id)
        counts: Counter[str] = Counter(trial.state for trial in known)
        best = _rank(sweep, known)
        return SweepRecord(
            **vars(sweep),
            state=state.state,
            message=state.message,
            counts=dict(counts),
            best=self._describe_best(best[0]) if best else None,
            points=self._count_points(sweep.id) if sweep.method == "grid" else 0,
            waiting=[trial.number for trial in known if self._waits(trial)] if state.state in GOES_ON else [],
        )

    def _read_points(self, sweep_id: str) -> int:
        try:
            return read_sweep(self.store.read_text(sweep_id)).count_points()
        except (ConfigError, DamagedFileError):  # changed by hand, or of another version
            return 0

    def _waits(self, trial: Trial) -> bool:
        """Whether a trial's run has not begun."""
        if trial.state != "running" or not trial.run:
            return False
        try:
            return self._runs.read(trial.run).state == "pending"
        except RunNotFoundError:  # deleted, which its process notes
            return False

    def _describe_best(self, trial: Trial) -> SweepBest:
        try:
            config = self._runs.read_config(trial.run)
        except RunNotFoundError:  # deleted since
            config = trial.params
        return SweepBest(trial.number, trial.run, trial.value or 0.0, config)


def _rank(sweep: Sweep, trials: Sequence[Trial]) -> list[Trial]:
    sign = -1.0 if sweep.goal == "maximize" else 1.0
    done = [(sign * trial.value, trial) for trial in trials if trial.state == "finished" and trial.value is not None]
    return [trial for _, trial in sorted(done, key=lambda pair: (pair[0], pair[1].number))]


def _find_fixed(spec: SweepSpec) -> dict[str, Any]:
    """The preset and the graph that a file holds at one value; a graph that varies is refused."""
    fixed = {}
    presets = spec.by_name.get("preset")
    try:
        for preset in presets.distribution.values if presets else ():
            load_preset(preset)
    except PresetNotFoundError as error:
        raise ConfigError(f"line {presets.line if presets else 1}: {error}") from error
    for name in ("preset", "graph"):
        parameter = spec.by_name.get(name)
        if parameter is not None and len(parameter.distribution.values) == 1:
            fixed[name] = parameter.distribution.values[0]
        elif parameter is not None and name == "graph":
            raise ConfigError(f"line {parameter.line}: a sweep is of one graph: give graph one value")
    return fixed


def _check_trials(trials: int | None) -> int | None:
    if trials is not None and not 1 <= trials <= MAX_RUNS:
        raise InvalidInputError(f"a sweep of {trials:,} trials cannot be: expected 1 to {MAX_RUNS:,}")
    return trials


def _describe_parameters(spec: SweepSpec, ranges: Mapping[str, Range]) -> list[SweepParameter]:
    found = []
    for parameter in spec.parameters:
        own = parameter.distribution
        low, high = (bound if abs(bound) < float("inf") else None for bound in (own.low, own.high))
        found.append(
            SweepParameter(
                name=parameter.name,
                distribution=own.kind,
                low=low,
                high=high,
                values=own.values,
                is_log=own.family in ("log", "log_normal"),
                when=parameter.when.text if parameter.when else "",
                narrowed=ranges.get(parameter.name),
            )
        )
    return found
