"""Curves as differences to a baseline: at the same places, of runs and of groups, and what has no counterpart."""

import csv
import io

import numpy as np
import pytest

from tests.node import call_js

RUN = """
import { RunSeries } from "./curves/series.js";
const run = (id, columns) => {
  const one = new RunSeries(id);
  const row = columns.epoch.length;
  one.apply({ generation: 0, row, reset: false, columns, not_finite: {}, state: "finished", message: "" });
  return one;
};
"""


def test_row_13_a_run_less_the_baseline_where_both_have_a_value():
    rng = np.random.default_rng(0)
    own = {"epoch": [1, 2, 3, 5, 8, 9], "elapsed_seconds": [0.5, 1.0, 1.5, 2.5, 4.0, 9.0], "val_acc": rng.random(6)}
    base = {"epoch": [2, 3, 4, 5, 8], "elapsed_seconds": [1.0, 1.2, 1.7, 2.6, 4.0], "val_acc": rng.random(5)}
    script = """
    import { DifferenceSeries } from "./curves/differences.js";
    const [own, base] = [run("a", input.own), run("b", input.base)];
    const difference = new DifferenceSeries(own, base, "std");
    const axes = ["epoch", "elapsed_seconds", "metric.val_acc"];
    const read = (x) => ({ ...difference.points(x, "val_acc"), lost: difference.lost(x, "val_acc") });
    const found = axes.map(read);
    const isKept = difference.points("epoch", "val_acc") === difference.points("epoch", "val_acc");
    const columns = { epoch: [9], elapsed_seconds: [9], val_acc: [0] };
    base.apply({ generation: 0, row: 6, reset: false, columns, not_finite: {}, state: "finished", message: "" });
    const gone = new DifferenceSeries(own, run("c", { epoch: [] }), "std").lost("epoch", "val_acc");
    done({ found, isKept, grown: read("epoch").x, gone });
    """
    lists = {
        name: {column: list(values) for column, values in rows.items()} for name, rows in (("own", own), ("base", base))
    }
    answer = call_js(RUN + script, lists)
    epochs, times, along = answer["found"]
    mine, theirs = (dict(zip(rows["epoch"], rows["val_acc"], strict=True)) for rows in (own, base))
    assert (epochs["x"], epochs["lost"]) == ([2, 3, 5, 8], 2)
    np.testing.assert_allclose(epochs["y"], [mine[at] - theirs[at] for at in epochs["x"]], rtol=0, atol=1e-12)
    within = np.array(own["elapsed_seconds"][1:5])
    expected = own["val_acc"][1:5] - np.interp(within, base["elapsed_seconds"], base["val_acc"])
    assert (times["x"], times["lost"]) == (within.tolist(), 2)
    np.testing.assert_allclose(times["y"], expected, rtol=0, atol=1e-12)
    assert along == {"x": [], "y": [], "lost": 6}  # it may come by one value twice
    assert (answer["isKept"], answer["grown"], answer["gone"]) == (True, [2, 3, 5, 8, 9], 6)


@pytest.mark.parametrize("spread", ["std", "se"])
def test_row_13_a_group_less_the_baselines_is_the_difference_of_means(spread):
    rng = np.random.default_rng(1)
    groups = [rng.random((4, 6)).tolist(), rng.random((3, 5)).tolist()]
    script = """
    import { DifferenceSeries } from "./curves/differences.js";
    import { GroupSeries } from "./curves/groups.js";
    const [own, base] = input.groups.map((rows, at) => {
      const runs = rows.map((val, place) => run(`${at}${place}`, { epoch: val.map((_, index) => index + 1), val }));
      return new GroupSeries(`g${at}`, runs, { center: "mean", spread: input.spread });
    });
    const read = (one, other) => new DifferenceSeries(one, other, input.spread).points("epoch", "val");
    done([read(own, base), read(base, base), read(own, base.runs[0])]);
    """
    apart, same, alone = call_js(RUN + script, {"groups": groups, "spread": spread})
    own, base = (np.array(rows) for rows in groups)
    own = own[:, :5]
    halves = [rows.std(axis=0, ddof=1) / (len(rows) ** 0.5 if spread == "se" else 1) for rows in (own, base)]
    half = np.hypot(*halves) if spread == "se" else halves[0]
    middle = own.mean(axis=0) - base.mean(axis=0)
    found = [apart[name] for name in ("y", "low", "high")]
    np.testing.assert_allclose(found, [middle, middle - half, middle + half], rtol=0, atol=1e-9)
    assert (apart["x"], apart["count"]) == ([1, 2, 3, 4, 5], [4] * 5)
    assert same == {"x": [1, 2, 3, 4, 5], "y": [0] * 5}
    np.testing.assert_allclose(np.array(alone["high"]) - alone["y"], halves[0], rtol=0, atol=1e-9)  # of one run no more


def test_row_13_lines_and_table_are_differences_once_they_are_asked_for():
    script = """
    import { buildYAxis } from "./curves/axes.js";
    import { describeDifference } from "./curves/differences.js";
    import { Lines } from "./curves/lines.js";
    import { toCsv } from "./curves/series.js";
    import { listValues } from "./curves/table.js";
    import { PLAIN } from "./curves/view_state.js";
    const rows = { a: [0.5, 0.7], b: [0.4, 0.5], c: [0.3, 0.9] };
    const held = new Map(Object.entries(rows).map(([id, val_acc]) => [id, run(id, { epoch: [1, 2], val_acc })]));
    const presets = { a: "gcn", b: "mlp", c: "mlp" };
    const describe = (id) => ({ id, name: id.toUpperCase(), color: "#000000", fields: { preset: presets[id] } });
    const parts = [{ id: "val", label: "Validation", color: "accent", dash: "solid" }];
    const named = { runs: ["a", "b"].map(describe), baseline: describe("c") };
    const data = { ...named, parts, groupings: [{ value: "preset" }], palette: ["#111111"] };
    const round = (value) => Number(value.toFixed(9));
    const lines = new Lines(held);
    const look = (view, { baseline } = data) => {
      const shown = { ...data, baseline };
      const built = lines.build(shown, { view, hidden: new Set(), colourOf: (colour) => colour });
      const validation = built.filter(({ part }) => part === "val");
      const values = validation.map((line) => line.run.points("epoch", "val_acc").y.map(round));
      return { values, name: lines.nameBaseline(shown, view) };
    };
    const delta = { ...PLAIN, delta: true };
    const charts = [{ columns: { val: "val_acc" }, title: "Accuracy", unit: "share" }];
    const [rowsNow, rowsAgain] = [lines.listRows(data, delta), lines.listRows(data, delta)];
    const table = listValues({ rows: rowsNow, charts, parts, x: "epoch", at: 2, isDifference: true });
    done({
      plain: look(PLAIN), apart: look(delta), without: look(delta, { baseline: null }),
      grouped: look({ ...delta, group: "preset" }), again: rowsNow[0].run === rowsAgain[0].run,
      told: ["percentage points", "nats", "s", ""].map(describeDifference),
      table: toCsv(table), axis: [0.012, -0.5].map(buildYAxis("percentage points", "log", []).describe),
    });
    """
    answer = call_js(RUN + script)
    raw = {"values": [[0.5, 0.7], [0.4, 0.5]], "name": None}
    assert answer["plain"] == answer["without"] == raw
    assert answer["apart"] == {"values": [[0.2, -0.2], [0.1, -0.4]], "name": "C"}  # which itself is not drawn
    assert answer["grouped"] == {"values": [[0.1, 0.2], [0, 0]], "name": "mlp (N = 1)"}  # to what is drawn of its group
    assert answer["again"] is True
    assert answer["told"] == ["percentage points; above 0 is better", "nats; below 0 is better", "s", ""]
    head, first, _ = csv.reader(io.StringIO(answer["table"], newline=""))
    assert head == ["id", "run", "Epoch", "Δ Validation accuracy"]
    assert first[:3] == ["a", "A", "2"] and float(first[3]) == pytest.approx(-0.2)
    assert answer["axis"] == ["1.20 points", "-50.00 points"]
