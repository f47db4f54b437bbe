"""Access: who may start, stop and resume runs."""

import hmac

from pydantic import SecretStr

from core.settings import Training


class Access:
    """`training` says who may: everybody here ("open"), who knows the token ("token"), or nobody ("off")."""

    def __init__(self, training: Training, token: SecretStr | None) -> None:
        self.training: Training = training
        self._token = "" if token is None else token.get_secret_value()

    def knows(self, token: str) -> bool:
        """Whether this is the app's token; none is where it has none. Takes as long for a wrong one as for a right."""
        return bool(self._token) and hmac.compare_digest(token.encode(), self._token.encode())
