"""A stand-in for Vertex AI's JobService and ModelService on this machine: their own messages over gRPC."""

import itertools
from types import SimpleNamespace

import grpc
from google.cloud import aiplatform_v1 as vertex
from google.longrunning import operations_pb2 as operations
from google.protobuf.empty_pb2 import Empty

from tests.cloud.grpc_server import GrpcServer
from tests.cloud.machines import Machine

STATES = {
    "waiting": "JOB_STATE_PENDING",
    "running": "JOB_STATE_RUNNING",
    "succeeded": "JOB_STATE_SUCCEEDED",
    "failed": "JOB_STATE_FAILED",
    "cancelled": "JOB_STATE_CANCELLED",
}


class VertexServer(GrpcServer):
    """CustomJobs, each carried out by a machine, and models.

    operations_end: whether what takes long ever ends.
    """

    def __init__(self, machines=None):
        self.jobs, self._numbers = {}, itertools.count(1)
        self.models, self.operations, self.operations_end = {}, {}, True
        super().__init__(machines)

    def methods(self):
        return {
            "google.cloud.aiplatform.v1.JobService": {
                "CreateCustomJob": (self.create, vertex.CreateCustomJobRequest, vertex.CustomJob.serialize),
                "GetCustomJob": (self.get, vertex.GetCustomJobRequest, vertex.CustomJob.serialize),
                "ListCustomJobs": (self.list, vertex.ListCustomJobsRequest, vertex.ListCustomJobsResponse.serialize),
                "CancelCustomJob": (self.cancel, vertex.CancelCustomJobRequest, Empty.SerializeToString),
            },
            "google.cloud.aiplatform.v1.ModelService": {
                "UploadModel": (self.upload_model, vertex.UploadModelRequest, operations.Operation.SerializeToString),
                "GetModel": (self.get_model, vertex.GetModelRequest, vertex.Model.serialize),
            },
            "google.longrunning.Operations": {
                "GetOperation": (
                    lambda request, _context: self._show_operation(request.name),
                    SimpleNamespace(deserialize=operations.GetOperationRequest.FromString),
                    operations.Operation.SerializeToString,
                )
            },
        }

    def create(self, request, context):
        job = vertex.CustomJob(request.custom_job)
        job.name = f"{request.parent}/customJobs/{next(self._numbers)}"
        self.jobs[job.name] = job
        container = job.job_spec.worker_pool_specs[0].container_spec
        environment = {each.name: each.value for each in container.env}
        self.machines.rent(Machine(job.name, container.image_uri, list(container.command), environment))
        self.lose_answer(context)
        return self._show(job)

    def get(self, request, context):
        return self._show(self.jobs[self.find(request.name, context).name])

    def list(self, request, _context):
        wanted = request.filter.removeprefix('display_name="').removesuffix('"')
        jobs = [self._show(job) for job in self.jobs.values() if job.display_name == wanted]
        return vertex.ListCustomJobsResponse(custom_jobs=jobs)

    def cancel(self, request, context):
        self.cancel_machine(request.name, context)
        return Empty()

    def upload_model(self, request, context):
        model = vertex.Model(request.model)
        model.name = f"{request.parent}/models/{request.model_id}"
        if model.name in self.models:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"Model {model.name!r} exists.")
        self.models[model.name] = model
        name = f"{request.parent}/operations/{next(self._numbers)}"
        self.operations[name] = vertex.UploadModelResponse(model=model.name, model_version_id="1")
        self.lose_answer(context)
        return operations.Operation(name=name)

    def get_model(self, request, context):
        if request.name not in self.models:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Model {request.name!r} is not found.")
        return self.models[request.name]

    def _show_operation(self, name):
        shown = operations.Operation(name=name, done=self.operations_end)
        if self.operations_end:
            shown.response.Pack(vertex.UploadModelResponse.pb(self.operations[name]))
        return shown

    def _show(self, job):
        machine = self.machines.all[job.name]
        shown = vertex.CustomJob(job)
        is_cancelling = machine.cancelling and machine.phase in ("waiting", "running")
        shown.state = vertex.JobState["JOB_STATE_CANCELLING" if is_cancelling else STATES[machine.phase]]
        if machine.phase == "failed":
            shown.error = {"code": 3, "message": machine.reason}
        return shown
