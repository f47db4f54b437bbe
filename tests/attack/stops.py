"""Runs that are stopped at any moment, and processes that are killed: states stay true, and a resumed run is whole."""

import os
import random
import signal
import time
from contextlib import suppress

from tests.attack.judges import judge_rows, judge_state

ENDLESS = {"epochs": 3000, "patience": 3000, "device": "cpu"}
ENDED = ("stopped", "finished", "failed", "crashed")
STOP_SECONDS = 20.0  # in which a run that is asked to stop has ended, however busy the machine
NOTICE_SECONDS = 30.0  # in which a kill is noticed, and what waited waits again
GONE_SECONDS = 10.0  # in which a process goes whose run has ended


def attack_stops(world, count, *, graph, seed):
    """Stops `count` runs after moments of up to some seconds; each fifth goes on, and stops again."""
    rng = random.Random(seed)
    for number in range(count):
        run = world.server.train(graph, seed=number, **ENDLESS)
        time.sleep(rng.choice([0.0, 0.3, 1.5, 3.0, 5.0, rng.uniform(0, 6)]))
        world.verdict.note("stops", run, _stop(world, run))
        if number % 5 == 4:
            world.server.post(f"/runs/{run}/resume")
            time.sleep(rng.uniform(0, 5))
            world.verdict.note("stops after a resume", run, _stop(world, run))


def attack_kills(world, count, *, graph, seed):
    """Kills `count` processes: two that train for each that waits."""
    rng = random.Random(seed)
    for number in range(count):
        if number % 3 == 1:
            world.verdict.note("kills of one that waits", str(number), _kill_waiting(world, graph))
        else:
            world.verdict.note("kills of one that trains", str(number), _kill_training(world, graph, rng))


def _stop(world, run):
    world.server.post(f"/runs/{run}/stop")
    state = _wait_for(world, run, ENDED, STOP_SECONDS)
    if state not in ("stopped", "finished"):
        return [f"it is {state}, {STOP_SECONDS:.0f} s after it was asked to stop"]
    return _judge_ended(world, run)


def _kill_training(world, graph, rng):
    run = world.server.train(graph, seed=1000, **ENDLESS)
    with suppress(AssertionError):
        world.server.wait_for(run, "running", epoch=rng.choice([0, 1, 20, 100]), seconds=60)
    time.sleep(rng.uniform(0, 1))
    _kill(world, run)
    state = _wait_for(world, run, ENDED, NOTICE_SECONDS)
    if state != "crashed":
        return [f"it is {state}, {NOTICE_SECONDS:.0f} s after its process was killed"]
    faults = _judge_ended(world, run)
    goal = world.read(f"/runs/{run}")["epoch"] + 20
    if not (world.home / "runs" / run / "last.ckpt").exists():  # it begins anew, and is not waited for
        world.server.post(f"/runs/{run}/resume")
        return faults + _stop(world, run)
    world.server.post(f"/runs/{run}/resume", config={"epochs": goal})
    state = _wait_for(world, run, ENDED, 60.0)
    if state != "finished":
        return [*faults, f"it is {state} after it was resumed: {world.read(f'/runs/{run}')['message']}"]
    epochs = _read_epochs(world, run)
    return [*faults, *judge_rows(epochs), *([] if len(epochs) == goal else [f"{len(epochs)} epochs, not {goal}"])]


def _kill_waiting(world, graph):
    first = world.server.train(graph, seed=2000, hidden_channels=512, num_layers=6, **ENDLESS)
    world.server.wait_for(first, "running", epoch=1, seconds=60)
    run = world.server.train(graph, seed=2001, **ENDLESS)
    time.sleep(1)
    _kill(world, run)
    deadline = time.monotonic() + NOTICE_SECONDS
    while not world.find_processes(run) and time.monotonic() < deadline:
        time.sleep(0.2)
    has_turn = world.read(f"/runs/{first}")["state"] in ENDED
    state = world.read(f"/runs/{run}")["state"]
    is_true = world.find_processes(run) and (state == "pending" or (state == "running" and has_turn))
    faults = [] if is_true else [f"it is {state}, and the one before it has {'' if has_turn else 'not '}ended"]
    return faults + _stop(world, run) + _stop(world, first)


def _kill(world, run):
    killed = world.find_processes(run)
    for pid in killed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    while set(killed) & set(world.find_processes(run)):  # a signal takes a moment
        time.sleep(0.01)


def _wait_for(world, run, states, seconds):
    """The run's state once it is one of these, or when time is up; meanwhile it is judged."""
    deadline = time.monotonic() + seconds
    while (state := world.read(f"/runs/{run}")["state"]) not in states and time.monotonic() < deadline:
        time.sleep(0.1)
    return state


def _judge_ended(world, run):
    """What an ended run's state, processes and rows say, once its process has had time to go."""
    deadline = time.monotonic() + GONE_SECONDS
    while world.find_processes(run) and time.monotonic() < deadline:
        time.sleep(0.1)
    state = world.read(f"/runs/{run}")["state"]
    return judge_state(state, has_process=bool(world.find_processes(run))) + judge_rows(_read_epochs(world, run))


def _read_epochs(world, run):
    return world.read(f"/metrics-since?run={run}:0:0")["runs"][run]["columns"].get("epoch", [])
