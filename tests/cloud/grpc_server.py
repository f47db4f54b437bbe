"""What the stand-ins over gRPC share: methods by their names, and what is answered in their place."""

from concurrent.futures import ThreadPoolExecutor

import grpc

from tests.cloud.machines import Machines


class GrpcServer:
    """Subclasses give `methods`: by service and name what answers, its request's type and what writes the answer.

    refusal: a status code and a sentence, with which every call is answered. lose_answers: whether what was begun is
    not told.
    """

    def __init__(self, machines=None):
        self.machines = machines or Machines()
        self.refusal, self.lose_answers = None, False
        self._server = grpc.server(ThreadPoolExecutor(8))
        for service, methods in self.methods().items():
            handlers = {
                name: grpc.unary_unary_rpc_method_handler(self._guard(method), request.deserialize, write)
                for name, (method, request, write) in methods.items()
            }
            self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def close(self):
        self._server.stop(None).wait()
        self.machines.close()

    def lose_answer(self, context):
        if self.lose_answers:
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "the answer was lost")

    def find(self, name, context):
        """The machine of this name."""
        if name not in self.machines.all:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Resource {name!r} is not found.")
        return self.machines.all[name]

    def cancel_machine(self, name, context):
        if self.find(name, context).phase not in ("waiting", "running"):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "It is over.")
        self.machines.cancel(name)

    def _guard(self, method):
        def answer(request, context):
            if self.refusal is not None:
                context.abort(*self.refusal)
            return method(request, context)

        return answer
