"""Which way to compute a sparse product: by measurement, since on a GPU it depends on matrix, width and version."""

import statistics
import time
import warnings
from collections.abc import Callable
from typing import Final, Literal

import torch
from torch import Tensor

from core.models.ops.adjacency import Adjacency
from core.models.ops.rows import CompressedRows

KernelName = Literal["bag", "columns", "csr", "edges"]

# 2 MB of float32 a thousand articles: so many columns of a WikiCS-sized x stay in a large GPU's cache.
COLUMNS: Final = 512
REPEATS: Final = 5


class KernelRows(CompressedRows):
    """The same matrix [N, N], multiplied by a kernel of one's choice.

    bag: `embedding_bag` over all columns at once. columns: the same over `COLUMNS` at a time.
    csr: torch's own sparse matrices. edges: link by link, which takes E times the width in memory.
    """

    def __init__(self, rows: CompressedRows, kernel: KernelName) -> None:
        super().__init__(rows.offsets, rows.indices, rows.weights, rows.shape)
        self.kernel = kernel
        self._rows: Tensor | None = None
        self._csr: Tensor | None = None

    def matmul(self, x: Tensor) -> Tensor:
        if self.kernel == "bag":
            return super().matmul(x)
        if self.kernel == "columns":
            return torch.cat([super(KernelRows, self).matmul(part) for part in torch.split(x, COLUMNS, dim=1)], dim=1)
        return self.csr @ x if self.kernel == "csr" else self.matmul_edges(x)

    @property
    def rows(self) -> Tensor:
        # Kept, because making it waits for the GPU.
        if self._rows is None or self._rows.device != self.indices.device:
            self._rows = super().rows
        return self._rows

    @property
    def csr(self) -> Tensor:
        """The matrix as torch's own."""
        if self._csr is None or self._csr.device != self.indices.device:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")
                self._csr = torch.sparse_csr_tensor(
                    self.offsets, self.indices, self.weights, self.shape, check_invariants=False
                )
        return self._csr


def use_sparse_kernel(adjacency: Adjacency, kernel: KernelName) -> None:
    """From now on `adjacency` multiplies by this kernel."""
    is_symmetric = adjacency.transposed is adjacency.matrix
    adjacency.matrix = KernelRows(adjacency.matrix, kernel)
    adjacency.transposed = adjacency.matrix if is_symmetric else KernelRows(adjacency.transposed, kernel)


def choose_sparse_kernel(adjacency: Adjacency, width: int) -> KernelName:
    """The kernel that multiplies `adjacency` by x [N, width] fastest where it lies now.

    One that fails (for want of memory, or on this device), or gives another product, is not chosen.
    """
    device = adjacency.matrix.indices.device
    x = torch.randn(len(adjacency.matrix.offsets) - 1, width, device=device)
    expected = adjacency.matrix.matmul(x)
    seconds: dict[KernelName, float] = {}
    kernels: tuple[KernelName, ...] = ("bag", "columns", "csr", "edges") if width > COLUMNS else ("bag", "csr", "edges")
    for kernel in kernels:
        rows = KernelRows(adjacency.matrix, kernel)
        try:
            if torch.allclose(rows.matmul(x), expected, rtol=1e-4, atol=1e-4):
                seconds[kernel] = measure_seconds(lambda rows=rows: rows.matmul(x), device)  # type: ignore[misc]
        except RuntimeError:  # OutOfMemoryError is one
            continue
    if device.type == "cuda":
        torch.cuda.empty_cache()  # what the losers took
    return min(seconds, key=seconds.__getitem__, default="bag")


def measure_seconds(call: Callable[[], object], device: torch.device) -> float:
    """Median seconds of a call that was made once before."""
    times = []
    for _ in range(REPEATS):
        wait_for(device)
        began_at = time.perf_counter()
        call()
        wait_for(device)
        times.append(time.perf_counter() - began_at)
    return statistics.median(times)


def wait_for(device: torch.device) -> None:
    """Returns when the device has done all it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
