"""The curves' arithmetic, run by Node and compared with NumPy; and the poller against a server that misbehaves."""

import csv
import io

import numpy as np
import pytest

from tests.node import call_js


def test_every_bucket_keeps_its_least_greatest_and_last():
    rng = np.random.default_rng(0)
    cases = []
    for _ in range(60):
        size = int(rng.integers(1, 3000))
        x = np.cumsum(rng.exponential(size=size)).round(6)
        low, high = np.sort(rng.uniform(x[0] - 1, x[-1] + 1, 2)) if rng.random() < 0.7 else (-1e30, 1e30)
        cases.append([x.tolist(), rng.normal(size=size).tolist(), int(rng.integers(5, 200)), float(low), float(high)])
    script = 'import { bucketIndices } from "./curves/series.js";\ndone(input.map((each) => bucketIndices(...each)));'
    for (x, y, buckets, low, high), kept in zip(cases, call_js(script, cases), strict=True):
        x, y = np.array(x), np.array(y)
        start = max(0, int(np.searchsorted(x, low)) - 1)
        end = min(len(x), int(np.searchsorted(x, high, side="right")) + 1)
        if end - start <= buckets:
            assert kept == list(range(start, end))
            continue
        places = np.minimum(
            buckets - 1, np.floor((x[start:end] - x[start]) / ((x[end - 1] - x[start]) / buckets))
        ).astype(int)
        expected = {start}
        for bucket in np.unique(places):
            members = start + np.flatnonzero(places == bucket)
            expected |= {int(members[y[members].argmin()]), int(members[y[members].argmax()]), int(members[-1])}
        assert kept == sorted(expected)
        assert len(kept) <= 3 * buckets + 1


def test_a_spike_of_one_point_is_drawn_at_every_zoom():
    script = """
    import { bucketIndices } from "./curves/series.js";
    const x = Array.from({ length: 100_000 }, (_, at) => at + 1);
    const y = x.map((value) => Math.sin(value / 500));
    y[61_803] = 9;
    const seen = [];
    for (let half = 100_000; half >= 1; half /= 2) {
      for (const shift of [-0.5, 0, 0.5]) {
        const kept = bucketIndices(x, y, 1000, 61_804 - half * (1 + shift), 61_804 + half * (1 - shift));
        seen.push([kept.includes(61_803), kept.length <= 3001]);
      }
    }
    done(seen);
    """
    assert call_js(script) == [[True, True]] * 51


def test_points_leave_out_what_was_not_measured():
    script = """
    import { RunSeries } from "./curves/series.js";
    const run = new RunSeries("r");
    const common = { generation: 0, reset: false, state: "running" };
    run.apply({ ...common, row: 2, columns: { epoch: [1, 2], val_acc: [null, 0.5] } });
    const before = run.points("epoch", "val_acc").x.length;
    run.apply({ ...common, row: 3, columns: { epoch: [3], val_acc: [0.6] } });
    const { x, y } = run.points("epoch", "val_acc");
    done({ before, x, y, cursor: run.cursor });
    """
    assert call_js(script) == {"before": 1, "x": [2, 3], "y": [0.5, 0.6], "cursor": "r:0:3"}


def test_a_resume_is_marked_where_the_clock_ran_on_without_training():
    logged_at = [100.0, 100.5, 101.0, 131.0, 131.5, 140.0]
    elapsed = [0.5, 1.0, 1.5, 2.0, 2.5, 11.0]  # the last epoch was merely slow
    script = """
    import { RunSeries } from "./curves/series.js";
    const marks = [0, 1, 2].map((generation) => {
      const run = new RunSeries("r");
      const columns = { epoch: [1, 2, 3, 4, 5, 6], ...input };
      run.apply({ generation, row: 6, reset: true, state: "running", columns });
      return run.restarts();
    });
    done(marks);
    """
    assert call_js(script, {"logged_at": logged_at, "elapsed_seconds": elapsed}) == [[], [3], [3]]


# Fake time for the poller: its timers run as fast as Node can, in order.
FAKE_TIME = """
let clock = 0;
let timers = [];
globalThis.setTimeout = (call, wait) => {
  const timer = { call, at: clock + Math.max(0, wait) };
  timers.push(timer);
  return timer;
};
globalThis.clearTimeout = (timer) => { timers = timers.filter((other) => other !== timer); };
const settle = () => new Promise((resolve) => setImmediate(resolve));
async function advance(milliseconds) {
  const until = clock + milliseconds;
  for (;;) {
    await settle();
    timers.sort((a, b) => a.at - b.at);
    if (!timers.length || timers[0].at > until) break;
    const timer = timers.shift();
    clock = timer.at;
    timer.call();
  }
  clock = until;
}
const { Poller } = await import("./curves/poller.js");
const asked = [];
const runs = {};
let hidden = false;
let broken = () => false;
function answer(url) {
  const found = {};
  const missing = [];
  for (const cursor of new URL(url, "http://test").searchParams.getAll("run")) {
    const [id, generation, row] = [cursor.split(":")[0], ...cursor.split(":").slice(1).map(Number)];
    const run = runs[id];
    if (!run) { missing.push(id); continue; }
    const reset = generation !== run.generation || row > run.epochs.length;
    const epoch = run.epochs.slice(reset ? 0 : row);
    found[id] = { generation: run.generation, row: run.epochs.length, reset, state: run.state, columns: { epoch } };
  }
  return { runs: found, missing };
}
const ask = async (url) => {
  asked.push({ at: clock, url });
  if (broken()) throw new TypeError("network");
  return { ok: true, json: async () => answer(url) };
};
const poller = new Poller({ ask, isHidden: () => hidden, now: () => clock });
"""


def test_one_request_a_tick_serves_all_runs_and_ends_with_them():
    script = """
    runs.a = { generation: 0, state: "running", epochs: [1] };
    runs.b = { generation: 0, state: "finished", epochs: [1, 2] };
    const news = [];
    poller.watch(["a", "b"], ({ changed }) => news.push([...changed].sort()));
    poller.watch(["a", "c"], () => {});
    await advance(8000);
    const during = asked.length;
    runs.a.epochs.push(2); runs.a.state = "stopped";
    await advance(3000);
    const after = asked.length;
    await advance(60_000);
    const slowest = Math.max(...asked.slice(1, during).map((one, at) => one.at - asked[at].at));
    const held = [poller.runs.get("a").columns.epoch, poller.runs.get("c").state];
    done({ first: asked[0].url, second: asked[1].url, slowest, late: asked.length - after, news, held });
    """
    assert call_js(FAKE_TIME + script) == {
        "first": "/api/metrics-since?run=a%3A0%3A0&run=b%3A0%3A0&run=c%3A0%3A0",
        "second": "/api/metrics-since?run=a%3A0%3A1&run=b%3A0%3A2",
        "slowest": 1000,
        "late": 0,
        "news": [["a", "b"], ["a"]],
        "held": [[1, 2], "missing"],
    }


def test_no_epoch_is_lost_or_doubled_by_failures_and_resumes():
    script = """
    let state = 7;
    const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
    const results = [];
    for (let trial = 0; trial < 30; trial += 1) {
      const id = `run${trial}`;
      const run = (runs[id] = { generation: 0, state: "running", epochs: [] });
      broken = () => random() < 0.3;
      const end = poller.watch([id], () => {});
      for (let step = 0; step < 60; step += 1) {
        for (let more = Math.floor(random() * 4); more > 0; more -= 1) run.epochs.push(run.epochs.length + 1);
        if (random() < 0.05) { run.epochs.length = Math.floor(run.epochs.length * random()); run.generation += 1; }
        await advance(random() * 900);
      }
      run.state = "finished";
      broken = () => false;
      await advance(8000);
      const held = poller.runs.get(id);
      results.push([(held.columns.epoch ?? []).join() === run.epochs.join(), held.row === run.epochs.length]);
      end();
    }
    done(results);
    """
    assert call_js(FAKE_TIME + script) == [[True, True]] * 30


def test_a_lost_connection_is_said_and_found_again_within_three_seconds():
    script = """
    runs.a = { generation: 0, state: "running", epochs: [1] };
    const said = [];
    poller.watch(["a"], ({ offline }) => said.push(offline));
    await advance(2000);
    let down = true;
    broken = () => down;
    await advance(60_000);
    down = false;
    const before = asked.length;
    await advance(3000);
    done({ said, again: asked.length > before, pace: asked[before - 1].at - asked[before - 2].at });
    """
    assert call_js(FAKE_TIME + script) == {
        "said": [None, "The app does not answer; trying again.", None],
        "again": True,
        "pace": 3000,
    }


def test_of_many_runs_all_are_asked_for_before_any_a_second_time():
    script = """
    const ids = Array.from({ length: 450 }, (_, at) => `run${at}`);
    for (const id of ids) runs[id] = { generation: 0, state: "finished", epochs: [1] };
    poller.watch(ids, () => {});
    await advance(0);
    const counts = asked.map(({ at, url }) => [at, new URL(url, "http://test").searchParams.getAll("run").length]);
    done({ counts, held: [...poller.runs.values()].filter((run) => run.row === 1).length });
    """
    assert call_js(FAKE_TIME + script) == {"counts": [[0, 200]] * 3, "held": 450}


def test_after_a_failure_fewer_runs_are_asked_for_at_once():
    script = """
    const ids = Array.from({ length: 150 }, (_, at) => `r${at}`);
    for (const id of ids) runs[id] = { generation: 0, state: "finished", epochs: [1] };
    broken = () => asked.length <= 2;
    poller.watch(ids, () => {});
    await advance(10_000);
    const count = ({ url }) => new URL(url, "http://test").searchParams.getAll("run").length;
    done({ counts: asked.slice(0, 3).map(count), held: ids.filter((id) => poller.runs.get(id).row === 1).length });
    """
    assert call_js(FAKE_TIME + script) == {"counts": [150, 100, 50], "held": 150}


def test_a_hidden_tab_asks_at_most_once_in_thirty_seconds():
    script = """
    runs.a = { generation: 0, state: "running", epochs: [1] };
    poller.watch(["a"], () => {});
    await advance(5000);
    hidden = true;
    poller.onVisibility();
    const begun = asked.length;
    await advance(300_000);
    const gaps = asked.slice(begun).map((one, at) => one.at - asked[begun + at - 1].at);
    hidden = false;
    const before = asked.length;
    poller.onVisibility();
    await advance(0);
    done({ least: Math.min(...gaps), count: gaps.length, atOnce: asked.length - before });
    """
    answer = call_js(FAKE_TIME + script)
    assert answer["least"] >= 30_000
    assert answer["count"] in (9, 10)
    assert answer["atOnce"] == 1


def test_row_02_at_200_epochs_a_second_a_chart_is_drawn_four_times_and_no_point_is_lost():
    """Ten seconds in view, five minutes in a hidden tab, and a moment after it is shown again."""
    script = """
    performance.now = () => clock;
    const noteTo = [];
    globalThis.document = { hidden: false, addEventListener: (_, act) => noteTo.push(act) };
    const { requestDraw } = await import("./curves/draw_queue.js");
    const run = (runs.a = { generation: 0, state: "running", epochs: [] });
    const drawn = [];
    const draw = () => { chart.dirty = false; drawn.push({ at: clock, points: poller.runs.get("a").row }); };
    const chart = { dirty: true, visible: true, nextAt: 0, draw };
    poller.watch(["a"], () => { chart.dirty = true; requestDraw(chart); });
    const train = async (seconds) => {
      for (let step = 0; step < 20 * seconds; step += 1) {
        for (let more = 0; more < 10; more += 1) run.epochs.push(run.epochs.length + 1);
        await advance(50);
      }
    };
    const show = (isShown) => {
      hidden = document.hidden = !isShown;
      poller.onVisibility();
      for (const act of noteTo) act();
    };
    await train(10);
    const inView = drawn.slice();
    show(false);
    const begun = asked.length;
    await train(300);
    const gaps = asked.slice(begun).map((one, at) => one.at - asked[begun + at - 1].at);
    const unseen = drawn.length - inView.length;
    show(true);
    run.state = "finished";
    await advance(3000);
    const within = inView.map(({ at }) => inView.filter((other) => other.at >= at && other.at < at + 1000).length);
    const held = poller.runs.get("a").columns.epoch;
    done({ most: Math.max(...within), seen: inView.at(-1).points, unseen, least: Math.min(...gaps),
      asked: gaps.length, whole: held.join() === run.epochs.join(), points: [held.length, drawn.at(-1).points] });
    """
    found = call_js(FAKE_TIME + script)
    assert (found["most"], found["unseen"], found["whole"], found["points"]) == (4, 0, True, [62_000, 62_000])
    assert found["seen"] >= 2_000 - 100  # of the last half second at most
    assert found["least"] >= 30_000 and found["asked"] in (9, 10)


def test_a_resumed_run_is_asked_for_again():
    script = """
    runs.a = { generation: 0, state: "stopped", epochs: [1, 2, 3] };
    poller.watch(["a"], () => {});
    await advance(5000);
    const quiet = asked.length;
    Object.assign(runs.a, { generation: 1, state: "running", epochs: [1, 2] });
    poller.refresh(["a"]);
    await advance(100);
    done({ quiet, held: poller.runs.get("a").columns.epoch, cursor: poller.runs.get("a").cursor });
    """
    assert call_js(FAKE_TIME + script) == {"quiet": 2, "held": [1, 2], "cursor": "a:1:2"}


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_a_zoom_on_the_clock_means_the_times_it_shows(zone):
    script = """
    import { buildXAxis } from "./curves/axes.js";
    const axis = buildXAxis("logged_at", 0);
    const shown = axis.toPlot(input);
    const asText = new Date(shown).toISOString().replace("T", " ").replace("Z", "");
    const onTheWall = new Date(input * 1000).toTimeString().slice(0, 5);
    done([axis.fromPlot(shown), axis.fromPlot(asText), asText.slice(11, 16) === onTheWall]);
    """
    assert call_js(script, 1795432800.25, TZ=zone) == [1795432800.25, 1795432800.25, True]


def test_csv_is_read_back_as_it_was():
    rows = [["run", "note"], ["a,b", 'say "hi"'], ["line\nbreak", ""], ["", "0.1"]]
    text = call_js('import { toCsv } from "./curves/series.js";\ndone(toCsv(input));', rows)
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows


def test_numbers_read_well():
    script = """
    import { escapeText, formatCount, formatNumber, formatSeconds, formatShare, formatSure } from "./base/format.js";
    done([formatCount(11701), formatShare(0.7754), formatShare(null), formatNumber(0.000012), formatSeconds(0.314),
          formatSeconds(185), formatSeconds(7440), escapeText("<b>A & B</b>"),
          ...[0.874, 0.98999, 0.99, 0.99969, 0.99996, 1, null].map((value) => formatSure(value, 0))]);
    """
    thin = "\u2009"
    assert call_js(script) == [
        "11,701",
        f"77.5{thin}%",
        "–",
        "1.20e-5",
        f"0.31{thin}s",
        f"3{thin}min 5{thin}s",
        f"2{thin}h 4{thin}min",
        "&lt;b&gt;A &amp; B&lt;/b&gt;",
        *(f"{said}{thin}%" for said in ("87", "99", "99.00", "99.97", "> 99.99", "> 99.99")),
        "–",
    ]


def test_i12_one_curve_is_shown_alone_among_its_like():
    script = """
    import { hideOthers } from "./curves/legend.js";
    const groups = [[{ id: "a" }, { id: "b" }, { id: "c" }], [{ id: "train" }, { id: "val" }]];
    const after = (id, ...hidden) => [...hideOthers(id, { hidden: new Set(hidden), groups })].sort();
    done([after("b", "train"), after("b", "a", "b"), after("val")]);
    """
    assert call_js(script) == [["a", "c", "train"], ["a", "c"], ["train"]]


def test_i12_a_restart_says_whose_it_is():
    script = """
    import { buildMarks } from "./curves/traces.js";
    import { buildXAxis } from "./curves/axes.js";
    const makeRun = (id, ...epochs) => ({ id, columns: { epoch: epochs }, restarts: () => [1] });
    const [a, b] = [makeRun("a", 1, 5, 6), makeRun("b", 1, 9, 10)];
    const straight = { id: "c", columns: { epoch: [1, 2] }, restarts: () => [] };
    const makeLine = (run, owner, color) => ({ run, owner, color });
    const options = { name: "epoch", axis: buildXAxis("epoch", 10), color: "grey", seen: [1, 10] };
    const look = (lines) => {
      const { shapes, annotations, above } = buildMarks(lines, options);
      const told = annotations.map(({ text, yshift, xanchor }) => [text, yshift, xanchor]);
      return [above, ...shapes.map(({ x0, line }, at) => [x0, line.color, ...told[at]])];
    };
    const twice = [makeLine(a, "first <b>", "red"), makeLine(a, "first <b>", "red")];
    const others = [makeLine(straight, "c", "green"), makeLine(b, "b", "blue")];
    done([look([makeLine(a, "a", "red")]), look([...twice, ...others])]);
    """
    alone, together = call_js(script)
    assert alone == [14, [5, "grey", "resumed", 0, "center"]]
    first = [5, "red", "first &lt;b&gt; resumed", 0, "center"]
    assert together == [28, first, [9, "blue", "b resumed", 14, "right"]]
