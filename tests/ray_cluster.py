"""A Ray cluster for tests, and a backend on it whose training is fake."""

import signal
from contextlib import contextmanager

import psutil

from core.backends.cloud.backend import CloudBackend
from core.backends.ray.cluster import Cluster
from core.backends.ray.launcher import RayProvider, Share
from core.early import count_cpus
from core.runs.store import RunStore
from core.storage.local import LocalStorage
from tests.cloud.rigs import TickingRig
from tests.rigs import FAKE_CONFIG


@contextmanager
def cluster_running(home):
    """The cluster of a home; nothing of it is left."""
    cluster = Cluster("", home)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()
        heads = [
            child
            for child in psutil.Process().children()
            if "core.backends.ray.head" in child.cmdline() and str(cluster.folder) in child.cmdline()
        ]
        for head in heads:
            head.send_signal(signal.SIGTERM)
        psutil.wait_procs(heads, timeout=30)


class RayRig(TickingRig):
    """Waits for longer: each job begins with a new process of Ray."""

    def wait_for(self, run_id, *states, seconds=60):
        return super().wait_for(run_id, *states, seconds=max(seconds, 60))

    def wait_for_epoch(self, run_id, epoch, *, seconds=60):
        return super().wait_for_epoch(run_id, epoch, seconds=seconds)

    def wait_until(self, is_so, *, seconds=60):
        return super().wait_until(is_so, seconds=seconds)


def ray_rig(home, cluster, *, cpus=None, prepare="tests.fake_waiter:prepare", config=FAKE_CONFIG, environment=None):
    """By default a run takes every processor, so that the next one waits."""
    provider = RayProvider("", Share(cpus or count_cpus(), 0.0), lambda: cluster, prepare)
    storage = LocalStorage(home)
    backend = CloudBackend(storage, provider)
    return RayRig(backend, RunStore(storage), config, (environment or {}) | {"backend": "ray"})
