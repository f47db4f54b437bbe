"""`wikics graph`: fetch, verify and describe a graph."""

from dataclasses import asdict
from typing import Annotated

import typer

from core.cli import console
from core.cli.console import open_graph, out, write_table
from core.cli.options import GraphOption, JsonOption, print_json
from core.graph.graph import UNLABELLED

graph_app = typer.Typer(add_completion=False)


@graph_app.command()
def graph(
    graph: GraphOption = None,
    digest: Annotated[
        str | None, typer.Option(metavar="D", help="The digest that its stored file must have; any other is an error.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch a graph, verify it and describe it."""
    explorer = console.open_explorer()
    if digest is not None and graph is not None and graph in {each.id for each in explorer.graphs.list()}:
        explorer.graphs.verify(graph, digest)  # before it is loaded, since what has changed may then be made anew
    elif digest is not None:
        explorer.graphs.verify(open_graph(explorer, graph), digest)
    description = explorer.graphs.describe(open_graph(explorer, graph))
    if as_json:
        print_json(asdict(description))
        return
    summary, statistics = description.graph, description.statistics
    out.print(f"{summary.name} ({summary.id}): {summary.source}")
    for notice in summary.notices:
        out.print(notice)
    homophily = "-" if statistics.homophily is None else f"{statistics.homophily:.2f}"
    out.print(
        f"{statistics.num_articles:,} articles, {statistics.num_features:,} features, "
        f"{statistics.num_links:,} directed links in {statistics.num_pairs:,} linked pairs, "
        f"median degree {statistics.degree_median:.0f}, homophily {homophily}"
    )
    sizes = [*zip(statistics.class_names, statistics.class_sizes, strict=True)]
    if statistics.num_unlabelled:
        sizes.append((UNLABELLED, statistics.num_unlabelled))
    write_table(("category", "articles"), [[name, f"{size:,}"] for name, size in sizes], least={})
