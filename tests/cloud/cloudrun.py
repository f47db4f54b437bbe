"""A stand-in for Cloud Run's Jobs and Executions on this machine: the service's own messages over gRPC."""

import itertools

import grpc
from google.cloud import run_v2 as run
from google.longrunning.operations_pb2 import Operation

from tests.cloud.grpc_server import GrpcServer
from tests.cloud.machines import Machine

State, Reason = run.Condition.State, run.Condition.ExecutionReason


class CloudRunServer(GrpcServer):
    """One job, `wikics-train`, whose container is `image` with the command `wikics`; an execution is a machine."""

    def __init__(self, machines=None):
        self.image, self.jobs = "wikics", {"wikics-train"}
        self.executions, self._numbers = {}, itertools.count(1)
        super().__init__(machines)

    def methods(self):
        write = Operation.SerializeToString
        return {
            "google.cloud.run.v2.Jobs": {"RunJob": (self.run, run.RunJobRequest, write)},
            "google.cloud.run.v2.Executions": {
                "GetExecution": (self.get, run.GetExecutionRequest, run.Execution.serialize),
                "ListExecutions": (self.list, run.ListExecutionsRequest, run.ListExecutionsResponse.serialize),
                "CancelExecution": (self.cancel, run.CancelExecutionRequest, write),
            },
        }

    def run(self, request, context):
        self._find_job(request.name, context)
        [override] = request.overrides.container_overrides
        name = f"{request.name}/executions/wikics-train-{next(self._numbers)}"
        container = {"image": self.image, "command": ["wikics"], "args": override.args, "env": override.env}
        self.executions[name] = run.Execution(name=name, template={"containers": [container]}, task_count=1)
        environment = {each.name: each.value for each in override.env}
        self.machines.rent(Machine(name, self.image, ["wikics", *override.args], environment))
        self.lose_answer(context)
        return self._wrap(name)

    def get(self, request, context):
        return self._show(self.find(request.name, context).name)

    def list(self, request, context):
        self._find_job(request.parent, context)
        newest_first = [self._show(name) for name in reversed(self.executions)]
        return run.ListExecutionsResponse(executions=newest_first)

    def cancel(self, request, context):
        self.cancel_machine(request.name, context)
        return self._wrap(request.name)

    def _find_job(self, name, context):
        if name.rpartition("/")[2] not in self.jobs:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Resource {name!r} is not found.")

    def _wrap(self, name):
        """An operation that is not done, as Cloud Run's is until the execution is over."""
        operation = Operation(name=f"{name}/operations/1")
        operation.metadata.Pack(run.Execution.pb(self._show(name)))
        return operation

    def _show(self, name):
        machine, shown = self.machines.all[name], run.Execution(self.executions[name])
        completed = run.Condition(type_="Completed", state=State.CONDITION_RECONCILING)
        if machine.phase == "succeeded":
            completed.state = State.CONDITION_SUCCEEDED
        elif machine.phase in ("failed", "cancelled"):
            completed.state, completed.message = State.CONDITION_FAILED, machine.reason
            was_cancelled = machine.phase == "cancelled"
            completed.execution_reason = Reason.CANCELLED if was_cancelled else Reason.NON_ZERO_EXIT_CODE
        shown.running_count, shown.conditions = int(machine.phase == "running"), [completed]
        return shown
