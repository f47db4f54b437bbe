"""Vertex AI's model registry: the folder of a run in a bucket as a model there."""

from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from google.cloud import aiplatform_v1 as vertex
from google.cloud.aiplatform_v1.services.model_service.transports import ModelServiceGrpcTransport

from core.backends.cloud.base import Machine
from core.backends.cloud.calls import CALL, answers_of
from core.backends.cloud.vertex import ROLE, open_client
from core.errors import NotFoundError, UnavailableError

TITLE: Final = "Vertex AI's model registry"
CONSOLE: Final = "https://console.cloud.google.com/vertex-ai/models/locations/{region}/models/{model}?project={project}"
UPLOAD_SECONDS: Final = 120.0


@dataclass(frozen=True)
class Entry:
    """What is to be registered. label: lower-case letters, digits and dashes, of this run as it is now alone."""

    label: str
    title: str
    description: str
    folder: str  # in a bucket: `gs://NAME/PREFIX/runs/ID`


@dataclass(frozen=True)
class Registered:
    """A model of the registry: its name there, and where a person finds it."""

    model: str
    url: str


class ModelRegistry:
    """The models of one project and region."""

    def __init__(self, machine: Machine, *, seconds: float = UPLOAD_SECONDS) -> None:
        """seconds: so long an upload is waited for."""
        self._machine, self._seconds = machine, seconds
        self._parent = f"projects/{machine.project}/locations/{machine.region}"

    def upload(self, entry: Entry) -> Registered:
        """Registers a folder; one of this label that is there is taken for it, since an answer may have been lost.

        Raises RefusedError, UnavailableError.
        """
        with answers_of(TITLE, role=ROLE, where=f"{self._machine.project}, {self._machine.region}"):
            name = self._find(entry.label) or self._upload(entry)
        model = name.rpartition("/")[2]
        url = CONSOLE.format(region=self._machine.region, model=model, project=self._machine.project)
        return Registered(name, url)

    def _find(self, label: str) -> str | None:
        name = f"{self._parent}/models/{label}"
        try:
            with answers_of(TITLE, role=ROLE, where=self._machine.project):
                return str(self._client.get_model({"name": name}, **CALL).name)
        except NotFoundError:
            return None

    def _upload(self, entry: Entry) -> str:
        model = {
            "display_name": entry.title,
            "description": entry.description,
            "artifact_uri": entry.folder,
            "container_spec": {"image_uri": self._machine.image},
            "labels": {"app": "wikics"},
        }
        request = {"parent": self._parent, "model_id": entry.label, "model": model}
        operation = self._client.upload_model(request, **CALL)
        try:
            return str(operation.result(timeout=self._seconds).model)
        except TooLate as error:
            raise UnavailableError(
                f"{TITLE} has not taken the run after {self._seconds:.0f} s: it may still do so; ask again later, "
                "which registers it once"
            ) from error

    @cached_property
    def _client(self) -> Any:
        return open_client(vertex.ModelServiceClient, ModelServiceGrpcTransport, self._machine)
