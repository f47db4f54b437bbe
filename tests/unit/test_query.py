"""The language in which runs are chosen, and the groups that they fall into."""

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.errors import InvalidInputError, QueryError
from core.evaluation.groups import compute_spread, group_runs
from core.runs.metrics import MetricsSummary
from core.runs.query import parse_query
from core.runs.record import RunFiles, build_record
from core.runs.report import Report
from core.runs.state import RunState

NOW = 1_800_000_000.0


def make(run_id, *, state="finished", age=0.0, label=None, environment=None, test_acc=None, **config):
    report = Report(epochs=12, best_epoch=7, val_acc=0.5, test_acc=test_acc, seconds_per_epoch=2.0)
    content = RunFiles(config, environment or {}, report, MetricsSummary(), True)
    record = build_record(run_id, RunState(state, created_at=NOW - age), content, folder="")
    return replace(record, **(label or {}))


RUNS = [
    make("a1", preset="gcn", model="gcn", graph="wikics", split=0, test_acc=0.78, lr=0.01, age=60.0),
    make("b2", preset="gcn", model="gcn", graph="twin", split=3, seed=2, test_acc=0.75, lr=0.003, age=7_200.0),
    make("c3", state="failed", preset="mlp", model="mlp", graph="wikics", dropout=0.35, age=3 * 86_400.0),
    make(
        "d4",
        preset="gat",
        model="gat",
        graph="wikics",
        seed=1,
        label={"name": "Best, lr 0.003", "tags": ("paper", "A b"), "starred": True, "archived": True},
        environment={"imported": "tensorboard"},
        test_acc=0.5,
        learning_rate=0.1,
    ),
]


def ask(text, runs=RUNS):
    return "".join(record.id[0] for record in parse_query(text).select(runs, NOW))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "abcd"),
        ("state = finished", "abd"),
        ("state == FINISHED and preset=gcn", "ab"),
        ("state != finished", "c"),
        ("preset = gcn or preset = mlp", "abc"),
        ("not preset = gcn", "cd"),
        ("not (preset = gcn or preset = mlp)", "d"),
        ("preset=mlp or preset=gcn and split=3", "bc"),
        ("preset in (mlp, gat)", "cd"),
        ("preset not in [mlp, gat]", "ab"),
        ("split in (0, 3) and graph=wikics", "acd"),
        ("test_acc > 0.75", "a"),
        ("test_acc >= 75%", "ab"),
        ("test_acc < 0.76", "bd"),
        ("test_acc = none", "c"),
        ("test_acc != none", "abd"),
        ("test_acc = 0.78", "a"),
        ("lr = 0.01", "ac"),  # that of the default where the config says none; an imported run has no defaults
        ("lr <= 3e-3", "b"),
        ("dropout=0.35", "c"),
        ("config.learning_rate = 0.1", "d"),
        ("epochs = 12 and max_epochs=0", "abcd"),
        ("config.epochs = 300", "abc"),
        ("age < 2min", "ad"),
        ("age < 3h", "abd"),
        ("age > 2d", "c"),
        ("seconds = 24", "abcd"),
        ("tags = paper", "d"),
        ("tags contains 'a B'", "d"),
        ("tags = none", "abc"),
        ("tags in (x, paper)", "d"),
        ("tags matches 'pa*'", "d"),
        ("name contains 'lr 0.003'", "d"),
        ('name matches "best*3"', "d"),
        ("name not contains best", "abc"),
        ("starred", "d"),
        ("not starred", "abc"),
        ("archived = true", "d"),
        ("imported", "d"),
        ("imported = tensorboard", "d"),
        ("gcn", "ab"),
        ("gcn split3", "b"),
        ("gcn finished split0 seed0", "a"),
        ("'best, lr'", "d"),
        ("paper or mlp", "cd"),
    ],
)
def test_row_29_a_query_chooses_runs(text, found):
    assert ask(text) == found


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("tset_acc > 1", 1, "nothing of a run is called 'tset_acc': did you mean test_acc?"),
        ("a and", 6, "the filter ends where a condition is expected"),
        ("and b", 1, "'and' stands where a condition is expected"),
        ("(a or b", 8, "the bracket of character 1 is not closed: write )"),
        ("a )", 3, "')' closes nothing: leave it out"),
        ("split in 3", 10, "a list is expected behind 'in'"),
        ("split in (3", 12, "the list of character 10 is not closed: write )"),
        ("split in ()", 11, "a value is expected behind '('"),
        ("state =", 8, "a value is expected behind '='"),
        ("test_acc > high", 12, "test_acc > 'high' compares no numbers"),
        ("state < 3", 7, "state < '3' compares no numbers"),
        ("name = 'best", 8, "a quotation mark without its other here"),
        ("state ! 3", 7, "'!', which means nothing here"),
        ("split in", 9, "a list is expected behind 'in'"),
        ("x" * 1_001, 1, "the filter has 1,001 characters: at most 1,000 are read"),
        ("(" * 41 + "a" + ")" * 41, 41, "more than 40 conditions lie inside each other here"),
    ],
)
def test_row_29_a_bad_query_is_a_sentence_with_its_position(text, position, message):
    with pytest.raises(QueryError) as error:
        parse_query(text)
    assert error.value.position == position and message in str(error.value)


@given(
    st.text(alphabet="ab 01()[],=<>!'\"%.*", max_size=40)
    | st.lists(
        st.sampled_from(
            ["and", "or", "not", "in", "(", ")", ",", "=", "<", "split", "state", "'x'", "3", "contains", "starred"]
        ),
        max_size=12,
    ).map(" ".join)
)
def test_row_29_any_text_is_a_query_or_a_sentence(text):
    try:
        parse_query(text).select(RUNS, NOW)
    except QueryError as error:
        assert 1 <= error.position <= len(text) + 1


def test_row_29_a_thousand_runs_are_filtered_quickly():
    records = [replace(RUNS[number % 4], id=f"r{number}") for number in range(1_000)]
    started = time.process_time()
    parse_query("state=finished and (test_acc > 70% or lr in (0.1, 0.01)) and not tags = x gcn").select(records, NOW)
    assert time.process_time() - started < 2.0  # 10 ms; asked are 200


def test_row_29_the_same_text_on_every_door(explorer, finished_run):
    graph = explorer.runs.read(finished_run).graph
    assert [record.id for record in explorer.runs.list(where="state = finished and epochs = 3")] == [finished_run]
    assert explorer.runs.list(graph, where="state = failed") == []
    with pytest.raises(QueryError):
        explorer.runs.list(where="state =")


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_row_11_numbers_of_a_group_are_those_of_numpy_and_scipy(values):
    found = compute_spread(values)
    expected = (np.mean(values), np.median(values), np.std(values, ddof=1), stats.sem(values), min(values), max(values))
    assert (found.mean, found.median, found.std, found.se, found.min, found.max) == pytest.approx(expected, 1e-9, 1e-9)
    if found.se:
        low, high = stats.t.interval(0.95, len(values) - 1, loc=expected[0], scale=expected[3])
        assert found.interval == pytest.approx((low, high), rel=1e-9, abs=1e-9)


def test_row_12_runs_are_grouped_by_fields_and_by_all_but_split_and_seed():
    first = make("e5", preset="gcn", model="gcn", graph="wikics", split=9, seed=4, test_acc=0.8, lr=0.01)
    groups = group_runs([*RUNS[:3], first], ["variant"])
    assert [(group.n, group.runs) for group in groups] == [(2, ("a1", "e5")), (1, ("b2",)), (1, ("c3",))]
    assert groups[0].metrics["test_acc"] == compute_spread([0.78, 0.8])
    assert (groups[1].metrics["test_acc"].std, groups[1].metrics["test_acc"].interval) == (None, None)
    assert "test_acc" not in groups[2].metrics
    pairs = [dict(group.key) for group in group_runs(RUNS, ["preset", " config.learning_rate"])]
    assert pairs[0] == {"preset": "gcn", "learning_rate": None} and pairs[-1] == {"preset": "gat", "learning_rate": 0.1}
    for keys, message in (
        (["lr_"], "did you mean lr?"),
        ([" "], "0 fields to group by"),
        (["age"], "nothing to group"),
    ):
        with pytest.raises(InvalidInputError) as error:
            group_runs(RUNS, keys)
        assert message in str(error.value)
