"""Names that people give to runs."""

import json

import pytest

from core.errors import InvalidInputError, RunNotFoundError


def test_i01_a_name_stands_beside_what_the_trainer_writes(explorer, finished_run, store, storage):
    before = {file.name: file for file in storage.list(f"runs/{finished_run}/**")}
    assert explorer.runs.read(finished_run).name == ""
    assert explorer.runs.rename(finished_run[:12], "  two \n words ").name == "two words"
    assert [record.name for record in explorer.runs.list()] == ["two words"] == [store.read(finished_run).name]
    after = {file.name: file for file in storage.list(f"runs/{finished_run}/**")}
    assert after.pop(f"runs/{finished_run}/label.json") and after == before
    assert json.loads(storage.read(f"runs/{finished_run}/label.json")) == {"name": "two words"}


def test_i01_a_name_that_another_process_gave_is_seen(explorer, finished_run, store):
    assert explorer.runs.list()[0].name == ""
    for name in ("one", "another", ""):
        store.rename(finished_run, name)
        assert [record.name for record in explorer.runs.list()] == [name]


def test_i01_a_name_is_one_short_line(explorer, finished_run):
    for name in ("x" * 61, "a\x00b"):
        with pytest.raises(InvalidInputError, match=r"cannot name a run: it (has|holds) "):
            explorer.runs.rename(finished_run, name)
    assert explorer.runs.rename(finished_run, "x" * 60).name == "x" * 60
    with pytest.raises(RunNotFoundError):
        explorer.runs.rename("nobody", "x")


def test_i01_a_damaged_label_is_no_name(explorer, finished_run, storage):
    for content in (b"{", b"[]", b'{"name": 3}'):
        storage.write(f"runs/{finished_run}/label.json", content)
        assert explorer.runs.read(finished_run).name == ""
