"""What people write on runs: names, tags, notes, stars, the archive."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInputError, RunNotFoundError
from core.runs.labels import Label, LabelChanges, RunLabels
from core.storage.memory import MemoryStorage


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
        store.label(finished_run, LabelChanges(name=name))
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


def test_row_28_tags_notes_star_and_archive_stand_beside_the_name(explorer, finished_run, storage):
    explorer.runs.rename(finished_run, "best")
    assert explorer.runs.tag(finished_run, ["a  b", "Gcn"]).tags == ("a b", "Gcn")
    assert explorer.runs.tag(finished_run, ["gcn", "c"]).tags == ("a b", "Gcn", "c")
    assert explorer.runs.tag(finished_run, ["A B", "GCN"], remove=True).tags == ("c",)
    record = explorer.runs.label(finished_run, LabelChanges(notes="# Why\n\nIt *learns*. ", starred=True))
    assert (record.name, record.tags, record.notes, record.starred) == ("best", ("c",), "# Why\n\nIt *learns*.", True)
    stored = json.loads(storage.read(f"runs/{finished_run}/label.json"))
    assert stored == {"name": "best", "tags": ["c"], "notes": "# Why\n\nIt *learns*.", "starred": True}
    explorer.runs.label(finished_run, LabelChanges(name="", tags=[], notes="", starred=False))
    assert storage.list(f"runs/{finished_run}/label.json") == []


def test_row_28_an_archived_run_is_left_out_until_it_is_asked_for(explorer, finished_run):
    graph = explorer.runs.read(finished_run).graph
    explorer.runs.label(finished_run, LabelChanges(archived=True))
    assert explorer.runs.list() == [] == explorer.runs.list(graph)
    assert [record.id for record in explorer.runs.list(archived=True)] == [finished_run]
    assert explorer.runs.choose_default(graph) is None
    assert explorer.runs.find(finished_run, graph).archived
    explorer.runs.label(finished_run, LabelChanges(archived=False))
    assert [record.id for record in explorer.runs.list()] == [finished_run]


def test_row_28_a_label_of_any_version_is_read_as_far_as_it_can_be(explorer, finished_run, storage):
    for content, expected in (
        (b'{"name": "old"}', ("old", (), "", False)),
        (b'{"name": 3, "tags": ["a", "a"], "starred": true, "more": 1}', ("", ("a",), "", True)),
        (b'{"tags": [1], "notes": "n", "starred": 1}', ("", (), "n", False)),
        (b'{"tags": ["x,y"], "notes": "\\u0000"}', ("", (), "", False)),
    ):
        storage.write(f"runs/{finished_run}/label.json", content)
        record = explorer.runs.read(finished_run)
        assert (record.name, record.tags, record.notes, record.starred) == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (LabelChanges(tags=["x" * 41]), "it has 41 characters, expected at most 40"),
        (LabelChanges(tags=["a,b"]), "'a,b' cannot be a tag: it holds a comma; write two tags"),
        (LabelChanges(tags=[f"t{n}" for n in range(21)]), "21 tags are too many: a run bears at most 20"),
        (LabelChanges(notes="x" * 10_001), "the notes have 10,001 characters: at most 10,000 are kept"),
        (LabelChanges(notes="a\x1b[0m"), "the notes hold a character that is not seen, '\\x1b': leave it out"),
    ],
)
def test_row_28_what_no_list_could_show_is_refused(explorer, finished_run, changes, message):
    with pytest.raises(InvalidInputError) as error:
        explorer.runs.label(finished_run, changes)
    assert message in str(error.value)


@given(
    st.builds(
        Label,
        name=st.text(max_size=60).filter(str.isprintable).map(lambda text: " ".join(text.split())),
        tags=st.lists(st.sampled_from(["gcn", "ä b", "#1"]), unique=True).map(tuple),
        notes=st.text(alphabet="a \n#*é", max_size=50).map(str.strip),
        starred=st.booleans(),
        archived=st.booleans(),
    )
)
def test_row_28_a_label_is_read_as_it_was_written(label):
    storage = MemoryStorage()
    RunLabels(storage).write("a", label)
    assert RunLabels(storage).read("a") == label
