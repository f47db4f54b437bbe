import csv
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runs.metrics import COLUMNS, Cursor, MetricsSummary, MetricsWriter, find_last_and_best, read_rows
from core.runs.tail import ROWS_APART, MetricsTail


def write(path, epochs, **values):
    writer = MetricsWriter(path)
    for epoch in epochs:
        writer.append({"epoch": epoch, "elapsed_seconds": epoch * 0.5, **values})
    writer.close()
    return path.read_bytes()


class File:
    """A file's bytes, and how many of them were read."""

    def __init__(self, content=b""):
        self.content = content
        self.bytes_read = 0

    def read_from(self, start):
        found = self.content[start:]
        self.bytes_read += len(found)
        return found


def read_chunk(content, *, generation, cursor):
    return MetricsTail(generation).read_chunk(File(content).read_from, cursor)


def summarise_metrics(content):
    tail = MetricsTail()
    tail.update(File(content).read_from)
    return tail.summary


def table(epochs, *, mark=""):
    """The bytes of a `metrics.csv`; `mark` tells rows of one epoch apart."""
    rest = "," * (len(COLUMNS) - 3)
    lines = [",".join(COLUMNS), *(f"{epoch},{epoch},0.{epoch}{mark}{rest}" for epoch in epochs)]
    return "".join(f"{line}\n" for line in lines).encode()


def epochs_of(chunk):
    return chunk.columns["epoch"]


def test_a_row_comes_back_as_it_went_in_and_gaps_as_none(tmp_path):
    content = write(tmp_path / "m.csv", [1], train_loss=0.1, val_loss=math.nan, lr=math.inf)
    expected = dict.fromkeys(COLUMNS) | {"epoch": 1.0, "elapsed_seconds": 0.5, "train_loss": 0.1}
    assert read_rows(content) == [expected]


def test_row_04_a_reader_gets_each_row_once(tmp_path):
    content = write(tmp_path / "m.csv", range(1, 6))
    first = read_chunk(content, generation=0, cursor=Cursor())
    assert (first.row, first.reset, epochs_of(first)) == (5, False, [1, 2, 3, 4, 5])
    more = read_chunk(content, generation=0, cursor=Cursor(0, 3))
    assert (more.row, more.reset, epochs_of(more)) == (5, False, [4, 5])
    assert epochs_of(read_chunk(content, generation=0, cursor=Cursor(0, 5))) == []


@pytest.mark.parametrize("cursor", [Cursor(0, 3), Cursor(2, 1), Cursor(1, 6)])
def test_a_cursor_on_rows_that_no_longer_stand_begins_anew(tmp_path, cursor):
    chunk = read_chunk(write(tmp_path / "m.csv", range(1, 6)), generation=1, cursor=cursor)
    assert (chunk.generation, chunk.row, chunk.reset, epochs_of(chunk)) == (1, 5, True, [1, 2, 3, 4, 5])


@given(st.integers(0, 400))
def test_a_row_that_is_still_being_written_is_left_out(cut):
    content = table(range(1, 30))[:cut]
    whole = max(content.count(b"\n") - 1, 0)
    assert epochs_of(read_chunk(content, generation=0, cursor=Cursor())) == list(range(1, whole + 1))


def test_columns_of_another_version_are_matched_by_name():
    chunk = read_chunk(b"loss,epoch,val_acc\n1.5,1,0.25\nbroken,2,x,3,4\n", generation=0, cursor=Cursor())
    assert chunk.columns == {name: [None, None] for name in COLUMNS} | {
        "epoch": [1, 2],
        "val_acc": [0.25, None],
        "loss": [1.5, None],
    }


def test_row_09_a_number_that_is_not_finite_is_told_apart_from_none():
    content = b"epoch,val_loss,grad_norm\n1,nan,\n2,0.5,-Infinity\n3,,inf\n4,word,1\n"
    for row in range(4):
        chunk = read_chunk(content, generation=0, cursor=Cursor(0, row))
        assert chunk.columns["grad_norm"] == [None, None, None, 1.0][row:]
        found = {"val_loss": [(0, "nan")], "grad_norm": [(1, "-inf"), (2, "inf")]}
        later = {name: [each for each in places if each[0] >= row] for name, places in found.items()}
        assert chunk.not_finite == {name: places for name, places in later.items() if places}


@pytest.mark.parametrize("content", [b"", b"epoch", b"\n", b"\x00\xff\n\xfe\n"])
def test_what_is_no_table_has_no_numbers(content):
    assert all(
        value is None
        for column in read_chunk(content, generation=0, cursor=Cursor()).columns.values()
        for value in column
    )


def test_resume_keeps_the_rows_of_the_checkpoint_byte_by_byte(tmp_path):
    path = tmp_path / "m.csv"
    lines = write(path, range(1, 6), val_loss=math.nan).decode().splitlines(keepends=True)
    path.write_bytes(path.read_bytes() + b"6,half a r")
    writer = MetricsWriter(path, keep_epochs=3)
    writer.append({"epoch": 4})
    writer.sync()
    writer.close()
    assert path.read_text() == "".join(lines[:4]) + "4" + "," * (len(COLUMNS) - 1) + "\n"
    assert [row["epoch"] for row in csv.DictReader(path.read_text().splitlines())] == ["1", "2", "3", "4"]


def test_the_best_epoch_has_the_highest_stopping_accuracy_then_the_lowest_loss(tmp_path):
    writer = MetricsWriter(tmp_path / "m.csv")
    scores = [(0.5, 1.0, 0.1), (0.7, 0.9, 0.2), (0.7, 0.8, 0.3), (0.7, math.nan, 0.4), (0.6, 0.1, 0.5)]
    for epoch, (acc, loss, val_acc) in enumerate(scores, start=1):
        writer.append(
            {
                "epoch": epoch,
                "stopping_acc": acc,
                "stopping_loss": loss,
                "val_acc": val_acc,
                "elapsed_seconds": epoch * 2,
            }
        )
    writer.close()
    assert summarise_metrics((tmp_path / "m.csv").read_bytes()) == MetricsSummary(
        epochs=5,
        best_epoch=3,
        stopping_acc=0.7,
        val_acc=0.3,
        seconds=10.0,
        seconds_per_epoch=2.0,
        last_val_acc=0.5,
        best_val_acc=0.5,
    )
    assert summarise_metrics(b"") == MetricsSummary()


def test_row_12_the_last_and_the_best_value_are_known_beside_that_of_the_kept_epoch(tmp_path):
    writer = MetricsWriter(tmp_path / "m.csv")
    rows = [(0.5, 0.4, 0.1), (0.9, 0.6, 0.2), (0.7, 0.8, 0.4), (0.8, 0.5, None), (0.8, math.nan, None)]
    for epoch, (stopping, val, energy_wh) in enumerate(rows, start=1):
        told = {} if energy_wh is None else {"energy_wh": energy_wh}
        writer.append({"epoch": epoch, "stopping_acc": stopping, "val_acc": val, **told})
    writer.close()
    found = summarise_metrics((tmp_path / "m.csv").read_bytes())
    told = (found.best_epoch, found.val_acc, found.last_val_acc, found.best_val_acc, found.energy_wh)
    assert told == (2, 0.6, 0.5, 0.8, 0.4)
    assert find_last_and_best([None, 7.0]) == (None, None)


# What a reader remembers


@given(
    st.lists(st.integers(0, 90), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 320)), min_size=1, max_size=8),
)
def test_read_piece_by_piece_it_is_the_same_as_read_at_once(steps, cursors):
    """Rows come a few at a time, half a row at the end; readers stand anywhere."""
    tail, file, epoch = MetricsTail(1), File(), 0
    for step in steps:
        epoch += step
        file.content = table(range(1, epoch + 1)) + b"half,a,r"
        for generation, row in cursors:
            cursor = Cursor(generation, row)
            at_once = read_chunk(file.content, generation=1, cursor=cursor)
            assert tail.read_chunk(file.read_from, cursor) == at_once
        assert tail.summary == summarise_metrics(file.content)


@pytest.mark.parametrize("keep", [0, 1, 63, 64, 65, 200])
@pytest.mark.parametrize("more", [0, 1, 300])
def test_rows_that_were_cut_and_written_anew_are_noticed(keep, more):
    """Within one generation too: between a resume and its first state the rows are those of the old number."""
    tail, file = MetricsTail(), File(table(range(1, 201)))
    tail.update(file.read_from)
    file.content = table(range(1, keep + 1)) + table(range(keep + 1, keep + 1 + more), mark="7").partition(b"\n")[2]
    chunk = tail.read_chunk(file.read_from, Cursor())
    assert chunk == read_chunk(file.content, generation=0, cursor=Cursor())
    assert tail.summary == summarise_metrics(file.content)
    file.content = b""
    assert tail.read_chunk(file.read_from, Cursor(0, 5)).reset
    assert tail.summary == MetricsSummary()


@pytest.mark.parametrize("num_rows", [100, 10_000])
def test_what_is_new_is_all_that_is_read(num_rows):
    tail, file = MetricsTail(), File(table(range(1, num_rows + 1)))
    tail.update(file.read_from)
    row_bytes = 40
    for behind, at_most in ((0, 1), (1, ROWS_APART), (30, 30 + ROWS_APART)):
        file.bytes_read = 0
        chunk = tail.read_chunk(file.read_from, Cursor(0, num_rows - behind))
        assert epochs_of(chunk) == list(range(num_rows - behind + 1, num_rows + 1))
        assert file.bytes_read <= at_most * row_bytes


def test_a_row_that_is_no_row_counts_as_one():
    chunk = read_chunk(b"epoch,val_acc\n1,0.5\n\n,\n2,0.25,9\n", generation=0, cursor=Cursor(0, 1))
    assert (chunk.row, epochs_of(chunk), chunk.columns["val_acc"]) == (4, [None, None, 2], [None, None, 0.25])
