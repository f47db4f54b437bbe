"""What this machine could do at best, and how much of it a piece of code uses."""

import ctypes
import time
from dataclasses import dataclass

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4  # from glibc's malloc.h
DENSE = ("aten::mm", "aten::addmm")
SPARSE = ("aten::_embedding_bag", "aten::_embedding_bag_forward_only", "aten::sampled_addmm")


def keep_memory():
    """Tells this process's allocator to keep what is freed, as trainers are started. False where it is not glibc's."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    # glibc refuses a threshold for mmap as large as PyG's messages; none at all comes to the same.
    return all(mallopt(*option) for option in ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, 2**31 - 1), (M_TOP_PAD, 2**26)))


def best_seconds(function, repeats=5):
    """The shortest of a few runs, after one to warm up."""
    function()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        function()
        times.append(time.perf_counter() - began)
    return min(times)


def measure_bandwidth():
    """Bytes a second of a copy that no cache holds, read and written ones together."""
    source = torch.ones(64 * 2**20)
    target = torch.empty_like(source)
    return 2 * source.nbytes / best_seconds(lambda: target.copy_(source))


def measure_matmul(n=2048):
    """Floating-point operations a second of a square product in float32."""
    a, b = torch.randn(n, n), torch.randn(n, n)
    return 2 * n**3 / best_seconds(lambda: a @ b)


@dataclass(frozen=True)
class Usage:
    """What one call did: seconds in dense and in sparse products, operations and bytes of those."""

    seconds: float
    dense_seconds: float
    sparse_seconds: float
    dense_flops: float
    sparse_bytes: float


def measure_usage(function):
    """Profiles one call of `function`. A gathered row counts as read from memory, though caches hold some."""
    with FlopCounterMode(display=False) as counter:
        function()
    dense_flops = sum(
        value for name, value in counter.get_flop_counts()["Global"].items() if str(name) in ("aten.mm", "aten.addmm")
    )
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as trace:
        began = time.perf_counter()
        function()
        seconds = time.perf_counter() - began
    dense_time, sparse_time, sparse_bytes = 0.0, 0.0, 0.0
    for event in trace.events():
        if event.name in DENSE:
            dense_time += event.self_cpu_time_total / 1e6
        if event.name in SPARSE:
            sparse_time += event.cpu_time_total / 1e6
            sparse_bytes += count_bytes(event)
    return Usage(seconds, dense_time, sparse_time, dense_flops, sparse_bytes)


def count_bytes(event):
    """What a sparse product reads and writes: for every stored weight a row, an index and a weight."""
    if event.name == "aten::sampled_addmm":
        (rows, columns), (_, width) = event.input_shapes[0], event.input_shapes[1]
        return 4 * width * (rows + columns)  # its links are not among the shapes: counted as if rows were read once
    (_, width), (links,), (offsets,) = event.input_shapes[:3]
    return links * (4 * width + 8) + offsets * 4 * width
