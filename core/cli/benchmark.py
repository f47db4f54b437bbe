"""`wikics benchmark`: one config over splits and seeds, kept as it goes on, and compared with another."""

import shlex
import sys
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from core.app.explorer import Explorer
from core.cli import console
from core.cli.console import err, open_graph_to_train, out, parse_overrides, write_table
from core.cli.options import BackendOption, GraphOption, JsonOption, print_json
from core.cli.train import field_help
from core.errors import ConfigError, TrainingError
from core.evaluation.leaderboard import BenchmarkDifference, BenchmarkSummary
from core.graph.graph import Graph
from core.runs.state import ACTIVE

INTERRUPTED = 130  # the shell's exit code for Ctrl-C

POLL_SECONDS = 0.2
RECOVER_SECONDS = 5.0  # how often the provider of benchmarks elsewhere is asked

Pairs = list[tuple[int, int]]


def parse_splits(text: str, graph: Graph) -> list[int]:
    """`0-19`, `0,3,5` or `4` as splits of the graph, in order. Raises ConfigError."""
    splits: set[int] = set()
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ConfigError(f"--splits {text!r} names no splits: write a range 0-19, a list 0,3,5 or one split 0")
        low, high = int(first), int(last or first)
        if high < low:
            raise ConfigError(f"--splits {text!r} runs backwards: write {high}-{low}")
        graph.check_split(low)
        graph.check_split(high)
        splits.update(range(low, high + 1))
    return sorted(splits)


benchmark_app = typer.Typer(add_completion=False)


@benchmark_app.command(epilog=field_help())
def benchmark(
    graph: GraphOption = None,
    preset: Annotated[str, typer.Option(metavar="P", help="Preset to measure.")] = "gcn",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="k=v", help="One field that differs, in the preset of --against too."),
    ] = None,
    splits: Annotated[
        str | None, typer.Option(metavar="S", help="Splits: 0-19, 0,3,5 or 0; without it every split.")
    ] = None,
    seeds: Annotated[int, typer.Option(metavar="K", min=1, max=1000, help="Seeds a split: 0 to K-1.")] = 1,
    backend: BackendOption = None,
    workers: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="Runs that train at the same time, where --backend can.")
    ] = 1,
    against: Annotated[
        str | None,
        typer.Option(metavar="P2", help="Second preset, measured alike, or the id of a benchmark, taken as it is."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a preset over splits and seeds. Each result is kept; the same command goes on where it was cut off."""
    explorer = console.open_explorer()
    overrides = parse_overrides(set_ or [])
    for name, option in {"split": "--splits", "seed": "--seeds", "preset": "--preset", "graph": "--graph"}.items():
        if name in overrides:
            raise ConfigError(f"--set {name}={overrides[name]} does not go with a benchmark: use {option}")
    named = [preset] if against is None or explorer.benchmarks.exists(against) else [preset, against]
    for name in named:
        explorer.configs.check_fields(name, overrides)  # before a graph is fetched, and told of
    graph_id = open_graph_to_train(explorer, graph)
    loaded = explorer.graphs.load(graph_id)
    chosen = range(loaded.num_splits) if splits is None else parse_splits(splits, loaded)
    pairs = [(split, seed) for seed in range(seeds) for split in chosen]
    configs = [explorer.configs.build(name, overrides, graph=graph_id) for name in named]  # wrong ones are said first
    ids = [explorer.benchmarks.submit(config, pairs, backend=backend, workers=workers) for config in configs]
    for id_ in ids:
        _follow(explorer, id_, pairs)
    if against is not None and len(ids) == 1:
        ids.append(against)
    summaries = [explorer.benchmarks.read(id_, pairs) for id_ in ids]
    difference = explorer.benchmarks.compare(ids[0], ids[1], pairs) if len(ids) == 2 else None
    if as_json:
        print_json(asdict(summaries[0]) | {"difference": asdict(difference) if difference else None})
    else:
        _write_table(summaries, difference)


def _follow(explorer: Explorer, id_: str, pairs: Pairs) -> None:
    """Shows a benchmark's progress on stderr until it ends. Ctrl-C asks it to stop; a second one lets it go on alone.

    Raises TrainingError when it failed.
    """
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=err, transient=True) as bar:
        task = bar.add_task(id_, total=1.0)
        stop_asked, recovered_at = False, time.monotonic()
        while True:
            try:
                if time.monotonic() - recovered_at > RECOVER_SECONDS:  # the app, which does it too, need not be up
                    explorer.benchmarks.recover()
                    recovered_at = time.monotonic()
                job = explorer.benchmarks.read_job(id_, pairs)
                text = f"{job.preset} {job.done} of {job.total}"
                doing = job.message or (job.state if job.state != "running" else "")
                bar.update(task, description=f"{text}, {doing}" if doing else text, completed=job.fraction)
                if job.state not in ACTIVE and explorer.benchmarks.is_over(id_):
                    break
                time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                if stop_asked:
                    raise
                stop_asked = True
                explorer.benchmarks.stop(id_)
    if job.done == job.total:
        return
    if job.state in ("failed", "crashed"):
        raise TrainingError(f"{job.preset}: {job.message} ({job.done} of {job.total} runs are kept)")
    err.print(f"stopped: {job.done} of {job.total} runs of {job.preset} are kept; to go on:", soft_wrap=True)
    err.print(shlex.join(["wikics", *sys.argv[1:]]), soft_wrap=True)
    sys.exit(INTERRUPTED)


def _write_table(summaries: list[BenchmarkSummary], difference: BenchmarkDifference | None) -> None:
    out.print(f"Test accuracy (%) on {summaries[0].graph}")
    rows = {
        "mean": [f"{100 * summary.mean:.2f}" for summary in summaries],
        "standard deviation": ["-" if s.std is None else f"{100 * s.std:.2f} over {s.unit}" for s in summaries],
        f"95 % interval over articles and {summaries[0].unit}": [_span(summary.interval) for summary in summaries],
        f"95 % interval over {summaries[0].unit} alone": [_span(summary.interval_over_splits) for summary in summaries],
        "validation": [f"{100 * summary.val_mean:.2f}" for summary in summaries],
        "splits × seeds": [f"{summary.num_splits} × {summary.num_seeds}" for summary in summaries],
        "seconds an epoch": [f"{summary.seconds_per_epoch:.3g}" for summary in summaries],
        "seconds in all": [f"{summary.seconds:.0f}" for summary in summaries],
        "peak memory": [f"{summary.peak_memory_mb:.0f} MB" for summary in summaries],
        "device": [summary.device for summary in summaries],
        "commit": [summary.short_commit for summary in summaries],
        "id": [summary.id for summary in summaries],
    }
    headers = ("", *(summary.label for summary in summaries))
    ids = {place: len(summary.id) for place, summary in enumerate(summaries, start=1)}
    write_table(headers, [[name, *cells] for name, cells in rows.items()], least=ids)
    if difference:
        out.print(difference.sentence)


def _span(interval: tuple[float, float] | None) -> str:
    return "-" if interval is None else f"{100 * interval[0]:.2f} to {100 * interval[1]:.2f}"
