"""A root of its own for a process: layers of files over each other, this machine's kernel, the network if it may."""

import os
import shlex
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

PSEUDO = ("proc", "dev", "sys")


@contextmanager
def mounted(layers, *, upper=None, shared=()):
    """The folder where `layers` lie over each other, the first lowest; what is written goes to `upper`, else away.

    Of this process's own view of the files alone: it has to have been started by `unshare --mount`.
    shared: folders and files of this machine that stand there too.
    """
    with tempfile.TemporaryDirectory(dir=Path(layers[0]).parent) as folder:
        merged, work = Path(folder, "merged"), Path(folder, "work")
        upper = Path(upper or Path(folder, "upper"))
        for each in (merged, work, upper):
            each.mkdir(exist_ok=True)
        lower = ":".join(str(layer) for layer in reversed(layers))
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        run("mount", "-t", "overlay", "overlay", "-o", options, merged)
        try:
            for name in PSEUDO:
                (merged / name).mkdir(exist_ok=True)
                run("mount", "--rbind", f"/{name}", merged / name)
            for path in shared:
                target = merged / path.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.mkdir(exist_ok=True) if Path(path).is_dir() else target.touch()
                run("mount", "--bind", path, target)
            yield merged
        finally:
            run("umount", "--recursive", "--lazy", merged)
            shutil.rmtree(work, ignore_errors=True)


def start(root, words, *, environment, user="0", folder="/", **options):
    """A process whose root that is, with these variables alone. words: a list, or a line for a shell."""
    line = words if isinstance(words, str) else shlex.join(words)
    ids = user if ":" in user else f"{user}:{user}"
    command = [
        "chroot",
        f"--userspec={ids}",
        "--groups=",
        str(root),
        "/bin/sh",
        "-c",
        f"cd {shlex.quote(folder)} && {line}",
    ]
    if not isinstance(words, str):
        command[-1] = f"cd {shlex.quote(folder)} && exec {line}"
    home = "/root" if ids.startswith("0:") else "/home/app"
    path = environment.get("PATH", os.defpath)
    return subprocess.Popen(command, env={"HOME": home, **environment, "PATH": path}, **options)


def run(*command):
    """Raises CalledProcessError, with what it said."""
    subprocess.run([str(word) for word in command], check=True)


def measure_bytes(folder):
    """What the files below weigh, links not followed."""
    total, seen = 0, set()
    for where, _, names in os.walk(folder):
        for name in names:
            info = os.lstat(os.path.join(where, name))  # noqa: PTH118  # half a million of them
            if info.st_ino not in seen:
                seen.add(info.st_ino)
                total += info.st_size
    return total
