"""Replicas in training: the losses, best epochs and reports of runs one by one."""

import numpy as np
import pytest
import torch

from core.config.presets import load_preset
from core.config.train import TrainConfig, build_config
from core.errors import InvalidInputError, TrainingError
from core.evaluation.report import build_report
from core.graph.archive import GraphOrigin, build_graph
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.report import read_report
from core.training.fit import train_run
from core.training.replicas import train as module
from core.training.replicas.speedups import Speedups
from core.training.replicas.train import supports_replicas, train_replicas
from core.training.replicas.training import SCORES
from tests.graphs import make_arrays, make_graph
from tests.unit.test_fit import rows_of

PLAIN = {"hidden_channels": 16, "lr": 0.01, "epochs": 25, "patience": 6, "device": "cpu", "dropout": 0.0}
PAIRS = [(0, 0), (1, 0), (0, 3), (1, 7)]


TAUGHT = {"average_decay": 0.9, "consistency": 1.0, "distribution_alignment": True, "smoothing_steps": 3}
DROPPED = {"link_dropout": 0.5, "feature_dropout": 0.5, "dropout": 0.5}


@pytest.fixture(scope="module")
def graph():
    return make_graph()


def train_alone(values, graph, folder):
    """The losses and accuracies, logits and report of a run of its own."""
    folder.mkdir()
    train_run(RunFolder(folder), build_config(values), graph)
    with np.load(folder / files.PREDICTIONS) as saved:
        logits = saved["logits"]
    return np.array(rows_of(RunFolder(folder), *SCORES)), logits, read_report(RunFolder(folder).read_json(files.REPORT))


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "gcn", "num_layers": 3},
        {"model": "sage", "norm": "none"},
        {"model": "sage", "num_layers": 3, "residual": True, "jk": "cat"},
        {"model": "mlp", "feature_norm": "standard"},
        {"model": "appnp", "propagation_steps": 4},
        {"model": "sgc"},
        {"model": "sage", "self_loops": True, **TAUGHT},
        {"model": "gcn", "jk": "last", "feature_norm": "unit", **TAUGHT},
        {"model": "gat", "heads": 4, "jk": "last", "residual": True, **TAUGHT},
        {"model": "gat", "heads": 2, "norm": "none"},
        {"model": "sgc", **TAUGHT},
    ],
)
def test_losses_equal_those_of_runs_one_by_one(fields, graph, tmp_path):
    values = {**PLAIN, **fields}
    outcomes = train_replicas(build_config(values), graph, PAIRS)
    assert [(outcome.facts.split, outcome.seed) for outcome in outcomes] == PAIRS
    # Two of the four are trained alone: together they differ in split and in seed.
    for (split, seed), outcome in list(zip(PAIRS, outcomes, strict=True))[1:3]:
        scores, logits, report = train_alone(
            {**values, "split": split, "seed": seed}, graph, tmp_path / f"{split}-{seed}"
        )
        np.testing.assert_allclose(outcome.scores, scores, atol=1e-4)
        np.testing.assert_allclose(outcome.logits, logits, atol=1e-3)
        ours = build_report(outcome.logits, graph, outcome.facts)
        for name in ("outcome", "split", "best_epoch", "epochs", "num_parameters", "device"):
            assert getattr(ours, name) == getattr(report, name), name
        assert ours.test_acc == pytest.approx(report.test_acc, abs=1.5 / graph.test_mask.sum())
        assert 0 < ours.seconds_per_epoch <= ours.seconds


def test_training_losses_equal_with_batch_normalisation_too(graph, tmp_path):
    # A bias before batch normalisation has no gradient but rounding errors, of which Adam makes whole steps.
    # Training does not see them; evaluation does, since its running means come after.
    values = {**PLAIN, "norm": "batch", "lr": 0.001, "patience": 25}
    for (split, seed), outcome in zip(PAIRS, train_replicas(build_config(values), graph, PAIRS), strict=True):
        scores, _, _ = train_alone({**values, "split": split, "seed": seed}, graph, tmp_path / f"{split}-{seed}")
        np.testing.assert_allclose(outcome.scores[:, :2], scores[:, :2], atol=1e-4)
        np.testing.assert_allclose(outcome.scores[:, [2, 4]], scores[:, [2, 4]], atol=1e-2)


@pytest.mark.slow
def test_with_dropout_accuracy_is_like_that_of_runs_one_by_one(graph, tmp_path):
    values = {**PLAIN, "dropout": 0.5, "epochs": 40, "patience": 40}
    pairs = [(split, seed) for split in (0, 1) for seed in range(5)]
    together = [
        build_report(outcome.logits, graph, outcome.facts).test_acc
        for outcome in train_replicas(build_config(values), graph, pairs)
    ]
    alone = [
        train_alone({**values, "split": split, "seed": seed}, graph, tmp_path / f"{split}-{seed}")[2].test_acc
        for split, seed in pairs
    ]
    spread = np.std(together) / len(pairs) ** 0.5 + np.std(alone) / len(pairs) ** 0.5
    assert abs(np.mean(together) - np.mean(alone)) < 3 * spread + 0.005
    assert np.mean(together) > 0.6
    assert len(set(together)) > 1


def test_dropout_follows_the_pairs(graph):
    config = build_config({**PLAIN, "dropout": 0.5, "epochs": 4})
    one, two, other = (train_replicas(config, graph, pairs) for pairs in (PAIRS, PAIRS, PAIRS[::-1]))
    assert all(np.array_equal(a.scores, b.scores) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0].scores, other[-1].scores)


def test_n08_a_stop_is_heard_after_each_long_epoch_of_replicas(graph, monkeypatch):
    monkeypatch.setattr(module, "LONG_EPOCH_SECONDS", 0.0)
    epochs, quick = [], []
    config = build_config({**PLAIN, "epochs": 12})
    heard = train_replicas(config, graph, PAIRS[:2], on_epoch=epochs.append)
    assert epochs == [2 * number for number in range(1, 13) if number not in (1, 11)]
    monkeypatch.setattr(module, "LONG_EPOCH_SECONDS", 1e9)
    unheard = train_replicas(config, graph, PAIRS[:2], on_epoch=quick.append)
    assert quick == [20, 24]
    assert all(np.array_equal(a.scores, b.scores) for a, b in zip(heard, unheard, strict=True))


def test_each_is_handed_on_once_when_it_is_done(graph):
    done, epochs = [], []
    outcomes = train_replicas(
        build_config({**PLAIN, "epochs": 500}),
        graph,
        [*PAIRS, PAIRS[0]],
        on_done=lambda outcome: done.append((outcome.facts.split, outcome.seed)),
        on_epoch=epochs.append,
    )
    assert sorted(done) == sorted(PAIRS)
    assert outcomes[0] is outcomes[-1]
    lengths = [outcome.facts.epochs for outcome in outcomes[:-1]]
    assert [len(outcome.scores) for outcome in outcomes[:-1]] == lengths
    assert len(set(lengths)) > 1
    assert all(outcome.facts.epochs == outcome.facts.best_epoch + 6 < 500 for outcome in outcomes)
    # An epoch counts for those in training alone, until it is next looked.
    assert epochs == sorted(epochs)
    assert sum(lengths) <= epochs[-1] < sum(lengths) + module.SYNC_EPOCHS * len(PAIRS)


def test_how_many_together_changes_no_loss(graph, monkeypatch):
    config = build_config({**PLAIN, "model": "sage", "epochs": 500})
    whole = train_replicas(config, graph, PAIRS)
    assert len({outcome.facts.epochs for outcome in whole}) > 2  # so that some were dropped from the stack
    monkeypatch.setattr(module, "KEEP_SHARE", 0.0)
    for other in (train_replicas(config, graph, PAIRS), train_replicas(config, graph, PAIRS, replicas=3)):
        for ours, theirs in zip(other, whole, strict=True):
            np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-4)
            np.testing.assert_allclose(ours.logits, theirs.logits, atol=1e-3)


@pytest.mark.parametrize("kernel", ["columns", "csr", "edges"])
def test_speedups_change_no_loss(kernel, graph, monkeypatch):
    monkeypatch.setattr("core.models.ops.kernels.COLUMNS", 24)
    config = build_config({**PLAIN, "model": "sage", "epochs": 10})
    plain = train_replicas(config, graph, PAIRS)
    other = train_replicas(config, graph, PAIRS, speedups=Speedups(kernel))
    for ours, theirs in zip(other, plain, strict=True):
        np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-4)


def test_fewer_at_once_where_memory_runs_out(graph, monkeypatch):
    tried, done = [], []

    class Greedy(module.ReplicaTraining):
        def __init__(self, config, graph, inputs, pairs, device):
            tried.append(len(pairs))
            if len(pairs) > limit:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            super().__init__(config, graph, inputs, pairs, device)

    monkeypatch.setattr(module, "ReplicaTraining", Greedy)
    config, limit = build_config({**PLAIN, "epochs": 3}), 1
    outcomes = train_replicas(config, graph, PAIRS, on_done=done.append)
    assert tried == [4, 2, 1, 1, 1, 1]
    assert [(outcome.facts.split, outcome.seed) for outcome in outcomes] == PAIRS
    assert done == outcomes
    limit = 0
    with pytest.raises(TrainingError, match=r"^memory ran out: lower hidden_channels \(now 16\)"):
        train_replicas(config, graph, PAIRS)


def test_a_loss_that_is_no_number_is_said(graph):
    arrays = make_arrays()
    arrays["features"] = arrays["features"] * np.float32(1e30)
    huge = build_graph(arrays, GraphOrigin("huge", "archive", "Huge", "Made for tests."))
    config = build_config({**PLAIN, "norm": "none", "lr": 10.0, "num_layers": 16, "epochs": 200})
    with pytest.raises(
        TrainingError, match=r"^the loss is no number in epoch \d+ of split 0, seed 0: lower lr \(now 10\)"
    ):
        train_replicas(config, huge, PAIRS)


def test_what_cannot_be_stacked_is_refused(graph):
    for fields in ({"model": "gatv2"}, {"precision": "bf16-mixed"}, {"precision": "bf16-mixed", "race_epochs": 3}):
        config = build_config(fields)
        assert not supports_replicas(config)
        with pytest.raises(TrainingError, match="cannot be trained as replicas: train it run by run"):
            train_replicas(config, graph, PAIRS)
    assert supports_replicas(build_config({"model": "gcn", "heads": 4, "preset": "gcn", "split": 3}))
    assert supports_replicas(build_config({"model": "mlp", "link_dropout": 0.5}))  # which it does not read
    assert supports_replicas(build_config({"model": "sage", "self_loops": True, **TAUGHT, **DROPPED}))
    assert supports_replicas(build_config({**load_preset("best").values, "graph": "small"}))
    with pytest.raises(InvalidInputError, match="split 2 does not exist"):
        train_replicas(build_config(PLAIN), graph, [(2, 0)])


def test_a_field_of_later_days_is_not_ignored():
    class Later(TrainConfig):
        edge_dropout: float = 0.0

    fields = {**TrainConfig.model_fields, "edge_dropout": Later.model_fields["edge_dropout"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TrainConfig", type("Config", (), {"model_fields": fields}))
        assert supports_replicas(Later(model="gcn"))
        assert not supports_replicas(Later(model="gcn", edge_dropout=0.1))


def test_c14_replicas_race_as_runs_one_by_one_do(graph, tmp_path):
    values = {**PLAIN, **TAUGHT, "heads": 4, "jk": "last", "epochs": 8, "race_epochs": 3}
    outcomes = train_replicas(build_config(values), graph, PAIRS)
    assert [(outcome.facts.split, outcome.seed) for outcome in outcomes] == PAIRS
    split, seed = PAIRS[1]
    scores, logits, report = train_alone({**values, "split": split, "seed": seed}, graph, tmp_path / "alone")
    ours, theirs = outcomes[1].facts.race, report.race
    assert [(each.name, each.epochs, each.is_chosen) for each in ours] == [
        (each.name, each.epochs, each.is_chosen) for each in theirs
    ]
    np.testing.assert_allclose([each.held_acc for each in ours], [each.held_acc for each in theirs], atol=0.02)
    np.testing.assert_allclose(outcomes[1].scores, scores, atol=1e-4)
    np.testing.assert_allclose(outcomes[1].logits, logits, atol=1e-3)
    assert outcomes[1].facts.seconds > sum(each.seconds for each in ours)


def test_c14_what_drops_links_and_features_learns_as_well(graph, tmp_path):
    values = {**PLAIN, **TAUGHT, **DROPPED, "model": "gcn", "jk": "last", "epochs": 20, "patience": 20}
    outcomes = train_replicas(build_config(values), graph, PAIRS)
    _, _, report = train_alone(values, graph, tmp_path / "alone")
    accuracies = [build_report(outcome.logits, graph, outcome.facts).test_acc for outcome in outcomes]
    assert np.mean(accuracies) == pytest.approx(report.test_acc, abs=0.15)
    assert len({outcome.logits.tobytes() for outcome in outcomes}) == len(PAIRS)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("model", ["gcn", "sage", "gat"])
def test_c14_a_gpu_records_all_that_best_does(model, graph, caplog):
    values = {**PLAIN, **TAUGHT, **DROPPED, "model": model, "heads": 4, "jk": "last", "epochs": 30, "patience": 30}
    there = train_replicas(build_config({**values, "device": "cuda"}), graph, PAIRS)
    here = train_replicas(build_config(values), graph, PAIRS)
    assert "cannot be recorded" not in caplog.text
    means = [np.mean([build_report(each.logits, graph, each.facts).test_acc for each in ran]) for ran in (there, here)]
    assert means[0] == pytest.approx(means[1], abs=0.15)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("kernel", ["bag", "columns", "csr", "edges"])
@pytest.mark.parametrize("captured", [False, True])
def test_a_gpu_gives_the_losses_of_the_cpu(kernel, captured, graph):
    values = {**PLAIN, "num_layers": 3, "lr": 0.001}
    here = train_replicas(build_config(values), graph, PAIRS)
    there = train_replicas(
        build_config({**values, "device": "cuda"}), graph, PAIRS, speedups=Speedups(kernel, captured=captured)
    )
    for ours, theirs in zip(there, here, strict=True):
        length = min(len(ours.scores), len(theirs.scores))
        losses = [name.endswith("loss") for name in SCORES]
        np.testing.assert_allclose(ours.scores[:length, losses], theirs.scores[:length, losses], atol=1e-4)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_chooses_and_drops_those_that_are_done(graph):
    config = build_config({**PLAIN, "dropout": 0.5, "epochs": 500, "device": "cuda"})
    outcomes = train_replicas(config, graph, PAIRS)
    assert all(outcome.facts.epochs == outcome.facts.best_epoch + 6 < 500 for outcome in outcomes)
