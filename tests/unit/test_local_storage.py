import errno
import os

import pytest

from core.errors import StorageFullError, UnavailableError
from core.storage.local import LocalStorage, disk_errors, write_atomically


def test_unfinished_writes_are_not_listed_and_a_link_is_a_file(tmp_path):
    (tmp_path / "state.json.1a2b.partial").write_bytes(b"{")
    (tmp_path / "empty").mkdir()
    (tmp_path / "state.json").write_bytes(b"{}")
    assert [file.name for file in LocalStorage(tmp_path).list()] == ["state.json"]


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
        (errno.EROFS, UnavailableError, "cannot be written to"),
        (errno.EIO, OSError, "Input/output"),
    ],
)
def test_refusals_of_the_disk_become_sentences(tmp_path, number, kind, words):
    with pytest.raises(kind, match=words), disk_errors(tmp_path / "last.ckpt"):
        raise OSError(number, os.strerror(number))


def test_a_deleted_folder_is_not_made_anew(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "deleted" / "last.ckpt", b"weights")
    assert not any(tmp_path.iterdir())
    write_atomically(tmp_path / "new" / "graph.npz", b"graph", parents=True)
    assert (tmp_path / "new" / "graph.npz").read_bytes() == b"graph"
