"""Training one run: the protocol, the files, the same weights again, stop and resume."""

import json

import numpy as np
import pytest
import torch

from core.config.train import build_config
from core.errors import ConfigError, InvalidInputError, TrainingError
from core.graph.archive import GraphOrigin, build_graph
from core.models.build import build_model, build_refined
from core.models.inputs import build_inputs
from core.runs import files
from core.runs.metrics import COLUMNS, read_rows
from core.training import loop, recorder
from core.training.fit import train_run
from tests.graphs import make_arrays, make_graph

SMALL = {"hidden_channels": 16, "lr": 0.03, "epochs": 12, "patience": 100, "device": "cpu"}


REFINED = {
    **{"link_dropout": 0.5, "feature_dropout": 0.5},
    **{"distribution_alignment": True, "smoothing_steps": 3},
}
TAUGHT = {**REFINED, "average_decay": 0.9, "consistency": 1.0}


@pytest.fixture(scope="module")
def graph():
    return make_graph()


def weights_of(folder):
    """Final and best weights as bytes."""
    last = torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)
    best = torch.load(folder / files.BEST_WEIGHTS, weights_only=True)
    tensors = {**{f"last.{k}": v for k, v in last["weights"].items()}, **{f"best.{k}": v for k, v in best.items()}}
    return {name: tensor.numpy().tobytes() for name, tensor in tensors.items()}


def rows_of(folder, *names):
    rows = read_rows((folder / files.METRICS).read_bytes())
    return [tuple(row[name] for name in names) for row in rows]


LEARNT = ("epoch", "train_loss", "train_acc", "stopping_loss", "stopping_acc", "val_loss", "val_acc")


def test_leaves_every_file_of_a_finished_run(graph, new_folder):
    folder, epochs = new_folder("run"), []
    config = build_config(SMALL)
    assert train_run(folder, config, graph, on_epoch=epochs.append) == "finished"
    assert epochs == list(range(1, 13))
    assert sorted(path.name for path in folder.path.iterdir()) == sorted(
        [
            *(files.METRICS, files.SNAPSHOTS, files.HISTOGRAMS, files.LAST_CHECKPOINT),
            *(files.BEST_WEIGHTS, files.PREDICTIONS, files.REPORT),
        ]
    )
    rows = read_rows((folder / files.METRICS).read_bytes())
    assert [row["epoch"] for row in rows] == [row["step"] for row in rows] == epochs
    assert all(row[name] is not None for row in rows for name in COLUMNS if "gpu" not in name and name != "energy_wh")
    report = folder.read_json(files.REPORT)
    assert (report["outcome"], report["epochs"], report["split"]) == ("finished", 12, 0)
    assert report["test_acc"] > 0.6
    with np.load(folder / files.SNAPSHOTS) as snapshots:
        assert snapshots["epochs"].tolist() == epochs
        assert snapshots["pred"].shape == (12, 240)


def test_best_epoch_is_of_stopping_articles_and_ties_go_to_the_lower_loss(graph, new_folder):
    folder = new_folder("run")
    config = build_config({**SMALL, "split": 1})
    train_run(folder, config, graph)
    report = folder.read_json(files.REPORT)
    rows = rows_of(folder, "epoch", "stopping_acc", "stopping_loss", "val_acc")
    best = max(rows, key=lambda row: (row[1], -row[2]))
    assert report["best_epoch"] == best[0]
    with np.load(folder / files.PREDICTIONS) as saved:
        logits = saved["logits"]
    pred = logits.argmax(axis=1)
    assert (pred == graph.y)[graph.stopping_masks[1]].mean() == pytest.approx(best[1]) == report["stopping_acc"]
    assert (pred == graph.y)[graph.val_masks[1]].mean() == pytest.approx(best[3]) == report["val_acc"]
    assert report["test_acc"] == pytest.approx((pred == graph.y)[graph.test_mask].mean())

    model = build_model(config, in_channels=10, out_channels=3)
    weights = torch.load(folder / files.BEST_WEIGHTS, weights_only=True)
    model.load_state_dict({name.removeprefix("model."): value for name, value in weights.items()})
    inputs = build_inputs(config, graph)
    with torch.no_grad():
        again = model.eval()(inputs.x, inputs.adj).numpy()
    np.testing.assert_allclose(again, logits, atol=1e-5)


def test_the_mean_of_the_weights_is_what_predicts(graph, new_folder):
    folder = new_folder("run")
    config = build_config({**SMALL, **TAUGHT, "epochs": 40})
    train_run(folder, config, graph)
    model = build_refined(config, in_channels=10, out_channels=3)
    best = torch.load(folder / files.BEST_WEIGHTS, weights_only=True)
    model.load_state_dict({name.removeprefix("model."): value for name, value in best.items()})
    inputs = build_inputs(config, graph)
    with torch.no_grad(), np.load(folder / files.PREDICTIONS) as saved:
        np.testing.assert_allclose(model.eval()(inputs).numpy(), saved["logits"], atol=1e-5)
    assert folder.read_json(files.REPORT)["test_acc"] > 0.6


def test_no_weight_depends_on_a_category_outside_the_training_articles(graph, new_folder):
    arrays = make_arrays()
    arrays["labels"] = np.where(arrays["train_masks"][0], arrays["labels"], (arrays["labels"] + 1) % 3)
    other = build_graph(arrays, GraphOrigin("small", "archive", "Small", "Made for tests."))
    one, two = new_folder("one"), new_folder("two")
    for folder, each in ((one, graph), (two, other)):
        train_run(folder, build_config({**SMALL, **TAUGHT}), each)
    last = [torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)["weights"] for folder in (one, two)]
    learnt = [{name: value for name, value in each.items() if not name.endswith(("choice", "shift"))} for each in last]
    assert {name: value.numpy().tobytes() for name, value in learnt[0].items()} == {
        name: value.numpy().tobytes() for name, value in learnt[1].items()
    }
    assert rows_of(one, "train_loss", "train_acc") == rows_of(two, "train_loss", "train_acc")


def test_nothing_before_the_report_depends_on_test_labels(graph, new_folder):
    arrays = make_arrays()
    arrays["labels"] = np.where(arrays["test_mask"], (arrays["labels"] + 1) % 3, arrays["labels"])
    other = build_graph(arrays, GraphOrigin("small", "archive", "Small", "Made for tests."))
    one, two = new_folder("one"), new_folder("two")
    train_run(one, build_config(SMALL), graph)
    train_run(two, build_config(SMALL), other)
    assert weights_of(one) == weights_of(two)
    assert rows_of(one, *LEARNT) == rows_of(two, *LEARNT)
    assert one.read_json(files.REPORT)["test_acc"] != two.read_json(files.REPORT)["test_acc"]


def test_patience_ends_a_run_that_no_longer_gets_better(graph, new_folder):
    folder = new_folder("run")
    train_run(folder, build_config({**SMALL, "epochs": 500, "patience": 4, "lr": 0.05}), graph)
    report = folder.read_json(files.REPORT)
    assert report["epochs"] == report["best_epoch"] + 4 < 500


@pytest.mark.parametrize("model", ["gcn", "mlp", "gat"])
def test_same_seed_same_weights(model, graph, new_folder):
    values = {**SMALL, "model": model, "heads": 4, "epochs": 5, "attention_dropout": 0.2}
    folders = [new_folder(name) for name in ("one", "two", "three")]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        train_run(folder, build_config({**values, "seed": seed}), graph)
    one, two, three = map(weights_of, folders)
    assert one == two
    assert one != three


@pytest.mark.parametrize(
    "values",
    [
        {"model": "gcn", "norm": "batch"},
        {"model": "sage", "norm": "layer"},
        {"model": "gatv2", "norm": "none"},
        {"model": "appnp", "norm": "layer"},
        {"model": "gcn", "norm": "layer", **TAUGHT},
        {"model": "gcn", "norm": "batch", **TAUGHT},
        {"model": "sage", **TAUGHT},
        {"model": "gat", **REFINED},
        {"model": "sgc", **TAUGHT},
        {"model": "mlp", **TAUGHT},
    ],
)
def test_stopped_and_resumed_run_ends_as_an_undisturbed_one(values, graph, new_folder):
    config = build_config({**SMALL, "dropout": 0.5, **values})
    whole, halted = new_folder("whole"), new_folder("halted")
    train_run(whole, config, graph)

    def stop_after_5(epoch):
        if epoch == 5:
            (halted / files.STOP).touch()

    assert train_run(halted, config, graph, on_epoch=stop_after_5) == "stopped"
    report = halted.read_json(files.REPORT)
    assert (report["outcome"], report["epochs"]) == ("stopped", 6)
    assert (halted / files.PREDICTIONS).exists()
    torch.manual_seed(99)  # whatever the process drew meanwhile
    (halted / files.STOP).unlink()
    seen = []
    assert train_run(halted, config, graph, resume=True, on_epoch=seen.append) == "finished"
    assert seen == list(range(7, 13))
    assert weights_of(halted) == weights_of(whole)
    assert rows_of(halted, *LEARNT) == rows_of(whole, *LEARNT)
    for name in (files.PREDICTIONS, files.SNAPSHOTS):
        with np.load(halted / name) as ours, np.load(whole / name) as theirs:
            assert {key: ours[key].tobytes() for key in ours.files} == {
                key: theirs[key].tobytes() for key in theirs.files
            }


def test_resume_without_a_checkpoint_begins_anew_and_of_a_done_run_only_reports(graph, new_folder):
    folder = new_folder("run")
    (folder / files.METRICS).write_text("epoch\n1\n2\n")
    (folder / f"{files.LAST_CHECKPOINT}.1f.partial").write_bytes(b"half")
    config = build_config({**SMALL, "epochs": 3})
    assert train_run(folder, config, graph, resume=True) == "finished"
    assert rows_of(folder, "epoch") == [(1,), (2,), (3,)]
    assert not list(folder.path.glob("*.partial"))
    before, report = weights_of(folder), (folder / files.REPORT).read_text()
    (folder / files.REPORT).unlink()
    assert train_run(folder, config, graph, resume=True, on_epoch=pytest.fail) == "finished"
    again, once = json.loads((folder / files.REPORT).read_text()), json.loads(report)
    assert {**again, "peak_memory_mb": 0} == {**once, "peak_memory_mb": 0}
    assert weights_of(folder) == before


def test_a_loss_that_is_no_number_is_said(graph, new_folder):
    folder = new_folder("run")
    config = build_config({**SMALL, "norm": "none", "lr": 10.0, "num_layers": 16, "dropout": 0.0, "epochs": 200})
    arrays = make_arrays()
    arrays["features"] = arrays["features"] * np.float32(1e30)
    huge = build_graph(arrays, GraphOrigin("huge", "archive", "Huge", "Made for tests."))
    with pytest.raises(
        TrainingError, match=r"^the loss is no number in epoch \d+: lower lr \(now 10\), or set norm=layer"
    ):
        train_run(folder, config, huge)


def test_memory_that_runs_out_is_said(graph, new_folder, monkeypatch):
    def fit_too_much(*_):
        torch.empty(2**50, dtype=torch.uint8)

    monkeypatch.setattr(loop.Trainer, "fit", fit_too_much)
    with pytest.raises(TrainingError, match=r"^memory ran out: lower hidden_channels \(now 16\)"):
        train_run(new_folder("run"), build_config(SMALL), graph)


def test_other_errors_pass_unchanged_and_the_metrics_are_closed(graph, new_folder):
    def fail(epoch):
        raise RuntimeError("a bug")

    folder = new_folder("run")
    with pytest.raises(RuntimeError, match="a bug"):
        train_run(folder, build_config(SMALL), graph, on_epoch=fail)
    assert rows_of(folder, "epoch") == [(1,)]


def test_split_device_and_precision_are_checked_first(graph, new_folder, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    folder = new_folder("run")
    for values, error, message in (
        ({"split": 2}, InvalidInputError, "split 2 does not exist"),
        ({"device": "cuda"}, ConfigError, "device is 'cuda', but this machine has cpu: set device=auto"),
        ({"device": "auto", "precision": "bf16-mixed"}, ConfigError, "precision is 'bf16-mixed', but"),
    ):
        with pytest.raises(error, match=message):
            train_run(folder, build_config({**SMALL, **values}), graph)
    assert list(folder.path.iterdir()) == []


def test_checkpoints_come_between_epochs_at_most_every_two_seconds(graph, new_folder, monkeypatch):
    folder, saved = new_folder("run"), []
    monkeypatch.setattr(recorder, "save_checkpoint", lambda _, checkpoint: saved.append(checkpoint.progress.epoch))
    train_run(folder, build_config({**SMALL, "epochs": 5}), graph)
    assert saved == [5]
    monkeypatch.setattr(recorder, "CHECKPOINT_SECONDS", 0.0)
    train_run(folder, build_config({**SMALL, "epochs": 5}), graph)
    assert saved == [5, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("model", ["sage", "gat", "mlp"])
def test_a_run_begun_when_gcn_alone_was_refined_goes_on_so(model, graph, new_folder):
    """Bit for bit as the version that began it would have gone on."""
    values = {**SMALL, "model": model, "heads": 4, "average_decay": 0.9}
    ignoring, plain = new_folder("ignoring"), new_folder("plain")
    for folder in (ignoring, plain):
        train_run(folder, build_config({**values, "epochs": 4}), graph)
    path = ignoring / files.LAST_CHECKPOINT
    content = torch.load(path, weights_only=True)
    del content["refines"], content["progress"]["step"]
    torch.save(content, path)
    for epochs in (8, 12):  # the second from a checkpoint of today
        train_run(ignoring, build_config({**values, **REFINED, "epochs": epochs}), graph, resume=True)
        train_run(plain, build_config({**values, "epochs": epochs}), graph, resume=True)
    assert weights_of(ignoring) == weights_of(plain)
    assert rows_of(ignoring, *LEARNT, "step") == rows_of(plain, *LEARNT, "step")
