"""A stand-in for Vertex AI's JobService on this machine: the service's own messages over gRPC."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.cloud import aiplatform_v1 as vertex
from google.protobuf.empty_pb2 import Empty

from tests.cloud.machines import Machine, Machines

SERVICE = "google.cloud.aiplatform.v1.JobService"
STATES = {
    "waiting": "JOB_STATE_PENDING",
    "running": "JOB_STATE_RUNNING",
    "succeeded": "JOB_STATE_SUCCEEDED",
    "failed": "JOB_STATE_FAILED",
    "cancelled": "JOB_STATE_CANCELLED",
}


class VertexServer:
    """CustomJobs, each carried out by a machine. `refusal` answers every call: a status code and what is said."""

    def __init__(self, machines=None, *, port=0):
        self.machines = machines or Machines()
        self.jobs = {}
        self.refusal = None
        self.lose_answers = False
        self._numbers, self._changing = itertools.count(1), threading.Lock()
        self._server = grpc.server(ThreadPoolExecutor(8))
        methods = {
            "CreateCustomJob": (self.create, vertex.CreateCustomJobRequest, vertex.CustomJob.serialize),
            "GetCustomJob": (self.get, vertex.GetCustomJobRequest, vertex.CustomJob.serialize),
            "ListCustomJobs": (self.list, vertex.ListCustomJobsRequest, vertex.ListCustomJobsResponse.serialize),
            "CancelCustomJob": (self.cancel, vertex.CancelCustomJobRequest, Empty.SerializeToString),
        }
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(self._guard(method), request.deserialize, write)
            for name, (method, request, write) in methods.items()
        }
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port(f'127.0.0.1:{port}')}"
        self._server.start()

    def close(self):
        self._server.stop(None).wait()
        self.machines.close()

    def create(self, request, context):
        with self._changing:
            job = vertex.CustomJob(request.custom_job)
            job.name = f"{request.parent}/customJobs/{next(self._numbers)}"
            self.jobs[job.name] = job
        container = job.job_spec.worker_pool_specs[0].container_spec
        environment = {each.name: each.value for each in container.env}
        self.machines.rent(Machine(job.name, container.image_uri, list(container.command), environment))
        if self.lose_answers:
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the answer was lost")
        return self._show(job)

    def get(self, request, context):
        if request.name not in self.jobs:
            context.abort(grpc.StatusCode.NOT_FOUND, f"CustomJob {request.name!r} is not found.")
        return self._show(self.jobs[request.name])

    def list(self, request, _context):
        wanted = request.filter.removeprefix('display_name="').removesuffix('"')
        jobs = [self._show(job) for job in self.jobs.values() if job.display_name == wanted]
        return vertex.ListCustomJobsResponse(custom_jobs=jobs)

    def cancel(self, request, context):
        if self.machines.all[request.name].phase not in ("waiting", "running"):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "The job is over.")
        self.machines.cancel(request.name)
        return Empty()

    def _show(self, job):
        machine = self.machines.all[job.name]
        shown = vertex.CustomJob(job)
        is_cancelling = machine.cancelling and machine.phase in ("waiting", "running")
        shown.state = vertex.JobState["JOB_STATE_CANCELLING" if is_cancelling else STATES[machine.phase]]
        if machine.phase == "failed":
            shown.error = {"code": 3, "message": machine.reason}
        return shown

    def _guard(self, method):
        def answer(request, context):
            if self.refusal is not None:
                context.abort(*self.refusal)
            return method(request, context)

        return answer
