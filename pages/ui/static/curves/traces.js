// What plotly is told to draw of a chart's lines: traces of few enough points, and where training went on. No DOM.

import { escapeText } from "../base/format.js";
import { bucketIndices, smooth } from "./series.js";

/** @import { LineStyle, Trace } from "../../types/plotly" */
/** @import { Range, XAxis, XName, YAxis } from "./axes.js" */
/** @import { Points, RunSeries } from "./series.js" */

/**
 * @typedef {object} CurveLine a line that a person has not hidden
 * @property {RunSeries} run
 * @property {string} owner what the run is called
 * @property {string} part
 * @property {string} name
 * @property {string} color
 * @property {string} dash
 * @property {number} width px
 */

/** @typedef {CurveLine & { points: Points }} HeldLine with what was logged */
/** @typedef {HeldLine & { values: number[], drawn: number[] }} DrawnLine with its smooth values, and which of them are drawn */
/** @typedef {{ x: XAxis, y: YAxis }} Axes */

/** @type {Range} */
export const EVERYTHING = [-Infinity, Infinity];
const BUCKETS = 1000;
const GHOST_OPACITY = 0.25;
const MARKED_RUNS = 5; // more restart lines than this are noise
const NOTE_PX = 14; // a line of text

/**
 * @param {HeldLine} line
 * @param {number} smoothing
 * @param {Range} seen logged values along x
 * @returns {DrawnLine}
 */
export function prepareLine(line, smoothing, [low, high]) {
  const { x, y } = line.points;
  const values = smoothing ? smooth(y, smoothing) : y;
  return { ...line, values, drawn: bucketIndices(x, values, BUCKETS, low, high) };
}

/**
 * One trace a line; smooth ones lie over faint ones of the values themselves.
 * @param {DrawnLine[]} lines
 * @param {{ axes: Axes, isSmooth: boolean, seen: Range }} options
 * @returns {Trace[]}
 */
export function buildTraces(lines, { axes, isSmooth, seen: [low, high] }) {
  const ghosts = (isSmooth ? lines : []).map((line) => {
    const { x, y } = line.points;
    const style = { color: line.color, width: 1 };
    return { ...buildTrace({ ...line, values: y, drawn: bucketIndices(x, y, BUCKETS, low, high) }, axes, style), opacity: GHOST_OPACITY };
  });
  return [...ghosts, ...lines.map((line) => buildTrace(line, axes, { color: line.color, width: line.width, dash: line.dash }))];
}

/**
 * @param {DrawnLine} line
 * @param {Axes} axes
 * @param {LineStyle} style
 * @returns {Trace}
 */
function buildTrace({ name, color, points, values, drawn }, axes, style) {
  /** @param {number} value */
  const toPlotY = (value) => (axes.y.type === "log" && value <= 0 ? null : value * axes.y.scale);
  return {
    type: "scatter",
    mode: points.x.length < 2 ? "markers" : "lines",
    name: escapeText(name),
    x: drawn.map((index) => axes.x.toPlot(points.x[index])),
    y: drawn.map((index) => toPlotY(values[index])),
    hoverinfo: "skip",
    marker: { color, size: 5 },
    line: style,
  };
}

/**
 * A dotted line where training went on after a pause; of several runs it has the run's colour and says its name.
 * What it says stands above the curves, a line of text each, so that nothing lies over anything: `above` in all.
 * @param {CurveLine[]} lines
 * @param {{ name: XName, axis: XAxis, color: string }} options
 */
export function buildMarks(lines, { name, axis, color }) {
  const byRun = new Map(lines.map((line) => [line.run, line]));
  const runs = [...byRun.keys()].slice(0, MARKED_RUNS);
  const restarted = runs.filter((run) => run.restarts().some((row) => run.columns[name]?.[row] != null));
  const marks = restarted.flatMap((run, at) =>
    run.restarts().flatMap((row) => {
      const x = run.columns[name]?.[row];
      if (x == null) return [];
      const drawn = byRun.get(run);
      const own = { color: drawn?.color ?? color, text: `${escapeText(drawn?.owner ?? run.id)} resumed` };
      return { x: axis.toPlot(x), at, ...(byRun.size > 1 ? own : { color, text: "resumed" }) };
    }),
  );
  const note = { yref: "paper", y: 1, showarrow: false, xanchor: "auto", yanchor: "bottom" };
  return {
    above: NOTE_PX * restarted.length,
    shapes: marks.map(({ x, color: own }) => ({
      ...{ type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1 },
      line: { color: own, width: 1, dash: "dot" },
    })),
    annotations: marks.map(({ x, at, text }) => ({ ...note, x, text, yshift: NOTE_PX * at, font: { size: 11, color } })),
  };
}
