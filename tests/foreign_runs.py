"""Runs of other programs, as tests make them and take them in."""

import io
import tarfile

from core.runs.imports.events import dump_events

ROWS = {
    0: {"accuracy/stopping": 0.5, "accuracy/val": 0.25, "accuracy/test": 0.125, "loss/train": 2.0, "bias": 9.0},
    1: {"accuracy/stopping": 0.75, "accuracy/val": 0.5, "accuracy/test": 0.625, "loss/train": 1.0, "bias": 8.0},
    2: {"accuracy/stopping": 0.75, "accuracy/val": 0.75, "accuracy/test": 0.875, "loss/train": 0.5, "bias": 7.0},
}
TIMES = {0: 1.6e9, 1: 1.6e9 + 2, 2: 1.6e9 + 4}


def write_run(folder, rows=ROWS, *, times=TIMES, settings=(), name="events.out.tfevents.1"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(dump_events(rows, times, dict(settings)))
    return folder / name


def tar(path, members, mode="w:xz"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def take_in(explorer, *paths, **options):
    return explorer.imports.read_paths(paths, **options)
