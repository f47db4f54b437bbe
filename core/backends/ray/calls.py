"""What a cluster is asked: to begin a job, how one stands, to end one. In a process that is connected to it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import ray
from ray._private import state as ray_state  # Ray's public listing of actors needs its dashboard
from ray.exceptions import RayError

from core.backends.ray.head import NAMESPACE
from core.backends.ray.work import JobActor, count_workers
from core.errors import NotFoundError, UnavailableError

RESTARTS: Final = 8  # of a job whose worker was killed; each goes on from its last checkpoint
WAITING: Final = ("DEPENDENCIES_UNREADY", "PENDING_CREATION")
MAX_REASON: Final = 300


def connect(address: str) -> None:
    """Raises UnavailableError."""
    if not ray.is_initialized():
        with _answers(address):
            ray.init(
                address=address,
                namespace=NAMESPACE,
                log_to_driver=False,
                configure_logging=False,
                logging_level=logging.ERROR,
            )


def launch(label: str, address: str, cpus: float, gpus: float, environment: dict[str, str], prepare: str | None) -> str:
    """Begins a job as an actor, once for a label; the actor's id. One that only spreads others takes nothing."""
    spreads = count_workers(address) > 1
    with _answers(address):
        options: Any = JobActor
        actor = options.options(
            name=label,
            lifetime="detached",
            get_if_exists=True,
            max_restarts=RESTARTS,
            num_cpus=0 if spreads else cpus,
            num_gpus=0 if spreads else gpus,
            runtime_env={"env_vars": environment} if environment else None,
        ).remote(address, cpus, gpus, prepare)
        return str(actor._actor_id.hex())


def look(actor_id: str) -> dict[str, str]:
    """Ray's word for how an actor stands, with the phase and, once it is dead for another reason than its end, why."""
    with _answers(actor_id):
        found = ray_state.actors(actor_id)
    if not found or "State" not in found:
        raise NotFoundError(f"Ray has no actor {actor_id!r} any more")
    word = str(found["State"])
    if word != "DEAD":
        return {"phase": "waiting" if word in WAITING else "running", "state": word}
    reason = _read_reason(found.get("DeathCause"))
    ended = not reason or "exit_actor()" in reason
    return {"phase": "succeeded" if ended else "failed", "state": word, "message": "" if ended else reason}


def cancel(label: str) -> None:
    """Ends an actor; nothing where there is none."""
    with _answers(label), suppress(ValueError):
        ray.kill(ray.get_actor(label), no_restart=True)


def _read_reason(cause: Any) -> str:
    """Why an actor is dead: of a traceback the last line, else the first sentence."""
    kind = cause.WhichOneof("context") if cause is not None else None
    if kind is None:
        return ""
    context = getattr(cause, kind)
    if kind == "creation_task_failure_context":
        lines = context.formatted_exception_string.strip().splitlines()
        return str(lines[-1])[:MAX_REASON] if lines else str(kind)
    return " ".join(str(getattr(context, "error_message", kind)).split())[:MAX_REASON]


@contextmanager
def _answers(whom: str) -> Iterator[None]:
    """Ray's errors as ours."""
    try:
        yield
    except (RayError, ConnectionError, TimeoutError, RuntimeError, ValueError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UnavailableError(f"Ray does not answer ({whom}: {first[:MAX_REASON]})") from error
