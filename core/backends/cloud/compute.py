"""Compute Engine: an order is a virtual machine that runs the image and deletes itself."""

import uuid
from contextlib import suppress
from functools import cached_property
from typing import Any, Final

from google.api_core.exceptions import Conflict
from google.auth.credentials import AnonymousCredentials
from google.cloud import compute_v1 as compute
from google.cloud.compute_v1.services.instances.transports import InstancesRestTransport
from google.cloud.compute_v1.services.zone_operations.transports import ZoneOperationsRestTransport

from core.backends.cloud import startup
from core.backends.cloud.base import Machine, Order, Phase, Sight
from core.backends.cloud.calls import CALL, answers_of
from core.errors import NotFoundError

TITLE: Final = "Compute Engine"
ROLE: Final = "roles/compute.instanceAdmin.v1, and roles/iam.serviceAccountUser on the machine's account"
CONSOLE: Final = (
    "https://console.cloud.google.com/compute/instancesDetail/zones/{zone}/instances/{name}?project={project}"
)
DISK_IMAGE: Final = "projects/cos-cloud/global/images/family/cos-stable"
DISK_GB: Final = 50  # the image with CUDA has 10
WITH_GPU: Final = ("g2-", "g4-", "a2-", "a3-", "a4-")  # kinds that have their GPU in them
PREEMPTED: Final = "compute.instances.preempted"
EXITED: Final = "EXITED"  # of the script: the machine is still there, and about to delete itself
WAITING: Final = ("PENDING", "PROVISIONING", "STAGING")


class ComputeLauncher:
    """Machines of one project and zone; see `core.backends.cloud.base.Launcher`."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._where = {"project": machine.project, "zone": machine.zone}

    def launch(self, order: Order) -> str:
        """A machine is named by its order's label, behind which stands the operation that makes it."""
        request = {**self._where, "instance_resource": self._build(order), "request_id": _identify(order.label)}
        operation = ""
        with self._answers(), suppress(Conflict):  # it is there
            operation = self._instances.insert_unary(request, **CALL).name
        return f"{order.label}/{operation}"

    def plan(self, order: Order) -> dict[str, Any]:
        plain: dict[str, Any] = compute.Instance.to_dict(self._build(order), use_integers_for_enums=False)
        return {name: value for name, value in plain.items() if value not in ("", [], {}, None)} | self._where

    def look(self, name: str) -> Sight:
        label, _, operation = name.partition("/")
        url = CONSOLE.format(name=label, **self._where)
        try:
            with self._answers():
                instance = self._instances.get({**self._where, "instance": label}, **CALL)
        except NotFoundError:
            return self._look_back(label, operation, url)
        phase: Phase = "waiting" if instance.status in WAITING else "running"
        said = self._read_attributes(label) if phase == "running" else {}
        if failure := said.get(startup.FAILURE):
            return Sight("failed", EXITED, failure, url)
        if code := said.get(startup.CODE):
            message = "" if code == "0" else f"the container exited with status {code}"
            return Sight("failed" if message else "succeeded", EXITED, message, url)
        return Sight(phase, instance.status, "", url)

    def cancel(self, name: str) -> None:
        with self._answers():
            self._instances.delete_unary({**self._where, "instance": name.partition("/")[0]}, **CALL)

    def _look_back(self, label: str, operation: str, url: str) -> Sight:
        """What became of a machine that is not there. Raises NotFoundError where nobody knows."""
        with self._answers():
            made = self._operations.get({**self._where, "operation": operation}, **CALL) if operation else None
            if made is not None and made.error.errors:
                first = made.error.errors[0]
                return Sight("failed", first.code, " ".join(first.message.split()), url)
            if made is not None and made.status != compute.Operation.Status.DONE:
                return Sight("waiting", "PENDING", "", url)
            wanted = {**self._where, "filter": f'operationType="{PREEMPTED}"'}
            for each in self._operations.list(wanted, **CALL):
                if each.target_link.endswith(f"/{label}"):
                    return Sight("failed", "PREEMPTED", "the machine was preempted", url)
        raise NotFoundError(f"{TITLE} has no machine {label!r} any more")

    def _read_attributes(self, label: str) -> dict[str, str]:
        """What the script has said."""
        with suppress(NotFoundError), self._answers():  # nothing yet
            request = {**self._where, "instance": label, "query_path": "wikics/"}
            found = self._instances.get_guest_attributes(request, **CALL)
            return {item.key: item.value for item in found.query_value.items}
        return {}

    @cached_property
    def _instances(self) -> Any:
        return compute.InstancesClient(transport=self._open(InstancesRestTransport))

    @cached_property
    def _operations(self) -> Any:
        return compute.ZoneOperationsClient(transport=self._open(ZoneOperationsRestTransport))

    def _open(self, transport: Any) -> Any:
        endpoint = self._machine.endpoint
        if self._machine.is_local:
            return transport(host=endpoint, url_scheme="http", credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
        return transport(host=endpoint) if endpoint else transport()

    def _answers(self) -> Any:
        return answers_of(TITLE, role=ROLE, where=f"{self._machine.project}, {self._machine.zone}")

    def _build(self, order: Order) -> Any:
        machine, here = self._machine, f"zones/{self._machine.zone}"
        environment = "\n".join(f"{name}={value}" for name, value in order.environment.items())
        metadata = {
            "startup-script": startup.SCRIPT,
            "enable-guest-attributes": "TRUE",
            startup.IMAGE: machine.image,
            startup.COMMAND: "\n".join(order.command),
            startup.ENVIRONMENT: environment,
            startup.GPU: "yes" if machine.accelerator else "no",
        }
        needs_gpu = machine.accelerator and not machine.machine.startswith(WITH_GPU)
        gpu = {"accelerator_type": f"{here}/acceleratorTypes/{machine.accelerator}", "accelerator_count": 1}
        scheduling: dict[str, Any] = {"on_host_maintenance": "TERMINATE", "automatic_restart": False}
        if machine.spot:
            scheduling |= {"provisioning_model": "SPOT", "instance_termination_action": "DELETE"}
        disk = {"source_image": DISK_IMAGE, "disk_size_gb": DISK_GB}
        scope = "https://www.googleapis.com/auth/cloud-platform"
        return compute.Instance(
            {
                "name": order.label,
                "machine_type": f"{here}/machineTypes/{machine.machine}",
                "guest_accelerators": [gpu] if needs_gpu else [],
                "scheduling": scheduling,
                "disks": [{"boot": True, "auto_delete": True, "initialize_params": disk}],
                "network_interfaces": [{"network": "global/networks/default", "access_configs": [{}]}],
                "service_accounts": [{"email": machine.service_account or "default", "scopes": [scope]}],
                "labels": {"app": "wikics"},
                "metadata": {"items": [{"key": key, "value": value} for key, value in metadata.items()]},
            }
        )


def _identify(label: str) -> str:
    """The same for the same order, so that one that is sent twice is carried out once."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, label))
