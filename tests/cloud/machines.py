"""The machines of a stand-in provider: each carries out one command in a process of its own here."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FAKE_JOB = (sys.executable, str(ROOT / "tests" / "cloud" / "fake_job.py"))
WIKICS = (sys.executable, "-m", "core.cli")
GRACE_SECONDS = 10  # between SIGTERM and SIGKILL


@dataclass
class Machine:
    """One that was ordered. phase: waiting, running, succeeded, failed, cancelled."""

    name: str
    image: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    phase: str = "waiting"
    reason: str = ""
    cancelling: bool = False
    process: subprocess.Popen | None = None


class Machines:
    """As many at once as `capacity`; who comes first gets the next.

    program: what stands for `wikics` of the image. images: those that can be pulled. never_ends: a machine that is
    told to end says for ever that it is about to.
    """

    def __init__(self, *, program=FAKE_JOB, capacity=1, images=("wikics",), environment=None):
        self.program, self.capacity, self.images = program, capacity, images
        self.environment = environment or {}
        self.never_ends = False
        self.all: dict[str, Machine] = {}
        self._changed = threading.Condition()

    def rent(self, machine):
        with self._changed:
            self.all[machine.name] = machine
            self._changed.notify_all()  # by now there may be room for more
        threading.Thread(target=self._carry_out, args=(machine,), daemon=True).start()
        return machine

    def cancel(self, name):
        machine = self.all[name]
        with self._changed:
            machine.cancelling = True
            if self.never_ends:
                return
            if machine.phase == "waiting":
                machine.phase = "cancelled"
            self._changed.notify_all()
        self.signal(name, signal.SIGTERM)

    def preempt(self, name, signal_number=signal.SIGKILL):
        """Takes a machine back, with no more than this signal."""
        self.all[name].reason = "the machine was preempted"
        self.signal(name, signal_number)

    def signal(self, name, signal_number):
        process = self.all[name].process
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError):  # it has just ended
                os.killpg(process.pid, signal_number)

    def close(self):
        """Leaves no process behind."""
        for name, machine in self.all.items():
            with self._changed:
                machine.phase = "cancelled" if machine.phase == "waiting" else machine.phase
                self._changed.notify_all()
            self.signal(name, signal.SIGKILL)
            if machine.process is not None:
                machine.process.wait()

    def _count_running(self):
        return sum(machine.phase == "running" for machine in self.all.values())

    def _carry_out(self, machine):
        with self._changed:
            first = lambda: next(one for one in self.all.values() if one.phase == "waiting") is machine  # noqa: E731
            self._changed.wait_for(
                lambda: machine.phase != "waiting" or (self._count_running() < self.capacity and first())
            )
            if machine.phase != "waiting":
                return
            if machine.image not in self.images:
                machine.phase, machine.reason = "failed", f"failed to pull image {machine.image!r}: not found"
                self._changed.notify_all()
                return
            path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
            machine.process = subprocess.Popen(
                [*self.program, *machine.command[1:]],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": path} | self.environment | machine.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            machine.phase = "running"
        code = machine.process.wait()
        with self._changed:
            if machine.cancelling and not self.never_ends:
                machine.phase = "cancelled"
            elif not self.never_ends:
                machine.phase = "succeeded" if code == 0 else "failed"
                machine.reason = machine.reason or ("" if code == 0 else f"the container exited with status {code}")
            self._changed.notify_all()
