"""The race of architectures: what it is judged by, what is kept of it, stop, kill and resume within it."""

import json
import multiprocessing
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.config.race import RACERS, settle_race
from core.config.train import build_config
from core.errors import ConfigError, DamagedFileError
from core.evaluation.diagnoses import tell_race
from core.inference.load_model import load_model
from core.runs import files
from core.runs.metrics import read_rows
from core.runs.report import Racer, find_winner, read_report
from core.training.fit import train_run
from core.training.race import choose
from tests.graphs import make_graph

pytestmark = pytest.mark.slow  # each trains four models
RACE = {
    **{"hidden_channels": 16, "heads": 4, "jk": "last", "lr": 0.03, "epochs": 9, "race_epochs": 4, "device": "cpu"},
    **{"link_dropout": 0.5, "feature_dropout": 0.5, "distribution_alignment": True, "smoothing_steps": 3},
    **{"average_decay": 0.9, "consistency": 1.0},
}
LONG = RACE | {"epochs": 60, "race_epochs": 40}
LEARNT = ("epoch", "train_loss", "train_acc", "stopping_loss", "stopping_acc", "val_loss", "val_acc")


@pytest.fixture(scope="module")
def graph():
    return make_graph()


@pytest.fixture(scope="module")
def whole(graph, tmp_path_factory):
    """A run with a race that nothing disturbed, which has said how far that was."""
    from core.runs.folder import RunFolder

    folder, said = RunFolder(tmp_path_factory.mktemp("whole")), []
    assert train_run(folder, build_config(RACE), graph, on_race=said.append) == "finished"
    assert len(said) == 4 * 4
    assert said[-3] == "choosing the architecture: GAT with residuals (4 of 4), epoch 2 of 4"
    return folder


def trained(folder):
    """All that a run learnt, as bytes and plain values."""
    last = torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)
    best = torch.load(folder / files.BEST_WEIGHTS, weights_only=True)
    tensors = {**{f"last.{k}": v for k, v in last["weights"].items()}, **{f"best.{k}": v for k, v in best.items()}}
    rows = read_rows((folder / files.METRICS).read_bytes())
    with np.load(folder / files.PREDICTIONS) as saved:
        logits = saved["logits"].tobytes()
    weights = {name: tensor.numpy().tobytes() for name, tensor in tensors.items()}
    return weights, [tuple(row[name] for name in LEARNT) for row in rows], logits, told(folder)


def read_race(folder):
    """What is known of a race that is not over."""
    return read_report(json.loads((folder / files.RACE).read_text())).race


def told(folder):
    """The race of a run's report, without its seconds."""
    return [replace(racer, seconds=None) for racer in read_report(folder.read_json(files.REPORT)).race]


def test_c14_the_winner_trains_as_if_it_had_been_named(graph, new_folder, whole):
    race = told(whole)
    assert [racer.name for racer in race] == list(RACERS)
    assert {racer.epochs for racer in race} == {4}
    best = max(racer.held_acc for racer in race)
    assert [racer.is_chosen for racer in race] == [racer.name == find_winner(race) for racer in race]
    assert next(racer.held_acc for racer in race if racer.is_chosen) == best
    named = new_folder("named")
    train_run(named, settle_race(build_config(RACE), find_winner(race)), graph)
    assert trained(named)[:3] == trained(whole)[:3]
    made = [{path.name for path in each.path.iterdir()} - {files.PREVIOUS_CHECKPOINT} for each in (whole, named)]
    assert made[0] == made[1] | {files.RACE}


def test_c14_no_weight_depends_on_a_label_of_a_test_article(graph, new_folder, whole):
    y = graph.y.copy()
    y[graph.test_mask] = np.random.default_rng(0).permutation(y[graph.test_mask])
    assert (y != graph.y).any()
    permuted = new_folder("permuted")
    train_run(permuted, build_config(RACE), replace(graph, y=y))
    assert trained(permuted) == trained(whole)
    accuracies = [read_report(folder.read_json(files.REPORT)).test_acc for folder in (whole, permuted)]
    assert accuracies[0] != accuracies[1]


def test_c14_a_race_counts_in_the_time_of_a_run(whole):
    report = read_report(whole.read_json(files.REPORT))
    rows = read_rows((whole / files.METRICS).read_bytes())
    lost = sum(racer.seconds for racer in report.race if not racer.is_chosen)
    assert report.seconds == pytest.approx(lost + sum(row["epoch_seconds"] for row in rows), rel=0.5)
    assert rows[-1]["elapsed_seconds"] == pytest.approx(report.seconds, abs=1e-5)


@pytest.mark.parametrize("runs_before", range(4))
def test_c14_stopped_in_the_race_it_goes_on_to_the_same_end(runs_before, graph, new_folder, whole, monkeypatch):
    folder = new_folder("run")
    place = folder.path / files.RACE_FOLDER / list(RACERS)[runs_before]
    looks = type(folder).stop_requested.fget

    def asks(self):
        """A stop is asked for while this one runs."""
        if self.path == place:
            (folder / files.STOP).touch()
        return looks(self)

    with monkeypatch.context() as patch:
        patch.setattr(type(folder), "stop_requested", property(asks))
        assert train_run(folder, build_config(RACE), graph) == "stopped"
    assert not (folder / files.REPORT).exists()
    assert not (folder / files.LAST_CHECKPOINT).exists()
    (folder / files.STOP).unlink()
    torch.manual_seed(99)  # whatever the process drew meanwhile
    assert train_run(folder, build_config(RACE), graph, resume=True) == "finished"
    assert trained(folder) == trained(whole)


def test_c14_a_kill_while_the_winner_is_brought_loses_nothing(graph, new_folder, whole, monkeypatch):
    folder = new_folder("run")
    with monkeypatch.context() as patch:
        patch.setattr("core.training.race.BROUGHT", (files.METRICS,))
        patch.setattr("core.training.race.shutil.rmtree", lambda *_, **__: pytest.fail("killed"))
        with pytest.raises(pytest.fail.Exception):
            train_run(folder, build_config(RACE), graph)
    assert train_run(folder, build_config(RACE), graph, resume=True) == "finished"
    assert trained(folder) == trained(whole)


@pytest.mark.parametrize("text", ["{", '{"race": [{"name": "gat"}]}', '{"race": []}'])
def test_c14_a_race_that_cannot_be_read_is_run_again(text, graph, new_folder, whole):
    folder = new_folder("run")
    (folder / files.RACE).write_text(text)
    assert train_run(folder, build_config(RACE), graph, resume=True) == "finished"
    assert trained(folder) == trained(whole)


def test_c14_its_model_is_loaded_as_the_winner(graph, whole):
    whole.write_json(files.CONFIG, build_config(RACE).model_dump())
    loaded = load_model("run", lambda name: (whole / name).read_bytes(), graph)
    assert (loaded.config.model, loaded.config.race_epochs) == (RACERS[find_winner(told(whole))]["model"], 0)
    with np.load(whole / files.PREDICTIONS) as saved:
        np.testing.assert_allclose(loaded.logits().numpy(), saved["logits"], atol=1e-5)
    (whole / files.CONFIG).unlink()
    given = {files.CONFIG: b'{"race_epochs": 4}', files.REPORT: b"{}"}
    with pytest.raises(DamagedFileError, match="does not say which architecture won its race: restore it, or train"):
        load_model("run", given.__getitem__, graph)


def test_c14_a_run_tells_among_what_it_chose_and_by_what_margin():
    race = choose([Racer("gcn", 80, 0.8, 2.0), Racer("sage", 80, 0.8, 3.0), Racer("gat", 80, 0.79, 5.0)])
    (found,) = tell_race(read_report({"race": [vars(racer) for racer in race]}))
    assert found.sentence == (
        "It chose GCN by 0.00 points on stopping and validation articles: GCN 80.00 %, GraphSAGE 80.00 %, "
        "GAT with residuals 79.00 %, each at its best of 80 epochs, in 10.0 s."
    )
    assert tell_race(read_report({})) == tell_race(None) == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"partitions": 2}, "partitions: a race is run on the full graph alone; set race_epochs=0, or partitions=1"),
        ({"heads": 3}, "heads: 3 does not divide hidden_channels 256, and GAT is in the race"),
    ],
)
def test_c14_what_no_race_can_have_is_refused_in_a_sentence(values, words):
    with pytest.raises(ConfigError, match=words):
        build_config({"race_epochs": 5, **values})


def train_long(folder, graph):
    """Run in a process of its own by the test below."""
    train_run(folder, build_config(LONG), graph)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_c14_killed_in_the_race_it_ends_as_if_it_had_not_been(graph, new_folder):
    whole, killed = new_folder("whole"), new_folder("killed")
    train_run(whole, build_config(LONG), graph)
    place = killed / files.RACE_FOLDER / "sage" / files.METRICS
    process = multiprocessing.get_context("fork").Process(target=train_long, args=(killed, graph))
    process.start()
    until = time.monotonic() + 60
    while not place.exists() and process.is_alive():
        assert time.monotonic() < until
        time.sleep(0.001)
    process.kill()
    process.join()
    assert [racer.name for racer in read_race(killed)] == ["gcn", "gcn-residual"]
    assert train_run(killed, build_config(LONG), graph, resume=True) == "finished"
    assert trained(killed) == trained(whole)
