"""Fixtures that several unit tests share."""

import pytest

from core import cli
from core.graph.archive import dump_arrays
from core.graph.twin import build as twin
from tests.libraries import Nowhere
from tests.rigs import local_library
from tests.shell import open_at_shell


@pytest.fixture
def new_folder(tmp_path):
    """Makes an empty run folder of this name."""
    from core.runs.folder import RunFolder

    def make(name):
        (tmp_path / name).mkdir()
        return RunFolder(tmp_path / name)

    return make


@pytest.fixture
def nowhere():
    return Nowhere()


@pytest.fixture
def library(tmp_path, nowhere):
    return local_library(tmp_path, wikics_sources=[nowhere])


@pytest.fixture
def archive(tmp_path, tiny_arrays):
    path = tmp_path / "Two rings (v2).npz"
    path.write_bytes(dump_arrays(tiny_arrays))
    return path


@pytest.fixture
def made(monkeypatch, tiny_arrays):
    """Every making of the twin, which is as quick as a test wants it."""
    made = []
    monkeypatch.setattr(twin, "build_twin_arrays", lambda: made.append(1) or tiny_arrays)
    return made


@pytest.fixture
def wikics(monkeypatch, capsys, explorer):
    """Runs a command as the shell would and returns exit code, stdout and stderr."""
    open_at_shell(monkeypatch, explorer)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["wikics", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
