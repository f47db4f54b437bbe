"""Ray as a provider: an order is an actor that bears its label, and a place is a share of the cluster's machines."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from core.backends.base import Place
from core.backends.cloud.base import Order, Sight
from core.backends.device import count_gpus, describe_machine
from core.backends.local.backend import KEEP_MEMORY
from core.backends.ray.cluster import Cluster
from core.early import count_cpus
from core.storage.base import Storage
from core.storage.local import LocalStorage

TITLE: Final = "Ray"
MAX_JOBS: Final = 1000  # a cluster may grow
NO_RAY: Final = "ray is not installed: pip install -c constraints.txt -e '.[ray]'"


@dataclass(frozen=True)
class Share:
    """What a run takes of a cluster: processors, and of a GPU so much that the rest is for others."""

    cpus: float
    gpus: float

    def count_fitting(self, num_cpus: int, num_gpus: int) -> int:
        """How many of it a machine has at the same time, 0 where its GPUs do not do; a part of a GPU lies on one."""
        fitting = max(1, int(num_cpus / self.cpus))
        if not self.gpus:
            return fitting
        on_gpus = num_gpus * int(1 / self.gpus) if self.gpus < 1 else int(num_gpus / self.gpus)
        return min(fitting, on_gpus)

    def __str__(self) -> str:
        return f"{self.cpus:g} CPU, {self.gpus:g} GPU" if self.gpus else f"{self.cpus:g} CPU"


class RayLauncher:
    """A cluster; see `core.backends.cloud.base.Launcher`."""

    def __init__(self, cluster: Cluster, share: Share, prepare: str | None = None) -> None:
        """prepare: `module:function` that trains instead of what the job says."""
        self._cluster, self._share, self._prepare = cluster, share, prepare

    def launch(self, order: Order) -> str:
        """An actor is named by its order's label, behind which stands its id."""
        actor_id = self._cluster.ask("launch", start=True, **self.plan(order), prepare=self._prepare)
        return f"{order.label}/{actor_id}"

    def plan(self, order: Order) -> dict[str, Any]:
        environment = dict(order.environment) if self._cluster.is_ours else {**KEEP_MEMORY, **order.environment}
        return {
            "label": order.label,
            "address": order.command[-1],
            "cpus": self._share.cpus,
            "gpus": self._share.gpus,
            "environment": environment,
        }

    def look(self, name: str) -> Sight:
        return Sight(**self._cluster.ask("look", actor_id=name.partition("/")[2]))

    def cancel(self, name: str) -> None:
        self._cluster.ask("cancel", label=name.partition("/")[0])


@dataclass(frozen=True)
class RayProvider:
    """See `core.backends.cloud.provider.Provides`."""

    address: str  # HOST:PORT; empty for a cluster that is started here
    share: Share
    open_cluster: Callable[[], Cluster]
    prepare: str | None = None  # see `RayLauncher`
    title: str = TITLE

    def open_launcher(self) -> RayLauncher:
        return RayLauncher(self.open_cluster(), self.share, self.prepare)

    def describe_place(self, storage: Storage) -> Place:
        """The cluster, and what is missing to reach it; it is not asked."""
        missing = [] if find_spec("ray") else [NO_RAY]
        if isinstance(storage, LocalStorage) and self.address.partition(":")[0] not in ("", "127.0.0.1", "localhost"):
            missing.append(
                "WIKICS_BUCKET is not set: name gs://NAME/PREFIX, which every machine of the cluster reaches"
            )
        where = f"the cluster at {self.address}" if self.address else describe_machine()
        fitting = MAX_JOBS if self.address else self.share.count_fitting(count_cpus(), count_gpus())
        if not fitting:
            missing.append(
                f"WIKICS_RAY_GPUS is {self.share.gpus:g}, and {count_gpus()} of NVIDIA's GPUs are here, which Ray "
                "shares: set it to as many, to a part of one, or to 0"
            )
        return Place(TITLE, f"{where}; {self.share} a run", max(1, fitting), missing=tuple(missing), spreads=True)
