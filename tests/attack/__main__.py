"""Attacks the app in every way that is known, and judges what it answers: `python -m tests.attack [--long]`.

The short form takes at most three minutes and is part of the tests; the long one is for before a release. Prints the
counts and each fault; the exit code is 1 where there is one.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from types import SimpleNamespace

from tests.attack.api import attack_api
from tests.attack.damage import attack_files
from tests.attack.judges import Verdict
from tests.attack.stops import attack_kills, attack_stops
from tests.attack.uploads import attack_uploads
from tests.attack.world import World
from tests.browser.homes import add_benchmarks
from tests.rigs import local_library


@dataclass(frozen=True)
class Form:
    """How much of each."""

    cases: int
    files: int
    uploads: int
    stops: int
    kills: int


SHORT = Form(cases=150, files=20, uploads=20, stops=2, kills=1)
LONG = Form(cases=5_000, files=500, uploads=200, stops=100, kills=20)


def attack(folder, form, *, seed, say=print):
    """All attacks on one process, and what was wrong. say: takes how far it is."""
    verdict = Verdict()
    with World(folder, verdict) as world:
        graphs = [world.add_graph(f"small{number}", 60, seed=number) for number in range(4)]
        trained = world.add_graph("trained", 300, seed=9)
        runs = [world.train(graphs[0], seed=number, epochs=5, patience=5) for number in range(2)]
        add_benchmarks(SimpleNamespace(folder=world.home, library=local_library(world.home)), graphs[0])
        benchmarks = [benchmark["id"] for benchmark in world.read("/benchmarks")["benchmarks"]]
        world.read(f"/graphs/{graphs[0]}/map")
        steps = {
            "stored files": lambda: attack_files(
                world, form.files, runs=runs, benchmarks=benchmarks, graphs=graphs, seed=seed, slow=form.files > 100
            ),
            "uploads": lambda: attack_uploads(world, form.uploads, seed=seed),
            "stops": lambda: attack_stops(world, form.stops, graph=trained, seed=seed),
            "kills": lambda: attack_kills(world, form.kills, graph=trained, seed=seed),
            "requests": lambda: attack_api(world, form.cases, known=_list_known(graphs, runs, benchmarks), seed=seed),
        }
        for name, step in steps.items():
            began = time.monotonic()
            try:
                step()
            except Exception as error:  # noqa: BLE001  # what could not be done is a fault, and the rest is done
                verdict.faults.append(f"{name}: {type(error).__name__}: {error}")
            say(f"{name}: {time.monotonic() - began:.0f} s, {len(verdict.faults)} faults so far")
    return verdict


def _list_known(graphs, runs, benchmarks):
    """Values that mean something, by the names of the parameters of paths."""
    known = {"g": [graphs[0], "twin"], "r": [runs[0], "latest"], "b": benchmarks[:2], "report": ["latest"]}
    return known | {"i": ["0", "Cache 5 of security"]}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument(
        "--long", action="store_true", help="5,000 requests, 500 files, 200 uploads, 100 stops, 20 kills"
    )
    parser.add_argument("--seed", type=int, default=13)
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        verdict = attack(folder, LONG if arguments.long else SHORT, seed=arguments.seed)
    for kind, count in sorted(verdict.counts.items()):
        print(f"{count:6} {kind}")
    for fault in verdict.faults:
        print(f"FAULT {fault}")
    print(f"{len(verdict.faults)} faults in {time.monotonic() - began:.0f} s")
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
