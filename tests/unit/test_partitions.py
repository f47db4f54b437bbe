"""Training part by part: which articles fall where, the step on a part, the same weights again."""

import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch_geometric.utils import from_scipy_sparse_matrix, subgraph

from core.config.train import build_config
from core.errors import ConfigError
from core.graph.archive import GraphOrigin, build_graph
from core.models.build import MODELS
from core.models.inputs import build_inputs
from core.runs import files
from core.runs.metrics import read_rows
from core.training.fit import train_run
from core.training.parts.classifier import PartitionedClassifier, cut_links
from core.training.parts.loader import RandomParts
from core.training.replicas.train import supports_replicas
from tests.graphs import make_graph

NUM_NODES = 240
SMALL = {"hidden_channels": 16, "heads": 4, "lr": 0.03, "epochs": 9, "patience": 100, "device": "cpu", "partitions": 3}
LEARNT = ("epoch", "train_loss", "train_acc", "stopping_loss", "stopping_acc", "val_loss", "val_acc")


@pytest.fixture(scope="module")
def graph():
    return make_graph()


def weights_of(folder):
    last = torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)
    best = torch.load(folder / files.BEST_WEIGHTS, weights_only=True)
    return [{name: tensor.numpy().tobytes() for name, tensor in some.items()} for some in (last["weights"], best)]


def rows_of(folder):
    rows = read_rows((folder / files.METRICS).read_bytes())
    return [tuple(row[name] for name in LEARNT) for row in rows]


def steps_of(folder):
    return [row["step"] for row in read_rows((folder / files.METRICS).read_bytes())]


@pytest.mark.parametrize("partitions", [2, 7, 120])
def test_every_article_falls_into_one_part_and_each_epoch_into_another(partitions, graph):
    parts = RandomParts(build_config({**SMALL, "partitions": partitions}), graph, epoch=lambda: 0)
    first, again, next_epoch = (list(parts.draw(epoch)) for epoch in (0, 0, 1))
    assert torch.cat(first).sort().values.tolist() == list(range(NUM_NODES))
    assert all(torch.equal(one, two) for one, two in zip(first, again, strict=True))
    assert [part.tolist() for part in first] != [part.tolist() for part in next_epoch]
    assert all(torch.equal(part, part.sort().values) for part in first)


def test_drawing_leaves_the_generator_of_dropout_alone(graph):
    before = torch.get_rng_state()
    list(RandomParts(build_config(SMALL), graph, epoch=lambda: 0))
    assert torch.equal(torch.get_rng_state(), before)


def test_parts_without_training_articles_make_no_step(graph):
    config = build_config({**SMALL, "partitions": NUM_NODES // 2})  # two articles a part
    parts = RandomParts(config, graph, epoch=lambda: 4)
    is_train = graph.train_masks[0]
    expected = [part.tolist() for part in parts.draw(4) if is_train[part].any()]
    assert [part.tolist() for part in parts] == expected
    assert 0 < len(expected) < NUM_NODES // 2


def test_no_part_is_an_article_alone(graph, new_folder):
    """241 articles in 16 parts of 16 would leave one over, which batch normalisation could not take."""
    which = np.arange(NUM_NODES + 1) % NUM_NODES  # the first article twice
    role = which % 4
    more = build_graph(
        {
            "features": graph.x[which],
            "edge_index": graph.edge_index,
            "labels": graph.y[which],
            **{f"{name}_masks": (role == i)[None] for i, name in enumerate(("train", "val", "stopping"))},
            "test_mask": role == 3,
        },
        GraphOrigin("more", "archive", "More", "Made for tests."),
    )
    config = build_config({**SMALL, "partitions": 16, "norm": "batch", "epochs": 1})
    parts = RandomParts(config, more, epoch=lambda: 0)
    assert [len(part) for part in parts.draw(0)] == [16] * 14 + [17]
    assert train_run(new_folder("run"), config, more) == "finished"


def test_more_parts_than_pairs_of_articles_are_refused(graph, new_folder):
    with pytest.raises(ConfigError, match=r"^partitions is 121, but Small has 240 articles, .*: set partitions=120 or"):
        train_run(new_folder("run"), build_config({**SMALL, "partitions": 121}), graph)


def test_processes_take_turns_and_make_the_same_number_of_steps(graph):
    config = build_config({**SMALL, "partitions": 5, "devices": 2})
    drawn = [part.tolist() for part in RandomParts(config, graph, epoch=lambda: 1).draw(1)]
    ours, theirs = (
        [part.tolist() for part in RandomParts(config, graph, epoch=lambda: 1, rank=rank)] for rank in (0, 1)
    )
    assert ours == [drawn[0], drawn[2], drawn[4]]
    assert theirs == [drawn[1], drawn[3], drawn[0]]


def test_links_of_a_part_are_those_of_pyg(graph):
    index = np.sort(np.random.default_rng(1).permutation(NUM_NODES)[:90])
    edge_index, _ = from_scipy_sparse_matrix(graph.undirected)
    expected, _ = subgraph(torch.from_numpy(index), edge_index, relabel_nodes=True, num_nodes=NUM_NODES)
    ours, _ = from_scipy_sparse_matrix(cut_links(graph.undirected, index))
    assert sorted(map(tuple, ours.T.tolist())) == sorted(map(tuple, expected.T.tolist()))


@pytest.mark.parametrize("model", sorted(MODELS))
def test_a_step_is_that_of_a_graph_made_of_the_part(model, graph):
    config = build_config({**SMALL, "model": model, "dropout": 0.0})
    index = np.sort(np.random.default_rng(2).permutation(NUM_NODES)[:100])
    where = np.full(NUM_NODES, -1)
    where[index] = np.arange(100)
    links = where[graph.edge_index]
    part = build_graph(
        {
            "features": graph.x[index],
            "edge_index": links[:, (links >= 0).all(axis=0)],
            "labels": graph.y[index],
            **{f"{name}_masks": getattr(graph, f"{name}_masks")[:, index] for name in ("train", "val", "stopping")},
            "test_mask": graph.test_mask[index],
        },
        GraphOrigin("part", "archive", "Part", "Made for tests."),
    )
    module = PartitionedClassifier(config, graph)
    loss = module.training_step(torch.from_numpy(index), 0)
    inputs = build_inputs(config, part)
    train = torch.tensor(part.train_masks[0])
    logits, y = module.model(inputs)[train], torch.tensor(part.y)[train]
    torch.testing.assert_close(loss, F.cross_entropy(logits, y))
    assert module.train_score.loss == pytest.approx(loss.item())
    assert module.train_score.acc == pytest.approx((logits.argmax(dim=1) == y).float().mean().item())


def test_the_training_score_of_an_epoch_counts_every_article_once(graph):
    config = build_config({**SMALL, "dropout": 0.0})
    module = PartitionedClassifier(config, graph)
    scores, counts = [], []
    for part in RandomParts(config, graph, epoch=lambda: 0):
        module.on_train_epoch_start()
        module.training_step(part, 0)
        scores.append(module.train_score)
        counts.append(int(graph.train_masks[0][part.numpy()].sum()))
    module.on_train_epoch_start()
    for part in RandomParts(config, graph, epoch=lambda: 0):
        module.training_step(part, 0)
    assert sum(counts) == graph.train_masks[0].sum()
    assert module.train_score.loss == pytest.approx(np.average([score.loss for score in scores], weights=counts))
    assert module.train_score.acc == pytest.approx(np.average([score.acc for score in scores], weights=counts))


@pytest.mark.parametrize("model", ["gcn", "mlp", "sage", "gat", "appnp"])
def test_learns_and_resumes_to_the_same_weights(model, graph, new_folder):
    config = build_config({**SMALL, "model": model})
    whole, halted = new_folder("whole"), new_folder("halted")
    train_run(whole, config, graph)
    assert whole.read_json(files.REPORT)["test_acc"] > 0.7

    def stop_after_4(epoch):
        if epoch == 4:
            (halted / files.STOP).touch()

    assert train_run(halted, config, graph, on_epoch=stop_after_4) == "stopped"
    torch.manual_seed(99)  # whatever the process drew meanwhile
    (halted / files.STOP).unlink()
    assert train_run(halted, config, graph, resume=True) == "finished"
    assert weights_of(halted) == weights_of(whole)
    assert rows_of(halted) == rows_of(whole)


@pytest.mark.parametrize("counts", [True, False])
def test_steps_are_those_of_the_optimiser_across_resumes(counts, graph, new_folder):
    """counts: whether the checkpoint says how many there were; those of older versions do not."""
    folder = new_folder("run")
    train_run(folder, build_config({**SMALL, "partitions": 4, "epochs": 2}), graph)
    assert steps_of(folder) == [4, 8]
    if not counts:
        path = folder / files.LAST_CHECKPOINT
        content = torch.load(path, weights_only=True)
        del content["progress"]["step"]
        torch.save(content, path)
    train_run(folder, build_config({**SMALL, "partitions": 4, "epochs": 4}), graph, resume=True)
    assert steps_of(folder) == [4, 8, 12, 16]


def test_one_part_is_the_full_graph_and_passes_through_none_of_this(graph, new_folder, monkeypatch):
    config = build_config({**SMALL, "partitions": 1, "epochs": 1})
    for name in ("parts.loader", "parts.classifier", "group.lead", "group.follower"):
        monkeypatch.setitem(sys.modules, f"core.training.{name}", None)
    monkeypatch.setitem(sys.modules, "torch_geometric.loader", None)
    assert train_run(new_folder("run"), config, graph) == "finished"


def test_replicas_refuse_parts():
    assert supports_replicas(build_config({}))
    assert not supports_replicas(build_config({"partitions": 2}))


def test_fewer_parts_than_processes_are_refused():
    with pytest.raises(ConfigError, match=r"^partitions: 2 is fewer than devices 3, .*; set partitions=3 or more$"):
        build_config({"partitions": 2, "devices": 3})
