"""A stand-in for Compute Engine's instances on this machine: the service's own messages as JSON over HTTP.

What the machine's startup script does is done by `tests.cloud.machines`; the script itself has a test of its own.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import grpc
from google.cloud import compute_v1 as compute

from core.backends.cloud import startup
from tests.cloud.machines import Machine, Machines

STATUSES = {
    grpc.StatusCode.RESOURCE_EXHAUSTED: (403, "Quota '{}' exceeded. Limit: 0.0 in region us-central1."),
    grpc.StatusCode.PERMISSION_DENIED: (403, "Required 'compute.instances.create' permission: {}"),
    grpc.StatusCode.INVALID_ARGUMENT: (400, "Invalid value: {}"),
    grpc.StatusCode.UNAVAILABLE: (503, "{}"),
}
OVER = ("succeeded", "failed", "cancelled")


class ComputeServer:
    """Instances of one zone. `refusal` and `lose_answers` are as in `tests.cloud.grpc_server`."""

    def __init__(self, machines=None):
        self.machines = machines or Machines()
        self.refusal, self.lose_answers = None, False
        self.instances, self.operations, self.insert_error = {}, {}, None
        handler = type("Handler", (_Handler,), {"cloud": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.endpoint = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self.machines.close()

    def insert(self, body):
        instance = compute.Instance.from_json(body)
        if instance.name in self.instances:
            return 409, {"error": {"code": 409, "message": f"The resource {instance.name!r} already exists"}}
        operation = compute.Operation(name=f"operation-{len(self.operations) + 1}", status="DONE")
        self.operations[operation.name] = operation
        if self.insert_error:
            operation.error = {"errors": [self.insert_error]}
            return 200, operation
        self.instances[instance.name] = instance
        items = {item.key: item.value for item in instance.metadata.items}
        environment = dict(line.split("=", 1) for line in items[startup.ENVIRONMENT].splitlines())
        # The name under which tests find the machine is that which the backend keeps.
        name, command = f"{instance.name}/{operation.name}", items[startup.COMMAND].split("\n")
        self.machines.rent(Machine(name, items[startup.IMAGE], command, environment))
        if self.lose_answers:
            return 504, {"error": {"code": 504, "message": "the answer was lost"}}
        return 200, operation

    def get(self, name):
        machine = self.find(name)
        if machine is None or machine.phase == "cancelled" or machine.reason == "the machine was preempted":
            return 404, {"error": {"code": 404, "message": f"The resource {name!r} was not found"}}
        shown = compute.Instance(self.instances[name])
        is_leaving = machine.cancelling and machine.phase in ("waiting", "running")
        shown.status = "STOPPING" if is_leaving else "PROVISIONING" if machine.phase == "waiting" else "RUNNING"
        return 200, shown

    def delete(self, name):
        machine = self.find(name)
        if machine is None or machine.phase in OVER:
            return 404, {"error": {"code": 404, "message": f"The resource {name!r} was not found"}}
        self.machines.cancel(machine.name)
        return 200, compute.Operation(name="operation-delete", status="RUNNING")

    def read_attributes(self, name):
        machine = self.find(name)
        if machine.phase not in ("succeeded", "failed"):
            return 404, {"error": {"code": 404, "message": "no attributes"}}
        began = machine.process is not None
        key, value = (startup.CODE, str(machine.process.returncode)) if began else (startup.FAILURE, machine.reason)
        item = {"namespace": "wikics", "key": key, "value": value}
        return 200, compute.GuestAttributes(query_path="wikics/", query_value={"items": [item]})

    def list_operations(self):
        preempted = [
            compute.Operation(
                name="preempted", operation_type="compute.instances.preempted", target_link=f"x/{name.split('/')[0]}"
            )
            for name, machine in self.machines.all.items()
            if machine.reason == "the machine was preempted"
        ]
        return 200, compute.OperationList(items=preempted)

    def find(self, name):
        return next((machine for key, machine in self.machines.all.items() if key.split("/")[0] == name), None)


class _Handler(BaseHTTPRequestHandler):
    cloud = None

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def do_DELETE(self):
        self.answer()

    def log_message(self, *_arguments):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        status, content = self.carry_out(body)
        text = json.dumps(content) if isinstance(content, dict) else type(content).to_json(content, indent=None)
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def carry_out(self, body):
        cloud, url = self.cloud, urlsplit(self.path)
        if cloud.refusal:
            status, said = STATUSES[cloud.refusal[0]]
            return status, {"error": {"code": status, "message": said.format(cloud.refusal[1])}}
        kind, *rest = url.path.split("/zones/us-central1-a/")[1].split("/")
        if kind == "operations":
            return (200, cloud.operations[rest[0]]) if rest else cloud.list_operations()
        if self.command == "POST":
            assert parse_qs(url.query)["requestId"]
            return cloud.insert(body)
        if self.command == "DELETE":
            return cloud.delete(rest[0])
        return cloud.read_attributes(rest[0]) if rest[1:] else cloud.get(rest[0])
