"""Stored files, damaged one at a time in every way: what is asked then is answered, and nothing beside it is hidden."""

import json
import random
import shutil

from tests.attack.judges import judge_listed, judge_page
from tests.tab import Tab

KIND = "damaged files"
AFTER = "requests after damage"
PAGES = ("", "train", "runs", "compare", "benchmark", "map", "article")
NOT_READ = ("queue", "download")  # the queue is attacked by stops and kills
SLOW = ("twin", "wikics")  # graphs that are made or fetched anew, for many seconds


def _cut(content, rng):
    return content[: rng.randrange(max(len(content), 1))]


def _flip(content, rng):
    bits = bytearray(content)
    for _ in range(1 + len(bits) // 500):
        if bits:
            bits[rng.randrange(len(bits))] ^= 1 << rng.randrange(8)
    return bytes(bits)


def _other_types(content, rng):
    """Each value of a JSON object becomes one of another kind."""
    values = [None, True, -1, 2**70, 1e308, "", "x" * 5_000, [], [[]], {}, {"a": [1]}, "\x00", [None], "NaN"]
    try:
        whole = json.loads(content)
        chosen = rng.sample(sorted(whole), min(len(whole), 3))
        return json.dumps({**whole, **{key: rng.choice(values) for key in chosen}}).encode()
    except (ValueError, TypeError):
        return json.dumps(rng.choice(values)).encode()


def _lacking(content, rng):
    try:
        whole = json.loads(content)
        return json.dumps({key: whole[key] for key in whole if rng.random() < 0.5}).encode()
    except (ValueError, TypeError):
        return content[len(content) // 2 :]


def _other_numbers(content, rng):
    return content.replace(
        b"1", rng.choice([b"1" * 25, b"-1", b"1e999", b"NaN", b"1.5", b"\xff"]), 1 + rng.randrange(40)
    )


def _fixed(content):
    return lambda _content, _rng: content


CONTENTS = {
    "cut": _cut,
    "bits flipped": _flip,
    "garbage": lambda content, rng: rng.randbytes(len(content) or 100),
    "garbage in lines": lambda _, rng: b"\n".join(rng.randbytes(40) for _ in range(50)),
    "begins well, ends as garbage": lambda content, rng: content[: len(content) // 2] + rng.randbytes(500),
    "other types": _other_types,
    "values lacking": _lacking,
    "other numbers": _other_numbers,
    "empty": _fixed(b""),
    "zeros": lambda content, _: bytes(len(content)),
    "twice": lambda content, _: content + content,
    "deep": _fixed(b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    "deep in a config": _fixed(b'{"config": ' + b'{"a": ' * 400 + b"1" + b"}" * 401),
    "surrogate": _fixed(
        b'{"state": "finished", "name": "\\ud800", "preset": "\\udfff", "id": "\\ud800", "message": "\\ud800"}'
    ),
    "bytes of a surrogate": _fixed(b'{"name": "\xed\xa0\x80", "message": "\xed\xa0\x80"}'),
    "long numbers": _fixed(b'{"epoch": ' + b"9" * 5_000 + b', "created_at": 1' + b"0" * 400 + b"}"),
    "65 bits": _fixed(
        b'{"epoch": 36893488147419103232, "epochs": -36893488147419103232, "split": 18446744073709551616}'
    ),
    "a list": _fixed(b"[1, 2]"),
    "UTF-16": _fixed('{"state": "finished"}'.encode("utf-16")),
    "odd rows": _fixed(b"epoch,step\n1e300,2\n99999999999999999999999999,1\n-1,nan\n,,,\n"),
    "an empty zip": _fixed(b"PK\x05\x06" + bytes(18)),
    "a zip of nothing": lambda _, rng: b"PK\x03\x04" + rng.randbytes(200) + b"PK\x05\x06" + bytes(18),
    "a pickle": _fixed(b"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94."),
}


def _as_folder(file):
    file.mkdir()
    (file / "inside").write_bytes(b"x")


def _as_unreadable(file):
    """Nobody may read it; whom nothing is refused cannot follow a link that leads to itself."""
    file.symlink_to(file)


PLACES = {
    "a folder in its place": _as_folder,
    "unreadable": _as_unreadable,
    "a link out of the home": lambda file: file.symlink_to("/etc/hostname"),
    "a link to nothing": lambda file: file.symlink_to("/nothing/here"),
    "missing": lambda _file: None,
}


def attack_files(world, count, *, runs, benchmarks, graphs, seed, slow=False):
    """Damages files of every kind `count` times, asks for all that reads them, and puts them back.

    slow: whether those too that are made anew where they are damaged.
    """
    rng = random.Random(seed)
    unread = {*NOT_READ, *(() if slow else SLOW)}
    files = [path for path in sorted(world.home.rglob("*")) if path.is_file() and not set(path.parts) & unread]
    files = [path for path in files if not path.name.endswith((".lock", ".ticket", ".slot", ".run"))]
    by_kind = {}
    for path in files:
        by_kind.setdefault((path.relative_to(world.home).parts[0], path.name), []).append(path)
    deeds = [(kind, what) for kind in sorted(by_kind) for what in [*CONTENTS, *PLACES]]
    rng.shuffle(deeds)
    deeds *= -(-count // len(deeds))
    with Tab(world.url) as tab:
        for number, (kind, what) in enumerate(deeds[:count]):
            file = rng.choice(by_kind[kind])
            kept = file.read_bytes()
            _damage(file, what, kept, rng)
            try:
                _look(world, f"{what}: {file.relative_to(world.home)}", runs, benchmarks, graphs, file)
                if number % 4 == 0:
                    _draw(world, tab, PAGES[number // 4 % len(PAGES)], f"{what}: {file.relative_to(world.home)}")
            finally:
                _remove(file)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(kept)
    found = world.read("/runs")["runs"]
    whole = [run["id"] for run in found if not run["damage"]]
    world.verdict.note(KIND, f"all put back, {[run['damage'] for run in found]}", judge_listed(whole, runs))


def _damage(file, what, content, rng):
    if what in CONTENTS:
        file.write_bytes(CONTENTS[what](content, rng))
    else:
        file.unlink()
        PLACES[what](file)


def _remove(file):
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)


def _look(world, what, runs, benchmarks, graphs, file):
    """Whatever reads the file is asked for; all other runs, benchmarks and graphs are listed."""
    parts = file.relative_to(world.home).parts
    run = parts[1] if parts[0] == "runs" else runs[0]
    graph = parts[1] if parts[0] == "graphs" else graphs[0]
    benchmark = parts[1] if parts[0] == "benchmarks" else benchmarks[0]
    if parts[0] == "graphs":  # out of memory with it
        for other in [one for one in graphs if one != graph][:3]:
            world.http.get(f"{world.url}/api/graphs/{other}", timeout=60)
    faults = []
    answers = {kind: world.ask(AFTER, about=what, path=f"/api/{kind}") for kind in ("runs", "benchmarks", "graphs")}
    for kind, expected in (("runs", runs), ("benchmarks", benchmarks), ("graphs", graphs)):
        if answers[kind] is None or answers[kind].status_code != 200:
            faults.append(f"/api/{kind} is not answered")
            continue
        listed = [item["id"] for item in answers[kind].json()[kind]]
        own = {parts[1]} if parts[0] == kind and not (kind == "runs" and file.name != "state.json") else set()
        faults += judge_listed(listed, set(expected) - own)
    world.verdict.note(KIND, what, faults)
    for path in _paths(run, graph, benchmark):
        world.ask(AFTER, about=what, path=path)
    world.ask(AFTER, about=what, path=f"/api/runs/{run}/predict", method="POST", json={"articles": [0]})
    world.ask(AFTER, about=what, path="/healthz", judged=False)


def _paths(run, graph, benchmark):
    return (
        *(f"/api/runs/{run}", f"/api/metrics-since?run={run}:0:0", "/metrics"),
        *(f"/api/graphs/{graph}", f"/api/graphs/{graph}/map?run={run}", f"/api/graphs/{graph}/articles?q=cache"),
        *(f"/api/graphs/{graph}/articles/0?run={run}", f"/api/benchmarks/{benchmark}"),
    )


def _draw(world, tab, page, what):
    drawn = tab.open(page)
    world.verdict.note("pages over damaged files", f"/{page} {what}", judge_page(drawn, secret=[str(world.folder)]))
