"""A finished run goes on, as the same curve; see issue line 17."""

import numpy as np
import pytest

from core.errors import ConfigError, ConflictError
from tests.rigs import InlineBackend

SHORT = {"hidden_channels": 4, "epochs": 3, "patience": 50, "device": "cpu"}


@pytest.fixture
def explorer(make_explorer, tmp_path):
    return make_explorer(backend=InlineBackend(tmp_path / "home"), max_epochs=100)


@pytest.fixture
def finished(explorer, tiny_id):
    record = explorer.runs.submit(explorer.configs.build("gcn", SHORT, graph=tiny_id))
    assert (record.state, record.epochs) == ("finished", 3)
    return record.id


def test_i17_a_finished_run_goes_on_as_one_that_was_longer_from_the_start(explorer, tiny_id, finished, store):
    longer = explorer.runs.submit(explorer.configs.build("gcn", SHORT | {"epochs": 7}, graph=tiny_id))
    record = explorer.runs.resume(finished, {"epochs": "7"})
    assert (record.state, record.epochs, record.max_epochs) == ("finished", 7, 7)
    assert store.read_config(finished) == store.read_config(longer.id)
    np.testing.assert_array_equal(store.read_logits(finished), store.read_logits(longer.id))
    kept = ("epoch", "step", "train_loss", "stopping_loss", "val_loss", "val_acc")
    curves = [store.read_metrics(run).columns for run in (finished, longer.id)]
    assert [curves[0][name] for name in kept] == [curves[1][name] for name in kept]


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"lr": 0.1}, ConfigError, "lr cannot change when a run goes on: only epochs and patience can"),
        ({"epochs": 3}, ConflictError, "has trained 3 epochs already: set epochs to more"),
        ({"epochs": 101}, ConfigError, "at most 100"),
        ({"epochs": "many"}, ConfigError, "epochs is 'many'"),
        ({"epochs": 9, "patience": 1}, ConflictError, "ended by its patience"),
    ],
)
def test_i17_what_would_train_nothing_more_is_refused(explorer, finished, store, monkeypatch, changes, error, words):
    import dataclasses

    real = store.read(finished)
    monkeypatch.setattr(explorer.runs._store, "read", lambda _: dataclasses.replace(real, best_epoch=1))
    before = store.read_config(finished)
    with pytest.raises(error, match=words):
        explorer.runs.resume(finished, changes)
    assert store.read_config(finished) == before


def test_i17_http_lets_a_finished_run_go_on(explorer, finished):
    from starlette.testclient import TestClient

    from core.http import build_api

    client = TestClient(build_api(lambda: explorer))
    headers = {"Origin": "http://testserver"}
    answer = client.post(f"/runs/{finished}/resume", json={"config": {"epochs": 5}}, headers=headers)
    assert (answer.status_code, answer.json()["epochs"]) == (202, 5)
    assert client.post(f"/runs/{finished}/resume", json={"config": {"lr": 1}}, headers=headers).status_code == 422


@pytest.mark.parametrize("keep", [0, 0.5])
def test_n09_a_cut_checkpoint_is_named_and_the_run_begins_again(explorer, finished, store, keep):
    path = store.storage.path(f"runs/{finished}/last.ckpt")
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    record = explorer.runs.resume(finished, {"epochs": 5})
    said = "last.ckpt is damaged: the run began again from the beginning"
    assert (record.state, record.epochs, record.message) == ("finished", 5, said)
    assert store.read_metrics(finished).columns["epoch"] == [1, 2, 3, 4, 5]


def test_i16_a_cut_config_is_named_with_the_way_on(explorer, finished, store):
    path = store.storage.path(f"runs/{finished}/config.json")
    path.write_bytes(path.read_bytes()[:40])
    record = explorer.runs.resume(finished)
    assert record.state == "failed" and record.message.startswith(f"{path} is damaged, or cut off: restore it")
