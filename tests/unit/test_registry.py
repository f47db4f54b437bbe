"""A finished run as a model of Vertex AI's registry, in whose place a server here speaks its own messages."""

import grpc
import pytest

from core.app.registry import Registry, UploadedRun
from core.backends.cloud.registry import ModelRegistry
from core.backends.open import open_backends, open_registry
from core.errors import ConflictError, RefusedError, UnavailableError
from core.runs.job_states import JobStates
from core.runs.state import RunState
from core.runs.store import RunStore
from core.settings import build_settings
from tests.cloud.rigs import cloud_settings
from tests.cloud.vertex import VertexServer
from tests.shared_memory import SharedMemoryStorage

pytestmark = pytest.mark.slow  # Google's library takes seconds to load

PARENT = "projects/wikics-tests/locations/us-central1"
REPORT = b'{"epochs": 3, "best_epoch": 2, "val_acc": 0.75, "test_acc": 0.5, "seconds_per_epoch": 0.1}'


class Bucket(SharedMemoryStorage):
    location = "gs://team/course"


@pytest.fixture
def server():
    running = VertexServer()
    yield running
    running.close()


@pytest.fixture
def store():
    return RunStore(Bucket(), now=lambda: 1.79e9)


def create(store, state="finished"):
    run_id = store.create({"preset": "gcn", "graph": "twin", "split": 2, "epochs": 3}, {"graph_digest": "abc"})
    store.storage.write(f"runs/{run_id}/report.json", REPORT)
    store.storage.write(f"runs/{run_id}/predictions.npz", b"")
    JobStates(store.storage).write(f"runs/{run_id}", RunState(state, epoch=3, created_at=1.79e9))
    return run_id


def build_registry(store, server, **settings):
    settings = cloud_settings("vertex", server.endpoint, **settings)
    return Registry(store, open_backends(settings, store.storage), lambda: open_registry(settings))


def test_c10_a_finished_run_is_uploaded_once_with_what_it_is(store, server):
    run_id, registry = create(store), build_registry(store, server)
    uploaded = registry.upload("latest")
    model = f"wikics-{run_id}-0"
    assert uploaded == UploadedRun(
        run_id,
        f"{PARENT}/models/{model}",
        f"https://console.cloud.google.com/vertex-ai/models/locations/us-central1/models/{model}?project=wikics-tests",
    )
    (known,) = server.models.values()
    assert (known.display_name, known.artifact_uri, known.container_spec.image_uri, known.description) == (
        run_id,
        f"gs://team/course/runs/{run_id}",
        "wikics",
        "gcn on twin, split 2, seed 0: validation accuracy 75.00 %, test accuracy 50.00 %",
    )
    assert registry.upload(run_id) == uploaded
    assert len(server.models) == 1


def test_c10_an_answer_that_is_lost_registers_no_second_model(store, server):
    create(store)
    server.lose_answers = True
    with pytest.raises(
        UnavailableError, match=r"^Vertex AI's model registry in .* does not answer \(the answer was lo"
    ):
        build_registry(store, server).upload("latest")
    server.lose_answers = False
    assert build_registry(store, server).upload("latest").model in server.models
    assert len(server.models) == 1


def test_c10_what_takes_for_ever_is_not_waited_for(store, server):
    create(store)
    server.operations_end = False
    settings = cloud_settings("vertex", server.endpoint)
    machine = open_registry(settings)._machine
    registry = Registry(store, open_backends(settings, store.storage), lambda: ModelRegistry(machine, seconds=0.2))
    with pytest.raises(UnavailableError, match="has not taken the run after 0 s: it may still do so; ask again later"):
        registry.upload("latest")


def test_c10_a_permission_that_is_missing_is_one_sentence(store, server):
    create(store)
    server.refusal = grpc.StatusCode.PERMISSION_DENIED, "Permission 'aiplatform.models.upload' denied"
    with pytest.raises(RefusedError) as caught:
        build_registry(store, server).upload("latest")
    assert str(caught.value) == (
        "Vertex AI's model registry in wikics-tests refuses this account (Permission 'aiplatform.models.upload' "
        "denied): give it the role roles/aiplatform.user, then try again"
    )


@pytest.mark.parametrize("state", ["running", "stopped", "failed"])
def test_c10_a_run_that_is_not_finished_is_refused(store, server, state):
    run_id = create(store, state)
    shown = store.read(run_id).state
    with pytest.raises(ConflictError, match=f"^run {run_id} is {shown}: only a finished one can be uploaded"):
        build_registry(store, server).upload("latest")
    assert server.models == {}


def test_c10_without_a_bucket_or_a_project_a_sentence_says_so(server, tmp_path):
    from core.storage.local import LocalStorage

    store = RunStore(LocalStorage(tmp_path))
    run_id = create(store)
    with pytest.raises(UnavailableError, match=f"^run {run_id} cannot be uploaded yet: WIKICS_BUCKET is not set: name"):
        build_registry(store, server).upload("latest")
    settings = build_settings(home=tmp_path)
    backends = open_backends(settings, store.storage)
    with pytest.raises(
        UnavailableError, match=r"yet: WIKICS_PROJECT is not set: .*; WIKICS_IMAGE is not set: .*; WIKICS_B"
    ):
        Registry(store, backends, lambda: open_registry(settings)).upload("latest")
