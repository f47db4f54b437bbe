// Which charts there are: one for every metric that any run has logged, whatever its name. No DOM.

/** @import { ChartSpec, CurvePart } from "./index.js" */

/** Columns that tell where a row stands, and are no metric. */
export const PLACES = new Set(["epoch", "step", "elapsed_seconds", "logged_at"]);
/** The part of a column that belongs to no part of the articles. */
export const WHOLE = "value";
/** What an axis along a metric is called in the URL. */
const OF_METRIC = "metric.";
/** @type {{ [name: string]: string }} */
const TITLES = { lr: "Learning rate", acc: "Accuracy", grad_norm: "Gradient norm", epoch_seconds: "Epoch time", cpu_percent: "CPU", gpu_percent: "GPU load", gpu_memory_bytes: "GPU memory", gpu_watts: "GPU power" };
const SHARES = /(^|[_/ ])(acc|accuracy|f1|precision|recall|share)$/;

/**
 * @param {Iterable<string>} names of columns, in the order of the files
 * @param {{ charts: ChartSpec[], parts: CurvePart[] }} known the charts that stand first, with their columns
 * @returns {ChartSpec[]}
 */
export function listCharts(names, { charts, parts }) {
  const taken = new Set(charts.flatMap(({ columns }) => Object.values(columns)));
  /** @type {Map<string, ChartSpec>} */
  const found = new Map();
  for (const name of names) {
    if (PLACES.has(name) || taken.has(name)) continue;
    const part = parts.find(({ id }) => name.startsWith(`${id}_`) && name.length > id.length + 1);
    const metric = part ? name.slice(part.id.length + 1) : name;
    const spec = found.get(metric) ?? { id: metric, title: titleOf(metric), unit: unitOf(metric), columns: {} };
    spec.columns[part?.id ?? WHOLE] = name;
    found.set(metric, spec);
  }
  return [...charts, ...found.values()];
}

/**
 * The name of a column as a person reads it.
 * @param {string} name
 */
export function titleOf(name) {
  const words = name.replace(/_(seconds|bytes|percent|watts|wh)$/, "").replaceAll("_", " ").trim() || name;
  return TITLES[name] ?? words[0].toUpperCase() + words.slice(1);
}

/** @param {string} name */
export function unitOf(name) {
  if (SHARES.test(name)) return "share";
  if (name.endsWith("_seconds")) return "s";
  if (name.endsWith("_bytes")) return "bytes";
  if (name.endsWith("_percent")) return "%";
  if (name.endsWith("_watts")) return "W";
  if (name.endsWith("_wh")) return "Wh";
  return name.endsWith("loss") ? "nats" : "";
}

/**
 * What a unit that few know is; null for the others.
 * @param {string} unit
 */
export function explainUnit(unit) {
  return unit === "nats" ? "Mean cross entropy in nats, the unit of natural logarithms; less is better, 0 is sure and right" : null;
}

/**
 * The column that an axis is along; null where it is none.
 * @param {string} x
 */
export function metricOf(x) {
  return x.startsWith(OF_METRIC) ? x.slice(OF_METRIC.length) : null;
}

/** @param {string} name of a column */
export function axisAlong(name) {
  return PLACES.has(name) ? name : OF_METRIC + name;
}

/**
 * The charts of these keys: `loss`, or over an axis of its own `loss@metric.lr`. Those of which no run has anything are left out.
 * @param {string[]} keys
 * @param {ChartSpec[]} every
 * @returns {ChartSpec[]}
 */
export function pickCharts(keys, every) {
  return keys.flatMap((key) => {
    const [metric, x] = readKey(key);
    const spec = every.find(({ id }) => id === metric);
    return spec ? [x ? { ...spec, id: key, x } : spec] : [];
  });
}

/**
 * How a chart is named in the URL.
 * @param {string} metric
 * @param {string} [x]
 */
export function writeKey(metric, x) {
  return x ? `${encodeURIComponent(metric)}@${encodeURIComponent(x)}` : encodeURIComponent(metric);
}

/**
 * The metric, and the axis where it has one of its own.
 * @param {string} key
 * @returns {[string, string | null]}
 */
export function readKey(key) {
  const [metric, x] = key.split("@");
  try {
    return [decodeURIComponent(metric), x ? decodeURIComponent(x) : null];
  } catch {
    return [key, null];
  }
}
