"""The backends that the settings know, each opened when it is first asked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from core.backends.base import Backend
from core.backends.cloud.base import Launcher, Machine
from core.backends.cloud.provider import Provider, Provides
from core.backends.known import Backends
from core.backends.local.backend import LocalBackend
from core.settings import BackendName, Settings
from core.storage.base import Storage

if TYPE_CHECKING:
    from core.backends.cloud.registry import ModelRegistry

CLOUD_RUN_GPU: Final = "nvidia-l4"  # the job there says it: of the GPUs it has this is the small one


def open_backends(settings: Settings, storage: Storage) -> Backends:
    """What executes the jobs of a storage: `local`, and the providers."""
    makers: dict[str, Callable[[], Backend]] = {
        name: _make(maker, settings, storage) for name, maker in BACKENDS.items()
    }
    return Backends(storage, makers, default=settings.backend)


def _make(maker: "_Maker", settings: Settings, storage: Storage) -> Callable[[], Backend]:
    return lambda: maker(settings, storage)


def _open_local(settings: Settings, storage: Storage) -> Backend:
    return LocalBackend(settings.home_folder, max_runs=settings.max_runs, storage=storage)


def open_registry(settings: Settings) -> "ModelRegistry":
    """Vertex AI's model registry, where its machines are rented; loads its library."""
    from core.backends.cloud.registry import ModelRegistry

    return ModelRegistry(_build_machine(settings, endpoint=settings.vertex_endpoint))


def _open_vertex(settings: Settings, storage: Storage) -> Backend:
    def load(machine: Machine) -> Launcher:
        from core.backends.cloud.vertex import VertexLauncher

        return VertexLauncher(machine)

    machine = _build_machine(settings, endpoint=settings.vertex_endpoint)
    needs = _need_project(settings) | _need_image(settings)
    return _open_cloud(storage, Provider("Vertex AI", "google.cloud.aiplatform_v1", machine, needs, load))


def _open_cloudrun(settings: Settings, storage: Storage) -> Backend:
    def load(machine: Machine) -> Launcher:
        from core.backends.cloud.cloudrun import CloudRunLauncher

        return CloudRunLauncher(machine)

    machine = _build_machine(settings, endpoint=settings.cloudrun_endpoint)
    machine = replace(machine, machine="cloudrun", accelerator=CLOUD_RUN_GPU, spot=False, job=settings.run_job)
    return _open_cloud(storage, Provider("Cloud Run", "google.cloud.run_v2", machine, _need_project(settings), load))


def _open_compute(settings: Settings, storage: Storage) -> Backend:
    def load(machine: Machine) -> Launcher:
        from core.backends.cloud.compute import ComputeLauncher

        return ComputeLauncher(machine)

    machine = _build_machine(settings, endpoint=settings.compute_endpoint)
    machine = replace(machine, zone=settings.zone or f"{settings.region}-a")
    needs = _need_project(settings) | _need_image(settings)
    return _open_cloud(storage, Provider("Compute Engine", "google.cloud.compute_v1", machine, needs, load))


def _open_cloud(storage: Storage, provider: Provides) -> Backend:
    from core.backends.cloud.backend import CloudBackend

    return CloudBackend(storage, provider)


def _need_project(settings: Settings) -> dict[str, str]:
    return {} if settings.project else {"WIKICS_PROJECT": "name the project at Google Cloud that pays"}


def _need_image(settings: Settings) -> dict[str, str]:
    return {} if settings.image else {"WIKICS_IMAGE": "name the image that trains, REGION-docker.pkg.dev/PROJECT/…"}


def _build_machine(settings: Settings, *, endpoint: str) -> Machine:
    return Machine(
        image=settings.image,
        project=settings.project,
        region=settings.region,
        machine=settings.machine,
        accelerator="" if settings.accelerator == "none" else settings.accelerator,
        service_account=settings.service_account,
        spot=settings.spot,
        endpoint=endpoint,
    )


def _open_ray(settings: Settings, storage: Storage) -> Backend:
    from core.backends.ray.cluster import open_cluster
    from core.backends.ray.launcher import RayProvider, Share

    address, share = settings.ray_address, Share(settings.ray_cpus, settings.ray_gpus)
    return _open_cloud(storage, RayProvider(address, share, lambda: open_cluster(address, settings.home_folder)))


_Maker = Callable[[Settings, Storage], Backend]
BACKENDS: Final[Mapping[BackendName, _Maker]] = {
    "local": _open_local,
    "vertex": _open_vertex,
    "cloudrun": _open_cloudrun,
    "compute": _open_compute,
    "ray": _open_ray,
}
