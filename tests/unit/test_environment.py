import hashlib
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from core.early import count_cpus
from core.runs.environment import MAX_DIFF_BYTES, PROJECT_FOLDER, collect_environment, publish, read_git

IDENTITY = ["-c", "user.name=t", "-c", "user.email=t@example.org"]


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), *IDENTITY, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "core").mkdir()
    (tmp_path / "core/__init__.py").write_text("one\n")
    (tmp_path / "constraints.txt").write_text("numpy==2\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Begin")
    return tmp_path


def test_n05_a_log_tells_no_visitor_where_folders_lie(explorer, finished_run, storage):
    lines = [
        f'  File "{PROJECT_FOLDER}/core/training/fit.py", line 1, in fit',
        f'  File "{sys.prefix}/lib/torch/nn.py", line 2, in linear',
        f"no {storage.location}/runs/{finished_run}/last.ckpt, 3/4 done, see https://docs.pytorch.org/a/b",
    ]
    storage.write(f"runs/{finished_run}/log.txt", "\n".join(lines).encode())
    shown = [
        '  File "core/training/fit.py", line 1, in fit',
        '  File "python/lib/torch/nn.py", line 2, in linear',
        f"no WIKICS_HOME/runs/{finished_run}/last.ckpt, 3/4 done, see https://docs.pytorch.org/a/b",
    ]
    for read in (explorer.runs.read_log, explorer.runs.read_whole_log):
        assert read(finished_run).splitlines() == shown


def test_says_with_what_a_run_was_made(project):
    found = collect_environment("twin", "abc", project=project, command=["wikics", "train", "--set", "lr=0.1 "])
    assert (found["graph"], found["graph_digest"], found["command"]) == (
        "twin",
        "abc",
        "wikics train --set 'lr=0.1 '",
    )
    assert found["versions"]["numpy"] == numpy.__version__
    assert found["versions"]["torch"] == importlib.metadata.version("torch")
    assert found["num_cpus"] == count_cpus() >= 1
    assert found["constraints_sha256"] == hashlib.sha256(b"numpy==2\n").hexdigest()
    assert found["git"]["dirty"] is False


def test_a_dirty_checkout_shows_its_changes_bounded(project):
    (project / "core/__init__.py").write_text("two\n")
    found = read_git(project)
    assert (found["dirty"], found["diff_cut"], len(found["commit"])) == (True, False, 40)
    assert "-one\n+two" in found["diff"]
    (project / "core/__init__.py").write_text("x" * 2 * MAX_DIFF_BYTES)
    found = read_git(project)
    assert (len(found["diff"]), found["diff_cut"]) == (MAX_DIFF_BYTES, True)


def test_outside_a_checkout_there_is_no_commit(tmp_path, project, monkeypatch):
    installed = project / "venv/site-packages"
    (installed / "core").mkdir(parents=True)
    (installed / "core/__init__.py").write_text("")
    assert read_git(installed) is None  # an installed copy below another repository
    assert collect_environment("twin", "abc", project=Path("/nowhere"))["constraints_sha256"] is None
    monkeypatch.setenv("PATH", os.fspath(tmp_path / "empty"))
    assert read_git(project) is None  # no git at all


def test_n05_a_visitor_sees_no_uncommitted_line_and_no_folder_of_the_machine():
    git = {"commit": "abc", "dirty": True, "diff": "+token = 'secret'", "diff_cut": False}
    command = "/opt/app/bin/wikics train --config /srv/me/x.yaml --set lr=0.1 --graph a/b"
    assert publish({"git": git, "command": command, "python": "3.11"}) == {
        "git": {"commit": "abc", "dirty": True},
        "command": "wikics train --config x.yaml --set lr=0.1 --graph a/b",
        "python": "3.11",
    }
    assert publish({}) == {}
