"""The app as a process over a home of its own, all around it a sandbox: what it writes elsewhere is seen."""

import time
from pathlib import Path

import psutil
import requests

from core.graph.archive import dump_arrays
from tests.attack.judges import judge_answer, judge_files, judge_left, judge_text
from tests.browser.homes import build_arrays, forbid_internet, name_article
from tests.browser.server import ROOT, Server
from tests.rigs import local_library
from tests.tab import Tab

END_SECONDS = 20.0  # in which a process of a run that has ended goes
ACTIVE = ("pending", "running", "stopping")
# What libraries and tools keep for themselves.
NOT_OURS = (
    ".cache",
    "__pycache__",
    ".git",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "node_modules",
    ".hypothesis",
    ".venv",
)


class World:
    """The app, the folders that it should leave alone, and what was asked of it. Use it in a `with` block."""

    def __init__(self, folder, verdict):
        self.folder, self.verdict = Path(folder), verdict
        self.home, self.user, self.temporary = (self.folder / name for name in ("home", "user", "tmp"))
        self.http = requests.Session()
        for made in (self.home, self.user, self.temporary):
            made.mkdir(parents=True)
        forbid_internet(local_library(self.home))
        self.others = self._list_others()

    def __enter__(self):
        around = {"HOME": str(self.user), "TMPDIR": str(self.temporary), "PYTHONDONTWRITEBYTECODE": "1"}
        bounds = {"WIKICS_MAX_WAITING": "5", "WIKICS_MAX_EPOCHS": "3000"}
        self.server = Server(self.home, **around, **bounds)
        self.url = self.server.url
        return self

    def __exit__(self, *_):
        """Ends the app as a person does, then looks at what is left of it."""
        if self.server.process.poll() is not None:
            self.verdict.faults.append("the app ended by itself")
        self.server.end()
        self.http.close()
        deadline = time.monotonic() + END_SECONDS
        while self.list_processes() and time.monotonic() < deadline:
            time.sleep(0.2)
        self.verdict.faults += judge_left(self.list_processes())
        for pid, _ in self.list_processes():
            psutil.Process(pid).kill()
        self.verdict.faults += judge_files(self.others, self._list_others())
        for log in [Path(self.server.log.name), *self.home.rglob("*.txt")]:
            if log.is_file():
                name = str(log.relative_to(self.folder))
                self.verdict.faults += judge_text(log.read_text(errors="replace"), where=name)

    def ask(self, kind, path, *, method="GET", judged=True, about="", **options):
        """One request; its answer is judged unless it is of health, which has a form of its own."""
        try:
            answer = self.http.request(method, self.url + path, timeout=60, **options)
        except requests.RequestException as error:
            self.verdict.note(kind, f"{about} {method} {path[:200]}", [f"no answer: {type(error).__name__}"])
            return None
        faults = judge_answer(
            answer.status_code, answer.headers.get("content-type", ""), answer.text, secret=[str(self.folder)]
        )
        self.verdict.note(kind, f"{about} {method} {path[:200]}", faults if judged else [])
        return answer

    def read(self, path):
        """The JSON of a GET that must succeed."""
        answer = self.http.get(f"{self.url}/api{path}", timeout=60)
        answer.raise_for_status()
        return answer.json()

    def add_graph(self, name, num_nodes=300, *, seed=0):
        """Uploads a graph through the page that takes them, and returns its id."""
        arrays = build_arrays(num_nodes, name_article, seed=seed)
        before = {graph["id"] for graph in self.read("/graphs")["graphs"]}
        with Tab(self.url) as tab:
            drawn = tab.open()
            drawn = tab.upload(drawn.uploader, {f"{name}.npz": dump_arrays(arrays)})
        assert not drawn.errors, drawn.errors
        (made,) = {graph["id"] for graph in self.read("/graphs")["graphs"]} - before
        return made

    def train(self, graph, **config):
        """A run that has ended well."""
        run = self.server.train(graph, **config)
        self.server.wait_for(run, "finished", seconds=120)
        return run

    def list_processes(self):
        """Processes other than the app that work in this home, and their commands."""
        found = []
        for process in psutil.process_iter(["pid", "cmdline"]):
            command = process.info["cmdline"] or []
            if process.pid != self.server.process.pid and any(str(self.home) in word for word in command):
                found.append((process.pid, command))
        return found

    def find_processes(self, run):
        """The ids of the processes of a run."""
        return [pid for pid, command in self.list_processes() if any(word.endswith(f"/{run}") for word in command)]

    def _list_others(self):
        """Files outside the home: in the user's own folder, in the one for passing files, beside the code."""
        folders = [self.user, self.temporary, ROOT]
        found = [path for folder in folders for path in _walk(folder)]
        return {str(path) for path in found}


def _walk(folder):
    for path in folder.iterdir():
        if path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield path
