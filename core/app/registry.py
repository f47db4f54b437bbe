"""The model registry: what is learnt, handed over to where a team keeps its models."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.backends.known import Backends
from core.errors import ConflictError, UnavailableError
from core.runs import files
from core.runs.record import RunRecord
from core.runs.store import RunStore
from core.storage.address import is_bucket

if TYPE_CHECKING:
    from core.backends.cloud.registry import Entry, ModelRegistry

VERTEX: Final = "vertex"  # the backend whose project, region, image and account it is
MAX_ID: Final = 63


@dataclass(frozen=True)
class UploadedRun:
    """A run, and the model of the registry that it is."""

    id: str
    model: str
    url: str  # where a person finds it


class Registry:
    """Uploads runs of a store to Vertex AI's model registry. May be used from any thread."""

    def __init__(self, store: RunStore, backends: Backends, open_registry: Callable[[], "ModelRegistry"]) -> None:
        """open_registry: loads the provider's library."""
        self._store, self._backends, self._open = store, backends, open_registry

    def upload(self, ref: str) -> UploadedRun:
        """Registers a finished run as a model, once.

        Raises RunNotFoundError, ConflictError for one that is not finished, UnavailableError for what is missing.
        """
        record = self._store.read(self._store.resolve(ref))
        if record.state != "finished" or not record.has_predictions:
            raise ConflictError(
                f"run {record.id} is {record.state}: only a finished one can be uploaded, with its weights and report"
            )
        location = self._store.storage.location
        missing = list(self._backends.offer(VERTEX).missing)
        if not is_bucket(location) and not any("WIKICS_BUCKET" in what for what in missing):
            missing.append("WIKICS_BUCKET is not set: name gs://NAME/PREFIX, from which the registry takes the run")
        if missing:
            raise UnavailableError(f"run {record.id} cannot be uploaded yet: {'; '.join(missing)} (wikics backends)")
        found = self._open().upload(_describe(record, f"{location}/{files.RUNS}{record.id}"))
        return UploadedRun(record.id, found.model, found.url)


def _describe(record: RunRecord, folder: str) -> "Entry":
    from core.backends.cloud.registry import Entry

    scores = {"validation": record.val_acc, "test": record.test_acc}
    told = ", ".join(f"{name} accuracy {100 * score:.2f} %" for name, score in scores.items() if score is not None)
    label = re.sub(r"[^a-z0-9-]+", "-", f"wikics-{record.id}-{record.generation}".lower())
    what = f"{record.preset} on {record.graph}, split {record.split}, seed {record.seed}"
    return Entry(label[-MAX_ID:].lstrip("-0123456789"), record.name or record.id, f"{what}: {told}", folder)
