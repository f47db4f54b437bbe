// How logged numbers become positions on a chart, and back: units, tick formats, ranges that a person zoomed to.
import { formatNumber, formatSeconds, formatShare } from "../base/format.js";

/** @import { Layout } from "../../types/plotly" */
/** @import { Theme } from "../base/theme.js" */

/** @typedef {"epoch" | "step" | "elapsed_seconds" | "logged_at"} XName a column of metrics.csv */
/** @typedef {Theme & { faint: string, line: string, grid: string, neutral: string }} CurveTheme */
/** @typedef {[number, number]} Range */

/**
 * @typedef {object} XAxis
 * @property {string} title
 * @property {"linear" | "date"} type
 * @property {(value: number) => number} toPlot from a logged value to a plotted one
 * @property {(value: number | string) => number} fromPlot and back
 * @property {(value: number) => string} describe a logged value
 * @property {boolean} isWhole
 */

/**
 * @typedef {object} YAxis
 * @property {"linear" | "log"} type
 * @property {number} scale from logged values to plotted ones
 * @property {string} suffix
 * @property {(value: number) => string} describe a logged value
 */

/**
 * @typedef {object} Drawing what a chart's layout depends on
 * @property {CurveTheme} theme
 * @property {number} width px
 * @property {number} height px
 * @property {XAxis} xAxis
 * @property {YAxis} yAxis
 * @property {Range | undefined} xRange plotted, where a person has zoomed
 * @property {Range | undefined} yRange
 * @property {number} span of all that was logged along x
 * @property {object[]} shapes
 * @property {object[]} annotations
 * @property {number} above px that they take above the curves
 * @property {boolean} isTouch
 */

const THIN = "\u2009";

/**
 * What stands along the bottom.
 * @param {XName} name
 * @param {number} longest logged value
 * @returns {XAxis}
 */
export function buildXAxis(name, longest) {
  if (name === "elapsed_seconds") return buildDuration(longest);
  if (name === "logged_at") return CLOCK;
  const label = name === "step" ? "Step" : "Epoch";
  return {
    title: label,
    type: "linear",
    toPlot: (value) => value,
    fromPlot: Number,
    describe: (value) => `${label} ${value}`,
    isWhole: true,
  };
}

/**
 * @param {number} longest
 * @returns {XAxis}
 */
function buildDuration(longest) {
  const unit = longest >= 7200 ? "h" : longest >= 300 ? "min" : "s";
  const seconds = { h: 3600, min: 60, s: 1 }[unit];
  return {
    title: `Training time (${unit})`,
    type: "linear",
    toPlot: (value) => value / seconds,
    fromPlot: (value) => Number(value) * seconds,
    describe: (value) => `After ${formatSeconds(value)}`,
    isWhole: false,
  };
}

/**
 * plotly writes and reads dates as if they were UTC: shifted, they show the hours of the person's own clock.
 * @param {number} milliseconds
 */
const offsetOf = (milliseconds) => new Date(milliseconds).getTimezoneOffset() * 60_000;

/** @type {XAxis} */
const CLOCK = {
  title: "Time of day",
  type: "date",
  toPlot: (value) => value * 1000 - offsetOf(value * 1000),
  fromPlot: (value) => {
    const shown = typeof value === "number" ? value : Date.parse(`${value.replace(" ", "T")}Z`);
    return (shown + offsetOf(shown)) / 1000;
  },
  describe: (value) => new Date(value * 1000).toLocaleTimeString(),
  isWhole: false,
};

/**
 * What stands at the left: shares are plotted as per cent.
 * @param {string} unit
 * @param {boolean} log
 * @returns {YAxis}
 */
export function buildYAxis(unit, log) {
  const share = unit === "share";
  return {
    type: log && !share ? "log" : "linear",
    scale: share ? 100 : 1,
    suffix: share ? `${THIN}%` : "",
    describe: (value) => (share ? formatShare(value) : formatLoss(value)),
  };
}

/**
 * Fixed digits, so that a column of losses lines up.
 * @param {number} value
 */
function formatLoss(value) {
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 100 ? value.toFixed(4) : formatNumber(value);
}

// 1, 2, 5 of every power of ten; when zoomed in closer, plotly's own ticks are better.
const decades = Array.from({ length: 13 }, (_, at) => 10 ** (at - 8));
const tickvals = decades.flatMap((ten) => [ten, 2 * ten, 5 * ten]);
const ticktext = tickvals.map((value) => formatNumber(Number(value.toPrecision(1))));
const LOG_TICKS = { tickmode: "array", tickvals, ticktext };

/**
 * plotly's layout of a chart: calm, transparent, one faint grid.
 * @param {Drawing} drawing
 * @returns {Layout}
 */
export function buildLayout(drawing) {
  const { theme, width, height, shapes, annotations, above, isTouch } = drawing;
  const axis = { zeroline: false, fixedrange: isTouch, linecolor: theme.line, tickcolor: theme.line, automargin: false };
  return {
    width,
    height,
    margin: { l: 50, r: 20, t: 8 + above, b: 42 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, size: 12, color: theme.faint },
    separators: `.${THIN}`,
    showlegend: false,
    hovermode: false,
    dragmode: isTouch ? false : "zoom",
    shapes,
    annotations,
    xaxis: { ...axis, ...layOutX(drawing) },
    yaxis: { ...axis, ...layOutY(drawing) },
  };
}

/** @param {Drawing} drawing */
function layOutX({ theme, width, xAxis, xRange, span }) {
  const seen = xRange ? Math.abs(xAxis.fromPlot(xRange[1]) - xAxis.fromPlot(xRange[0])) : span;
  return {
    type: xAxis.type,
    title: { text: xAxis.type === "date" ? "" : xAxis.title, standoff: 8, font: { size: 12, color: theme.faint } },
    showgrid: false,
    showline: true,
    ticks: "outside",
    ticklen: 4,
    nticks: Math.max(3, Math.floor(width / 90)),
    ...(xAxis.isWhole && seen < 8 ? { tick0: 0, dtick: 1 } : {}),
    ...(xAxis.isWhole ? { tickformat: "," } : {}),
    ...layOutRange(xRange),
  };
}

/** @param {Drawing} drawing */
function layOutY({ theme, height, yAxis, yRange }) {
  const isClose = yRange !== undefined && yRange[1] - yRange[0] < 0.6;
  return {
    type: yAxis.type,
    gridcolor: theme.grid,
    showline: false,
    ticks: "",
    ticksuffix: yAxis.suffix,
    nticks: Math.max(3, Math.floor(height / 48)),
    ...(yAxis.type === "log" && !isClose ? LOG_TICKS : {}),
    ...layOutRange(yRange),
  };
}

/** @param {Range | undefined} range */
function layOutRange(range) {
  return range ? { range, autorange: false } : { autorange: true };
}
