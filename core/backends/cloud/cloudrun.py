"""Cloud Run: an order is an execution of a job that exists there, with other arguments."""

from collections.abc import Mapping
from functools import cached_property
from itertools import islice
from typing import Any, Final

from google.cloud import run_v2 as run
from google.cloud.run_v2.services.executions.transports import ExecutionsGrpcTransport
from google.cloud.run_v2.services.jobs.transports import JobsGrpcTransport

from core.backends.cloud.base import Machine, Order, Phase, Sight
from core.backends.cloud.calls import CALL, answers_of, open_channel
from core.errors import NotFoundError, RefusedError

TITLE: Final = "Cloud Run"
ROLE: Final = "roles/run.developer"
CONSOLE: Final = "https://console.cloud.google.com/run/jobs/executions/details/{region}/{name}?project={project}"
LABEL: Final = "WIKICS_EXECUTION"  # variable in which an execution bears its order's label
# An L4 asks for so much beside it. A task is ended after ten minutes unless the job says otherwise; what is ended goes
# on when it is resumed.
CREATE: Final = (
    "gcloud run jobs create {job} --image IMAGE --region {region} --service-account ACCOUNT --command wikics --gpu 1 "
    "--gpu-type nvidia-l4 --no-gpu-zonal-redundancy --cpu 4 --memory 16Gi --task-timeout 1h --max-retries 0"
)
RECENT: Final = 50  # executions among which one is looked for whose answer was lost
# The words are those of Cloud Run's ExecutionReference.
STATES: Final[Mapping[str, Phase]] = {
    "EXECUTION_PENDING": "waiting",
    "EXECUTION_RUNNING": "running",
    "EXECUTION_SUCCEEDED": "succeeded",
    "EXECUTION_FAILED": "failed",
    "EXECUTION_CANCELLED": "cancelled",
}


class CloudRunLauncher:
    """Executions of one job; see `core.backends.cloud.base.Launcher`. Its container's command has to be `wikics`."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._job = f"projects/{machine.project}/locations/{machine.region}/jobs/{machine.job}"

    def launch(self, order: Order) -> str:
        try:
            with self._answers():
                recent = islice(self._executions.list_executions({"parent": self._job}, **CALL), RECENT)
                for execution in recent:
                    if any(each.value == order.label for each in execution.template.containers[0].env):
                        return str(execution.name)
                started = self._jobs.run_job(self.plan(order), **CALL)
        except NotFoundError as error:
            raise RefusedError(
                f"{error}: make the job once ({CREATE.format(job=self._machine.job, region=self._machine.region)})"
            ) from error
        return str(started.metadata.name)

    def plan(self, order: Order) -> dict[str, Any]:
        environment = {**order.environment, LABEL: order.label}
        container = {
            "args": list(order.command[1:]),
            "env": [{"name": name, "value": value} for name, value in environment.items()],
        }
        return {"name": self._job, "overrides": {"container_overrides": [container], "task_count": 1}}

    def look(self, name: str) -> Sight:
        with self._answers():
            execution = self._executions.get_execution({"name": name}, **CALL)
        completed = next((each for each in execution.conditions if each.type_ == "Completed"), run.Condition())
        state, message = _name_state(execution, completed), ""
        if state == "EXECUTION_FAILED":
            message = " ".join(completed.message.split())
        machine = self._machine
        url = CONSOLE.format(region=machine.region, name=name.rpartition("/")[2], project=machine.project)
        return Sight(STATES[state], state, message, execution.log_uri or url)

    def cancel(self, name: str) -> None:
        with self._answers():
            self._executions.cancel_execution({"name": name}, **CALL)

    @cached_property
    def _jobs(self) -> Any:
        if self._machine.is_local:
            return run.JobsClient(transport=JobsGrpcTransport(channel=open_channel(self._machine.endpoint)))
        return run.JobsClient(client_options=self._options)

    @cached_property
    def _executions(self) -> Any:
        if self._machine.is_local:
            transport = ExecutionsGrpcTransport(channel=open_channel(self._machine.endpoint))
            return run.ExecutionsClient(transport=transport)
        return run.ExecutionsClient(client_options=self._options)

    @property
    def _options(self) -> dict[str, str]:
        return {"api_endpoint": self._machine.endpoint or f"{self._machine.region}-run.googleapis.com"}

    def _answers(self) -> Any:
        return answers_of(TITLE, role=ROLE, where=f"{self._machine.project}, {self._machine.region}")


def _name_state(execution: Any, completed: Any) -> str:
    """One of `STATES`."""
    if completed.state == run.Condition.State.CONDITION_SUCCEEDED:
        return "EXECUTION_SUCCEEDED"
    if completed.state == run.Condition.State.CONDITION_FAILED:
        was_cancelled = completed.execution_reason == run.Condition.ExecutionReason.CANCELLED
        return "EXECUTION_CANCELLED" if was_cancelled else "EXECUTION_FAILED"
    return "EXECUTION_RUNNING" if execution.running_count else "EXECUTION_PENDING"
