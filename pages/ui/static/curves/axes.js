// How logged numbers become positions on a chart, and back: units, tick formats, ranges that a person zoomed to.
import { formatNumber, formatSeconds, formatShare } from "../base/format.js";
import { metricOf, titleOf, unitOf } from "./columns.js";
import { POINTS } from "./differences.js";
import { WALL } from "./series.js";
import { maxOf, minOf } from "./statistics.js";
import { buildSymlog, listTicks } from "./symlog.js";

/** @import { Layout } from "../../types/plotly" */
/** @import { Theme } from "../base/theme.js" */

/** @import { Scale } from "./view_state.js" */

/** @typedef {string} XName a column that counts rows or time, `wall_seconds`, or a metric as `metric.NAME` */
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
 * @property {"linear" | "log"} type plotly's
 * @property {Scale} scale what is shown: an axis that is symlog is a linear one to plotly
 * @property {(value: number) => number | null} toPlot from a logged value to a plotted one; null where it has no place
 * @property {(value: number) => number} toRange from a logged value to an end of plotly's range
 * @property {(end: number) => number} fromRange and back
 * @property {string} suffix
 * @property {(value: number) => string} describe a logged value
 * @property {{ tickvals: number[], ticktext: string[] } | null} ticks plotly's own where null
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
 * @property {boolean} isDifference whether 0 is where nothing differs, and has a line
 */

const THIN = "\u2009";
const MARGIN_LEFT = 50; // px
const WIDE = 4; // times the least value

/**
 * What stands along the bottom.
 * @param {XName} name
 * @param {number} longest logged value
 * @returns {XAxis}
 */
export function buildXAxis(name, longest) {
  if (name === "elapsed_seconds") return buildDuration("Training time", longest);
  if (name === WALL) return buildDuration("Time since the start", longest);
  if (name === "logged_at") return CLOCK;
  const metric = metricOf(name);
  if (metric !== null) return buildMetric(metric);
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
 * @param {string} name of a column
 * @returns {XAxis}
 */
function buildMetric(name) {
  const title = titleOf(name);
  const scale = unitOf(name) === "share" ? 100 : 1;
  return {
    title: scale === 100 ? `${title} (%)` : title,
    type: "linear",
    toPlot: (value) => value * scale,
    fromPlot: (value) => Number(value) / scale,
    describe: (value) => `${title} ${scale === 100 ? formatShare(value) : formatNumber(value)}`,
    isWhole: false,
  };
}

/**
 * @param {string} title
 * @param {number} longest
 * @returns {XAxis}
 */
function buildDuration(title, longest) {
  const unit = longest >= 7200 ? "h" : longest >= 300 ? "min" : "s";
  const seconds = { h: 3600, min: 60, s: 1 }[unit];
  return {
    title: `${title} (${unit})`,
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
 * What stands at the left: shares are plotted as per cent, and never on a log scale. A log scale has no place for a
 * number that is not above 0: where there is one it is a symlog scale.
 * @param {string} unit
 * @param {Scale} scale
 * @param {Float64Array} values that are shown
 * @returns {YAxis}
 */
export function buildYAxis(unit, scale, values) {
  if (unit === POINTS) return { ...buildLinear(100), describe: (value) => `${(100 * value).toFixed(2)} points` };
  if (unit === "share") return { ...buildLinear(100), suffix: `${THIN}%`, describe: formatShare };
  if (scale === "linear") return buildLinear(1);
  if (scale === "log" && values.every((value) => value > 0)) {
    const isWide = maxOf(values) > WIDE * minOf(values); // closer in, plotly's own ticks are better
    const same = { type: /** @type {const} */ ("log"), scale, suffix: "", describe: formatLoss, ticks: isWide ? LOG_TICKS : null };
    return { ...same, toPlot: (value) => value, toRange: Math.log10, fromRange: (end) => 10 ** end };
  }
  const { toPlot, fromPlot, unit: least } = buildSymlog(values);
  const ticks = listTicks(values, least).map((value) => ({ at: toPlot(value), text: formatNumber(value) }));
  return {
    ...{ type: "linear", scale: "symlog", suffix: "", describe: formatLoss, toPlot, toRange: toPlot, fromRange: fromPlot },
    ticks: { tickvals: ticks.map(({ at }) => at), ticktext: ticks.map(({ text }) => text) },
  };
}

/**
 * @param {number} factor
 * @returns {YAxis}
 */
function buildLinear(factor) {
  const toPlot = (/** @type {number} */ value) => value * factor;
  const fromRange = (/** @type {number} */ end) => end / factor;
  return { type: "linear", scale: "linear", suffix: "", describe: formatLoss, ticks: null, toPlot, toRange: toPlot, fromRange };
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
const LOG_TICKS = { tickvals, ticktext };

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
    margin: { l: MARGIN_LEFT, r: 20, t: 8 + above, b: 42 },
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
function layOutY({ theme, height, yAxis, yRange, isDifference }) {
  const isClose = yRange !== undefined && yRange[1] - yRange[0] < 0.6;
  return {
    type: yAxis.type,
    gridcolor: theme.grid,
    showline: false,
    ticks: "",
    ...(isDifference ? { zeroline: true, zerolinecolor: theme.line, zerolinewidth: 1.5 } : {}),
    ticksuffix: yAxis.suffix,
    nticks: Math.max(3, Math.floor(height / 48)),
    ...(yAxis.ticks && !isClose ? { tickmode: "array", ...yAxis.ticks } : {}),
    ...layOutRange(yRange),
  };
}

/** @param {Range | undefined} range */
function layOutRange(range) {
  return range ? { range, autorange: false } : { autorange: true };
}
