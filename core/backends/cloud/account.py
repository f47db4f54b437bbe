"""Whether this process has an account at Google: told without loading the library of any service."""

import time
from collections.abc import Callable
from typing import Final

AGAIN_SECONDS: Final = 300.0  # where there was none: looking may ask a server that is only on Google's machines


class Account:
    """Looks for credentials as Google's libraries do. May be used from any thread."""

    def __init__(self, look: Callable[[], object] | None = None, uptime: Callable[[], float] = time.monotonic) -> None:
        self._look, self._uptime = look, uptime
        self._missing, self._looked_at = "unknown", -AGAIN_SECONDS

    def find_missing(self) -> list[str]:
        """A sentence where there is no account."""
        if self._missing and self._uptime() - self._looked_at >= AGAIN_SECONDS:
            import google.auth
            from google.auth.exceptions import DefaultCredentialsError

            try:
                (self._look or google.auth.default)()
                self._missing = ""
            except DefaultCredentialsError:
                self._missing = (
                    "there is no account: run gcloud auth application-default login, or let "
                    "GOOGLE_APPLICATION_CREDENTIALS name the key of a service account; Google's machines have their own"
                )
            self._looked_at = self._uptime()
        return [self._missing] if self._missing else []


_ACCOUNT: Final = Account()  # of this process, at whichever provider of Google's


def find_account_missing() -> list[str]:
    """As `Account.find_missing`, of this process."""
    return _ACCOUNT.find_missing()
