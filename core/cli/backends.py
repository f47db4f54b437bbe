"""`wikics backends`: where runs can execute, what that costs to use, and what is missing for it."""

from dataclasses import asdict

import typer

from core.cli import console
from core.cli.console import out, write_table
from core.cli.options import JsonOption, print_json

backends_app = typer.Typer(add_completion=False)


@backends_app.command()
def backends(as_json: JsonOption = False) -> None:
    """Where runs can execute: machine, GPU and region of each place, and what it still lacks."""
    offers = console.open_explorer().places.list_offers()
    if as_json:
        print_json({"backends": [asdict(offer) for offer in offers]})
        return
    rows = [[offer.name, "yes" if offer.ready else "no", offer.place.name, offer.place.device] for offer in offers]
    write_table(("backend", "ready", "place", "device"), rows, least={0: max(len(offer.name) for offer in offers)})
    for offer in offers:
        for sentence in offer.missing:
            out.print(f"{offer.name}: {sentence}", soft_wrap=True)
