"""How Google's services are called: deadlines, the libraries' own retry, errors as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import grpc
from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError, TransportError
from requests import RequestException

from core.errors import NotFoundError, RefusedError, UnavailableError

CALL_SECONDS: Final = 5.0  # of one call, and of all its tries together: a person waits for it
_UNREACHABLE: Final = (exceptions.ServiceUnavailable, exceptions.GatewayTimeout, exceptions.RetryError)
_AGAIN: Final = (exceptions.ServerError, exceptions.RetryError, exceptions.Aborted, TransportError, RequestException)

CALL: Final[dict[str, Any]] = {
    "retry": Retry(predicate=if_exception_type(exceptions.ServiceUnavailable), initial=0.2, timeout=CALL_SECONDS),
    "timeout": CALL_SECONDS,
}


@contextmanager
def answers_of(service: str, *, role: str, where: str) -> Iterator[None]:
    """Errors of the block as ours. role: what the account needs; where: the project and region it is asked in.

    Raises NotFoundError, RefusedError, UnavailableError.
    """
    try:
        yield
    except exceptions.NotFound as error:
        raise NotFoundError(f"{service} in {where} knows no such thing ({_say(error)})") from error
    except (exceptions.Forbidden, exceptions.Unauthorized, exceptions.TooManyRequests) as error:
        if isinstance(error, exceptions.TooManyRequests) or "quota" in str(error).lower():
            raise RefusedError(
                f"{service} in {where} has no quota left for this ({_say(error)}): wait until other jobs have ended, "
                "ask for more in the console, or name another machine or region"
            ) from error
        raise RefusedError(
            f"{service} in {where} refuses this account ({_say(error)}): give it the role {role}, then try again"
        ) from error
    except _AGAIN as error:
        raise UnavailableError(f"{service} in {where} does not answer ({_say(error)})") from error
    except exceptions.ClientError as error:
        raise RefusedError(
            f"{service} in {where} does not take this order ({_say(error)}): mend the settings it names"
        ) from error
    except GoogleAuthError as error:
        raise RefusedError(f"{service} cannot be asked without an account ({_say(error)})") from error


def _say(error: Exception) -> str:
    message = str(getattr(error, "message", "") or error)
    return " ".join(message.split())[:400].rstrip(".")


def open_channel(endpoint: str) -> grpc.Channel:
    """To a stand-in on this machine: no encryption, no account."""
    return grpc.insecure_channel(endpoint)
