"""How long the first map of a large graph takes: `python -m tests.bench.layout [--sizes 40000,100000]`.

Places graphs of `tests.bench.scale` as large ones are placed and as small ones are, one after the other in one process.
Prints a Markdown table: seconds, and seconds of the processor, which other work on the machine changes less.
"""

import argparse
import time
from unittest import mock

from core.graph.layout import MANY, compute_layout
from tests.bench.scale import build_scale_graph


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="40000,100000", help="numbers of articles")
    print("| articles | placed as | s | s of the processor |")
    print("|---:|---|---:|---:|", flush=True)
    for num_nodes in map(int, parser.parse_args().sizes.split(",")):
        graph = build_scale_graph(num_nodes)
        assert graph.undirected.nnz > 0  # made once, before the clock runs
        for name, many in (("large", min(MANY, num_nodes - 1)), ("small", num_nodes)):
            with mock.patch("core.graph.layout.MANY", many):
                began, used = time.perf_counter(), time.process_time()
                compute_layout(graph)
                seconds, processor = time.perf_counter() - began, time.process_time() - used
            print(f"| {num_nodes:,} | {name} | {seconds:.1f} | {processor:.1f} |", flush=True)


if __name__ == "__main__":
    main()
