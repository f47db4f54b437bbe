"""What tests of backends in the cloud share: a stand-in provider, and a backend that knows only its address."""

from dataclasses import dataclass
from typing import Any

from core.backends.cloud.backend import CloudBackend
from core.backends.open import open_backends
from core.runs.files import RUNS
from core.runs.store import RunStore
from core.settings import build_settings
from core.storage.local import LocalStorage
from tests.cloud.cloudrun import CloudRunServer
from tests.cloud.compute import ComputeServer
from tests.cloud.machines import Machines
from tests.cloud.vertex import VertexServer
from tests.rigs import FAKE_CONFIG, Rig

SERVERS = {"vertex": VertexServer, "cloudrun": CloudRunServer, "compute": ComputeServer}


class TickingRig(Rig):
    """One whose backend asks somebody else how jobs stand."""

    def tick(self):
        """What the app does now and then."""
        for record in self.store.list():
            self.backend.settle(RUNS + record.id)


@dataclass
class CloudRig(TickingRig):
    server: Any = None

    def end(self):
        super().end()
        self.server.close()


def cloud_settings(name, endpoint, **settings):
    """Settings of a provider at this address, with all that it needs."""
    needed = {"project": "wikics-tests", "image": "wikics", f"{name}_endpoint": endpoint}
    return build_settings(**needed | settings)


def cloud_rig(name, home, *, machines=None, environment=None, config=FAKE_CONFIG, storage=None, **settings):
    storage = storage or LocalStorage(home)
    server = SERVERS[name](machines or Machines())
    backend = open_backends(cloud_settings(name, server.endpoint, home=home, **settings), storage).open(name)
    assert isinstance(backend, CloudBackend)
    return CloudRig(backend, RunStore(storage), config, (environment or {}) | {"backend": name}, server)
