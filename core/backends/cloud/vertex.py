"""Vertex AI: an order is a CustomJob of one machine."""

from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from typing import Any, Final

from google.cloud import aiplatform_v1 as vertex
from google.cloud.aiplatform_v1.services.job_service.transports import JobServiceGrpcTransport

from core.backends.cloud.base import Machine, Order, Phase, Sight
from core.backends.cloud.calls import CALL, answers_of, open_channel
from core.errors import RefusedError

TITLE: Final = "Vertex AI"
ROLE: Final = "roles/aiplatform.user"
CONSOLE: Final = "https://console.cloud.google.com/vertex-ai/locations/{region}/training/{job}?project={project}"
PHASES: Final[Mapping[str, Phase]] = {
    "JOB_STATE_RUNNING": "running",
    "JOB_STATE_UPDATING": "running",
    "JOB_STATE_CANCELLING": "running",
    "JOB_STATE_SUCCEEDED": "succeeded",
    "JOB_STATE_PARTIALLY_SUCCEEDED": "succeeded",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_EXPIRED": "failed",
    "JOB_STATE_CANCELLED": "cancelled",
}


def open_client(client: Any, transport: Any, machine: Machine) -> Any:
    """A client of one of its services, where the machines are rented."""
    if machine.is_local:
        return client(transport=transport(channel=open_channel(machine.endpoint)))
    endpoint = machine.endpoint or f"{machine.region}-aiplatform.googleapis.com"
    return client(client_options={"api_endpoint": endpoint})


class VertexLauncher:
    """CustomJobs of one project and region; see `core.backends.cloud.base.Launcher`."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._parent = f"projects/{machine.project}/locations/{machine.region}"
        self._opening = Lock()

    def launch(self, order: Order) -> str:
        job = self._build(order)
        with self._answers():
            known = self._client.list_custom_jobs(
                {"parent": self._parent, "filter": f'display_name="{order.label}"'}, **CALL
            )
            found = next((one for one in known if one.display_name == order.label), None)
            found = found or self._client.create_custom_job({"parent": self._parent, "custom_job": job}, **CALL)
        return str(found.name)

    def plan(self, order: Order) -> dict[str, Any]:
        plain: dict[str, Any] = vertex.CustomJob.to_dict(self._build(order), use_integers_for_enums=False)
        return {"parent": self._parent, "display_name": plain["display_name"], "job_spec": plain["job_spec"]}

    def look(self, name: str) -> Sight:
        with self._answers():
            job = self._client.get_custom_job({"name": name}, **CALL)
        state = job.state.name
        url = CONSOLE.format(region=self._machine.region, job=name.rpartition("/")[2], project=self._machine.project)
        return Sight(PHASES.get(state, "waiting"), state, " ".join(job.error.message.split()), url)

    def cancel(self, name: str) -> None:
        with self._answers():
            self._client.cancel_custom_job({"name": name}, **CALL)

    @cached_property
    def _client(self) -> Any:
        with self._opening:
            return open_client(vertex.JobServiceClient, JobServiceGrpcTransport, self._machine)

    def _answers(self) -> Any:
        return answers_of(TITLE, role=ROLE, where=f"{self._machine.project}, {self._machine.region}")

    def _build(self, order: Order) -> Any:
        machine: dict[str, Any] = {"machine_type": self._machine.machine}
        if self._machine.accelerator:
            machine |= {"accelerator_type": self._find_accelerator(), "accelerator_count": 1}
        container = {
            "image_uri": self._machine.image,
            "command": list(order.command),
            "env": [{"name": name, "value": value} for name, value in order.environment.items()],
        }
        pool = {"machine_spec": machine, "replica_count": 1, "container_spec": container}
        # A machine that is taken back is not given again by itself: a run goes on when it is resumed.
        scheduling = {"disable_retries": True, "strategy": "SPOT" if self._machine.spot else "STANDARD"}
        spec = {"worker_pool_specs": [pool], "scheduling": scheduling, "service_account": self._machine.service_account}
        return vertex.CustomJob({"display_name": order.label, "job_spec": spec, "labels": {"app": "wikics"}})

    def _find_accelerator(self) -> Any:
        """What Vertex AI calls it. Raises RefusedError."""
        name = self._machine.accelerator.upper().replace("-", "_")
        known = vertex.AcceleratorType.__members__
        found = known.get(name) or known.get(name.replace("NVIDIA_", "NVIDIA_TESLA_"))
        if found is None:
            some = ", ".join(each.lower().replace("_", "-") for each in known if each.startswith("NVIDIA"))
            raise RefusedError(f"WIKICS_ACCELERATOR is {self._machine.accelerator!r}: {TITLE} has {some}")
        return found
