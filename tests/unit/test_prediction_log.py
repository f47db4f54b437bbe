"""The prediction log: what a line holds, what it never holds, and that no request waits for it."""

import json
import logging
import threading

import pytest

from core.app.articles import Articles
from core.app.prediction_log import (
    FOLDER,
    KEPT_SECONDS,
    MAX_ARTICLES,
    MAX_LINES,
    MAX_WAITING,
    PredictionLog,
    Said,
    Source,
)
from core.app.predictions import Predictions
from core.errors import UnavailableError
from core.storage.memory import MemoryStorage

NOW = 1_795_000_000.0
SOURCE = Source("20261126-120000-gcn-abc", "m" * 64, "d" * 64, "c" * 64)
SAID = [Said(4, 1, 0.75)]


def read_lines(storage):
    texts = [storage.read(file.name) for file in storage.list(f"{FOLDER}*")]
    return [json.loads(line) for text in texts for line in text.splitlines()]


@pytest.fixture
def quiet(monkeypatch):
    """No thread writes by itself."""
    monkeypatch.setattr(PredictionLog, "_start", lambda _log: None)


def test_row_90_a_line_says_what_was_predicted_of_what(quiet, explorer, store, finished_run, tiny_id):
    storage = MemoryStorage()
    log = PredictionLog(storage, 1.0, now=lambda: NOW)
    predictions = Predictions(store, explorer.graphs, log=log)
    answer = predictions.predict(finished_run, ["Linux", 0])
    Articles(explorer.graphs, predictions).read(tiny_id, 4, run=finished_run)
    Articles(explorer.graphs, predictions).read(tiny_id, 4)
    predictions.write_log()
    both, card = read_lines(storage)
    names = explorer.graphs.load(tiny_id).class_names
    assert [names[each["pred"]] for each in both["articles"]] == [row.pred for row in answer.articles]
    assert [each["confidence"] for each in both["articles"]] == [max(row.probs.values()) for row in answer.articles]
    assert (both["at"], both["run"], both["data"], both["count"]) == (NOW, finished_run, answer.graph_digest, 2)
    assert set(both) == {"id", "at", "run", "model", "data", "calibration", "count", "articles"}
    assert card == both | {"id": card["id"], "count": 1, "articles": both["articles"][:1]} and card["id"] != both["id"]
    assert {len(both[digest]) for digest in ("model", "data", "calibration")} == {64}


def test_row_90_a_share_is_noted_and_none_without_it(quiet):
    chances = iter([0.05, 0.2, 0.099, 0.1])
    storage = MemoryStorage()
    log = PredictionLog(storage, 0.1, chance=lambda: next(chances))
    for _ in range(4):
        log.note(SOURCE, SAID, 1)
    log.write()
    off = PredictionLog(storage, 0.0, chance=lambda: 0.0)
    off.note(SOURCE, SAID, 1)
    off.write()
    assert len(read_lines(storage)) == 2 and not off.is_on


def test_row_90_files_are_only_added_and_old_ones_go(quiet):
    times = [NOW]
    storage = MemoryStorage()
    log = PredictionLog(storage, 1.0, now=lambda: times[0])
    for _ in range(MAX_LINES + 1):
        log.note(SOURCE, SAID * MAX_ARTICLES, 1_000)
    log.write()
    first = {file.name for file in storage.list(f"{FOLDER}*")}
    assert len(first) == 2 and len(read_lines(storage)) == MAX_LINES + 1
    times[0] = NOW + KEPT_SECONDS / 2
    log.note(SOURCE, SAID, 1)
    log.write()
    assert first < {file.name for file in storage.list(f"{FOLDER}*")}
    times[0] = NOW + KEPT_SECONDS + 1
    log.note(SOURCE, SAID, 1)
    log.write()
    assert len(storage.list(f"{FOLDER}*")) == 2


def test_row_90_no_request_waits_for_a_storage_that_hangs():
    """The thread that writes hangs; who notes goes on, and what has no room is counted."""
    asked, answered = threading.Event(), threading.Event()

    class Hanging(MemoryStorage):
        def create(self, name, content):
            asked.set()
            assert answered.wait(60)
            return super().create(name, content)

    storage = Hanging()
    log = PredictionLog(storage, 1.0)
    for _ in range(MAX_LINES):
        log.note(SOURCE, SAID, 1)
    assert asked.wait(60)
    for _ in range(MAX_WAITING + 7):
        log.note(SOURCE, SAID, 1)
    answered.set()
    log.write()
    log.note(SOURCE, SAID, 1)
    log.write()
    lines = read_lines(storage)
    left_out = sum(line.get("left_out", 0) for line in lines)
    assert left_out == 7 and left_out + len(lines) == MAX_LINES + MAX_WAITING + 8


def test_row_90_what_a_storage_refuses_is_said_and_left_out(quiet, caplog):
    class Full(MemoryStorage):
        def create(self, _name, _content):
            raise UnavailableError("the disk is full")

    log = PredictionLog(Full(), 1.0)
    log.note(SOURCE, SAID, 1)
    with caplog.at_level(logging.WARNING, "wikics"):
        log.write()
    assert caplog.messages == ["predictions could not be logged: the disk is full"]


def test_row_90_it_is_off_unless_it_is_set(explorer):
    assert not explorer.predictions._log.is_on
