"""Histograms of a run as a terminal shows them."""

from collections.abc import Sequence
from typing import Final

from core.cli.console import err, out, write_table
from core.runs.histograms import HistogramHistory

BLOCKS: Final = " ▁▂▃▄▅▆▇█"
WIDTH: Final = 20  # bars of a tensor, each of as many bins as it takes


def write_histograms(found: HistogramHistory) -> None:
    """A line a tensor, of the last epoch that is kept; and what of the file is damaged."""
    if found.damage:
        err.print(found.damage, soft_wrap=True)
    if not found.epochs:
        err.print(f"run {found.run} keeps no histograms: train one with histogram_every above 0", soft_wrap=True)
        return
    last = found.epochs[-1]
    rows = [
        [each.tensor, f"{each.low:.4g}", draw_bars(each.counts), f"{each.high:.4g}", str(each.nan + each.inf)]
        for each in last.histograms
    ]
    out.print(f"Epoch {last.epoch:,}, of {len(found.epochs):,} that are kept:")
    write_table(("tensor", "from", "values", "to", "not finite"), rows, least={2: WIDTH})
    if last.left_out:
        err.print(f"{last.left_out:,} more tensors are not kept.", soft_wrap=True)


def draw_bars(counts: Sequence[int]) -> str:
    """Counts as a row of blocks, the highest full; any value at all is seen."""
    share = -(-len(counts) // WIDTH)
    sums = [sum(counts[start : start + share]) for start in range(0, len(counts), share)]
    most = max(sums, default=0) or 1
    return "".join(BLOCKS[-(-count * (len(BLOCKS) - 1) // most)] for count in sums)
