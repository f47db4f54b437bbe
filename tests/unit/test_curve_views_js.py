"""How curves are looked at: the URL keeps it, charts are made of whatever is logged, and all can be taken along."""

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.ui import curve_view
from tests.node import call_js

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(min_size=1, max_size=12)
RANGES = st.tuples(NUMBERS, NUMBERS).filter(lambda pair: pair[0] != pair[1]).map(list)
ZOOMS = st.one_of(
    st.fixed_dictionaries({"x": RANGES}),
    st.fixed_dictionaries({"y": RANGES}),
    st.fixed_dictionaries({"x": RANGES, "y": RANGES}),
)
VIEWS = st.fixed_dictionaries(
    {
        "x": st.sampled_from([*curve_view.AXES, "metric.lr", "metric.val/acc & more"]),
        "kind": st.sampled_from(curve_view.KINDS),
        "smooth": st.floats(0, curve_view.MOST_WEIGHT),
        "scale": st.sampled_from(["linear", "log", "symlog"]),
        "clip": st.booleans(),
        "hidden": st.none() | st.lists(NAMES, max_size=4),
        "zoom": st.dictionaries(NAMES, ZOOMS, max_size=3),
        "charts": st.none() | st.lists(NAMES, max_size=4),
        "more": st.booleans(),
        "big": st.just("") | NAMES,
        "group": st.sampled_from(["", "variant", "config.lr"]),
        "center": st.sampled_from(curve_view.CENTERS),
        "spread": st.sampled_from(curve_view.SPREADS),
        "at": st.none() | NUMBERS,
        "delta": st.booleans(),
    }
)
ROUND_TRIP = """
import { isDeepStrictEqual } from "node:util";
import { PARAMS, readView, writeView } from "./curves/view_state.js";
const written = input.map(writeView);
const plain = (view) => JSON.parse(JSON.stringify(view)); // which knows one 0 alone
const lost = input.filter((view, at) => !isDeepStrictEqual(plain(readView(written[at])), plain(view)));
done({ written, lost, names: PARAMS });
"""


@settings(max_examples=8, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(VIEWS, min_size=1, max_size=30))
def test_row_30_the_url_gives_back_the_view_exactly(views):
    answer = call_js(ROUND_TRIP, views)
    assert answer["lost"] == []
    assert set(answer["names"]) == set(curve_view._PARAMS)
    for params in answer["written"]:  # and the page takes every one of them as it is
        assert all(curve_view._PARAMS[name][0](text) for name, text in params.items()), params


def test_row_30_what_cannot_be_read_is_as_if_it_were_not_there():
    broken = {"kind": "toString", "smooth": "7", "log": "2", "zoom": "loss:1~x:;:;a:1~1", "at": "NaN", "charts": "%"}
    script = """
    import { readView, PLAIN } from "./curves/view_state.js";
    const { charts, smooth, ...rest } = readView(input);
    done([{ ...PLAIN, ...rest }, PLAIN, charts, smooth]);
    """
    read, plain, charts, smooth = call_js(script, broken)
    assert (read, charts, smooth) == (plain, ["%"], 0.999)


def show_curves():
    import streamlit as st

    from pages.ui import curve_view
    from pages.ui.components.curves import CurveRun, curves

    st.session_state.setdefault("router_notices", st.container())
    curves([CurveRun("a", "finished")], key="curves", tools=curve_view.read_tools([]))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [("x", "metric.lr", "nothing"), ("smooth", "0.35", "7"), ("log", "symlog", "yes"), ("spread", "ci", "wide")],
)
def test_row_30_a_parameter_that_means_nothing_is_refused(name, good, bad):
    at = AppTest.from_function(show_curves, default_timeout=20)
    for text in (good, bad):
        at.query_params[name] = text
        at.run()
        assert not at.exception
        (element,) = at.get("bidi_component")
        assert json.loads(element.proto.json)["view"] == ({name: good} if text == good else {})
    assert name not in at.query_params


def test_row_10_a_chart_for_every_column_that_is_logged():
    script = """
    import { listCharts, pickCharts, readKey, writeKey } from "./curves/columns.js";
    const parts = ["train", "stopping", "val"].map((id) => ({ id }));
    const charts = [{ id: "loss", title: "Loss", unit: "nats", columns: { val: "val_loss" } }];
    const every = listCharts(input, { charts, parts });
    const keys = ["f1", writeKey("loss", "metric.a@b,c"), "gone"];
    done({ every: every.map(({ id, title, unit, columns }) => [id, title, unit, columns]), keys: keys.map(readKey),
           picked: pickCharts(keys, every).map(({ id, x }) => [id, x ?? null]) });
    """
    logged = ["epoch", "val_loss", "lr", "train_f1", "val_f1", "epoch_seconds", "memory_bytes", "eval/top 5"]
    key = "loss@metric.a%40b%2Cc"
    assert call_js(script, logged) == {
        "every": [
            ["loss", "Loss", "nats", {"val": "val_loss"}],
            ["lr", "Learning rate", "", {"value": "lr"}],
            ["f1", "F1", "share", {"train": "train_f1", "val": "val_f1"}],
            ["epoch_seconds", "Epoch time", "s", {"value": "epoch_seconds"}],
            ["memory_bytes", "Memory", "bytes", {"value": "memory_bytes"}],
            ["eval/top 5", "Eval/top 5", "", {"value": "eval/top 5"}],
        ],
        "keys": [["f1", None], ["loss", "metric.a@b,c"], ["gone", None]],
        "picked": [["f1", None], [key, "metric.a@b,c"]],
    }


def test_row_10_values_at_one_epoch_as_a_table():
    script = """
    import { toCsv } from "./curves/series.js";
    import { listValues } from "./curves/table.js";
    const run = (x, y) => ({ points: () => ({ x, y }) });
    const long = { id: "a", name: "A, b", run: run([1, 2, 3], [10, 20, 30]) };
    const rows = [long, { id: "c", name: "c", run: run([1], [5]) }];
    const charts = [{ columns: { val: "val_loss" }, title: "Loss", unit: "nats" }];
    const parts = [{ id: "val", label: "Validation" }];
    done([2, null].map((at) => toCsv(listValues({ rows, charts, parts, x: "epoch", at }))));
    """
    at_two, last = [list(csv.reader(io.StringIO(text, newline=""))) for text in call_js(script)]
    head = ["id", "run", "Epoch", "Validation loss"]
    assert at_two == [head, ["a", "A, b", "2", "20"], ["c", "c", "2", ""]]
    assert last == [head, ["a", "A, b", "3", "30"], ["c", "c", "1", "5"]]


def test_row_30_a_charts_csv_has_every_point_as_it_was_logged():
    script = """
    import { listPoints } from "./curves/chart_export.js";
    const x = [1, 2, 3];
    const y = [1 / 10, 2 / 10, 3 / 10];
    const line = { run: { id: "r" }, name: "r · validation", points: { x, y }, values: y };
    const band = { ...line, points: { x, y, low: y, high: y, count: [2, 2, 1] }, low: y, high: y };
    const list = (...lines) => listPoints({ title: "Loss", x: "epoch", lines });
    done([list(line), list({ ...line, values: [1, 2, 3] })[1], list(band).at(-1)]);
    """
    plain, smooth, band = call_js(script)
    assert plain == [["id", "line", "epoch", "Loss"], *(["r", "r · validation", at, at / 10] for at in (1, 2, 3))]
    assert smooth == ["r", "r · validation", 1, 0.1, 1]
    assert band == ["r", "r · validation", 3, 0.3, 0.3, 0.3, 1]
