"""What dvc needs of the repository, in a folder of its own; `python -m tests.checkout` makes every stage there."""

import configparser
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from core.graph.archive import compute_digest
from core.graph.twin.build import build_twin_arrays
from tests.gcs import emulator_running
from tests.tracked import ROOT

# Few epochs, one split.
PARAMS = {"graph": "twin", "preset": "gcn", "epochs": 2, "split": 0, "splits": "0", "against": "mlp"}
STAGES = ["fetch", "verify", "train", "evaluate", "compare"]


class Checkout:
    """A folder with dvc.yaml and what it hangs on; `wikics` there is the program here."""

    def __init__(self, folder, digest):
        self.folder = folder
        for name in ("dvc.yaml", ".dvc/config"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        shutil.copytree(ROOT / "core" / "config" / "presets", folder / "core" / "config" / "presets")
        (folder / "results").mkdir()
        programs = folder / "bin"
        programs.mkdir()
        (programs / "wikics").write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m core.cli "$@"\n')
        (programs / "wikics").chmod(0o755)
        self.set(digest=digest)
        self.configure("core", no_scm="true")

    def set(self, **params):
        (self.folder / "params.yaml").write_text(yaml.safe_dump(PARAMS | params))

    def dvc(self, *words, fails=False):
        """What it says."""
        # The emulator speaks HTTP alone; gcsfs would ask it for the layout of a bucket by gRPC.
        spoken = {"GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"}
        environment = (
            os.environ | spoken | {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
        )
        command = [sys.executable, "-m", "dvc", *words]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert bool(done.returncode) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def configure(self, section, **values):
        """As `dvc config`, in no time."""
        config = configparser.ConfigParser()
        config.read(self.folder / ".dvc" / "config")
        config[section].update(values)
        with (self.folder / ".dvc" / "config").open("w") as file:
            config.write(file)

    def keep_in(self, emulator):
        """Names a bucket of the emulator as the place where results are kept."""
        url = f"gs://{emulator.make_bucket()}/dvc"
        self.configure("'remote \"bucket\"'", url=url, endpointurl=emulator.url, allow_anonymous_login="true")

    def list_made(self, *words):
        """The stages that `dvc repro` carries out."""
        said = self.dvc("repro", *words)
        return [stage for stage in STAGES if f"Running stage '{stage}'" in said]

    def forget(self):
        for name in ("data", "results", ".dvc/cache"):
            shutil.rmtree(self.folder / name)


def main():
    """Every stage twice, then into an emulated bucket and back."""
    with tempfile.TemporaryDirectory() as folder, emulator_running() as emulator:
        checkout = Checkout(Path(folder), compute_digest(build_twin_arrays()))
        began = time.monotonic()
        assert checkout.list_made() == STAGES
        made = time.monotonic() - began
        assert checkout.list_made() == []
        results = {path.name: path.read_bytes() for path in (checkout.folder / "results").iterdir()}
        run, comparison = (json.loads(results[name]) for name in ("run.json", "comparison.json"))
        assert (run["state"], run["epochs"], len(comparison["runs"])) == ("finished", 2, 1)
        checkout.keep_in(emulator)
        checkout.dvc("push")
        checkout.forget()
        checkout.dvc("pull")
        assert {path.name: path.read_bytes() for path in (checkout.folder / "results").iterdir()} == results
        print(json.dumps({"stages_seconds": round(made), "results": sorted(results)}))


if __name__ == "__main__":
    main()
