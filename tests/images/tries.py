"""What an image that was replayed can do with no network but its own loopback; `tests.images.replay` calls it."""

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from core.app.explorer import open_explorer
from core.backends.base import Place
from core.settings import Settings
from tests.gcs import emulator_running
from tests.images.dockerfile import Step
from tests.images.root import mounted, start

UP_WITHIN_SECONDS, DRAINED_WITHIN_SECONDS = 15.0, 10.0  # on two cores that do nothing else
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
PORT = 9137  # not the one that the image names


def raise_loopback():
    """The one interface that a network of one's own has."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))


def ask(path, body=None):
    headers = {"content-type": "application/json", "origin": f"http://127.0.0.1:{PORT}"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}{path}", json.dumps(body).encode() if body else None, headers
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read()


def wait_for(look, seconds=300):
    """What `look` gives once it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found


def is_healthy():
    try:
        return bool(ask("/healthz"))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def read_words(image, word):
    """What CMD or HEALTHCHECK would carry out."""
    return Step("CMD", image[word][0].removeprefix("CMD ")).words()


def check_user(image, root, environment):
    """Says who runs there; nothing of the program may be theirs to change."""
    script = (
        "id -u; touch /app/core/new /opt/venv/new 2>/dev/null && echo writable; "
        "touch $WIKICS_HOME/new && rm $WIKICS_HOME/new"
    )
    process = start(
        root,
        script,
        environment=environment,
        user=image["user"],
        folder=image["folder"],
        stdout=subprocess.PIPE,
        text=True,
    )
    said = process.communicate()[0].split()
    assert process.returncode == 0 and said == [image["user"].partition(":")[0]] and said != ["0"], said
    return int(said[0])


def try_app(image, root):
    """The app answers on PORT, trains a run and predicts, and ends on SIGTERM."""
    environment = image["env"] | {"PORT": str(PORT)}
    options = {"environment": environment, "user": image["user"], "folder": image["folder"]}
    found = {"user": check_user(image, root, environment)}
    began = time.monotonic()
    app = start(root, read_words(image, "cmd"), **options)
    try:
        wait_for(lambda: is_healthy() or app.poll() is not None)
        found["healthz_seconds"] = round(time.monotonic() - began, 1)
        found["healthcheck"] = start(root, read_words(image, "healthcheck"), **options).wait()
        assert b"<html" in ask("/")
        demo = json.loads(ask("/api/runs"))["runs"]
        assert [run["state"] for run in demo] == ["finished"], demo
        run_id = json.loads(ask("/api/runs", {"graph": "twin", "preset": "gcn", "config": {"epochs": 5}}))["id"]
        read = lambda: json.loads(ask(f"/api/runs/{run_id}"))  # noqa: E731
        run = wait_for(lambda: (record := read())["state"] in ("finished", "failed", "crashed") and record)
        found["run"] = {name: run[name] for name in ("state", "epoch", "message")}
    finally:
        began = time.monotonic()
        app.send_signal(signal.SIGTERM)
        found["exit_code"] = app.wait(timeout=60)
        found["drained_seconds"] = round(time.monotonic() - began, 1)
    good = found["run"]["state"] == "finished" and not found["healthcheck"] and found["exit_code"] in (0, -15, 143)
    return found, good


class Nobody:
    """A backend that leaves what is submitted to whoever comes."""

    def submit(self, job):
        pass

    def describe_place(self):
        return Place("nobody", "none", 1)


def try_train(image, root):
    """`wikics job` finishes a run that waits in a bucket."""
    found = {"user": check_user(image, root, image["env"])}
    with emulator_running() as emulator, tempfile.TemporaryDirectory() as home:
        os.environ["STORAGE_EMULATOR_HOST"] = emulator.url
        address = f"gs://{emulator.make_bucket()}/team"
        explorer = open_explorer(Settings(home=Path(home), bucket=address), backend=Nobody())
        config = explorer.configs.build("gcn", {"epochs": 5}, graph="twin")
        run_id = explorer.runs.submit(config).id
        environment = image["env"] | {"STORAGE_EMULATOR_HOST": emulator.url}
        words = ["wikics", "job", f"{address}/runs/{run_id}"]
        job = start(root, words, environment=environment, user=image["user"], folder=image["folder"])
        found["exit_code"] = job.wait()
        record = explorer.runs.read(run_id)
        found["run"] = {"state": record.state, "epoch": record.epoch}
    return found, found["exit_code"] == 0 and record.state == "finished"


TRIES = {"app": try_app, "train": try_train}


def main():
    image = json.load(sys.stdin)
    raise_loopback()
    if sys.argv[1] not in TRIES:
        return
    with mounted(image["layers"]) as root:
        found, is_good = TRIES[sys.argv[1]](image, root)
    print(json.dumps(found, indent=1))
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
