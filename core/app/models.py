"""Models: the versions of each graph, made candidate, promoted through gates, rolled back, listed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from core.app.graphs import Graphs
from core.app.guests import Guests
from core.damage import Damage
from core.errors import ConflictError, DamagedFileError, FileNotStoredError, RunNotFoundError
from core.evaluation.gates import Evidence, Limits, compute_gates, refuse_failed
from core.graph.titles import shorten
from core.runs import files
from core.runs.record import RunRecord
from core.runs.report import Report
from core.runs.state import ACTIVE
from core.runs.store import RunStore
from core.runs.versions import CANDIDATE, PRODUCTION, Act, Alias, Gate, History, Step
from core.runs.weights import Weights, read_weights

MAX_WEIGHT_BYTES: Final = 2**31
MAX_WHO: Final = 60  # characters
_VERSION: Final = re.compile(r"v(\d{1,9})")


@dataclass(frozen=True)
class Model:
    """One version of a graph's models: the weights of a run. Accuracies are fractions, times Unix seconds."""

    graph: str
    graph_digest: str
    version: int
    name: str  # `v3`
    run: str
    weights: str  # sha256 of what was learnt: identical weights are one version
    aliases: tuple[str, ...]  # candidate, production, and previous, where a rollback leads
    val_acc: float | None
    added_at: float
    is_here: bool  # its run is here and has not been trained further since


@dataclass(frozen=True)
class ModelList:
    """Versions, those of one graph together, newest first; every step of their histories, newest first."""

    models: list[Model]
    history: list[Step]
    damaged: list[Damage]  # files in whose place there would be further steps


@dataclass(frozen=True)
class GateReport:
    """Whether a run might be promoted, gate by gate."""

    run: str
    passed: bool
    gates: tuple[Gate, ...]


class Models:
    """The model registry of a store. May be used from any thread.

    A `ref` is a run as elsewhere; with a graph also a version, `v3`, or an alias.
    """

    def __init__(self, store: RunStore, graphs: Graphs, *, guests: Guests | None = None) -> None:
        self._store, self._graphs, self._guests = store, graphs, guests or Guests()
        self._histories = store.histories

    def list(self, graph_id: str | None = None) -> ModelList:
        """Every version and step, or those of one graph. Who did a step is told to who may take one alone."""
        key = None if graph_id is None else self._read_history(graph_id).key
        histories = [found for name, found in self._histories.read_all(fresh=True).items() if key in (None, name)]
        runs = {record.id: record.ended_at for record in self._store.list_seen()}
        trusted = self._guests.who().trusted
        models = [model for history in histories for model in _list_versions(history, runs)]
        steps = [step for history in histories for step in history.steps if trusted or step.run in runs]
        return ModelList(
            [model for model in models if trusted or model.is_here],
            sorted(steps if trusted else map(_publish, steps), key=lambda step: step.done_at, reverse=True),
            [damage for history in histories for damage in history.damaged],
        )

    def check(self, ref: str, *, graph: str | None = None, limits: Limits | None = None) -> GateReport:
        """Whether a run might be promoted now. Raises ConflictError for one that can be no model at all."""
        record, history = self._find(ref, graph)
        _, gates = self._check(record, history, limits or Limits())
        return GateReport(record.id, all(gate.passed for gate in gates), gates)

    def promote(
        self,
        ref: str,
        *,
        alias: Alias = PRODUCTION,
        graph: str | None = None,
        limits: Limits | None = None,
        who: str = "",
    ) -> Model:
        """Has an alias point to a run's weights, which become a version where they are none; to production by gates.

        One that it points to already stays so. Raises ConflictError, which names the gates that do not hold, or that
        somebody else was first; DamagedFileError.
        """
        self._guests.check_trusted("to promote a model")
        record, history = self._find(ref, graph)
        gates: tuple[Gate, ...] = ()
        if alias == PRODUCTION:
            weights, gates = self._check(record, history, limits or Limits())
            refuse_failed(record.id, gates)
        else:
            weights = self._read_weights(record)
        assert weights is not None, "else a gate had not held"
        version = history.find_version(weights.digest)
        holders, known = history.holders, history.versions.get(version)
        if alias == CANDIDATE and holders.get(PRODUCTION) == version:
            raise ConflictError(
                f"run {record.id} is v{version}, in production: there is nothing it could be candidate for"
            )
        is_same = known is not None and (known.run, known.trained_at) == (record.id, record.ended_at)
        if not (holders.get(alias) == version and is_same):
            history = self._histories.add(history, _build_step(alias, record, version, weights.digest, gates, who))
        return self._describe(history, version)

    def roll_back(self, graph_id: str, *, who: str = "") -> Model:
        """Puts the version before the present one into production again: nothing is read but the history.

        Raises ConflictError where there is none.
        """
        self._guests.check_trusted("to roll a model back")
        history = self._read_history(graph_id)
        if not history.productions:
            raise ConflictError(
                f"no model of graph {graph_id} is in production: promote one first (wikics models promote RUN)"
            )
        *earlier, present = history.productions
        runs = {record.id: record.ended_at for record in self._store.list()}
        versions = history.versions
        step = next((versions[one] for one in reversed(earlier) if _is_here(versions[one], runs)), None)
        if step is None:
            gone = f" whose run is still here (gone: {', '.join(f'v{one}' for one in earlier)})" if earlier else ""
            raise ConflictError(
                f"v{present} is in production on graph {graph_id}, and no version was so before it{gone}: "
                "promote another (wikics models promote RUN)"
            )
        return self._describe(self._histories.add(history, _repeat(step, "roll back", PRODUCTION, who)), step.version)

    def withdraw(self, alias: Alias, graph_id: str, *, who: str = "") -> Model:
        """Takes an alias away from the version that has it. Raises ConflictError where none has."""
        self._guests.check_trusted("to take an alias away")
        history = self._read_history(graph_id)
        version = history.holders.get(alias)
        if version is None:
            raise ConflictError(f"no model of graph {graph_id} is {alias}: there is nothing to take away")
        step = _repeat(history.versions[version], "withdraw", alias, who)
        return self._describe(self._histories.add(history, step), version)

    def _find(self, ref: str, graph_id: str | None) -> tuple[RunRecord, History]:
        """The run that is meant and the history of its graph. Raises ConflictError for one that can be no model."""
        if graph_id is not None and (_VERSION.fullmatch(ref) or ref in (CANDIDATE, PRODUCTION)):
            ref = self._find_run(ref, graph_id)
        record = self._store.read(self._store.resolve(ref))
        if record.imported:
            raise ConflictError(f"run {record.id} was trained elsewhere: its weights are not here, so it is no model")
        if record.state in ACTIVE or record.ended_at is None:
            raise ConflictError(f"run {record.id} is {record.state}: wait until it has ended, or stop it")
        if not record.graph_digest:
            raise ConflictError(f"run {record.id} does not say on which graph it was trained: train it again")
        return record, self._histories.read(record.graph_digest)

    def _find_run(self, ref: str, graph_id: str) -> str:
        history = self._read_history(graph_id)
        numbered = _VERSION.fullmatch(ref)
        version = int(numbered[1]) if numbered else history.holders.get(ref)
        step = None if version is None else history.versions.get(version)
        if step is None:
            there = ", ".join(f"v{one}" for one in sorted(history.versions)) or "none yet"
            raise RunNotFoundError(f"no model {shorten(ref)!r} of graph {graph_id}; there are {there}")
        return step.run

    def _read_history(self, graph_id: str) -> History:
        return self._histories.read(self._graphs.read_summary(graph_id).digest)

    def _check(self, record: RunRecord, history: History, limits: Limits) -> tuple[Weights | None, tuple[Gate, ...]]:
        weights, problem = None, ""
        try:
            weights = self._read_weights(record)
        except (ConflictError, DamagedFileError) as error:
            problem = str(error)
        report = self._store.read_report(record.id) or Report()
        found = Evidence(record, report, weights, problem, self._store.can_predict(record.id))
        present = history.holders.get(PRODUCTION)
        production = None if present is None else history.versions[present]
        return weights, compute_gates(found, self._graphs.load(record.graph), production, limits)

    def _read_weights(self, record: RunRecord) -> Weights:
        name = f"{files.RUNS}{record.id}/{files.BEST_WEIGHTS}"
        if any(file.size_bytes > MAX_WEIGHT_BYTES for file in self._store.storage.list(name)):
            raise DamagedFileError(f"{name} is larger than {MAX_WEIGHT_BYTES >> 30} GB, the most that is read")
        try:
            return read_weights(record.id, self._store.storage.read(name))
        except FileNotStoredError as error:
            raise ConflictError(f"run {record.id} has no {files.BEST_WEIGHTS}: resume it, which writes it") from error

    def _describe(self, history: History, version: int) -> Model:
        runs = {record.id: record.ended_at for record in self._store.list()}
        return next(model for model in _list_versions(history, runs) if model.version == version)


def _build_step(alias: Alias, record: RunRecord, version: int, weights: str, gates: tuple[Gate, ...], who: str) -> Step:
    return Step(
        act="promote",
        alias=alias,
        version=version,
        run=record.id,
        weights=weights,
        trained_at=record.ended_at or 0.0,
        graph=record.graph,
        graph_digest=record.graph_digest,
        done_at=0.0,  # the store has the clock
        who=_clean(who),
        val_acc=record.val_acc,
        gates=gates,
    )


def _repeat(step: Step, act: Act, alias: Alias, who: str) -> Step:
    """What is done with a version that is known already."""
    return replace(step, act=act, alias=alias, who=_clean(who), gates=())


def _clean(who: str) -> str:
    return "".join(letter for letter in who if letter.isprintable()).strip()[:MAX_WHO]


def _publish(step: Step) -> Step:
    return replace(step, who="")


def _is_here(step: Step, runs: Mapping[str, float | None]) -> bool:
    """Whether a version's run is here as it was. runs: when each ended, by id."""
    return runs.get(step.run) == step.trained_at


def _list_versions(history: History, runs: Mapping[str, float | None]) -> list[Model]:
    """The versions of one graph, newest first."""
    first = {step.version: step for step in reversed(history.steps)}
    return [
        Model(
            graph=step.graph,
            graph_digest=step.graph_digest,
            version=version,
            name=f"v{version}",
            run=step.run,
            weights=step.weights,
            aliases=history.name_aliases(version),
            val_acc=step.val_acc,
            added_at=first[version].done_at,
            is_here=_is_here(step, runs),
        )
        for version, step in sorted(history.versions.items(), reverse=True)
    ]
