"""`wikics models …`: the versions of a graph's models; candidates, promotions through gates, rollbacks."""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from core.app.explorer import Explorer
from core.app.models import Model
from core.cli import console
from core.cli.console import open_graph, out, write_table
from core.cli.options import GraphOption, JsonOption, print_json
from core.evaluation.gates import Limits
from core.runs.versions import Alias, Gate, Step, describe_standing

models_app = typer.Typer(
    no_args_is_help=True, help="List, check, promote, roll back and withdraw the models of a graph."
)

ModelArgument = Annotated[
    str, typer.Argument(metavar="R", help="A run's id, a unique prefix or 'latest'; with --graph also v3 or an alias.")
]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does it, for the history; without it this user.")
]
DropOption = Annotated[
    float,
    typer.Option(
        min=0.0, max=1.0, help="How far below production's its validation accuracy may be: 0.005 is half a point."
    ),
]
EceOption = Annotated[float, typer.Option(min=0.0, max=1.0, help="The calibration error that it may have.")]


@models_app.command("list")
def list_models(graph: GraphOption = None, as_json: JsonOption = False) -> None:
    """All versions, newest first, with what was done to each, by whom and when."""
    explorer = console.open_explorer()
    found = explorer.models.list(_open(explorer, graph))
    if as_json:
        print_json(asdict(found))
        return
    rows = [
        [
            model.graph,
            model.name,
            ", ".join(model.aliases),
            _percent(model.val_acc),
            model.run,
            "" if model.is_here else "gone",
        ]
        for model in found.models
    ]
    write_table(("graph", "version", "aliases", "validation", "run", ""), rows, least={4: 25})
    for step in found.history:
        out.print(_tell(step))
    for damage in found.damaged:
        console.err.print(damage.message)


@models_app.command("check")
def check_model(
    run: ModelArgument,
    graph: GraphOption = None,
    drop: DropOption = Limits.drop,
    ece: EceOption = Limits.ece,
    as_json: JsonOption = False,
) -> None:
    """Whether a run might be promoted to production now, gate by gate; exit code 1 if not."""
    explorer = console.open_explorer()
    report = explorer.models.check(run, graph=_open(explorer, graph), limits=Limits(drop, ece))
    if as_json:
        print_json(asdict(report))
    else:
        _write_gates(report.gates)
    if not report.passed:
        raise typer.Exit(1)


@models_app.command("promote")
def promote_model(
    run: ModelArgument,
    to: Annotated[Alias, typer.Option("--to", help="The alias that is to point to it.")] = "production",
    graph: GraphOption = None,
    drop: DropOption = Limits.drop,
    ece: EceOption = Limits.ece,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a run's model the one in production, if every gate holds, or the candidate."""
    explorer = console.open_explorer()
    graph_id, limits = _open(explorer, graph), Limits(drop, ece)
    _write(explorer.models.promote(run, alias=to, graph=graph_id, limits=limits, who=_name(by)), as_json=as_json)


@models_app.command("rollback")
def roll_back_model(graph: GraphOption = None, by: ByOption = None, as_json: JsonOption = False) -> None:
    """Put the version that was in production before back there."""
    explorer = console.open_explorer()
    _write(explorer.models.roll_back(open_graph(explorer, graph), who=_name(by)), as_json=as_json)


@models_app.command("withdraw")
def withdraw_alias(
    alias: Annotated[Alias, typer.Argument(metavar="ALIAS", help="candidate or production.")],
    graph: GraphOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an alias away, so that no version has it."""
    explorer = console.open_explorer()
    _write(explorer.models.withdraw(alias, open_graph(explorer, graph), who=_name(by)), as_json=as_json)


def _open(explorer: Explorer, graph: str | None) -> str | None:
    """The id of the graph that was named, if one was."""
    return None if graph is None else open_graph(explorer, graph)


def _name(by: str | None) -> str:
    """Who does it."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as containers have
        return ""


def _write(model: Model, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(model))
        return
    out.print(f"{model.run} on {model.graph}: {describe_standing(model.version, model.aliases)}")


def _write_gates(gates: Sequence[Gate]) -> None:
    for gate in gates:
        out.print(f"{'holds' if gate.passed else 'FAILS'}  {gate.name}: {gate.sentence}")


def _tell(step: Step) -> str:
    when = datetime.fromtimestamp(step.done_at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    did = {"promote": f"made {step.alias}", "roll back": "rolled back to", "withdraw": f"no longer {step.alias}"}[
        step.act
    ]
    who = f", by {step.who}" if step.who else ""
    return f"{when} UTC: v{step.version} of {step.graph} {did}{who}, run {step.run}"


def _percent(score: float | None) -> str:
    return "-" if score is None else f"{100 * score:.2f} %"
