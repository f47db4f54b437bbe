"""Access: who may start, stop and resume runs."""

import hmac

from pydantic import SecretStr

from core.settings import Training


class Access:
    """`training` says who may: everybody here ("open"), who knows the token ("token"), or nobody ("off")."""

    def __init__(self, training: Training, token: SecretStr | None) -> None:
        self.training: Training = training
        self._token = "" if token is None else token.get_secret_value().strip()

    def knows(self, token: str) -> bool:
        """Whether this is the app's token; none is where it has none. Takes as long for a wrong one as for a right."""
        return bool(self._token) and hmac.compare_digest(_encode(token), _encode(self._token))


def _encode(token: str) -> bytes:
    """As it is sent: what the environment holds need not be text."""
    return token.encode("utf-8", "surrogateescape")
