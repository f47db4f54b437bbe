"""`wikics predict`: articles' categories with their calibrated probabilities."""

from dataclasses import asdict
from typing import Annotated

import typer

from core.cli import console
from core.cli.console import err, write_table
from core.cli.options import JsonOption, print_json
from core.runs.names import LATEST
from core.runs.state import ACTIVE

predict_app = typer.Typer(add_completion=False)


@predict_app.command()
def predict(
    run: Annotated[
        str,
        typer.Option(
            "--run", metavar="R", help="A run's id, a unique prefix of it, or 'latest': the newest that has ended."
        ),
    ],
    article: Annotated[
        list[str] | None, typer.Option("--article", metavar="A", help="A title, or an index (#7 where 7 is a title).")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every article.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Predict articles' categories with their calibrated probabilities."""
    if bool(article) == all_:
        raise typer.BadParameter("name articles with --article, or take --all", param_hint="--article")
    explorer = console.open_explorer()
    if run == LATEST:  # what waits or trains, a sweep's trials say, is newer and predicts nothing
        run = next((record.id for record in explorer.runs.list() if record.state not in ACTIVE), run)
    answer = explorer.predictions.predict(run, None if all_ else article)
    if as_json:
        print_json(asdict(answer))
        return
    record = explorer.runs.read(answer.run)
    err.print(f"Run {record.id} on graph {record.graph}", soft_wrap=True)
    rows = [
        [str(row.index), row.title, row.label, row.pred, f"{100 * row.probs[row.pred]:.1f} %"]
        for row in answer.articles
    ]
    write_table(("article", "title", "category", "predicted", "probability"), rows, least={})
