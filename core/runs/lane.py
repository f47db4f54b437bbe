"""Large files on their way to a storage, one after the other in a thread, while smaller ones overtake them."""

import threading
from collections.abc import Callable, Sequence

from core.runs.opened import OpenedFile


class Lane:
    """Sends files, which it closes, in their order; after one that fails none is sent."""

    def __init__(self, sent: Sequence[OpenedFile], send: Callable[[OpenedFile], None]) -> None:
        self.names = {file.name for file in sent}
        self._files, self._send = sent, send
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="lane", daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        return not self._thread.is_alive()

    def join(self, seconds: float) -> bool:
        """Whether all is sent within so many seconds, or one has failed."""
        self._thread.join(seconds)
        return self.is_done

    def raise_error(self) -> None:
        """What a file failed with."""
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            for file in self._files:
                if self._error is None:
                    self._send(file)
        except BaseException as error:  # noqa: BLE001  # told to whoever waits
            self._error = error
        finally:
            for file in self._files:
                file.close()
