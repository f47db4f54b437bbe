"""Reads a sweep.yaml as W&B has it; whatever is wrong in it is said with its line."""

import math
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from core.config.plain_yaml import UNREADABLE, Marked, Path, RefusedError, explain_unreadable, load_marked
from core.config.sweep.expressions import Expression, parse_expression
from core.config.sweep.parameters import read_number, read_parameters, read_whole, refuse_unknown
from core.config.sweep.spec import MAX_POINTS, METRICS, EarlyStopping, Goal, Method, Stopping, SweepSpec
from core.config.train import TrainConfig
from core.errors import ConfigError

Choice = TypeVar("Choice")
MAX_BYTES: Final = 2**18
MAX_TEXT: Final = 200  # characters of a name
MAX_RUNS: Final = 10_000
MAX_CONSTRAINTS: Final = 50
MAX_BANDS: Final = 100  # of a hyperband that gives min_iter, as W&B has it

# Keys of W&B that mean nothing here, and why.
IGNORED: Final[Mapping[str, str]] = {
    "command": "command is not used: each trial is a run of this program's own",
    "program": "program is not used: each trial is a run of this program's own",
    "project": "project is not used: sweeps lie in the folder of this app",
    "entity": "entity is not used: sweeps lie in the folder of this app",
    "controller": "controller is not used: this machine chooses the trials",
}
KEYS: Final = ("method", "parameters", "metric", "early_terminate", "run_cap", "name", "description", "constraints")
METHODS: Final[Mapping[str, Method]] = {"grid": "grid", "random": "random", "bayes": "bayes"}
GOALS: Final[Mapping[str, Goal]] = {"minimize": "minimize", "maximize": "maximize"}
STOPPING: Final[Mapping[str, Stopping]] = {
    "hyperband": "hyperband",
    "successive_halving": "successive_halving",
    "hyperband_brackets": "hyperband_brackets",
}


def read_sweep(text: str) -> SweepSpec:
    """What a sweep.yaml asks for. Raises ConfigError with the line of what is wrong."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise ConfigError(f"a sweep's file is at most {MAX_BYTES >> 10} kB: give method and parameters alone")
    try:
        marked = load_marked(text)
    except RefusedError as error:
        raise ConfigError(f"the sweep's file {error}") from error
    except UNREADABLE as error:
        raise ConfigError(f"the sweep's file cannot be read as YAML: {explain_unreadable(error)}") from error
    content = marked.content
    if not isinstance(content, dict) or "method" not in content or "parameters" not in content:
        raise ConfigError("the sweep's file has no 'method' and 'parameters': write them as W&B's sweep.yaml has them")
    refuse_unknown(marked, (), (*KEYS, *IGNORED))
    method = _choose(marked, ("method",), METHODS)
    spec = SweepSpec(
        method=method,
        parameters=read_parameters(marked),
        **_read_metric(marked, required=method == "bayes" or "early_terminate" in content),
        run_cap=read_whole(marked, ("run_cap",), 1, MAX_RUNS),
        early_terminate=_read_stopping(marked),
        constraints=_read_constraints(marked),
        name=_read_text(marked, "name"),
        description=_read_text(marked, "description"),
        notes=tuple(IGNORED[key] for key in content if key in IGNORED),
    )
    _ = spec.by_name  # conditions that go round in a circle are refused
    if method == "grid":
        _check_grid(spec)
    return spec


def _check_grid(spec: SweepSpec) -> None:
    for parameter in spec.parameters:
        if not parameter.distribution.is_discrete or parameter.distribution.probabilities:
            raise ConfigError(
                f"line {parameter.line}: a grid cannot go over {parameter.name} ({parameter.distribution.kind}): "
                "give values, int_uniform or q_uniform, or take method: random"
            )
    if spec.count_points() > MAX_POINTS:
        raise ConfigError(
            f"the grid has {spec.count_points():,} points: expected at most {MAX_POINTS:,}; give fewer values, or "
            "take method: random"
        )


def _read_metric(marked: Marked, *, required: bool) -> dict[str, Any]:
    told = marked.content.get("metric")
    if told is None:
        if required:
            raise ConfigError(
                "the sweep's file has no 'metric', by which trials are judged: write metric: name: val_acc"
            )
        return {}
    if not isinstance(told, dict):
        raise ConfigError(
            f"line {marked.line(('metric',))}: metric is {str(told)[:80]!r}: write name and goal below it"
        )
    refuse_unknown(marked, ("metric",), ("name", "goal", "target"))
    name, line = str(told.get("name", "")), marked.line(("metric", "name"))
    if name == "test_acc":
        raise ConfigError(f"line {line}: test articles measure once, at the end, and choose nothing: take val_acc")
    if name not in METRICS:
        raise ConfigError(f"line {line}: no metric is called {name[:80]!r}: there are {', '.join(METRICS)}")
    goal = _choose(marked, ("metric", "goal"), GOALS) if "goal" in told else GOALS["minimize"]
    if goal != METRICS[name]:
        where = marked.line(("metric", "goal"))
        raise ConfigError(
            f"line {where}: {name} is better the {'higher' if METRICS[name] == 'maximize' else 'lower'} it is: "
            f"write goal: {METRICS[name]} (without it W&B's goal is minimize)"
        )
    target = read_number(marked, ("metric", "target")) if "target" in told else None
    return {"metric": name, "goal": goal, "target": target}


def _read_stopping(marked: Marked) -> EarlyStopping | None:
    told, path = marked.content.get("early_terminate"), ("early_terminate",)
    if told is None:
        return None
    if not isinstance(told, dict):
        raise ConfigError(f"line {marked.line(path)}: early_terminate is {str(told)[:80]!r}: write type: hyperband")
    refuse_unknown(marked, path, ("type", "min_iter", "max_iter", "s", "eta", "strict"))
    kind = _choose(marked, (*path, "type"), STOPPING)
    eta = read_number(marked, (*path, "eta"), default=3.0, low=1.0, exclusive=True)
    min_iter = read_whole(marked, (*path, "min_iter"), 1, 10**6)
    max_iter = read_whole(marked, (*path, "max_iter"), 1, 10**6)
    if kind != "hyperband":
        if not eta.is_integer():
            raise ConfigError(f"line {marked.line((*path, 'eta'))}: eta is {eta:g}: {kind} takes a whole number")
        return EarlyStopping(kind, eta, min_iter=min_iter or 1, max_iter=max_iter)
    if (min_iter is None) == (max_iter is None):
        raise ConfigError(f"line {marked.line(path)}: hyperband needs either min_iter or max_iter: write one of them")
    bands = find_bands(eta, min_iter=min_iter, max_iter=max_iter, s=read_whole(marked, (*path, "s"), 1, 50) or 1)
    if not bands:
        raise ConfigError(
            f"line {marked.line(path)}: max_iter {max_iter} leaves no band: take a larger one, or less eta"
        )
    return EarlyStopping(kind, eta, bands, min_iter=bands[0], max_iter=max_iter)


def find_bands(eta: float, *, min_iter: int | None = None, max_iter: int | None = None, s: int = 1) -> tuple[int, ...]:
    """The epochs, from 0, at which W&B's hyperband judges: upward from `min_iter`, or `s` downward from `max_iter`."""
    if max_iter is not None:
        down = [max_iter / eta**place for place in range(1, s + 1)]
        return tuple(sorted(int(band) for band in down if band >= 1))
    up = [(min_iter or 1) * eta**place for place in range(MAX_BANDS)]
    return tuple(int(band) for band in up if math.isfinite(band) and band < 10**6)


def _read_constraints(marked: Marked) -> tuple[Expression, ...]:
    told = marked.content.get("constraints")
    if told is None:
        return ()
    path: Path = ("constraints",)
    if not isinstance(told, list) or len(told) > MAX_CONSTRAINTS:
        raise ConfigError(f"line {marked.line(path)}: constraints are a list of at most {MAX_CONSTRAINTS} expressions")
    found = []
    for place, one in enumerate(told):
        try:
            found.append(parse_expression(one, TrainConfig.model_fields))
        except ConfigError as error:
            raise ConfigError(f"line {marked.line((*path, place))}: {error}") from error
    return tuple(found)


def _read_text(marked: Marked, key: str) -> str:
    told = marked.content.get(key)
    if told is None:
        return ""
    if isinstance(told, dict | list) or len(str(told)) > MAX_TEXT * (5 if key == "description" else 1):
        raise ConfigError(f"line {marked.line((key,))}: {key} is a text of at most {MAX_TEXT} characters")
    return "".join(sign if sign.isprintable() else " " for sign in str(told)).strip()


def _choose(marked: Marked, path: Path, choices: Mapping[str, Choice]) -> Choice:
    told = marked.content
    for key in path:
        told = told.get(key) if isinstance(told, dict) else None
    if not isinstance(told, str) or told not in choices:
        raise ConfigError(
            f"line {marked.line(path)}: {path[-1]} is {str(told)[:80]!r}: expected one of {', '.join(choices)}"
        )
    return choices[told]
