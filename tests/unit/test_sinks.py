"""Where else a run logs: told of every epoch, and never in its way."""

import json
import sys

import pytest

from core.config.train import build_config
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import read_rows
from core.settings import Settings
from core.training import sinks
from core.training.fit import train_run
from tests.graphs import make_graph

SMALL = {"hidden_channels": 4, "epochs": 3, "patience": 9, "device": "cpu"}


class FakeLogger:
    """Notes what it is told; see Lightning's Logger."""

    def __init__(self, fails_at=None):
        self.told, self.fails_at = [], fails_at

    def log_hyperparams(self, config):
        self.told.append(("config", config["epochs"]))

    def log_metrics(self, row, step):
        if step == self.fails_at:
            raise OSError("the network\nis gone")
        self.told.append((step, row))

    def finalize(self, status):
        self.told.append(("end", status))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run").mkdir()
    folder = RunFolder(tmp_path / "run")
    folder.write_json(files.ENVIRONMENT, {"sinks": ["tensorboard", "unknown"]})
    return folder


def train(folder):
    assert train_run(folder, build_config(SMALL), make_graph()) == "finished"
    return read_rows((folder / files.METRICS).read_bytes())


def test_a_sink_is_told_config_rows_and_end(folder, monkeypatch):
    logger = FakeLogger()
    monkeypatch.setattr(sinks, "OPENERS", {"tensorboard": lambda _: logger})
    rows = train(folder)
    assert logger.told[0] == ("config", 3) and logger.told[-1] == ("end", "success")
    assert [(step, row["val_acc"]) for step, row in logger.told[1:-1]] == [
        (row["epoch"], row["val_acc"]) for row in rows
    ]


def test_a_sink_that_fails_is_given_up_and_the_run_goes_on(folder, monkeypatch, caplog):
    logger = FakeLogger(fails_at=2)
    monkeypatch.setattr(sinks, "OPENERS", {"tensorboard": lambda _: logger})
    assert len(train(folder)) == 3
    assert [told[0] for told in logger.told] == ["config", 1]
    assert caplog.messages == [
        "nothing is logged to tensorboard any more (OSError: the network is gone); the run goes on"
    ]


def test_a_sink_without_its_package_says_so(folder, monkeypatch, caplog):
    for package in ("tensorboard", "tensorboardX", "wandb"):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sinks.OPENERS, "tensorboard", sinks._open_wandb)
    assert len(train(folder)) == 3
    assert len(caplog.messages) == 1 and caplog.messages[0].startswith("nothing is logged to tensorboard any more (")


def test_sinks_are_named_by_a_setting_and_stand_in_the_environment(make_explorer, tmp_path):
    assert Settings(sinks="wandb, tensorboard,wandb").sink_names == ("wandb", "tensorboard")
    for sinks_, expected in (("tensorboard", ["tensorboard"]), ("", None)):
        explorer = make_explorer(backend=Idle(), sinks=sinks_)
        graph = explorer.graphs.list()[0].id
        record = explorer.runs.submit(explorer.configs.build("gcn", {"epochs": 1}, graph=graph))
        path = explorer.settings.home_folder / "runs" / record.id / files.ENVIRONMENT
        assert json.loads(path.read_text()).get("sinks") == expected


def test_a_run_without_sinks_imports_no_logger(tmp_path):
    (tmp_path / "run").mkdir()
    folder = RunFolder(tmp_path / "run")
    folder.write_json(files.ENVIRONMENT, {})

    class Recorder:
        pass

    recorder = Recorder()
    recorder.folder = folder
    assert sinks.open_sinks(recorder) == []
    assert "wandb" not in sys.modules and "tensorboardX" not in sys.modules


class Idle:
    """Takes every run and lets it wait for ever."""

    def submit(self, job):
        pass

    def describe_place(self):
        from core.backends.base import Place

        return Place("Nowhere", "nothing", 1)
