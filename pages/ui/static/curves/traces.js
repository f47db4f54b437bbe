// What plotly is told to draw of a chart's lines: traces of few enough points, bands, and marks. No DOM.

import { escapeText } from "../base/format.js";
import { Growing } from "./growing.js";
import { bucketIndices, lowerBound } from "./series.js";
import { smooth } from "./smoothing.js";
import { quantileOf } from "./statistics.js";

/** @import { LineStyle, Trace } from "../../types/plotly" */
/** @import { Range, XAxis, XName, YAxis } from "./axes.js" */
/** @import { DifferenceSeries } from "./differences.js" */
/** @import { GroupSeries } from "./groups.js" */
/** @import { Points, RunSeries } from "./series.js" */
/** @import { Smoothing } from "./smoothing.js" */

/** @typedef {RunSeries | GroupSeries | DifferenceSeries} Series */

/**
 * @typedef {object} CurveLine a line that a person has not hidden
 * @property {Series} run
 * @property {string} owner what the run is called
 * @property {string} part
 * @property {string} name
 * @property {string} color
 * @property {string} dash
 * @property {number} width px
 */

/** @typedef {CurveLine & { points: Points, column: string }} HeldLine with what was logged */
/** @typedef {HeldLine & { values: Float64Array, low?: Float64Array, high?: Float64Array, drawn: number[], ghost: number[] }} DrawnLine with its smooth values, and which of them (and of the logged ones below them) are drawn */
/** @typedef {{ x: XAxis, y: YAxis }} Axes */

/** @type {Range} */
export const EVERYTHING = [-Infinity, Infinity];
const BUCKETS = 1000;
const LEAST_BUCKETS = 30;
const MOST_POINTS = 36_000; // of a chart: more make every drawing slow
const GHOST_OPACITY = 0.25;
const BAND_OPACITY = 0.16;
const MARKED_RUNS = 5; // more restart lines than this are noise
const NOTE_PX = 14; // a line of text
const MANY_LINES = 40; // from here on lines of one look are one trace
const TAIL = 0.05; // beyond either end is an outlier
const ROOM = 0.06; // of the height, above and below what is shown without outliers
const MOST_MARKS = 40;

/**
 * Parts into which each of so many lines is cut.
 * @param {number} lines
 */
export function countBuckets(lines) {
  return Math.max(LEAST_BUCKETS, Math.min(BUCKETS, Math.floor(MOST_POINTS / (3 * Math.max(1, lines)))));
}

/**
 * @param {HeldLine} line
 * @param {{ smoothing: Smoothing, seen: Range, buckets: number }} options seen: logged values along x
 * @returns {DrawnLine}
 */
export function prepareLine(line, { smoothing, seen: [low, high], buckets }) {
  const { x, y, low: under, high: over } = line.points;
  /** @param {Float64Array} values */
  const ease = (values) => easeOnce(x, values, smoothing);
  /** @param {Float64Array} values */
  const choose = (values) => bucketIndices(x, values, buckets, low, high);
  const values = ease(y);
  if (!under || !over) return { ...line, values, drawn: choose(values), ghost: values === y ? [] : choose(y) };
  const band = { low: ease(under), high: ease(over) };
  const drawn = [...new Set([values, band.low, band.high].flatMap(choose))].sort((a, b) => a - b);
  return { ...line, values, ...band, drawn, ghost: [] };
}

/** What was smoothed last of each list of values. @type {WeakMap<Float64Array, { key: string, values: Float64Array }>} */
const eased = new WeakMap();

/**
 * @param {Float64Array} x
 * @param {Float64Array} y
 * @param {Smoothing} smoothing
 */
function easeOnce(x, y, smoothing) {
  if (!smoothing.weight) return y;
  const key = `${smoothing.kind} ${smoothing.weight}`;
  const known = eased.get(y);
  if (known?.key === key) return known.values;
  const values = smooth(x, y, smoothing);
  eased.set(y, { key, values });
  return values;
}

/**
 * One trace a line, of very many one a look; bands lie below, and smooth lines over faint ones of the values themselves.
 * @param {DrawnLine[]} lines
 * @param {Axes} axes
 * @returns {Trace[]}
 */
export function buildTraces(lines, axes) {
  const bands = lines.flatMap((line) => (line.low && line.high && line.points.x.length > 1 ? buildBand(line, axes) : []));
  const ghosts = lines.filter(({ ghost }) => ghost.length).map((line) => {
    const raw = { ...line, values: line.points.y, drawn: line.ghost };
    return { ...buildTrace(raw, axes, { color: line.color, width: 1 }), opacity: GHOST_OPACITY };
  });
  const drawn = lines.map((line) => buildTrace(line, axes, { color: line.color, width: line.width, dash: line.dash }));
  return [...bands, ...joinAlike(ghosts), ...joinAlike(drawn)];
}

/**
 * @param {DrawnLine} line
 * @param {Axes} axes
 * @param {LineStyle} style
 * @returns {Trace}
 */
function buildTrace({ name, color, points, values, drawn }, axes, style) {
  return {
    type: "scatter",
    mode: points.x.length < 2 ? "markers" : "lines",
    name: escapeText(name),
    x: drawn.map((index) => axes.x.toPlot(points.x[index])),
    y: drawn.map((index) => axes.y.toPlot(values[index])),
    hoverinfo: "skip",
    marker: { color, size: 5 },
    line: style,
  };
}

/**
 * The outline of a band: along its upper edge, and back along the lower one.
 * @param {DrawnLine} line
 * @param {Axes} axes
 * @returns {Trace}
 */
function buildBand({ name, color, points, drawn, low = points.y, high = points.y }, axes) {
  const back = [...drawn].reverse();
  return {
    type: "scatter",
    mode: "lines",
    name: escapeText(name),
    x: [...drawn, ...back].map((index) => axes.x.toPlot(points.x[index])),
    y: [...drawn.map((index) => axes.y.toPlot(high[index])), ...back.map((index) => axes.y.toPlot(low[index]))],
    hoverinfo: "skip",
    marker: { color, size: 5 },
    line: { color, width: 0 },
    fill: "toself",
    fillcolor: color,
    opacity: BAND_OPACITY,
  };
}

/**
 * Lines of one look as one trace with gaps, where there are so many that each of its own would take long.
 * @param {Trace[]} traces
 */
function joinAlike(traces) {
  if (traces.length <= MANY_LINES) return traces;
  /** @type {Map<string, Trace>} */
  const looks = new Map();
  for (const trace of traces) {
    const look = [trace.line.color, trace.line.dash, trace.mode].join();
    const joined = looks.get(look);
    if (!joined) looks.set(look, { ...trace, x: [...trace.x], y: [...trace.y], line: { ...trace.line, width: 1 } });
    else {
      joined.x.push(null, ...trace.x);
      joined.y.push(null, ...trace.y);
    }
  }
  return [...looks.values()];
}

/**
 * All values that stand within a stretch of x, smooth ones where lines are.
 * @param {DrawnLine[]} lines
 * @param {Range} seen
 */
export function listSeen(lines, [low, high]) {
  const seen = new Growing();
  for (const { points: { x }, values, low: under, high: over } of lines) {
    const [from, to] = [lowerBound(x, low), high === Infinity ? x.length : lowerBound(x, high)];
    for (const each of [values, under, over]) if (each) seen.push(each.subarray(from, to));
  }
  return seen.values;
}

/**
 * Whether all values are one that is not 0: plotly would show it from 1 below to 1 above, and 0.01 as if it were 0.
 * @param {Float64Array} values
 */
export function isFlat(values) {
  return values.length > 0 && values[0] !== 0 && values.every((value) => value === values[0]);
}

/**
 * The middle nine tenths of some values, with room above and below.
 * @param {Float64Array} values at least one
 * @param {YAxis} axis
 * @returns {Range} logged values
 */
export function findMiddle(values, axis) {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [TAIL, 1 - TAIL].map((share) => axis.toRange(quantileOf(sorted, share)));
  const room = (high - low || Math.abs(high) || 1) * ROOM;
  return [axis.fromRange(low - room), axis.fromRange(high + room)];
}

/**
 * What is no finite number stands at the edge: above what is too great or no number, below what is too small.
 * @param {HeldLine[]} lines
 * @param {{ name: XName, axis: XAxis, seen: Range }} options
 */
export function buildEdgeMarks(lines, { name, axis, seen: [low, high] }) {
  const all = lines.flatMap(({ run, column, color }) =>
    run.notFinite(name, column).filter(({ x }) => x >= low && x <= high).map((found) => ({ ...found, color })),
  );
  const annotations = all.slice(0, MOST_MARKS).map(({ x, word, color }) => {
    const below = word === "-inf";
    const where = { x: axis.toPlot(x), xref: "x", yref: "paper", y: below ? 0 : 1, yanchor: below ? "bottom" : "top" };
    return { ...where, text: below ? "▼" : "▲", showarrow: false, font: { size: 11, color }, hovertext: word };
  });
  return { annotations, count: all.length };
}

/**
 * A dotted line where training went on after a pause; of several runs it has the run's colour and says its name.
 * What it says stands above the curves, a line of text each, so that nothing lies over anything: `above` in all. Near an
 * end of what is seen it goes inwards, for Plotly makes room for it else.
 * @param {CurveLine[]} lines
 * @param {{ name: XName, axis: XAxis, color: string, seen: Range }} options
 */
export function buildMarks(lines, { name, axis, color, seen: [low, high] }) {
  const anchorAt = (/** @type {number} */ x) => {
    const share = (x - low) / (high - low);
    return share < 1 / 3 ? "left" : share > 2 / 3 ? "right" : "center";
  };
  const byRun = new Map(lines.map((line) => [line.run, line]));
  const runs = [...byRun.keys()].slice(0, MARKED_RUNS);
  const restarted = runs.flatMap((run) => {
    const places = "columns" in run ? run.restarts().map((row) => run.columns[name]?.[row]).filter(Number.isFinite) : [];
    return places.length ? [{ run, places }] : [];
  });
  const marks = restarted.flatMap(({ run, places }, at) =>
    places.map((x) => {
      const drawn = byRun.get(run);
      const own = { color: drawn?.color ?? color, text: `${escapeText(drawn?.owner ?? run.id)} resumed` };
      return { x: axis.toPlot(x), at, xanchor: anchorAt(x), ...(byRun.size > 1 ? own : { color, text: "resumed" }) };
    }),
  );
  const note = { yref: "paper", y: 1, showarrow: false, yanchor: "bottom" };
  return {
    above: NOTE_PX * restarted.length,
    shapes: marks.map(({ x, color: own }) => ({
      ...{ type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1 },
      line: { color: own, width: 1, dash: "dot" },
    })),
    annotations: marks.map(({ x, at, text, xanchor }) => {
      return { ...note, x, text, xanchor, yshift: NOTE_PX * at, font: { size: 11, color } };
    }),
  };
}
