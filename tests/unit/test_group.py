"""Two processes that train one run together on a CPU."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
import torch

from core.config.train import build_config
from core.early import count_cpus
from core.errors import ConfigError, TrainingError
from core.runs import files
from core.runs.folder import RunFolder
from core.runs.metrics import read_rows
from core.training import device, recorder
from core.training.fit import train_run
from core.training.group.processes import start_group
from core.training.module import NodeClassifier
from core.training.parts.classifier import PartitionedClassifier
from core.training.parts.loader import RandomParts
from tests.graphs import make_graph

SMALL = {"hidden_channels": 16, "lr": 0.03, "epochs": 8, "patience": 100, "device": "cpu"}
TOGETHER = {**SMALL, "partitions": 4, "devices": 2}
NUM_NODES = 240

with_two_processors = pytest.mark.skipif(count_cpus() < 2, reason="two processes on a CPU need two processors")


@pytest.fixture(autouse=True)
def no_main_module(monkeypatch):
    """A new process first runs the main module of the old one, which AppTest leaves replaced by a page of its own."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture(scope="module")
def graph():
    return make_graph()


def last_weights(folder):
    return torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)["weights"]


def fail(rank, message):
    raise ValueError(f"{message} {rank.rank}")


def die(rank):
    os._exit(7)


@pytest.fixture
def four_threads():
    """Tests have one, which could not be shared out."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def wait_for(condition, seconds):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)


@pytest.mark.slow
@with_two_processors
def test_learns_what_averaged_gradients_of_both_parts_teach(graph, new_folder):
    """Rank 1's weights show in its gradients: were they not rank 0's, the weights below would differ."""
    config = build_config({**TOGETHER, "dropout": 0.0})
    folder = new_folder("run")
    assert train_run(folder, config, graph) == "finished"

    torch.manual_seed(config.seed)
    module = PartitionedClassifier(config, graph)
    optimizer = module.configure_optimizers()
    for epoch in range(config.epochs):
        drawn = list(RandomParts(build_config(SMALL | {"partitions": 4}), graph, epoch=lambda at=epoch: at))
        for pair in (drawn[:2], drawn[2:]):
            optimizer.zero_grad()
            sum(module.training_step(part, 0) / 2 for part in pair).backward()
            optimizer.step()
    for name, value in last_weights(folder).items():
        torch.testing.assert_close(value, module.state_dict()[name], atol=1e-4, rtol=1e-3)


@pytest.mark.slow
@with_two_processors
def test_stopped_and_resumed_run_ends_as_an_undisturbed_one(graph, new_folder):
    config = build_config({**TOGETHER, "dropout": 0.5})
    whole, halted = new_folder("whole"), new_folder("halted")
    epochs = []
    assert train_run(whole, config, graph, on_epoch=epochs.append) == "finished"
    assert epochs == list(range(1, 9))
    assert sorted(path.name for path in whole.path.iterdir()) == sorted(
        [
            *(files.METRICS, files.SNAPSHOTS, files.HISTOGRAMS, files.LAST_CHECKPOINT),
            *(files.BEST_WEIGHTS, files.PREDICTIONS, files.REPORT),
        ]
    )
    assert [row["epoch"] for row in read_rows((whole / files.METRICS).read_bytes())] == epochs
    assert whole.read_json(files.REPORT)["test_acc"] > 0.7

    def stop_after_3(epoch):
        if epoch == 3:
            (halted / files.STOP).touch()

    assert train_run(halted, config, graph, on_epoch=stop_after_3) == "stopped"
    assert multiprocessing.active_children() == []
    assert halted.read_json(files.REPORT)["epochs"] == 4
    torch.manual_seed(99)  # whatever the process drew meanwhile
    (halted / files.STOP).unlink()
    assert train_run(halted, config, graph, resume=True) == "finished"
    ours, theirs = last_weights(halted), last_weights(whole)
    assert {name: value.numpy().tobytes() for name, value in ours.items()} == {
        name: value.numpy().tobytes() for name, value in theirs.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(("work", "arguments", "code"), [(fail, ("no luck for",), 1), (die, (), 7)])
def test_a_process_that_fails_is_said_and_none_stays_behind(work, arguments, code, capfd, four_threads):
    with (
        pytest.raises(TrainingError, match=rf"^a process that trained beside this one ended with exit code {code}: "),
        start_group(2, "cpu", work, *arguments),
    ):
        torch.distributed.barrier()
    assert multiprocessing.active_children() == []
    assert not torch.distributed.is_initialized()
    assert torch.get_num_threads() == 4
    assert ("ValueError: no luck for 1" in capfd.readouterr().err) == (work is fail)


@pytest.mark.slow
@with_two_processors
def test_n08_two_processes_leave_a_long_epoch_together(graph, new_folder, monkeypatch):
    monkeypatch.setattr(recorder, "LONG_EPOCH_SECONDS", 0.0)
    monkeypatch.setattr(recorder, "CHECKPOINT_SECONDS", 0.0)
    folder, config, steps = new_folder("run"), build_config(TOGETHER), []
    old = NodeClassifier.on_train_batch_end

    def count(module, *args):
        steps.append(args)
        if len(steps) == 4:
            (folder / files.STOP).touch()
        old(module, *args)

    monkeypatch.setattr(NodeClassifier, "on_train_batch_end", count)
    assert train_run(folder, config, graph) == "stopped"
    assert multiprocessing.active_children() == [] and not torch.distributed.is_initialized()
    epochs = folder.read_json(files.REPORT)["epochs"]
    assert torch.load(folder / files.LAST_CHECKPOINT, weights_only=True)["progress"]["epoch"] == epochs < 3
    (folder / files.STOP).unlink()
    assert train_run(folder, config, graph, resume=True) == "finished"


@pytest.mark.slow
@with_two_processors
def test_an_error_of_this_process_passes_unchanged_and_ends_the_other(graph, new_folder):
    def refuse(epoch):
        raise TrainingError("a bug")

    with pytest.raises(TrainingError, match="a bug"):
        train_run(new_folder("run"), build_config(TOGETHER), graph, on_epoch=refuse)
    assert multiprocessing.active_children() == []


def train_for_ever(folder):
    """Run in a process of its own by the test below."""
    train_run(RunFolder(Path(folder)), build_config(TOGETHER | {"epochs": 10**6, "patience": 10**6}), make_graph())


@pytest.mark.slow
@with_two_processors
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_first_process_is_killed_the_other_ends(how, new_folder):
    folder = new_folder("run")
    process = subprocess.Popen(
        [sys.executable, "-c", f"import test_group; test_group.train_for_ever({str(folder.path)!r})"],
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (Path(__file__).parent, Path(__file__).parents[2])))},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for((folder / files.METRICS).exists, 60)
        others = [path for path in Path("/proc").glob("[0-9]*/stat") if _group_of(path) == process.pid]
        assert len(others) == 3  # these two, and multiprocessing's tracker
        process.send_signal(how)
        process.wait(timeout=20)
        wait_for(lambda: not any(_group_of(path) == process.pid for path in others), 10)
    finally:
        process.kill()
        process.wait()


def _group_of(stat):
    """The process group of a /proc/PID/stat; None once it has ended."""
    try:
        state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return None
    return None if state == "Z" else int(group)


def test_more_processes_than_there_are_devices_are_refused(graph, new_folder, monkeypatch):
    folder = new_folder("run")
    monkeypatch.setattr(device, "count_cpus", lambda: 1)
    with pytest.raises(ConfigError, match=r"^devices is 2, but this machine has 1 of cpu: set devices=1$"):
        train_run(folder, build_config(TOGETHER), graph)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(
        ConfigError, match=r"^devices is 2, but this machine has 1 of cuda: set devices=1 or device=cpu$"
    ):
        train_run(folder, build_config({**TOGETHER, "device": "cuda"}), graph)
    assert list(folder.path.iterdir()) == []
