"""A run that begins with another's epochs, and goes on with other settings."""

import json

import numpy as np
import pytest
import torch
from starlette.testclient import TestClient

from core.app.configs import FORKABLE
from core.config.command import build_fork_command
from core.errors import ConfigError, ConflictError, InvalidInputError
from core.http import build_api
from core.runs import files
from tests.rigs import InlineBackend

SHORT = {"hidden_channels": 4, "epochs": 8, "patience": 50, "device": "cpu", "lr": 0.5}  # epoch 2 is the best
PREFIX = ("epoch", "step", "train_loss", "stopping_loss", "val_acc", "elapsed_seconds")


@pytest.fixture
def explorer(make_explorer, tmp_path):
    return make_explorer(backend=InlineBackend(tmp_path / "home"), max_epochs=100)


@pytest.fixture(params=[{}, pytest.param({"average_decay": 0.5}, marks=pytest.mark.slow)], ids=["plain", "averaged"])
def parent(request, explorer, tiny_id):
    return explorer.runs.submit(explorer.configs.build("gcn", SHORT | request.param, graph=tiny_id))


def read_prefix(store, run_id, epochs):
    columns = store.read_metrics(run_id).columns
    return {name: columns[name][:epochs] for name in PREFIX}


def read_weights(explorer, run_id, name):
    content = torch.load(explorer.settings.home_folder / "runs" / run_id / name, weights_only=True)
    return content if name == files.BEST_WEIGHTS else content["weights"]


def test_row_20_a_fork_of_the_last_epoch_goes_on_as_the_run_itself_would(explorer, store, parent):
    fork = explorer.forks.fork(parent.id, {"epochs": 12}, epoch=8)
    assert (fork.state, fork.epochs, fork.parent, fork.forked_at) == ("finished", 12, parent.id, 8)
    assert read_prefix(store, fork.id, 8) == read_prefix(store, parent.id, 8)
    longer = explorer.runs.resume(parent.id, {"epochs": 12})
    losses = [store.read_metrics(run_id).columns["train_loss"] for run_id in (fork.id, longer.id)]
    assert losses[0] == losses[1]
    np.testing.assert_array_equal(store.read_logits(fork.id), store.read_logits(longer.id))


def test_row_20_a_fork_of_the_best_epoch_has_its_weights_and_learns_otherwise(explorer, store, parent):
    best = parent.best_epoch
    assert best < 8
    assert explorer.forks.list_epochs(parent) == tuple(dict.fromkeys((best, 8)))
    fork = explorer.forks.fork(parent.id, {"lr": 1e-9, "weight_decay": 0.0, "dropout": 0.0, "epochs": best + 1})
    assert (fork.state, fork.epochs, fork.forked_at, fork.config["lr"]) == ("finished", best + 1, best, 1e-9)
    assert read_prefix(store, fork.id, best) == read_prefix(store, parent.id, best)
    kept, now = read_weights(explorer, parent.id, files.BEST_WEIGHTS), read_weights(explorer, fork.id, "last.ckpt")
    learnt = [name for name in kept if "running" not in name and "tracked" not in name]  # not what is only counted
    assert all(torch.allclose(now[name], kept[name], atol=1e-6) for name in learnt)
    columns = store.read_metrics(fork.id).columns
    assert columns["lr"][-1] == 1e-9 and len(columns["lr"]) == best + 1
    command = f"wikics runs fork {parent.id} --epoch {best} --set lr=1e-09 --set weight_decay=0.0 --set dropout=0.0"
    assert build_fork_command(store.read_environment(fork.id)) == f"{command} --set epochs={best + 1}"


@pytest.mark.parametrize("parent", [{}], indirect=True)
def test_row_20_what_cannot_be_forked_is_refused_with_the_way_on(explorer, store, parent, make_run, storage):
    def refuse(error, words, ref=parent.id, changes=None, **at):
        with pytest.raises(error, match=words):
            explorer.forks.fork(ref, changes or {"epochs": 20}, **at)

    kept = f"{parent.best_epoch} and 8"  # which is best is decided by rounding, otherwise on another processor
    offered = f"no checkpoint of epoch 99: it keeps the weights of {kept}, the best and the last"
    refuse(InvalidInputError, offered, epoch=99)
    refuse(ConfigError, "split cannot change at a fork: only lr, ", changes={"split": 1})
    refuse(ConflictError, "epochs is 8, and 8 of them are trained already", changes={"lr": 0.1}, epoch=8)
    refuse(ConflictError, "has no last.ckpt to go on from", ref=make_run())
    state = json.loads(storage.read(f"runs/{parent.id}/state.json"))
    storage.write(f"runs/{parent.id}/state.json", json.dumps(state | {"state": "crashed"}).encode())
    refuse(ConflictError, "is crashed: resume it first, then fork it")
    assert len(store.list()) == 2


@pytest.mark.parametrize("parent", [{}], indirect=True)
def test_row_20_http_forks_and_a_fork_that_lost_its_checkpoint_fails(explorer, store, parent, storage):
    client = TestClient(build_api(lambda: explorer), base_url="http://localhost")
    answer = client.post(f"/runs/{parent.id}/fork", json={"epoch": 8, "config": {"epochs": 9}})
    assert (answer.status_code, answer.json()["parent"], answer.json()["epochs"]) == (201, parent.id, 9)
    assert client.post(f"/runs/{parent.id}/fork", json={"config": {"split": 1}}).status_code == 422
    fork = answer.json()["id"]
    for name in (files.LAST_CHECKPOINT, files.PREVIOUS_CHECKPOINT, files.FORK_CHECKPOINT):
        storage.delete(f"runs/{fork}/{name}")
    state = json.loads(storage.read(f"runs/{fork}/state.json"))
    storage.write(f"runs/{fork}/state.json", json.dumps(state | {"state": "crashed"}).encode())
    again = explorer.runs.resume(fork)
    assert (again.state, again.message) == ("failed", "fork.ckpt is missing: fork the run again")


def test_row_25_a_fork_has_its_parents_histograms_up_to_where_it_was_forked(explorer, tiny_id):
    parent = explorer.runs.submit(explorer.configs.build("gcn", SHORT | {"histogram_every": 1}, graph=tiny_id))
    fork = explorer.forks.fork(parent.id, {"lr": 0.01, "epochs": parent.best_epoch + 2})
    theirs, ours = (explorer.runs.read_histograms(run.id).epochs for run in (parent, fork))
    assert [epoch.epoch for epoch in ours] == list(range(1, parent.best_epoch + 3))
    assert ours[: parent.best_epoch] == theirs[: parent.best_epoch]
    assert ours[-1] not in theirs


def test_row_20_what_may_change_leaves_the_weights_as_they_are():
    from core.config.train import TrainConfig

    assert set(FORKABLE) <= set(TrainConfig.model_fields)


@pytest.mark.slow
def test_row_20_a_fork_of_a_race_goes_on_from_its_winner(explorer, store, tiny_id):
    entered = SHORT | {"race_epochs": 2, "heads": 2, "epochs": 4}
    parent = explorer.runs.submit(explorer.configs.build("best", entered, graph=tiny_id))
    fork = explorer.forks.fork(parent.id, {"epochs": 6}, epoch=4)
    assert (fork.state, fork.epochs, fork.forked_at) == ("finished", 6, 4)
    assert read_prefix(store, fork.id, 4) == read_prefix(store, parent.id, 4)
    longer = explorer.runs.resume(parent.id, {"epochs": 6})
    np.testing.assert_array_equal(store.read_logits(fork.id), store.read_logits(longer.id))
