"""Archives of a storage far away, kept on this machine under their digests, so that each is fetched once."""

from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from core.storage.local import write_atomically

MOST_KEPT: Final = 20


class KeptArchives:
    """Files `DIGEST.npz` of a folder. What one holds is for its reader to check; what cannot be kept is not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, digest: str) -> BinaryIO | None:
        """The archive, to be closed after use; None where there is none."""
        path = self._path(digest)
        with suppress(OSError):
            file = path.open("rb")
            path.touch()  # so that it stays longer than those that nobody asks for
            return file
        return None

    def keep(self, digest: str, content: bytes) -> None:
        """Keeps an archive; those that were not asked for the longest give way."""
        with suppress(OSError):
            write_atomically(self._path(digest), content, parents=True, durable=False)
            kept = sorted(self._folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in kept[MOST_KEPT:]:
                path.unlink(missing_ok=True)

    def forget(self, digest: str) -> None:
        with suppress(OSError):
            self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.npz"
