"""Where a run trains: chosen on Train where there is a choice, told where a run is shown."""

from dataclasses import asdict

import pytest

from core.backends.cloud.account import Account
from core.runs.executions import Execution
from core.runs.state import RunState
from core.storage.documents import dump_json


@pytest.fixture
def explorer(make_explorer, monkeypatch):
    """One whose settings name a project, and not yet the image."""
    monkeypatch.setattr("core.backends.cloud.account._ACCOUNT", Account(lambda: None))
    return make_explorer(project="wikics-tests")


def test_c01_train_offers_places_and_says_what_is_missing_there(open_page, shown):
    at = open_page("train", backend="vertex")
    assert shown(at.selectbox, "train_backend").options == [
        "This machine",
        *(f"{name} (not yet)" for name in ("Vertex AI", "Cloud Run", "Compute Engine")),
        "Ray",
    ]
    [warning] = at.warning
    assert [line.partition(":")[0] for line in warning.value.replace("\\", "").splitlines()[2:]] == [
        "- WIKICS_IMAGE is not set",
        "- WIKICS_BUCKET is not set",
    ]
    assert at.button(key="train_start").disabled
    assert any("--backend vertex" in code.value for code in at.code)


def test_c01_a_run_shows_its_providers_word_and_the_way_there(open_page, explorer, store, storage, tiny_id):
    run_id = store.create({"epochs": 9, "graph": tiny_id}, {"backend": "vertex", "graph": tiny_id})
    execution = Execution(
        1, "Vertex AI", 1e9, 1e9, 0, "jobs/7", "JOB_STATE_FAILED", "no quota", "https://x.org/7", True
    )
    storage.write(f"runs/{run_id}/executions/0001.json", dump_json(asdict(execution)))
    storage.write(f"runs/{run_id}/state.json", dump_json(asdict(RunState("failed", "it ended", created_at=1e9))))
    at = open_page("runs", graph=tiny_id, run=run_id)
    said = [caption.value.replace("\\", "") for caption in at.caption]
    assert ":material/cloud: Vertex AI: JOB_STATE_FAILED, no quota · [open it there](https://x.org/7)" in said
