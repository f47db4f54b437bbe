"""How long a preset would take here: two epochs, trained beside all else in a process of its own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from core.backends.local.backend import KEEP_MEMORY
from core.config.presets import load_preset
from core.config.train import build_config
from core.runs.environment import PROJECT_FOLDER
from core.storage.local import write_atomically

TIMEOUT_SECONDS: Final = 300


def estimate_seconds(home: Path, graph_id: str, digest: str, preset: str) -> float | None:
    """Seconds that a preset's run would take on a graph, measured once and kept beside it; None if it fails.

    An estimate: start-up, and as many epochs as a run has whose best one comes as late as its patience is long.
    """
    path = home / "graphs" / graph_id / f"probe-{preset}-{digest[:8]}.json"
    if path.exists():
        kept: float = json.loads(path.read_bytes())["seconds"]
        return kept
    began = time.monotonic()
    command = [sys.executable, "-m", "core.training.probe", str(home), graph_id, preset]
    environment = KEEP_MEMORY | os.environ | {"PYTHONPATH": str(PROJECT_FOLDER)}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True, cwd=home, env=environment
        )
        seconds_per_epoch = float(done.stdout.split()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None
    startup_seconds = time.monotonic() - began - 2 * seconds_per_epoch
    config = build_config(load_preset(preset).values)
    seconds = startup_seconds + seconds_per_epoch * min(config.epochs, 2 * config.patience)
    write_atomically(
        path, json.dumps({"seconds": seconds, "seconds_per_epoch": seconds_per_epoch}).encode(), parents=True
    )
    return seconds
