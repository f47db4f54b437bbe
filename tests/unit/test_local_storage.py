import errno
import os

import pytest

from core.errors import StorageFullError, UnavailableError
from core.graph.manifests import GRAPHS
from core.runs import files
from core.runs.benchmarks import BENCHMARKS
from core.runs.locks import QUEUE_FOLDER
from core.storage.local import LocalStorage, disk_errors, explain_disk_error, write_atomically
from core.storage.names import HOME_FOLDERS


def names(storage, pattern):
    return [file.name for file in storage.list(pattern)]


def test_unfinished_writes_are_not_listed(tmp_path):
    (tmp_path / "state.json.1a2b.partial").write_bytes(b"{")
    (tmp_path / "empty").mkdir()
    (tmp_path / "state.json").write_bytes(b"{}")
    storage = LocalStorage(tmp_path)
    assert [names(storage, pattern) for pattern in ("**", "*", "state*", "state.json.1a2b.partial")] == [
        ["state.json"],
        ["state.json"],
        ["state.json"],
        [],
    ]


def test_a_linked_folder_is_followed_where_it_is_named_alone(tmp_path):
    """A person may keep runs on another disk; a listing of all must not wander off the folder."""
    outside = LocalStorage(tmp_path / "outside")
    outside.write("a/state.json", b"{}")
    home = LocalStorage(tmp_path / "home")
    home.write("kept/state.json", b"{}")
    (tmp_path / "home" / "runs").symlink_to(tmp_path / "outside")
    assert [names(home, pattern) for pattern in ("runs/*/state.json", "runs/a/**", "*/state.json", "**")] == [
        ["runs/a/state.json"],
        ["runs/a/state.json"],
        ["kept/state.json"],
        ["kept/state.json"],
    ]
    home.delete("runs")
    assert names(outside, "**") == ["a/state.json"]


def test_a_failed_write_leaves_the_old_bytes_and_no_partial(tmp_path):
    storage = LocalStorage(tmp_path)
    storage.write("file", b"old")
    with pytest.raises(TypeError):
        storage.write("file", "not bytes")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, StorageFullError, "is full while writing last.ckpt: free some space"),
        (errno.EDQUOT, StorageFullError, "is full while writing last.ckpt: free some space"),
        (errno.EROFS, UnavailableError, "last.ckpt cannot be written in WIKICS_HOME"),
        (errno.EIO, OSError, "Input/output"),
    ],
)
def test_refusals_of_the_disk_become_sentences(tmp_path, number, kind, words):
    with pytest.raises(kind, match=words), disk_errors(tmp_path / "last.ckpt"):
        raise OSError(number, os.strerror(number))


def test_n05_no_sentence_of_the_disk_says_where_the_home_lies(tmp_path):
    refusals = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.ENOTDIR, errno.EIO, errno.EMFILE)
    for number in refusals:
        for name in ("runs/a/state.json", "benchmarks/b/log.txt", "graphs/c", "queue/d.ticket"):
            told = str(explain_disk_error(OSError(number, os.strerror(number)), tmp_path / name))
            assert (name in told, str(tmp_path) in told, tmp_path.name in told) == (True, False, False)
    elsewhere = str(explain_disk_error(OSError(errno.ENOSPC, ""), tmp_path / "last.ckpt"))
    assert elsewhere.startswith("the disk of WIKICS_HOME is full while writing last.ckpt: free some space")
    assert (
        tuple(sorted(name.rstrip("/") for name in (BENCHMARKS, GRAPHS, files.MODELS, QUEUE_FOLDER, files.RUNS)))
        == HOME_FOLDERS
    )


def test_n02_a_folder_in_the_place_of_a_file_is_said(tmp_path):
    (tmp_path / "graphs" / "twin" / "graph.npz" / "inside").mkdir(parents=True)
    words = (
        "^graphs/twin/graph.npz cannot be written in WIKICS_HOME, since there is a folder in its place: move that away"
    )
    with pytest.raises(UnavailableError, match=words):
        LocalStorage(tmp_path).write("graphs/twin/graph.npz", b"graph")
    assert [path.name for path in (tmp_path / "graphs" / "twin").iterdir()] == ["graph.npz"]


def test_a_deleted_folder_is_not_made_anew(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "deleted" / "last.ckpt", b"weights")
    assert not any(tmp_path.iterdir())
    write_atomically(tmp_path / "new" / "graph.npz", b"graph", parents=True)
    assert (tmp_path / "new" / "graph.npz").read_bytes() == b"graph"


def test_of_many_creators_one_wins_on_a_disk_without_hard_links(tmp_path, monkeypatch):
    def refuse(*_arguments, **_options):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    storage = LocalStorage(tmp_path)
    assert [storage.create("claim", content) for content in (b"first", b"second")] == [True, False]
    assert (storage.read("claim"), names(storage, "**")) == (b"first", ["claim"])
