"""The curves' smoothing, axes, bands and marks, run by Node and compared with NumPy and SciPy."""

import numpy as np
import pytest
from scipy import stats

from tests.node import call_js

POINTS = {
    "x": np.cumsum(np.random.default_rng(2).exponential(size=300)).tolist(),
    "y": np.random.default_rng(1).normal(size=300).tolist(),
}


def smooth_by_formula(x, y, kind, weight):
    """What the four kinds mean, each point for itself."""
    x, y = np.array(x), np.array(y)
    at, width = np.arange(len(y)), weight / (1 - weight)
    if kind == "ema":
        shares = [weight ** (t - at[: t + 1]) for t in at]
    elif kind == "time":
        unit = (x[-1] - x[0]) / (len(x) - 1)
        shares = [weight ** ((x[t] - x[: t + 1]) / unit) for t in at]
    elif kind == "gaussian":
        apart = np.abs(at[:, None] - at)
        shares = np.exp(-0.5 * (apart / width) ** 2) * (apart <= np.ceil(4 * width))
    else:
        shares = (np.abs(at[:, None] - at) <= round(width)).astype(float)
    return [np.average(y[: len(share)], weights=share) for share in shares]


def test_row_05_four_smoothers_are_their_formulas():
    cases = [[kind, weight] for kind in ("ema", "time", "gaussian", "mean") for weight in (0.3, 0.8, 0.97)]
    script = """
    import { smooth } from "./curves/smoothing.js";
    const before = JSON.stringify(input.points);
    const { x, y } = input.points;
    const found = input.cases.map(([kind, weight]) => smooth(x, y, { kind, weight }));
    done({ found, off: smooth(x, y, { kind: "ema", weight: 0 }) === y, same: JSON.stringify(input.points) === before });
    """
    answer = call_js(script, {"points": POINTS, "cases": cases})
    assert (answer["off"], answer["same"]) == (True, True)
    for (kind, weight), found in zip(cases, answer["found"], strict=True):
        np.testing.assert_allclose(found, smooth_by_formula(**POINTS, kind=kind, weight=weight), rtol=0, atol=1e-9)


def test_row_05_smooth_lines_lie_over_faint_raw_ones_and_no_table_is_smooth():
    script = """
    import { buildXAxis, buildYAxis } from "./curves/axes.js";
    import { listValues } from "./curves/table.js";
    import { buildTraces, EVERYTHING, prepareLine } from "./curves/traces.js";
    const x = input.y.map((_, at) => at + 1);
    const run = { points: () => ({ x, y: input.y }) };
    const line = { run, name: "a", color: "#123456", dash: "solid", width: 2, points: { x, y: input.y } };
    const smoothing = { kind: "gaussian", weight: 0.9 };
    const drawn = prepareLine(line, { smoothing, seen: EVERYTHING, buckets: 1000 });
    const traces = buildTraces([drawn], { x: buildXAxis("epoch", 300), y: buildYAxis("nats", "linear", []) });
    const chart = { columns: { val: "val_loss" }, title: "Loss", unit: "nats" };
    const table = listValues({ rows: [{ id: "a", name: "a", run }], charts: [chart], parts: [], x: "epoch", at: null });
    done([traces.map(({ opacity, y }) => [opacity ?? 1, y.join() === input.y.join()]), table[1]]);
    """
    traces, row = call_js(script, POINTS)
    assert traces == [[0.25, True], [1, False]]
    assert row == ["a", "a", 300, POINTS["y"][-1]]


def test_row_06_every_axis_stands_where_the_run_stood():
    columns = {
        "epoch": [1, 2, 3],
        "step": [10, 20, 30],
        "elapsed_seconds": [2.0, 4.0, 6.0],
        "logged_at": [1002.0, 1004.0, 1036.0],  # 30 s of pause
        "lr": [0.3, 0.1, 0.2],
        "val_acc": [0.5, 0.6, 0.7],
    }
    script = """
    import { buildXAxis } from "./curves/axes.js";
    import { RunSeries } from "./curves/series.js";
    const run = new RunSeries("r");
    run.apply({ generation: 0, row: 3, reset: true, state: "finished", message: "", columns: input, not_finite: {} });
    const names = ["epoch", "step", "elapsed_seconds", "wall_seconds", "logged_at", "metric.lr"];
    const axes = names.map((name) => [buildXAxis(name, 100), run.points(name, "val_acc").x]);
    const back = axes.map(([axis, x]) => x.map((value) => axis.fromPlot(axis.toPlot(value))));
    const titles = axes.map(([axis]) => axis.title);
    done({ x: axes.map(([, x]) => x), back, titles, y: run.points("metric.lr", "val_acc").y });
    """
    answer = call_js(script, columns)
    assert answer["x"] == answer["back"]
    assert answer["x"] == [[1, 2, 3], [10, 20, 30], [2, 4, 6], [2, 4, 36], [1002, 1004, 1036], [0.1, 0.2, 0.3]]
    assert answer["y"] == [0.6, 0.7, 0.5]
    assert answer["titles"] == [
        *("Epoch", "Step", "Training time (s)", "Time since the start (s)", "Time of day", "Learning rate"),
    ]


def test_row_07_symlog_keeps_every_sign_and_order_and_is_read_back():
    values = np.random.default_rng(3).normal(size=400) * 10.0 ** np.random.default_rng(4).integers(-6, 6, 400)
    script = """
    import { buildYAxis } from "./curves/axes.js";
    const axis = buildYAxis("nats", "log", input);
    const { tickvals, ticktext } = axis.ticks;
    const ticks = tickvals.map((place, at) => [axis.fromRange(place), Number(ticktext[at])]);
    const back = input.map((value) => axis.fromRange(axis.toRange(value)));
    done({ scale: axis.scale, places: input.map(axis.toPlot), back, ticks });
    """
    answer = call_js(script, values.tolist())
    assert answer["scale"] == "symlog"
    assert np.array_equal(np.argsort(answer["places"]), np.argsort(values))
    assert np.array_equal(np.sign(answer["places"]), np.sign(values))
    np.testing.assert_allclose(answer["back"], values, rtol=1e-9, atol=1e-9)
    places, texts = np.array(answer["ticks"]).T
    np.testing.assert_allclose(places, texts, rtol=5e-3, atol=1e-12)
    assert 0 in texts and min(texts) < 0 < max(texts) and len(texts) <= 10


def test_row_07_a_log_axis_is_one_until_a_value_has_no_place_on_it():
    script = """
    import { buildYAxis } from "./curves/axes.js";
    const axis = (unit, values) => { const { type, scale } = buildYAxis(unit, "log", values); return [type, scale]; };
    done([axis("nats", [0.1, 5]), axis("nats", [0, 5]), axis("nats", [-1, 5]), axis("share", [-1, 0.5])]);
    """
    assert call_js(script) == [["log", "log"], ["linear", "symlog"], ["linear", "symlog"], ["linear", "linear"]]


def test_row_08_few_points_a_line_where_lines_are_many():
    script = """
    import { countBuckets, prepareLine } from "./curves/traces.js";
    const x = Array.from({ length: 5000 }, (_, at) => at);
    const y = x.map((at) => Math.sin(at / 50));
    y[3210] = 9;
    const line = { points: { x, y }, color: "#000000" };
    const smoothing = { kind: "ema", weight: 0 };
    const draw = (lines, seen) => prepareLine(line, { smoothing, seen, buckets: countBuckets(lines) }).drawn;
    const tell = (lines, drawn) => [drawn.includes(3210), lines * drawn.length];
    const seen = [[-Infinity, Infinity], [3000, 3400], [3210, 3211]];
    done([1, 50, 300].map((lines) => seen.map((range) => tell(lines, draw(lines, range)))));
    """
    answer = np.array(call_js(script))
    assert answer[..., 0].all()
    assert answer[..., 1].max() <= 36_000
    assert answer[0, 0, 1] > 2_000  # of a line alone


def test_row_09_outliers_lie_beyond_the_edge_and_what_is_no_number_stands_at_it():
    values = [*np.random.default_rng(5).uniform(1, 2, 95), 50, 60, 70, -80, -90]
    script = """
    import { buildXAxis, buildYAxis } from "./curves/axes.js";
    import { RunSeries } from "./curves/series.js";
    import { buildEdgeMarks, findMiddle } from "./curves/traces.js";
    const run = new RunSeries("r");
    const columns = { epoch: [1, 2, 3, 4], val_loss: [0.5, null, null, null] };
    const not_finite = { val_loss: [[1, "nan"], [2, "inf"], [3, "-inf"]] };
    run.apply({ generation: 0, row: 4, reset: true, state: "finished", message: "", columns, not_finite });
    const line = { run, column: "val_loss", color: "#123456" };
    const options = { name: "epoch", axis: buildXAxis("epoch", 4), seen: [0, 9] };
    const { annotations, count } = buildEdgeMarks([line], options);
    const marks = annotations.map(({ x, y, text }) => [x, y, text]);
    done([findMiddle(input, buildYAxis("nats", "linear", [])), marks, count]);
    """
    (low, high), marks, count = call_js(script, values)
    inner = np.quantile(values, [0.05, 0.95])
    room = 0.06 * (inner[1] - inner[0])
    np.testing.assert_allclose([low, high], [inner[0] - room, inner[1] + room], rtol=1e-12)
    assert (marks, count) == ([[2, 1, "▲"], [3, 1, "▲"], [4, 0, "▼"]], 3)


def test_a_value_that_never_changes_is_read_off_its_axis():
    script = """
    import { buildYAxis } from "./curves/axes.js";
    import { findMiddle, isFlat } from "./curves/traces.js";
    done([input.map(isFlat), findMiddle(input[0], buildYAxis("", "linear", []))]);
    """
    flat, (low, high) = call_js(script, [[0.01, 0.01, 0.01], [0.01, 0.02], [0, 0], []])
    assert flat == [True, False, False, False]
    np.testing.assert_allclose([low, high], [0.0094, 0.0106])


@pytest.mark.parametrize("center", ["mean", "median"])
def test_row_11_bands_are_those_of_numpy(center):
    rng = np.random.default_rng(6)
    lengths = [40, 40, 25, 40, 3]
    lines = [{"x": list(range(1, n + 1)), "y": rng.normal(size=n).tolist()} for n in lengths]
    script = """
    import { summariseLines } from "./curves/groups.js";
    const kinds = ["std", "se", "ci", "range", "none"];
    done(kinds.map((spread) => summariseLines(input.lines, { center: input.center, spread, isExact: true })));
    """
    answers = call_js(script, {"lines": lines, "center": center})
    for at in range(40):
        values = np.array([line["y"][at] for line in lines if len(line["y"]) > at])
        middle, std, n = getattr(np, center)(values), values.std(ddof=1), len(values)
        half = [std, std / n**0.5, stats.t.ppf(0.975, n - 1) * std / n**0.5]
        expected = [*((middle - each, middle + each) for each in half), (values.min(), values.max()), (middle, middle)]
        for answer, (low, high) in zip(answers, expected, strict=True):
            assert (answer["x"][at], answer["count"][at]) == (at + 1, n)
            found = [answer[name][at] for name in ("y", "low", "high")]
            np.testing.assert_allclose(found, [middle, low, high], rtol=0, atol=1e-9)


def test_row_11_runs_that_stand_at_different_times_meet_between_their_points():
    lines = [{"x": [0, 10], "y": [0, 10]}, {"x": [0, 2, 10], "y": [1, 3, 11]}]
    script = """
    import { groupRuns, summariseLines } from "./curves/groups.js";
    const { x, y, count } = summariseLines(input, { center: "mean", spread: "range", isExact: false });
    const runs = ["a", "b", "a"].map((preset, at) => ({ id: String(at), fields: { preset } }));
    const groups = groupRuns(runs, "preset").map(({ id, runs: own }) => [id, own.map((run) => run.id)]);
    done({ x, y, least: Math.min(...count), groups });
    """
    answer = call_js(script, lines)
    np.testing.assert_allclose(answer["y"], np.array(answer["x"]) + 0.5, atol=1e-9)
    assert answer["least"] == 2
    assert answer["groups"] == [["preset=a", ["0", "2"]], ["preset=b", ["1"]]]
