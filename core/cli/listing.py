"""`wikics runs list`: runs as a table, as groups, or as JSON; it imports no more than a listing needs."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.app.run_storage import open_lists as open_lists_of
from core.cli.options import GraphOption, JsonOption, print_json
from core.importing import making_much
from core.runs.fields import VALUE_KINDS, ValueKind
from core.runs.query import EXAMPLE
from core.settings import load_settings

if TYPE_CHECKING:
    from core.app.lists import RunLists
    from core.evaluation.groups import RunGroup, Spread
    from core.runs.record import RunRecord
    from core.storage.foreseen import Answers

list_app = typer.Typer(add_completion=False)


def open_lists(ask: "Callable[[], Answers] | None") -> "RunLists":
    """The runs of this process's settings; ask: what a bucket was asked before they were known."""
    return open_lists_of(load_settings(), ask)


@list_app.command()
def list_runs(
    context: typer.Context,
    graph: GraphOption = None,
    archived: Annotated[bool, typer.Option("--archived", help="Also those that were put away.")] = False,
    where: Annotated[str, typer.Option(metavar="EXPR", help=f"Only those of which this is true, {EXAMPLE}.")] = "",
    group_by: Annotated[
        str,
        typer.Option(
            metavar="KEYS", help="Mean and deviation of runs alike in these fields; 'variant': but for split, seed."
        ),
    ] = "",
    value: Annotated[
        ValueKind, typer.Option(help="Whose validation accuracy is told: of the kept epoch, the last, or the best.")
    ] = "kept",
    as_json: JsonOption = False,
) -> None:
    """All runs, newest first."""
    lists = open_lists(context.obj)
    with making_much():
        records: Sequence[RunRecord] = lists.list(graph, archived=archived, where=where)
    if value != "kept":
        records = lists.fill_values(records)
    if group_by:
        write_groups(lists.group(records, group_by.split(",")), value, as_json=as_json)
    elif as_json:
        print_json({"runs": [vars(record) for record in records]})
    else:
        write_records(records, value, currency=lists.currency)


def write_records(records: Sequence["RunRecord"], value: ValueKind, *, currency: str) -> None:
    """Runs as a table, and below it what is damaged."""
    from core.cli.console import err, write_table  # rich, which JSON does without

    rows = []
    has_costs = any(record.cost is not None for record in records)
    has_names = any(record.name for record in records)
    for record in records:
        scores = [
            "-" if score is None else f"{100 * score:.2f} %"
            for score in (getattr(record, VALUE_KINDS[value]), record.test_acc)
        ]
        names = [record.name] if has_names else []
        costs = ["-" if record.cost is None else f"{record.cost:.2f}"] if has_costs else []
        told = [record.id, *names, record.state, record.graph, str(record.split), *scores, str(record.epochs)]
        rows.append([*told, *costs])
    ids = {0: max((len(record.id) for record in records), default=0)}
    head = ("run", "name") if has_names else ("run",)
    cost = (" ".join(["cost", currency]).strip(),) if has_costs else ()
    if not records:
        err.print("There is no run yet: wikics train starts one.")
    write_table((*head, "state", "graph", "split", _name_validation(value), "test", "epochs", *cost), rows, least=ids)
    for record in records:
        if record.damage:
            err.print(f"{record.id}: {record.damage}", soft_wrap=True)


def write_groups(groups: "Sequence[RunGroup]", value: ValueKind, *, as_json: bool) -> None:
    """Groups of runs as a table, or as JSON: each with its key, how many, and its metrics by name."""
    if as_json:
        print_json({"groups": [_flatten(asdict(group)) for group in groups]})
        return
    from core.cli.console import write_table  # rich, which JSON does without

    scores = (VALUE_KINDS[value], "test_acc")
    rows = [
        [*map(str, group.key.values()), str(group.n), *(_tell_spread(group.metrics.get(name)) for name in scores)]
        for group in groups
    ]
    keys = list(groups[0].key) if groups else []
    write_table((*keys, "runs", _name_validation(value), "test"), rows, least={})


def _name_validation(value: ValueKind) -> str:
    return "validation" if value == "kept" else f"{value} validation"


def _flatten(group: dict[str, Any]) -> dict[str, Any]:
    """A group with its metrics beside its key."""
    return {name: value for name, value in group.items() if name != "metrics"} | dict(group["metrics"])


def _tell_spread(spread: "Spread | None") -> str:
    if spread is None:
        return "-"
    deviation = "" if spread.std is None else f" ± {100 * spread.std:.2f}"
    return f"{100 * spread.mean:.2f}{deviation} % ({spread.n})"
