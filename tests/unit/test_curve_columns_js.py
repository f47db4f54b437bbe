"""The memory of the curves' columns: rows that align however they arrive, and points that are views until a gap."""

import csv
import io

import numpy as np

from pages.ui.components.curves import NATS
from tests.node import call_js

APPLY = """
import { RunSeries } from "./curves/series.js";
const run = new RunSeries("r");
const apply = (columns, more = {}) => {
  const row = (more.reset ? 0 : run.row) + columns.epoch.length;
  run.apply({ generation: 0, reset: false, state: "running", message: "", not_finite: {}, row, columns, ...more });
};
"""
NAMES = ("step", "logged_at", "elapsed_seconds", "val_acc", "lr", "late")


def build_chunks(rng):
    """Columns as they are answered, some of them late or not in every chunk, and what they are when all are there."""
    chunks, rows = [], {name: [] for name in ("epoch", *NAMES)}
    for chunk in range(300):
        begun, size = len(rows["epoch"]), int(rng.integers(1, 30))
        columns = {"epoch": list(range(begun + 1, begun + size + 1))}
        for name in NAMES:
            if rng.random() < 0.9 and (name != "late" or chunk > 100):
                columns[name] = [float(value) if rng.random() < 0.95 else None for value in rng.normal(size=size)]
        for name, held in rows.items():
            held += columns.get(name, [None] * size)
        chunks.append(columns)
    return chunks, rows


def test_a_unit_that_few_know_is_explained():
    script = """
    import { explainUnit, unitOf } from "./curves/columns.js";
    done(["val_loss", "val_acc", "epoch_seconds"].map((name) => explainUnit(unitOf(name))));
    """
    told, *others = call_js(script)
    assert (f"Loss: {told[0].lower()}{told[1:]}.", others) == (NATS, [None, None])


def test_rows_align_however_they_arrive_and_what_was_read_before_stays():
    chunks, rows = build_chunks(np.random.default_rng(7))
    pairs = [["epoch", "late"], ["step", "val_acc"], ["metric.lr", "val_acc"]]
    script = """
    const read = () => input.pairs.map(([x, y]) => run.points(x, y));
    const places = new Set();
    const early = [];
    for (const [at, columns] of input.chunks.entries()) {
      apply(columns);
      places.add(run.columns.epoch.buffer).add(read()[1].y.buffer);
      const views = [run.columns.val_acc, ...read().flatMap(({ x, y }) => [x, y])].filter(Boolean);
      if (at % 60 === 0) early.push(...views.map((view) => [view, view.join()]));
    }
    const stays = early.every(([view, was]) => view.join() === was);
    const isSame = read().every((points, at) => points === read()[at]);
    done({ columns: run.columns, points: read(), stays, isSame, moves: places.size });
    """
    answer = call_js(APPLY + script, {"chunks": chunks, "pairs": pairs})
    numbers = {name: np.array(values, dtype=float) for name, values in rows.items()}
    first = np.flatnonzero(np.isfinite(numbers["logged_at"]))[0]
    begun = numbers["logged_at"][first] - np.nan_to_num(numbers["elapsed_seconds"][first])
    wall = np.array(answer["columns"].pop("wall_seconds"), dtype=float)
    np.testing.assert_array_equal(wall, numbers["logged_at"] - begun)
    assert answer["columns"] == rows
    for (x_name, y_name), found in zip(pairs, answer["points"], strict=True):
        x, y = numbers[x_name.removeprefix("metric.")], numbers[y_name]
        kept = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if x_name.startswith("metric."):
            kept = kept[np.argsort(x[kept], kind="stable")]
        assert (found["x"], found["y"]) == (x[kept].tolist(), y[kept].tolist())
    assert (answer["stays"], answer["isSame"]) == (True, True)
    assert answer["moves"] < 40  # of 600 that there would be if each chunk moved what came before it


def test_points_are_the_columns_themselves_until_a_gap():
    script = """
    const look = () => {
      const points = run.points("epoch", "val_acc");
      const { epoch, val_acc } = run.columns;
      const isShared = points.x.length > 0 && points.x.buffer === epoch.buffer && points.y.buffer === val_acc.buffer;
      return { ...points, isShared };
    };
    const looks = [look()];
    const next = (...chunk) => { apply(...chunk); looks.push(look()); };
    next({ epoch: [1, 2], val_acc: [0.1, 0.2] });
    next({ epoch: [3], val_acc: [0.3] });
    next({ epoch: [4, 5], val_acc: [null, 0.5] });
    next({ epoch: [6], val_acc: [0.6] });
    next({ epoch: [1], lr: [1] }, { reset: true, generation: 1 });
    done({ looks, columns: run.columns });
    """
    answer = call_js(APPLY + script)
    found = [(look["x"], look["y"], look["isShared"]) for look in answer["looks"][1:]]
    assert found == [
        ([1, 2], [0.1, 0.2], True),
        ([1, 2, 3], [0.1, 0.2, 0.3], True),
        ([1, 2, 3, 5], [0.1, 0.2, 0.3, 0.5], False),
        ([1, 2, 3, 5, 6], [0.1, 0.2, 0.3, 0.5, 0.6], False),
        ([], [], False),
    ]
    assert answer["columns"] == {"epoch": [1], "lr": [1]}  # nothing is left of what was read before the reset


def test_what_was_not_measured_is_an_empty_cell_and_no_mark():
    script = """
    import { buildXAxis } from "./curves/axes.js";
    import { listPoints } from "./curves/chart_export.js";
    import { toCsv } from "./curves/series.js";
    import { listAll } from "./curves/table.js";
    import { buildMarks, listSeen } from "./curves/traces.js";
    const clock = { logged_at: [null, 100, 101, 200, 300], elapsed_seconds: [null, null, 1, 2, 3] };
    const columns = { epoch: [1, 2, 3, 4, 5], ...clock, step: [1, 2, 3, null, 5], lr: [0.1, null, 0.3, 0.4, 0.5] };
    apply(columns, { reset: true, generation: 2 });
    const other = { id: "s", row: 1, columns: { epoch: Float64Array.of(7) } };
    const points = run.points("epoch", "lr");
    const line = { run, owner: "r", name: "r", points, values: points.y };
    const options = { color: "#000000", seen: [1, 5] };
    const mark = (name) => buildMarks([line], { name, axis: buildXAxis(name, 5), ...options }).shapes;
    const places = (name) => mark(name).map(({ x0 }) => x0);
    done({
      rows: toCsv(listAll([run, other])), wall: run.columns.wall_seconds,
      marks: [run.restarts(), places("epoch"), places("step")],
      points: listPoints({ title: "lr", x: "epoch", lines: [line] }),
      seen: [listSeen([line], [2, 5]), listSeen([line, { ...line, low: points.x, high: points.x }], [4, Infinity])],
    });
    """
    answer = call_js(APPLY + script)
    assert list(csv.reader(io.StringIO(answer["rows"], newline=""))) == [
        ["run", "epoch", "logged_at", "elapsed_seconds", "step", "lr"],
        ["r", "1", "", "", "1", "0.1"],
        ["r", "2", "100", "", "2", ""],
        ["r", "3", "101", "1", "3", "0.3"],
        ["r", "4", "200", "2", "", "0.4"],
        ["r", "5", "300", "3", "5", "0.5"],
        ["s", "7", "", "", "", ""],
    ]
    assert answer["wall"] == [None, 0, 1, 100, 200]
    assert answer["marks"] == [[3, 4], [4, 5], [5]]
    assert answer["points"] == [["id", "line", "epoch", "lr"], *(["r", "r", at, at / 10] for at in (1, 3, 4, 5))]
    assert answer["seen"] == [[0.3, 0.4], [0.4, 0.5, 0.4, 0.5, 4, 5, 4, 5]]
