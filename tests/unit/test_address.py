"""From addresses to storages."""

from pathlib import Path

import pytest

from core.errors import InvalidInputError
from core.storage.opening import open_storage, split_address


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("/data/home", "/data/home"),
        ("/data/x/../home/", "/data/home"),
        ("file:///data/my%20home", "/data/my home"),
        ("file://localhost/data/home", "/data/home"),
        ("FILE:/data/home", "/data/home"),
        ("~/wikics", str(Path.home() / "wikics")),
        ("home", str(Path.cwd() / "home")),
        ("odd:name", str(Path.cwd() / "odd:name")),
    ],
)
def test_a_folder_is_a_storage(address, folder):
    assert open_storage(address).location == folder


@pytest.mark.parametrize("address", ["s3://bucket/runs", "file://elsewhere/data", "file:data", ""])
def test_another_kind_of_address_is_refused_in_a_sentence(address):
    for read in (open_storage, split_address):
        with pytest.raises(InvalidInputError) as caught:
            read(address)
        assert str(caught.value) == (
            f"{address!r} is no storage that this version knows: give a folder's path, its file:///… address, "
            "or gs://BUCKET/PREFIX"
        )


@pytest.mark.parametrize("address", ["/data/home/runs/20261123-142501-gcn-k3f", "file:///data/home/runs/x/../a b/"])
def test_a_jobs_address_is_a_storage_and_a_name_in_it(address):
    storage, name = split_address(address)
    assert storage.location == "/data/home"
    assert name in ("runs/20261123-142501-gcn-k3f", "runs/a%20b", "runs/a b")


def test_a_relative_address_of_a_job_counts_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage, name = split_address("runs/a")
    assert (storage.location, name) == (str(tmp_path), "runs/a")


@pytest.mark.parametrize("address", ["/", "/runs"])
def test_what_has_no_storage_above_it_is_no_job(address):
    with pytest.raises(InvalidInputError, match=f"^'{address}' is no address of a job: expected HOME/runs/ID$"):
        split_address(address)
