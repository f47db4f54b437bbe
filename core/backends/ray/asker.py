"""A process that is connected to a Ray cluster and is asked line by line: this one stays free of it.

`python -m core.backends.ray.asker ADDRESS` reads `{"call": …, "arguments": …}` from its input until that ends.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, Final

from core.early import build_import_path
from core.errors import NotFoundError, RefusedError, UnavailableError, WikicsError

ANSWER_SECONDS: Final = 60.0
ERRORS: Final = {kind.__name__: kind for kind in (NotFoundError, RefusedError, UnavailableError)}


class Asker:
    """One such process, started when it is first asked and again when it is gone. Not for two threads at once."""

    def __init__(self, address: str, environment: Mapping[str, str]) -> None:
        self._address, self._environment = address, environment
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, call: str, arguments: Mapping[str, Any]) -> Any:
        """What a call answers. Raises what it raises, and UnavailableError where no answer comes."""
        line = self._exchange(json.dumps({"call": call, "arguments": arguments}).encode() + b"\n")
        if not line:
            self.close()
            raise UnavailableError(f"the Ray cluster at {self._address} does not answer")
        answer = json.loads(line)
        if kind := answer.get("error"):
            raise ERRORS.get(kind, UnavailableError)(answer["message"])
        return answer["value"]

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            with suppress(OSError), self._process:  # closes the pipes
                pass
            self._process = None

    def _exchange(self, line: bytes) -> bytes:
        """The line that comes back; empty where the process ends, or is silent."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.write(line)
            process.stdin.flush()
            if select.select([process.stdout], [], [], ANSWER_SECONDS)[0]:
                return process.stdout.readline()
        return b""

    def _start(self) -> "subprocess.Popen[bytes]":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.backends.ray.asker", self._address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | self._environment | {"PYTHONPATH": build_import_path()},
        )
        return self._process


def main() -> None:
    """Answers until the input ends."""
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # what Ray prints is no answer
        from core.backends.ray import calls

        for line in sys.stdin:
            _answer(calls, json.loads(line), answers)


def _answer(calls: Any, asked: dict[str, Any], answers: IO[str]) -> None:
    try:
        calls.connect(sys.argv[1])
        answer = {"value": getattr(calls, asked["call"])(**asked["arguments"])}
    except WikicsError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
