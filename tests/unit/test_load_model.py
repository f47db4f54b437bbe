"""A run's model, loaded: it says what the run says, and damaged files are named."""

import numpy as np
import pytest
import torch

from core.config.models import MODEL_SPECS
from core.config.presets import list_presets
from core.config.race import settle_race
from core.config.train import build_config
from core.errors import ConflictError, FileNotStoredError, UnavailableError
from core.graph.archive import GraphOrigin, build_graph
from core.inference.load_model import load_model
from core.runs import files
from core.runs.report import find_winner, read_report
from core.training.fit import train_run
from tests.graphs import make_arrays, make_graph

SHORT = {"epochs": 12, "hidden_channels": 16, "device": "cpu"}
REFINED = {"link_dropout": 0.5, "feature_dropout": 0.5, "distribution_alignment": True, "smoothing_steps": 3}
CASES = {preset.name: preset.values for preset in list_presets()}
CASES |= {f"refined {name}": {"model": name, "average_decay": 0.9, **REFINED} for name in MODEL_SPECS}
CASES["parts"] = {"model": "gcn", "norm": "batch", "partitions": 3}


@pytest.fixture(scope="module")
def graph():
    return make_graph()


def train(folder, values, graph):
    config = build_config({**values, **SHORT})
    folder.write_json(files.CONFIG, config.model_dump())
    train_run(folder, config, graph)
    return lambda name: (folder / name).read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_logits_are_those_of_the_run(name, graph, new_folder):
    folder = new_folder("run")
    loaded = load_model("run", train(folder, CASES[name], graph), graph)
    with np.load(folder / files.PREDICTIONS) as saved:
        np.testing.assert_allclose(loaded.logits().numpy(), saved["logits"], atol=1e-5)
    assert not any(module.training for module in loaded.module.modules())
    config = build_config(folder.read_json(files.CONFIG))
    winner = find_winner(read_report(folder.read_json(files.REPORT)).race)
    assert loaded.config == (settle_race(config, winner) if winner else config)
    assert bool(winner) == (name == "best")


def test_what_was_smoothed_and_shifted_is_so_when_loaded(graph, new_folder):
    """Features that tell little, so that neighbours help an MLP; a GCN that hardly learns."""
    arrays = make_arrays()
    arrays["features"][np.arange(240), arrays["labels"]] -= 1.2
    faint = build_graph(arrays, GraphOrigin("faint", "archive", "Faint", "Made for tests."))
    smooth, shift = new_folder("smooth"), new_folder("shift")
    smoothed = load_model("smooth", train(smooth, {"model": "mlp", "smoothing_steps": 3}, faint), faint)
    assert smoothed.module.smoothing.choice > 0
    shifted = load_model("shift", train(shift, {"distribution_alignment": True, "lr": 1e-5}, graph), graph)
    assert shifted.module.alignment.shift.any()
    for folder, loaded in ((smooth, smoothed), (shift, shifted)):
        with np.load(folder / files.PREDICTIONS) as saved:
            np.testing.assert_allclose(loaded.logits().numpy(), saved["logits"], atol=1e-5)


def test_links_may_be_asked_for_gradients(graph, new_folder):
    loaded = load_model("run", train(new_folder("run"), CASES["best"], graph), graph)
    mask = torch.ones(graph.undirected.nnz, requires_grad=True)
    logits = loaded.logits(mask)
    torch.testing.assert_close(logits, loaded.logits())
    logits[0, 0].backward()
    sources = graph.undirected.nonzero()[1]
    assert mask.grad[sources == graph.undirected.indices[0]].any()
    assert all(parameter.grad is None for parameter in loaded.module.parameters())


def test_files_that_are_missing_or_damaged_are_named(graph, new_folder):
    read = train(new_folder("run"), CASES["gcn"], graph)

    def without(missing, error, content=None):
        def answer(name):
            if name == missing and content is None:
                raise error(name)
            return content if name == missing else read(name)

        return answer

    for error in (FileNotFoundError, FileNotStoredError):
        with pytest.raises(ConflictError, match=r"^run 7f has no best\.pt yet: wait until it has ended, or stop it$"):
            load_model("7f", without(files.BEST_WEIGHTS, error), graph)
    whole = read(files.BEST_WEIGHTS)
    for content in (b"", whole[:100], whole[: len(whole) // 2], whole[:-20], b"no weights"):
        with pytest.raises(UnavailableError, match=r"^best\.pt of run 7f is damaged: restore it, or train again"):
            load_model("7f", without(files.BEST_WEIGHTS, None, content), graph)
    for content in (b"", b"{", b"[1]", b"\xff"):
        with pytest.raises(UnavailableError, match=r"^config\.json of run 7f is damaged: restore it, or train again$"):
            load_model("7f", without(files.CONFIG, None, content), graph)


def test_another_graph_is_refused(graph, tiny_graph, new_folder):
    read = train(new_folder("run"), {**CASES["gcn"], "graph": "small"}, graph)
    expected = r"^best\.pt of run 7f does not fit its config\.json on graph tiny: choose graph small, on which"
    with pytest.raises(ConflictError, match=expected):
        load_model("7f", read, tiny_graph)
