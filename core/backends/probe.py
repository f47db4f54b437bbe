"""How long a preset would take here: two epochs, trained beside all else in a process of its own."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final

from core.backends.local.backend import KEEP_MEMORY
from core.config.presets import load_preset
from core.config.race import RACERS
from core.config.train import TrainConfig, build_config
from core.errors import DamagedFileError, FileNotStoredError
from core.graph.manifests import GRAPHS
from core.runs.environment import PROJECT_FOLDER
from core.storage.base import Storage
from core.storage.documents import dump_json, load_json, read_whole

TIMEOUT_SECONDS: Final = 300


@dataclass(frozen=True)
class Probe:
    """What was measured, as it is kept."""

    seconds: float  # of a whole run of the preset as it is
    seconds_per_epoch: float


def expect_epochs(config: TrainConfig) -> int:
    """As many epochs as a run has whose best one comes as late as its patience is long; those that lose a race too."""
    lost = (len(RACERS) - 1) * min(config.race_epochs, config.epochs)
    return lost + min(config.epochs, 2 * config.patience)


def probe_preset(storage: Storage, graph_id: str, digest: str, preset: str) -> Probe | None:
    """What a preset's run would take on a graph, start-up included: measured once and kept beside it; None if it fails.

    An estimate: see `expect_epochs`.
    """
    name = f"{GRAPHS}{graph_id}/probe-{preset}-{digest[:8]}.json"
    with suppress(FileNotStoredError, DamagedFileError):
        return read_whole(Probe, load_json(storage, name), name)
    began = time.monotonic()
    command = [sys.executable, "-m", "core.training.probe", storage.location, graph_id, digest, preset]
    environment = KEEP_MEMORY | os.environ | {"PYTHONPATH": str(PROJECT_FOLDER)}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            cwd=PROJECT_FOLDER,
            env=environment,
        )
        seconds_per_epoch = float(done.stdout.split()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    startup_seconds = time.monotonic() - began - 2 * seconds_per_epoch
    config = build_config(load_preset(preset).values)
    probe = Probe(startup_seconds + seconds_per_epoch * expect_epochs(config), seconds_per_epoch)
    storage.write(name, dump_json(asdict(probe)))
    return probe
