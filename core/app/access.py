"""Access: who may start, stop and resume runs."""

import hmac
from typing import Final

from core.settings import Secret, Training

MAX_ADMITTED: Final = 10_000


class Access:
    """`training` says who may: everybody here ("open"), who knows the token ("token"), or nobody ("off").

    With "quota" everybody may what `core.app.guests` lets them, and who knows the token all.
    """

    def __init__(self, training: Training, token: Secret | None) -> None:
        self.training: Training = training
        self._token = "" if token is None else token.text.strip()
        self._admitted: dict[str, None] = {}  # sessions, in their order

    def knows(self, token: str) -> bool:
        """Whether this is the app's token; none is where it has none. Takes as long for a wrong one as for a right."""
        return bool(self._token) and hmac.compare_digest(_encode(token), _encode(self._token))

    def admit(self, session: str) -> None:
        """Notes that a session of a page has shown the token; of very many, the first are forgotten."""
        self._admitted[session] = None
        while len(self._admitted) > MAX_ADMITTED:
            self._admitted.pop(next(iter(self._admitted)), None)

    def admits(self, session: str) -> bool:
        """Whether this session may train without bounds."""
        return self.training == "open" or (self.training in ("token", "quota") and session in self._admitted)


def _encode(token: str) -> bytes:
    """As it is sent: what the environment holds need not be text."""
    return token.encode("utf-8", "surrogateescape")
