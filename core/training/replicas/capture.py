"""CUDA graphs: an epoch of fixed shapes, recorded once and replayed without Python."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import torch

WARM_UP_CALLS: Final = 3

log = logging.getLogger(__name__)


@contextmanager
def side_stream(device: str) -> Iterator[Any]:
    """On CUDA a stream of its own for the work inside, as recording it needs; elsewhere None."""
    if device != "cuda":
        yield None
        return
    outer, stream = torch.cuda.current_stream(), torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(outer)
    with torch.cuda.stream(stream):
        yield stream
    outer.wait_stream(stream)


def record_graph(step: Callable[[], None], stream: Any) -> Callable[[], None]:
    """What replays `step`, which is recorded here and not run. Raises RuntimeError where it cannot be recorded."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        step()
    return graph.replay


class CapturedStep:
    """Calls `step` a few times as it is, then as a recorded graph; on and on as it is where recording fails.

    step: reads and writes only tensors that stay where they are, and waits for nothing.
    """

    def __init__(
        self,
        step: Callable[[], None],
        stream: Any,
        record: Callable[[Callable[[], None], Any], Callable[[], None]] = record_graph,
    ) -> None:
        self.is_recorded = False
        self._step, self._stream, self._record = step, stream, record
        self._run = step
        self._num_calls = 0

    def __call__(self) -> None:
        # The first calls are real epochs, and let libraries and caches settle.
        if self._num_calls == WARM_UP_CALLS:
            try:
                self._run = self._record(self._step, self._stream)
                self.is_recorded = True
            except RuntimeError as error:
                log.warning("the epoch cannot be recorded as a CUDA graph, and runs without: %s", error)
        self._num_calls += 1
        self._run()
