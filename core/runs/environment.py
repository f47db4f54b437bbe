"""With what a run was made: versions, commit, machine, graph. The trainer adds the device."""

import hashlib
import os
import platform
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import Any, Final

from core.early import count_cpus
from core.storage.names import HOME

PACKAGES: Final = ("wikics-explorer", "torch", "torch-geometric", "lightning", "numpy", "scipy", "pydantic")
PROJECT_FOLDER: Final = Path(__file__).resolve().parents[2]
MAX_DIFF_BYTES: Final = 65_536
GIT_TIMEOUT_SECONDS: Final = 5.0
_ABSOLUTE: Final = re.compile(r"(?<![\w.])(/|[A-Za-z]:\\)[^\s'\"]+")


def collect_environment(
    graph_id: str,
    graph_digest: str,
    *,
    project: Path = PROJECT_FOLDER,
    command: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The content of `environment.json` at submit. `command` is the command line, by default this process's own."""
    return {
        "graph": graph_id,
        "graph_digest": graph_digest,
        "command": shlex.join(command if command is not None else sys.argv),
        "python": platform.python_version(),
        "versions": {package: found for package in PACKAGES if (found := _version(package))},
        "platform": platform.platform(),
        "num_cpus": count_cpus(),
        "git": read_git(project),
        "constraints_sha256": _sha256(project / "constraints.txt"),
    }


def publish(environment: Mapping[str, Any]) -> dict[str, Any]:
    """What a visitor may see of an environment: no uncommitted lines of code, folders of this machine, or visitor."""
    shown = {name: value for name, value in environment.items() if name != "visitor"}
    if isinstance(git := shown.get("git"), Mapping):
        shown["git"] = {name: value for name, value in git.items() if name in ("commit", "dirty")}
    if isinstance(command := shown.get("command"), str):
        shown["command"] = _ABSOLUTE.sub(lambda found: PurePath(found[0]).name, command)
    return shown


def publish_log(log: str, home: str) -> str:
    """What a visitor may see of a log: not where the folders of this machine lie. home: that of the runs."""
    called = {sys.base_prefix: "python", sys.prefix: "python", os.path.expanduser("~"): "~"}  # noqa: PTH111  # never raises
    called |= {str(PROJECT_FOLDER): "", home: HOME}
    for folder in sorted((folder for folder in called if len(folder) > 1), key=len, reverse=True):
        log = log.replace(f"{folder}/", f"{called[folder]}/".lstrip("/"))
    return log


def read_cpu_name() -> str:
    """What the processor calls itself, as far as the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def read_git(project: Path) -> dict[str, Any] | None:
    """Commit and uncommitted changes of the checkout at `project`; None where there is none, or no git.

    `diff` is the text of `git diff HEAD`, cut after MAX_DIFF_BYTES, which `diff_cut` then says.
    """
    # A copy of the package inside another project's repository is not a checkout of this one.
    if _git(project, "ls-files", "--error-unmatch", "core/__init__.py") is None:
        return None
    commit = _git(project, "rev-parse", "HEAD")
    diff = _git(project, "diff", "HEAD", "--no-color", "--no-ext-diff")
    if commit is None or diff is None:
        return None
    return {
        "commit": commit.decode().strip(),
        "dirty": bool(diff),
        "diff": diff[:MAX_DIFF_BYTES].decode(errors="replace"),
        "diff_cut": len(diff) > MAX_DIFF_BYTES,
    }


def read_commit(project: Path = PROJECT_FOLDER) -> str:
    """The checkout's commit, `-dirty` behind it when there are changes; empty where there is none."""
    found = read_git(project)
    return "" if found is None else found["commit"] + ("-dirty" if found["dirty"] else "")


def _git(project: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=GIT_TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
