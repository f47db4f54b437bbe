"""Runs: queued, listed, read, followed, stopped, resumed, labelled, deleted, exported."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict
from functools import partial
from typing import Any, Final, Literal, NamedTuple

from core.app.admission import Admission
from core.app.configs import Configs
from core.app.deletions import Deletions
from core.app.graphs import Graphs
from core.app.guests import PUBLISHED, Guests
from core.app.lists import RunLists
from core.app.ranking import rank_best
from core.app.ticks import MetricsTick, RunTick
from core.backends.base import submit_orphans
from core.backends.known import Backends, Offer
from core.config.train import TrainConfig, build_config
from core.errors import ConflictError, InvalidInputError, WikicsError
from core.evaluation.diagnoses import diagnose, tell_race
from core.graph.titles import shorten
from core.runs import files
from core.runs.details import Diagnosis, RunDetails
from core.runs.environment import collect_environment, publish_log
from core.runs.executions import Execution
from core.runs.exports import dump_csv, dump_document, dump_event_file, name_event_file
from core.runs.folder import MAX_LOG_BYTES
from core.runs.histograms import HistogramHistory, load_histograms
from core.runs.labels import LabelChanges, check_tags
from core.runs.metrics import Cursor
from core.runs.names import match_run
from core.runs.record import LOCAL, RunRecord
from core.runs.refusals import refuse_kept
from core.runs.report import Report
from core.runs.state import ACTIVE, PREEMPTED, REPORTED
from core.runs.store import RunStore
from core.runs.versions import PRODUCTION

# So long after a run's end its provider may still be putting its machine away.
SETTLING_SECONDS: Final = 3600.0
MOST_NAMED: Final = 20  # tensors that a sentence lists


ExportKind = Literal["zip", "csv", "json", "tensorboard"]


class Exported(NamedTuple):
    """A run's id, and a file of it: a name, which may have a folder, and its bytes."""

    id: str
    name: str
    content: bytes


class Runs(RunLists):
    """The runs of a store, executed by a backend. May be used from any thread.

    A `ref` names a run by id, by a unique prefix or as `latest`; where there is none, RunNotFoundError is raised.
    """

    def __init__(
        self,
        store: RunStore,
        admission: Admission,
        backends: Backends,
        graphs: Graphs,
        configs: Configs,
        *,
        sinks: Sequence[str] = (),
        guests: Guests | None = None,
    ) -> None:
        """`sinks` is where else runs log that are submitted here. guests: who may what, by default all."""
        self.deletions = Deletions(store.delete)
        super().__init__(store, find_hidden=self.deletions.list_pending)
        self._admission, self._backend = admission, backends
        self._graphs, self._configs = graphs, configs
        self._sinks, self._guests = sinks, guests or Guests()

    def submit(
        self,
        config: TrainConfig,
        *,
        profile: bool = False,
        backend: str | None = None,
        marks: Mapping[str, Any] | None = None,
        contents: Mapping[str, bytes] | None = None,
    ) -> RunRecord:
        """Queues a run and returns at once; with `profile` some of its epochs are profiled.

        backend: what executes it, by name; None for the default. marks: what its environment says beside, from the
        moment on that it is a run: of which sweep it is a trial. contents: its first files. Raises
        ConflictError where the queue is full, UnavailableError where that backend lacks something, InvalidInputError
        where there is none of this name.
        """
        if profile or backend not in (None, self._backend.default):
            self._guests.check_trusted("another place to train, or a profile,")
        offer = self._backend.check_ready(backend or self._backend.default)
        with self._enter(offer.place.machine, config, epochs=config.epochs) as charge:
            environment = {**self._describe(config, offer), **(marks or {}), **self._guests.mark()}
            record = self._queue(
                self._store.create(config.model_dump(), environment, profile=profile, contents=contents)
            )
            charge(record.id)
        return record

    @contextmanager
    def _enter(self, machine: str, config: TrainConfig, *, epochs: int) -> Iterator[Callable[[str], None]]:
        """A block that queues a run of which so many epochs are to be trained yet, within what who asks may.

        What it is given takes the run's id, and charges the run to who asks.
        """
        num_articles = 0
        if self._guests.quotas:
            num_articles = self._graphs.read_summary(config.graph).num_nodes
            self._guests.check_config(config.epochs, num_articles)
        check = partial(self._guests.check_start, epochs=epochs, num_articles=num_articles)
        with self._admission.enter(rents=bool(machine), check=check):
            yield partial(self._guests.charge, epochs=epochs, num_articles=num_articles)

    def check_place(self, backend: str) -> None:
        """Raises UnavailableError where a backend lacks something, InvalidInputError where there is none so named."""
        self._backend.check_ready(backend)

    def _describe(self, config: TrainConfig, offer: Offer) -> dict[str, Any]:
        """The environment of a run that is submitted now."""
        graph = self._graphs.load(config.graph)
        environment = collect_environment(graph.id, graph.digest)
        if self._sinks:
            environment["sinks"] = [*self._sinks]
        if offer.name != LOCAL:
            place = offer.place
            environment |= {"backend": offer.name, "machine": place.machine, "region": place.region}
        return environment

    def _queue(self, run_id: str) -> RunRecord:
        try:
            self._backend.submit(files.RUNS + run_id)
        except OSError:
            if self._store.read_stored_state(run_id).state == "pending":  # it could not even be said what happened
                self._store.discard(run_id)
            raise
        return self._store.read(run_id)

    def one_look(self) -> AbstractContextManager[None]:
        """A block in which `list` and places tell of one reading of the storage; what lets jobs in reads it anew."""
        return self._store.looks.one()

    def list_all(self) -> Sequence[RunRecord]:
        """Every run, whoever asks: for numbers that name none."""
        return self._admission.list_runs()

    def find(self, ref: str, graph_id: str) -> RunRecord:
        """One run of a graph, where `latest` and a prefix mean those of this graph alone."""
        records = {
            record.id: record for record in self.list(graph_id, archived=True) if record.graph or record.imported
        }
        return records[match_run(ref, records, newest=next(iter(records), None))]

    def read(self, ref: str) -> RunRecord:
        """One run in short."""
        return self._store.read(self._store.resolve(ref))

    def choose_default(self, graph_id: str) -> RunRecord | None:
        """What is shown of a graph where no run is named; None where no run can predict.

        The one in production, else the best finished run by validation accuracy, else the best that ended early.
        """
        listed = (record for record in self.list(graph_id, archived=True) if record.graph == graph_id)
        ranked = rank_best([record for record in listed if PRODUCTION in record.aliases or not record.archived])
        return next((record for record in ranked if self._store.can_predict(record.id)), None)

    def read_details(self, ref: str, *, diagnosed: bool = True) -> RunDetails:
        """One run with its config, environment and report. diagnosed: with what its curves say, all of them read."""
        run_id = self._store.resolve(ref)
        record = self._store.read(run_id)
        report = self._find_report(record)
        return RunDetails(
            **vars(record) | {"config": self._store.read_config(run_id)},
            environment=self._store.read_environment(run_id),
            report=report,
            execution=self._store.read_execution(run_id),
            diagnoses=(*tell_race(report), *self._diagnose(record, report)) if diagnosed else (),
        )

    def read_report(self, ref: str) -> Report | None:
        """How good one run is; None until it has ended, again where it was stopped before."""
        return self._find_report(self._store.read(self._store.resolve(ref)))

    def _find_report(self, record: RunRecord) -> Report | None:
        return self._store.read_report(record.id) if record.state in REPORTED else None

    def read_config(self, ref: str) -> dict[str, Any]:
        """The whole config of one run; empty where it is damaged."""
        return self._store.read_config(self._store.resolve(ref))

    def _diagnose(self, record: RunRecord, report: Report | None) -> tuple[Diagnosis, ...]:
        """What is wrong with a run; nothing is said of one whose graph is not here."""
        try:
            self._graphs.read_summary(record.graph)  # else loading might fetch it
            names = self._graphs.load(record.graph).class_names
        except WikicsError:
            return ()
        return diagnose(self._store.read_metrics(record.id).columns, report, names)

    def read_histograms(self, ref: str, tensor: str = "") -> HistogramHistory:
        """How weights, gradients and logits were spread as a run went on: of all tensors, or of one of them.

        Raises InvalidInputError for a tensor that the run has none of.
        """
        run_id = self._store.resolve(ref)
        found = load_histograms(self._store.storage, run_id, tensor)
        if tensor and tensor not in found.tensors:
            there = f"there are {', '.join(found.tensors[:MOST_NAMED])}" if found.tensors else "it keeps none"
            raise InvalidInputError(f"run {run_id} has no histograms of {shorten(repr(tensor))}: {there}")
        return found

    def read_execution(self, ref: str) -> Execution | None:
        """How a run stands at the provider that executes it, as it was last asked; None where none does."""
        return self._store.read_execution(self._store.resolve(ref))

    def read_log(self, ref: str) -> str:
        """The end of a run's log."""
        return self._publish(self._store.read_log(self._store.resolve(ref)))

    def measure_log(self, ref: str) -> int:
        """Bytes of a run's whole log."""
        return self._store.measure_log(self._store.resolve(ref))

    def read_whole_log(self, ref: str) -> str:
        """All of a run's log, or as much of its end as a log may have."""
        run_id = self._store.resolve(ref)
        left_out = self._store.measure_log(run_id) - MAX_LOG_BYTES
        text = self._publish(self._store.read_log(run_id, tail_bytes=MAX_LOG_BYTES))
        return f"--- the first {left_out:,} bytes of this log are left out ---\n{text}" if left_out > 0 else text

    def _publish(self, log: str) -> str:
        return publish_log(log, self._store.storage.location)

    def read_metrics(self, cursors: Sequence[tuple[str, Cursor]]) -> MetricsTick:
        """What has been logged since the cursors."""
        asked = dict(cursors)
        found = self._store.follow(asked)
        runs = {
            run_id: RunTick(
                **vars(followed.chunk),
                state=followed.record.state,
                message=followed.record.message,
                epoch=followed.record.epoch,
                epochs=followed.record.max_epochs,
            )
            for run_id, followed in found.items()
        }
        return MetricsTick(runs, [run_id for run_id in asked if run_id not in found])

    def stop(self, ref: str) -> RunRecord:
        """Asks a run to stop after its epoch, or within one that takes long; one that has ended is left as it is.

        Raises ConflictError for one that was trained elsewhere, as do `resume` and predictions.
        """
        run_id = self._store.resolve(ref)
        record = self._refuse_imported(run_id, "nothing of it runs here that could be stopped")
        self._guests.check_change(record)
        if record.state in ACTIVE:
            with suppress(ConflictError):  # it ended just now
                self._backend.stop(files.RUNS + run_id)
        return self._store.read(run_id)

    def resume(self, ref: str, changes: Mapping[str, Any] | None = None) -> RunRecord:
        """Queues a run that ended, to go on from its last checkpoint as the same curve.

        changes: its fields that decide when it ends (`EXTENDABLE`), with which a finished run goes on too. Raises
        ConfigError for any other field, ConflictError where the run would not train any epoch more.
        """
        run_id = self._store.resolve(ref)
        self._refuse_imported(run_id, "there is no checkpoint of it to go on from; train one like it (wikics train)")
        record = self._store.read(run_id)
        self._guests.check_change(record)
        refuse_kept(record)
        config = self._extend(run_id, changes) if changes else None
        whole = build_config(config or self._store.read_config(run_id)) if self._guests.quotas else TrainConfig()
        with self._enter(record.machine, whole, epochs=max(1, whole.epochs - record.epochs)) as charge:
            self._backend.resume(files.RUNS + run_id, config=config)
            charge(run_id)
        return self._store.read(run_id)

    def _refuse_imported(self, run_id: str, why: str) -> RunRecord:
        record = self._store.read(run_id)
        if record.imported:
            raise ConflictError(f"run {run_id} was trained elsewhere: {why}")
        return record

    def _extend(self, run_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The run's config with some fields changed, if it then has more to do."""
        record, own = self._store.read(run_id), self._store.read_config(run_id)
        if record.state in ACTIVE or not record.epochs:
            return self._configs.extend(own, changes).model_dump()  # the backend says what can be done with it
        longer = self._configs.extend_run(record, own, changes)
        if not self._store.has_checkpoint(run_id):
            raise ConflictError(f"run {run_id} has no {files.LAST_CHECKPOINT} to go on from: start a new one")
        return longer.model_dump()

    def is_over(self, record: RunRecord) -> bool:
        """Whether nothing more comes of a run by itself; where its process was killed another may go on."""
        may_go_on = record.state == "crashed" or record.message.startswith(PREEMPTED)
        return record.state not in ACTIVE and not (may_go_on and self._backend.alive(files.RUNS + record.id))

    def rename(self, ref: str, name: str) -> RunRecord:
        """Gives a run a name; an empty one takes it away. Raises InvalidInputError for one that is too long."""
        return self.label(ref, LabelChanges(name=name))

    def label(self, ref: str, changes: LabelChanges) -> RunRecord:
        """Changes the name, tags, notes, star or archive of a run, whoever trains it. Raises InvalidInputError."""
        run_id = self._store.resolve(ref)
        before = self._store.read(run_id)
        self._guests.check_change(before)
        if PUBLISHED in check_tags(changes.tags or ()) and PUBLISHED not in before.tags:
            self._guests.check_trusted(f"the tag {PUBLISHED!r}, with which everybody sees a run,")
        self._store.label(run_id, changes)
        return self._store.read(run_id)

    def tag(self, ref: str, tags: Sequence[str], *, remove: bool = False) -> RunRecord:
        """Adds tags to those of a run, or takes them away, whatever their case. Raises InvalidInputError."""
        record = self.read(ref)
        named = {tag.casefold() for tag in check_tags(tags)}
        kept = [tag for tag in record.tags if not (remove and tag.casefold() in named)]
        return self.label(record.id, LabelChanges(tags=kept if remove else [*kept, *tags]))

    def delete_soon(self, refs: Sequence[str]) -> Sequence[str]:
        """Takes ended runs out of every list, and deletes them some seconds later: until then `deletions` undoes it.

        Raises ConflictError while any of them is active, and then leaves all.
        """
        records = [self.read(ref) for ref in refs]
        for record in records:
            self._guests.check_change(record)
            refuse_kept(record)
        active = next((record for record in records if record.state in ACTIVE), None)
        if active is not None:
            raise ConflictError(f"run {active.id} is {active.state}: stop it before deleting it, or leave it out")
        ids = [record.id for record in records]
        self.deletions.schedule(ids)
        return ids

    def delete(self, ref: str) -> str:
        """Deletes an ended run and returns its id. Raises ConflictError while it is active."""
        run_id = self._store.resolve(ref)
        self._guests.check_change(self._store.read(run_id))
        self._store.delete(run_id)
        return run_id

    def may_change(self, record: RunRecord) -> bool:
        """Whether who asks may stop, resume, label and delete a run."""
        return self._guests.may_change(record)

    def export(self, ref: str, kind: ExportKind = "zip") -> Exported:
        """A run for elsewhere: its whole folder, its rows, all that is said of it, or scalars for TensorBoard."""
        run_id = self._store.resolve(ref)
        if kind == "zip":
            return Exported(run_id, f"{run_id}.zip", self._store.export(run_id))
        chunk = self._store.read_metrics(run_id)
        if kind == "csv":
            return Exported(run_id, f"{run_id}.csv", dump_csv(chunk))
        details = self.read_details(run_id)
        if kind == "json":
            return Exported(run_id, f"{run_id}.json", dump_document(asdict(details), chunk))
        name = f"{run_id}/{name_event_file(details.created_at)}"
        return Exported(run_id, name, dump_event_file(details.config, chunk))

    def settle(self, ref: str | None = None) -> None:
        """Brings how runs stand at their providers into their folders: of one, or of all that may still be there."""
        records = self._store.list() if ref is None else [self._store.read(self._store.resolve(ref))]
        away = [record for record in records if record.backend != LOCAL]
        since = time.time() - SETTLING_SECONDS
        self._backend.settle(
            files.RUNS + record.id for record in away if record.state in ACTIVE or (record.ended_at or 0.0) > since
        )

    def recover(self, ref: str | None = None) -> None:
        """Queues again what waits and nothing waits for: an earlier process, a machine or a service was down.

        ref: this run alone.
        """
        self.settle(ref)
        for run_id in self._guests.find_overdue(self._store.list()) if self._guests.quotas else ():
            self.stop(run_id)
        oldest_first = reversed(self._store.list() if ref is None else [self.read(ref)])
        waiting = [files.RUNS + record.id for record in oldest_first if record.state in ("pending", "stopping")]
        submit_orphans(waiting, self._admission.states, self._backend)
