"""Processes of this machine that train one run together: this one, of rank 0, and those that it starts."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from threading import Thread
from typing import Any, Final

import torch
from lightning.fabric.plugins.environments.cluster_environment import ClusterEnvironment
from torch import distributed
from torch.distributed import TCPStore  # type: ignore[attr-defined]

from core.errors import TrainingError, WikicsError
from core.training.device import DeviceName

HERE: Final = "127.0.0.1"
POLL_SECONDS: Final = 0.05
END_SECONDS: Final = 5.0  # for a process that failed to end: closing its connections is the first that it does
WAIT: Final = timedelta(hours=2)  # the others wait for as long as an evaluation takes


class Rank(ClusterEnvironment):
    """One process of a group, as Lightning is told of it: the processes are there already, all on this machine.

    Lightning's own launchers would run this program's command line once more in every process, with its
    locks and its state of the run, or move rank 0 out of the process that holds them.
    """

    def __init__(self, rank: int, size: int, port: int) -> None:
        super().__init__()
        self.rank, self.size, self.port = rank, size, port

    @property
    def creates_processes_externally(self) -> bool:
        return True

    @property
    def main_address(self) -> str:
        return HERE

    @property
    def main_port(self) -> int:
        return self.port

    @staticmethod
    def detect() -> bool:
        return False

    def world_size(self) -> int:
        return self.size

    def set_world_size(self, size: int) -> None:
        pass

    def global_rank(self) -> int:
        return self.rank

    def set_global_rank(self, rank: int) -> None:
        pass

    def local_rank(self) -> int:
        return self.rank

    def node_rank(self) -> int:
        return 0


Work = Callable[..., None]  # work(rank, *arguments), called in every process but this one


@contextmanager
def start_group(size: int, device: DeviceName, work: Work, *arguments: Any) -> Iterator[Rank]:
    """Starts size - 1 processes that each `work(rank, *arguments)`, and joins them as rank 0 while the block runs.

    work: a function of a module; it and its arguments are pickled. The processors are shared out among all.
    When the block ends, so does every process, whatever it still does: what is worth keeping, rank 0 keeps.
    When this process is killed, they end too.
    Raises TrainingError when one of them fails.
    """
    num_threads = torch.get_num_threads()
    share = max(1, num_threads // size)
    store = TCPStore(HERE, 0, size, is_master=True, wait_for_workers=False, timeout=WAIT)
    context = multiprocessing.get_context("spawn")  # a fork would copy torch's threads half
    others = [
        context.Process(target=_work, args=(Rank(rank, size, store.port), device, share, work, arguments), daemon=True)
        for rank in range(1, size)
    ]
    try:
        _start_tracker()
        for process in others:
            process.start()
        torch.set_num_threads(share)
        _wait_until_ready(store, others)
        _join(store, Rank(0, size, store.port), device)
        yield Rank(0, size, store.port)
    except Exception as error:
        # Torch raises RuntimeError when a process of the group is gone; before that a sum cut short may be no number.
        is_torch = isinstance(error, RuntimeError) and not isinstance(error, WikicsError)
        if failed := _find_failed(others, timeout_seconds=END_SECONDS if is_torch else 0.0):
            raise _failure(failed) from error
        raise
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()
        for process in others:
            if process.pid is not None:
                process.kill()  # SIGTERM is blocked where a run trains
                process.join()
        torch.set_num_threads(num_threads)


def _start_tracker() -> None:
    """Starts what multiprocessing would start with the first process, and takes back what it does to the signals.

    It unblocks SIGTERM, which would then reach Lightning's handler instead of the trainer that waits for it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wait_until_ready(store: TCPStore, others: list[SpawnProcess]) -> None:
    keys = [_ready_key(rank) for rank in range(1, len(others) + 1)]
    while not store.check(keys):
        if failed := [process for process in others if process.exitcode is not None]:
            raise _failure(failed[0])
        time.sleep(POLL_SECONDS)


def _find_failed(others: list[SpawnProcess], *, timeout_seconds: float) -> SpawnProcess | None:
    ended = wait([process.sentinel for process in others if process.pid is not None], timeout=timeout_seconds)
    for process in others:
        if process.pid is not None and process.sentinel in ended:
            process.join(END_SECONDS)  # what tells of its end closes a moment before the exit code is there
    return next((process for process in others if process.exitcode not in (None, 0)), None)


def _failure(process: SpawnProcess) -> TrainingError:
    return TrainingError(
        f"a process that trained beside this one ended with exit code {process.exitcode}: "
        "the log tells why; set devices=1, or free some memory and resume the run"
    )


def _ready_key(rank: int) -> str:
    return f"ready {rank}"


def _join(store: TCPStore, rank: Rank, device: DeviceName) -> None:
    backend = "nccl" if device == "cuda" else "gloo"
    distributed.init_process_group(backend, store=store, rank=rank.rank, world_size=rank.size, timeout=WAIT)


def _work(rank: Rank, device: DeviceName, num_threads: int, work: Work, arguments: tuple[Any, ...]) -> None:
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    torch.set_num_threads(num_threads)
    store = TCPStore(HERE, rank.port, rank.size, is_master=False, timeout=WAIT)
    store.set(_ready_key(rank.rank), "")
    _join(store, rank, device)
    try:
        work(rank, *arguments)
    finally:
        distributed.destroy_process_group()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)  # the main thread may wait for a process that is gone
