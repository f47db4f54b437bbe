"""Hostile archives and files of every format that the upload takes, sent as a page's uploader sends them."""

import random

import psutil

from tests.attack.damage import CONTENTS
from tests.attack.judges import judge_page
from tests.attack.samples import build_hostile, build_samples
from tests.tab import Tab

KIND = "uploads"
MAX_GROWTH_BYTES = 2 << 30  # what the largest upload may unpack to, twice
MAX_SECONDS = 30.0


def attack_uploads(world, count, *, seed):
    """Sends `count` hostile sets of files: those made by hand, then of every format with changed bytes."""
    rng = random.Random(seed)
    canary = world.folder / "canary"
    made = list(build_hostile(str(canary)).items())
    rng.shuffle(made)
    deeds = (made + list(_change(build_samples(), rng, max(0, count - len(made)))))[:count]
    process = psutil.Process(world.server.process.pid)
    tab, uploader = None, ""
    for number, (what, files) in enumerate(deeds):
        if number % 20 == 0:  # a session's files are kept in memory as long as it lasts
            tab = _renew(tab, world)
            uploader = tab.open().uploader
        before = process.memory_info().rss
        drawn = tab.upload(uploader, files)
        faults = judge_page(drawn, secret=[str(world.folder)])
        faults += [f"it took {drawn.seconds:.0f} s"] if drawn.seconds > MAX_SECONDS else []
        grown = process.memory_info().rss - before
        faults += [f"memory grew by {grown >> 20} MB"] if grown > MAX_GROWTH_BYTES else []
        faults += ["something in it was executed"] if canary.exists() else []
        world.verdict.note(KIND, what, faults)
        uploader = drawn.uploader or tab.open().uploader
    tab.__exit__()
    for graph in world.read("/graphs")["graphs"]:  # what was taken can be shown
        world.ask("what was uploaded", f"/api/graphs/{graph['id']}")
        world.ask("what was uploaded", f"/api/graphs/{graph['id']}/articles/0")


def _renew(tab, world):
    if tab is not None:
        tab.__exit__()
    return Tab(world.url, timeout=120).__enter__()


def _change(samples, rng, count):
    names = list(samples)
    for number in range(count):
        kind = names[number % len(names)]
        how = rng.choice(["cut", "bits flipped", "begins well, ends as garbage", "other numbers", "twice", "zeros"])
        files = dict(samples[kind])
        name = rng.choice(list(files))
        files[name] = CONTENTS[how](files[name], rng)
        yield f"{kind}, {name} {how}", files
