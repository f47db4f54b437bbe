"""Files over HTTP: streamed to disk, continued where an earlier attempt broke off, verified before they count."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from core.errors import DownloadError
from core.graph.wikics import DownloadProgress, Progress, check_blob, compute_blob_id
from core.storage.local import disk_errors

BASE_URL: Final = "https://raw.githubusercontent.com/pmernyei/wiki-cs-dataset/master/dataset"
ATTEMPTS: Final = 4
CONNECT_SECONDS: Final = 3.0  # short, so that a first start without a network is quick
ANSWER_SECONDS: Final = 4.0  # for looking up the name, connecting to any of its addresses and the answer's first bytes
READ_SECONDS: Final = 30.0
BLOCK_BYTES: Final = 1 << 14  # what a transfer that breaks off loses at most
PARTIAL: Final = ".download"


class _BrokenOffError(Exception):
    """The transfer ended early, or the server asks to come back: worth another attempt."""


class _UnreachableError(Exception):
    """No connection at all."""


@dataclass(frozen=True)
class HttpSource:
    """WikiCS's files below a URL. `pause` waits between attempts (seconds)."""

    base_url: str = BASE_URL
    pause: Callable[[float], None] = time.sleep
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS

    @property
    def name(self) -> str:
        return self.base_url

    @property
    def address(self) -> str:
        return self.base_url

    def fetch(self, name: str, blob_id: str, folder: Path, on_progress: Progress) -> Path | None:
        """See `WikicsSource`. A part that could not be completed stays in `folder` for the next time."""
        target = folder / name
        partial = folder / (name + PARTIAL)
        url = f"{self.base_url}/{name}"
        if target.exists() and compute_blob_id(target) == blob_id:  # from an attempt whose other file failed
            return target
        with disk_errors(partial):
            folder.mkdir(parents=True, exist_ok=True)
        continued = partial.exists()
        if not self._download_patiently(url, partial, on_progress):
            return None
        try:
            check_blob(partial, blob_id, url)
        except DownloadError:
            partial.unlink()
            if not continued:
                raise
            # The part was of other content: once more from the beginning.
            return self.fetch(name, blob_id, folder, on_progress)
        partial.replace(target)
        return target

    def _download_patiently(self, url: str, partial: Path, on_progress: Progress) -> bool:
        """Completes the partial file; False when there is no such file. Raises DownloadError."""
        for attempt in range(ATTEMPTS):
            try:
                return self._download(url, partial, on_progress)
            except _UnreachableError as error:
                if attempt == 0:
                    raise DownloadError(
                        f"{url} cannot be reached ({error}); check the network, then try again"
                    ) from error
                reason = str(error)
            except _BrokenOffError as error:
                reason = str(error)
            if attempt < ATTEMPTS - 1:
                self.pause(0.5 * 2**attempt)
        raise DownloadError(f"{url} broke off {ATTEMPTS} times ({reason}); what came is kept, so try again")

    def _download(self, url: str, partial: Path, on_progress: Progress) -> bool:
        """One attempt, from where the partial file ends."""
        start = partial.stat().st_size if partial.exists() else 0
        with self._open(url, start) as response:
            if response.status_code == 404:
                return False
            if response.status_code == 416:  # nothing beyond: the file is whole already, or not ours
                return True
            if response.status_code in (408, 429) or response.status_code >= 500:
                raise _BrokenOffError(f"the server answers {response.status_code}")
            if response.status_code not in (200, 206):
                raise DownloadError(f"{url} answers {response.status_code} {response.reason}: expected the file")
            if response.status_code == 200:
                start = 0  # the server sends everything, whatever was asked for
            elif not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                partial.unlink()
                raise _BrokenOffError("the server sent another part than was asked for")
            length = response.headers.get("Content-Length")
            total = start + int(length) if length else None
            done = self._append(response, partial, start, total, on_progress)
            if total is not None and done < total:
                raise _BrokenOffError(f"{done} of {total} bytes came")
            return True

    def _append(
        self, response: requests.Response, partial: Path, start: int, total: int | None, on_progress: Progress
    ) -> int:
        done = start
        with disk_errors(partial), partial.open("ab" if start else "wb") as file:
            try:
                for block in response.iter_content(BLOCK_BYTES):
                    file.write(block)
                    done += len(block)
                    on_progress(DownloadProgress(partial.name.removesuffix(PARTIAL), done, total))
            except requests.RequestException as error:
                raise _BrokenOffError(f"{done} of {total or 'unknown'} bytes came") from error
        return done

    def _open(self, url: str, start: int) -> requests.Response:
        """The response, its body still to be read. Raises _UnreachableError.

        Asked in a thread of its own, since looking up a name may block for much longer than any timeout.
        """
        answers: list[requests.Response | requests.RequestException] = []
        given_up = threading.Event()
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})

        def ask() -> None:
            try:
                answer = requests.get(url, headers=headers, stream=True, timeout=(self.connect_seconds, READ_SECONDS))
            except requests.RequestException as error:
                answers.append(error)
                return
            answers.append(answer)
            if given_up.is_set():
                answer.close()

        thread = threading.Thread(target=ask, name="download", daemon=True)
        thread.start()
        thread.join(self.answer_seconds)
        given_up.set()
        answer = answers[0] if answers else requests.Timeout()
        if isinstance(answer, requests.RequestException):
            raise _UnreachableError(_reason(answer)) from answer
        return answer


def _reason(error: requests.RequestException) -> str:
    """A few words for a person instead of a library's nested description."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    text = str(error)
    if "resolve" in text or "Name or service" in text:
        return "its name cannot be looked up"
    if "refused" in text:
        return "the connection is refused"
    return "no connection"
