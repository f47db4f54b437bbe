"""The backends that the settings know, each opened when it is first asked."""

from collections.abc import Callable, Mapping
from typing import Final

from core.backends.base import Backend
from core.backends.cloud.base import Launcher, Machine
from core.backends.cloud.provider import Provider
from core.backends.known import Backends
from core.backends.local.backend import LocalBackend
from core.settings import BackendName, Settings
from core.storage.base import Storage


def open_backends(settings: Settings, storage: Storage) -> Backends:
    """What executes the jobs of a storage: `local`, and the providers."""
    makers: dict[str, Callable[[], Backend]] = {
        name: _make(maker, settings, storage) for name, maker in BACKENDS.items()
    }
    return Backends(storage, makers, default=settings.backend)


def _make(maker: "_Maker", settings: Settings, storage: Storage) -> Callable[[], Backend]:
    return lambda: maker(settings, storage)


def _open_local(settings: Settings, _storage: Storage) -> Backend:
    return LocalBackend(settings.home_folder, max_runs=settings.max_runs)


def _open_vertex(settings: Settings, storage: Storage) -> Backend:
    def load(machine: Machine) -> Launcher:
        from core.backends.cloud.vertex import VertexLauncher

        return VertexLauncher(machine)

    machine = _build_machine(settings, settings.vertex_endpoint)
    provider = _build_provider("vertex", "Vertex AI", "google.cloud.aiplatform_v1", machine, load)
    return _open_cloud(storage, provider)


def _open_cloud(storage: Storage, provider: Provider) -> Backend:
    from core.backends.cloud.backend import CloudBackend

    return CloudBackend(storage, provider)


def _build_provider(
    name: BackendName, title: str, module: str, machine: Machine, load: Callable[[Machine], Launcher]
) -> Provider:
    from core.backends.cloud.account import Account

    needs = {
        "WIKICS_PROJECT": "" if machine.project else "name the project at Google Cloud that pays",
        "WIKICS_IMAGE": "" if machine.image else "name the image that trains, REGION-docker.pkg.dev/PROJECT/…",
    }
    wanted = {variable: what for variable, what in needs.items() if what}
    return Provider(name, title, module, machine, wanted, load, Account().find_missing)


def _build_machine(settings: Settings, endpoint: str) -> Machine:
    return Machine(
        image=settings.image,
        project=settings.project,
        region=settings.region,
        machine=settings.machine,
        accelerator=settings.accelerator,
        service_account=settings.service_account,
        spot=settings.spot,
        endpoint=endpoint,
    )


_Maker = Callable[[Settings, Storage], Backend]
BACKENDS: Final[Mapping[BackendName, _Maker]] = {"local": _open_local, "vertex": _open_vertex}
