"""Replays the Dockerfile without an engine, each stage in a clean root, and tries the image: needs root and Debian.

    python -m tests.images.replay app
    python -m tests.images.replay train --build-arg CUDA_INDEX=… --share /folder/of/wheels

A base image is Debian's smallest system with Python, by debootstrap. A stage is a layer of files over others, kept
below --work and used again while its steps and files are the same. pip and apt in it are told what they are here:
PIP_* variables, and what --share names. The image then runs as its own user with no network but its own loopback:
see `tests.images.tries`.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.images.dockerfile import expand, is_ignored, list_needed, read_dockerfile, read_ignored
from tests.images.root import measure_bytes, mounted, run, start
from tests.tracked import ROOT, list_tracked

INSIDE = "WIKICS_REPLAY_INSIDE"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What the official Python images hold besides Debian's smallest system.
WITH_PYTHON = "ca-certificates,netbase,tzdata,python3,python3-venv"


class Replay:
    """Stages that were replayed: of each its layers and what it says of user, folder and variables."""

    def __init__(self, work, *, arguments, shared):
        self.work, self.arguments, self.shared = work, arguments, shared
        self.stages = read_dockerfile((ROOT / "Dockerfile").read_text(encoding="utf-8"))
        ignored = read_ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))
        self.context = [name for name in list_tracked() if not is_ignored(name, ignored)]
        self.done = {}

    def build(self, name):
        for each in list_needed(self.stages, name):
            self.done[each] = self._build_one(self.stages[each])
        return self.done[name]

    def _build_one(self, stage):
        below = self.done.get(stage.base) or self._make_base(stage.base)
        image = {**below, "layers": list(below["layers"]), "env": dict(below["env"]), "arguments": {}}
        digest = self._digest(stage, below)
        layer = self.work / f"{stage.name}-{digest}"
        known = layer.with_suffix(".json")
        if known.exists():
            return json.loads(known.read_text())
        shutil.rmtree(layer, ignore_errors=True)
        layer.mkdir(parents=True)
        began = time.monotonic()
        for step in stage.steps:
            print(f"{stage.name}: {step.word} {step.text}", file=sys.stderr, flush=True)
            with mounted(image["layers"], upper=layer, shared=self.shared) as root:
                self._take(step, image, root)
        image |= {
            "digest": digest,
            "layers": [*image["layers"], str(layer)],
            "seconds": round(time.monotonic() - began),
        }
        self._forget_shared(layer)
        image["bytes"] = below["bytes"] + measure_bytes(layer)
        known.write_text(json.dumps(image))
        return image

    def _take(self, step, image, root):
        values = image["env"] | image["arguments"]
        text = expand(step.text, values) if step.word in ("ENV", "WORKDIR", "USER", "COPY") else step.text
        if step.word == "ARG":
            name, _, value = text.partition("=")
            image["arguments"][name] = self.arguments.get(name, value)
        elif step.word == "ENV":
            image["env"] |= dict(word.split("=", 1) for word in text.split())
        elif step.word == "WORKDIR":
            image["folder"] = text
            (root / text.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif step.word == "USER":
            image["user"] = text
        elif step.word == "COPY":
            self._copy(step.options, text.split(), image, root)
        elif step.word == "RUN":
            told = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
            environment = told | values
            process = start(root, step.text, environment=environment, user=image["user"], folder=image["folder"])
            if code := process.wait():
                raise SystemExit(f"{step.text!r} ended with {code}")
        else:  # CMD, HEALTHCHECK, EXPOSE: the last one holds
            image[step.word.lower()] = [step.text]

    def _copy(self, options, words, image, root):
        *sources, target = words
        into = root / target.lstrip("/") if target.startswith("/") else root / image["folder"].lstrip("/") / target
        owner = options.get("chown", "0:0")
        if "from" not in options:
            self._copy_from(self._gather(sources), sources, into, owner, is_folder=target.endswith("/"))
            return
        with mounted(self.done[options["from"]]["layers"]) as other:
            names = [source.lstrip("/") for source in sources]
            self._copy_from(other, names, into, owner, is_folder=target.endswith("/"))

    def _copy_from(self, folder, sources, into, owner, *, is_folder):
        """As Docker does: of a folder what is in it, a file below a name that ends in a stroke."""
        for source in sources:
            path = folder / source
            if not path.exists():
                raise SystemExit(
                    f"COPY {source}: there is no such file in the repository, or .dockerignore keeps it out"
                )
            into.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir() or is_folder or into.is_dir():
                into.mkdir(exist_ok=True)
            copied = [f"{path}/."] if path.is_dir() else [path]
            before = set(into.iterdir()) if into.is_dir() else set()
            run("cp", "--recursive", "--preserve=mode,timestamps,links", "--no-dereference", *copied, into)
            if owner != "0:0":
                new = [each for each in into.iterdir() if each not in before] if into.is_dir() else [into]
                run("chown", "--recursive", owner, into, *new)

    def _gather(self, sources):
        """What git knows of these names, and nothing else that lies here."""
        folder = self.work / "context"
        shutil.rmtree(folder, ignore_errors=True)
        for name in self.context:
            if any(source in (".", "./") or name == source or name.startswith(f"{source}/") for source in sources):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        return folder

    def _digest(self, stage, below):
        found = hashlib.sha256(json.dumps([below["digest"], repr(stage.steps), self.arguments]).encode())
        for step in stage.steps:
            *sources, _ = step.text.split() if step.word == "COPY" else ("",)
            if step.word == "COPY" and "from" in step.options:
                found.update(self.done[step.options["from"]]["digest"].encode())
                continue
            for name in self.context:
                if any(source == "." or name == source or name.startswith(f"{source}/") for source in sources):
                    found.update(name.encode() + (ROOT / name).read_bytes())
        return found.hexdigest()[:12]

    def _make_base(self, image):
        """For `python:3.11.14-slim-bookworm` Debian's bookworm with its own Python 3.11."""
        suite = image.rpartition("-")[2]
        layer = self.work / f"debian-{suite}"
        if not (layer / "usr" / "bin" / "python3").exists():
            layer.parent.mkdir(parents=True, exist_ok=True)
            run("debootstrap", "--variant=minbase", f"--include={WITH_PYTHON}", suite, layer)
        for name in ("python", "python3"):
            link = layer / "usr" / "local" / "bin" / name
            if not link.is_symlink():
                link.symlink_to("/usr/bin/python3")
        base = {"layers": [str(layer)], "env": {"PATH": PATH}, "user": "0", "folder": "/"}
        return base | {"digest": suite, "bytes": measure_bytes(layer)}

    def _forget_shared(self, layer):
        """What was only a place to show something of this machine at."""
        for path in (*self.shared, "/proc", "/dev", "/sys"):
            target = layer / path.lstrip("/")
            if target.is_file() and not target.stat().st_size:
                target.unlink()
            while target != layer and target.is_dir() and not any(target.iterdir()):
                target.rmdir()
                target = target.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=["app", "train", "test"])
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--share", action="append", default=[], help="a folder or file that the steps may read")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "images", help="where layers are kept")
    options = parser.parse_args()
    if INSIDE not in os.environ:  # mounts are this process's own, and gone with it
        again = ["unshare", "--mount", sys.executable, "-m", "tests.images.replay", *sys.argv[1:]]
        sys.exit(subprocess.run(again, check=False, env=os.environ | {INSIDE: "yes"}).returncode)
    shared = ["/etc/resolv.conf", *options.share]
    arguments = dict(each.split("=", 1) for each in options.build_arg)
    image = Replay(options.work.resolve(), arguments=arguments, shared=shared).build(options.target)
    print(
        json.dumps({"target": options.target, "MB": round(image["bytes"] / 1e6), "seconds": image["seconds"]}),
        flush=True,
    )
    command = ["unshare", "--net", sys.executable, "-m", "tests.images.tries", options.target]
    sys.exit(subprocess.run(command, check=False, input=json.dumps(image), text=True).returncode)


if __name__ == "__main__":
    main()
