"""What a listing of a bucket's runs asks for, and what is remembered of it."""

import threading
from dataclasses import replace

import pytest

from core.errors import UnavailableError
from core.runs import index
from core.runs.files import RECORD
from core.runs.folder import JobFolder
from core.runs.job_states import JobStates
from core.runs.labels import LabelChanges
from core.runs.memory_file import MemoryFile
from core.runs.record_file import FIELDS, MADE_OF, digest_bytes, write_record
from core.runs.store import RunStore
from core.storage.documents import dump_json, parse_json
from tests.shared_memory import SharedMemoryStorage

REPORT = b'{"epochs": 3, "best_epoch": 2, "val_acc": 0.75, "test_acc": 0.5, "seconds_per_epoch": 0.1}'


class AskedStorage(SharedMemoryStorage):
    """Notes what is asked for."""

    location = "gs://thousand/team"

    def __init__(self):
        super().__init__()
        self.asked = []

    def list(self, pattern):
        self.asked.append(pattern)
        return super().list(pattern)

    def read(self, name, *, start=0):
        self.asked.append(name.rpartition("/")[2])
        return super().read(name, start=start)


@pytest.fixture
def storage():
    storage = AskedStorage()
    store, states = RunStore(storage, now=lambda: 1.7e9), JobStates(storage)
    for _ in range(8):
        run_id = store.create({"preset": "gcn", "epochs": 3}, {"graph_digest": "abc"})
        storage.write(f"runs/{run_id}/report.json", REPORT)
        states.write(f"runs/{run_id}", replace(states.read_stored(f"runs/{run_id}"), state="finished"))
    storage.write("runs/no-run/label.json", b"{}")
    store.label(run_id, LabelChanges(name="Best of all"))
    storage.asked.clear()
    return storage


def open_store(storage, folder):
    """As a process does that keeps in this folder what it has read."""
    return RunStore(storage, memory=MemoryFile(storage, folder))


def asked(storage, store):
    """The runs, and what was asked for them: patterns, and how often a file. Models are listed by the clock."""
    storage.asked.clear()
    found = store.list()
    counts = {name: storage.asked.count(name) for name in sorted(set(storage.asked) - {"models/*/*.json"})}
    return found, counts


def test_c01_a_cold_listing_is_one_request_and_a_warm_one_reads_nothing(storage, tmp_path):
    store = open_store(storage, tmp_path)
    found, cold = asked(storage, store)
    assert cold == {
        "runs/*/*": 1,
        "runs.json": 1,
        "state.json": 8,
        "config.json": 8,
        "environment.json": 8,
        "report.json": 8,
        "label.json": 1,
    }
    assert asked(storage, store) == (found, {"runs/*/*a*.json": 1})
    assert asked(storage, open_store(storage, tmp_path)) == (found, {"runs/*/*a*.json": 1})
    assert [record.name for record in found if record.name] == ["Best of all"]
    assert found == [
        replace(record, name=kept.name) for record, kept in zip(RunStore(storage).list(), found, strict=True)
    ]


def test_c01_what_changed_is_read_again_and_a_deleted_run_is_gone(storage, tmp_path):
    runs = open_store(storage, tmp_path).list()
    states = JobStates(storage)
    states.write(f"runs/{runs[3].id}", replace(states.read_stored(f"runs/{runs[3].id}"), state="failed", message="why"))
    storage.delete(f"runs/{runs[0].id}")
    found, counts = asked(storage, open_store(storage, tmp_path))
    assert [(record.id, record.state) for record in found] == [
        (run.id, "failed" if run is runs[3] else "finished") for run in runs[1:]
    ]
    assert (counts["runs/*/*a*.json"], counts[f"runs/{runs[3].id}/**"], counts["state.json"]) == (1, 1, 1)


def test_c01_another_machine_finds_what_this_one_has_read(storage, tmp_path, monkeypatch):
    monkeypatch.setattr("core.runs.memory_file.MANY", 8)
    found = open_store(storage, tmp_path / "one").list()
    assert asked(storage, open_store(storage, tmp_path / "another")) == (
        found,
        {"runs.json": 1, "runs/*/*a*.json": 1},
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"fields": 3, "runs": {}}',
        b'{"fields": ["id"], "runs": {"a": [1, 2.0, "t", ["a"]]}}',
        b'{"fields": ["id"], "runs": {"a": [1, 2.0, "t", []]}}',
        b'{"fields": ["id"], "runs": []}',
        b"\xff\x00",
        b'{"fields": ["\xff"], "runs": {}, "labels": {}}',
        b'{"fields": ["\\ud800"], "runs": {}, "labels": {}}',
        b'{"more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda content: content[:20].hex(),
)
def test_c01_what_is_remembered_wrongly_is_as_if_it_had_never_been(content, storage, tmp_path):
    expected = RunStore(storage).list()
    storage.write("cache/runs.json", content)
    assert open_store(storage, tmp_path).list() == expected
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(content)
    assert open_store(storage, tmp_path).list() == expected


def test_c01_a_bucket_that_may_not_be_written_is_listed(storage, tmp_path, monkeypatch):
    def refuse(*_):
        raise UnavailableError("who lacks the permission storage.objects.create")

    monkeypatch.setattr("core.runs.memory_file.MANY", 1)
    monkeypatch.setattr(storage, "write", refuse)
    assert len(open_store(storage, tmp_path).list()) == 8


@pytest.fixture
def digests_told(storage, monkeypatch):
    """As the listings of a bucket tell them."""
    listed = type(storage).list

    def list_with_digests(self, pattern):
        return [replace(file, digest=digest_bytes(self._files[file.name][0])) for file in listed(self, pattern)]

    monkeypatch.setattr(type(storage), "list", list_with_digests)


def test_c05_where_nothing_answers_no_second_answer_is_waited_for(storage, tmp_path, monkeypatch):
    asked = []

    def wait_in_vain(name, **_):
        asked.append(name)
        raise UnavailableError("bucket x does not answer")

    monkeypatch.setattr(storage, "read", wait_in_vain)
    monkeypatch.setattr(storage, "list", wait_in_vain)
    with pytest.raises(UnavailableError, match="does not answer"):
        RunStore(storage, memory=MemoryFile(storage, tmp_path)).list()
    assert "cache/runs.json" in asked
    assert not any(name.startswith("runs/") for name in asked)


@pytest.mark.usefixtures("digests_told")
def test_c05_what_is_the_same_under_many_names_is_read_once(storage, monkeypatch):
    expected = RunStore(storage).list()
    monkeypatch.setattr("core.runs.index.NUM_READERS", 1)
    found, counts = asked(storage, RunStore(storage))
    assert found == expected
    assert [counts[name] for name in ("config.json", "environment.json", "report.json", "state.json")] == [1, 1, 1, 8]


def leave_records(storage, folder, *run_ids):
    """What the trainers of these runs leave at their end."""
    for run_id in run_ids:
        job = JobFolder(folder / run_id)
        job.path.mkdir()
        for name in MADE_OF:
            (job / name).write_bytes(storage.read(f"runs/{run_id}/{name}"))
        write_record(job)
        storage.write(f"runs/{run_id}/{RECORD}", (job / RECORD).read_bytes())


@pytest.mark.usefixtures("digests_told")
def test_c05_of_runs_that_left_a_record_nothing_else_is_read(storage, tmp_path):
    expected = RunStore(storage).list()
    leave_records(storage, tmp_path, *(run.id for run in expected))
    found, counts = asked(storage, RunStore(storage))
    assert found == expected
    assert {name: reads for name, reads in counts.items() if name.endswith(".json")} == {RECORD: 8, "label.json": 1}


@pytest.mark.usefixtures("digests_told")
def test_c05_what_the_listing_brings_of_them_is_not_read_either(storage, tmp_path, monkeypatch):
    expected = RunStore(storage).list()
    leave_records(storage, tmp_path, *(run.id for run in expected))
    contents = {file.name: storage.read(file.name) for file in storage.list(f"runs/*/{RECORD}")}
    listed = type(storage).list

    def list_with_contents(self, pattern):
        return [replace(file, content=contents.get(file.name)) for file in listed(self, pattern)]

    monkeypatch.setattr(type(storage), "list", list_with_contents)
    found, counts = asked(storage, RunStore(storage))
    assert found == expected
    assert {name: reads for name, reads in counts.items() if name.endswith(".json")} == {"label.json": 1}


@pytest.mark.usefixtures("digests_told")
@pytest.mark.parametrize("name", MADE_OF)
def test_c05_a_record_counts_only_while_its_files_are_as_they_were(name, storage, tmp_path):
    run_id = RunStore(storage).list()[0].id
    leave_records(storage, tmp_path, run_id)
    stored = f"runs/{run_id}/{name}"
    changed = {
        "state.json": {"state": "failed", "message": "no"},
        "config.json": {"preset": "sage"},
        "environment.json": {"device": "another"},
        "report.json": {"val_acc": 0.25},
    }[name]
    storage.write(stored, dump_json(parse_json(storage.read(stored), name) | changed))
    found = RunStore(storage).read(run_id)
    storage.delete(f"runs/{run_id}/{RECORD}")
    assert found == RunStore(storage).read(run_id)
    assert next(iter(changed.values())) in vars(found).values()


@pytest.mark.usefixtures("digests_told")
def test_c05_a_record_is_believed_under_the_name_where_it_is_found_alone(storage, tmp_path):
    """A copied folder, and one whose predictions came later."""
    run = RunStore(storage).list()[0]
    leave_records(storage, tmp_path, run.id)
    for name in (*MADE_OF, RECORD):
        storage.write(f"runs/20200101-000000-gcn-abc/{name}", storage.read(f"runs/{run.id}/{name}"))
    storage.write("runs/20200101-000000-gcn-abc/predictions.npz", b"")
    found = RunStore(storage).read("20200101-000000-gcn-abc")
    assert (found.id, found.has_predictions) == ("20200101-000000-gcn-abc", True)
    assert found.folder.endswith("runs/20200101-000000-gcn-abc")
    assert (found.val_acc, found.created_at) == (run.val_acc, run.created_at)


@pytest.mark.usefixtures("digests_told")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'{"fields": 1}',
        {"record": []},
        {"record": {}},
        {"fields": ["id"]},
        {"record": [None] * len(FIELDS)},
        {"epoch": -1},
        {"epoch": 1.5},
        {"created_at": 1e15},
        {"state": "unheard of"},
        {"aliases": [1]},
        {"config": {"nested": {"a": [1]}}},
    ],
)
def test_c05_a_record_that_cannot_be_read_is_none(content, storage, tmp_path):
    expected = RunStore(storage).list()
    run_id = expected[0].id
    leave_records(storage, tmp_path, run_id)
    name = f"runs/{run_id}/{RECORD}"
    if isinstance(content, dict):
        document = parse_json(storage.read(name), name)
        for field in content.keys() & set(FIELDS):
            document["record"][FIELDS.index(field)] = content.pop(field)
        content = dump_json(document | content)
    storage.write(name, content)
    assert RunStore(storage).list() == expected


@pytest.mark.usefixtures("digests_told")
def test_c05_nor_is_one_that_does_not_come(storage, tmp_path, monkeypatch):
    expected = RunStore(storage).list()
    leave_records(storage, tmp_path, expected[0].id)
    read = type(storage).read

    def read_others(self, name, **options):
        if name.endswith(RECORD):
            raise UnavailableError("not now")
        return read(self, name, **options)

    monkeypatch.setattr(type(storage), "read", read_others)
    assert RunStore(storage).list() == expected


@pytest.mark.usefixtures("digests_told")
def test_c05_a_record_shows_what_a_list_can_show(storage, tmp_path):
    run_id = RunStore(storage).list()[0].id
    leave_records(storage, tmp_path, run_id)
    name = f"runs/{run_id}/{RECORD}"
    content = parse_json(storage.read(name), name)
    content["record"][FIELDS.index("config")] = {"lr": 0.1, "long": "x" * 1000}
    storage.write(name, dump_json(content))
    assert RunStore(storage).read(run_id).config == {"lr": 0.1}


def test_c05_a_run_without_a_report_leaves_no_record(storage, tmp_path):
    run_id = RunStore(storage).list()[0].id
    leave_records(storage, tmp_path, run_id)
    for name, content in (("state.json", b'{"state": "failed"}'), ("report.json", b"{"), ("report.json", None)):
        job = JobFolder(tmp_path / run_id)
        (job / RECORD).unlink(missing_ok=True)
        (job / name).unlink()
        if content is not None:
            (job / name).write_bytes(content)
        write_record(job)
        assert not (job / RECORD).exists()
        (job / name).write_bytes(storage.read(f"runs/{run_id}/{name}"))


def test_c05_a_name_is_remembered_until_it_changes(storage, tmp_path):
    runs = open_store(storage, tmp_path).list()
    unnamed = next(run.id for run in runs if not run.name)
    RunStore(storage).label(unnamed, LabelChanges(name="Another"))
    RunStore(storage).label(next(run.id for run in runs if run.name), LabelChanges(name=""))
    for reads in (1, 0):
        found, counts = asked(storage, open_store(storage, tmp_path))
        assert {record.id: record.name for record in found if record.name} == {unnamed: "Another"}
        assert counts.get("label.json", 0) == reads


def test_c05_what_is_remembered_is_read_while_the_storage_lists_runs_and_models(storage, tmp_path, monkeypatch):
    runs = open_store(storage, tmp_path).list()
    everybody_waits, parse = threading.Barrier(3, timeout=60), index.parse_memory
    listing = storage.list
    monkeypatch.setattr(storage, "list", lambda pattern: [everybody_waits.wait(), listing(pattern)][1])
    monkeypatch.setattr(index, "parse_memory", lambda content: [everybody_waits.wait(), parse(content)][1])
    assert open_store(storage, tmp_path).list() == runs


def test_c05_what_has_changed_may_be_asked_before_anybody_lists(storage, tmp_path):
    runs = open_store(storage, tmp_path).list()
    memory = MemoryFile(storage, tmp_path)
    storage.asked.clear()
    memory.foresee()
    store = RunStore(storage, memory=memory)
    assert store.list() == runs
    assert storage.asked.count("runs/*/*a*.json") == 1
    storage.delete(f"runs/{runs[0].id}")
    assert store.list() == runs[1:]


def test_c05_nothing_is_asked_before_where_nothing_is_kept(storage, tmp_path):
    MemoryFile(storage, tmp_path).foresee()
    assert not [thread.name for thread in threading.enumerate() if thread.name == "ahead"]
    assert storage.asked == []


def test_c05_what_was_asked_in_vain_is_told_who_lists(storage, tmp_path, monkeypatch):
    open_store(storage, tmp_path).list()

    def refuse(pattern):
        raise UnavailableError("the bucket does not answer")

    monkeypatch.setattr(storage, "list", refuse)
    memory = MemoryFile(storage, tmp_path)
    memory.foresee()
    with pytest.raises(UnavailableError, match="does not answer"):
        RunStore(storage, memory=memory).list()
    monkeypatch.undo()
    assert len(RunStore(storage, memory=memory).list()) == 8


def test_c05_who_ends_without_what_was_asked_does_not_wait(storage, tmp_path, monkeypatch):
    open_store(storage, tmp_path).list()
    answers = threading.Event()
    monkeypatch.setattr(storage, "list", lambda _: [] if answers.wait(60) else None)
    MemoryFile(storage, tmp_path).foresee()
    waiting = [thread.daemon for thread in threading.enumerate() if thread.name == "ahead"]
    answers.set()
    assert waiting == [True]
