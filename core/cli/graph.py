"""`wikics graph`: fetch, verify and describe a graph."""

from dataclasses import asdict

from rich.table import Table

from core.cli import console
from core.cli.console import GraphOption, JsonOption, open_graph, out, print_json


def graph(graph: GraphOption = None, as_json: JsonOption = False) -> None:
    """Fetch a graph, verify it and describe it."""
    explorer = console.open_explorer()
    description = explorer.graphs.describe(open_graph(explorer, graph))
    if as_json:
        print_json(asdict(description))
        return
    summary, statistics = description.graph, description.statistics
    out.print(f"{summary.name} ({summary.id}): {summary.source}", markup=False)
    for notice in summary.notices:
        out.print(notice, markup=False)
    table = Table("category", "articles")
    for name, size in zip(statistics.class_names, statistics.class_sizes, strict=True):
        table.add_row(name, f"{size:,}")
    out.print(
        f"{statistics.num_articles:,} articles, {statistics.num_links:,} directed links, "
        f"median degree {statistics.degree_median:.0f}, homophily {statistics.homophily:.2f}"
    )
    out.print(table)
