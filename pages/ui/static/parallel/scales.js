// Where a value stands on an axis, and what a brush admits; the page's own code reads the same texts.

import { formatNumber, formatShare } from "../base/format.js";

/**
 * @typedef {object} Axis
 * @property {string} name of the field, or of the metric
 * @property {number} low
 * @property {number} high
 * @property {boolean} log whether it can be drawn by logarithm, and is at first
 * @property {string[]} values of an axis that counts names; empty for numbers
 * @property {boolean} share whether its numbers are fractions, told as per cent
 */

/** @typedef {{ [axis: string]: [number, number] }} Brush from and to, in the axis's own numbers */

/**
 * A number's place, 0 (bottom) to 1 (top); names are their places among the axis's own.
 * @param {Axis} axis
 * @param {number} value
 * @param {{ log: boolean, flipped: boolean }} view
 */
export function placeOf(axis, value, view) {
  const [low, high] = view.log ? [Math.log(axis.low), Math.log(axis.high)] : [axis.low, axis.high];
  const own = view.log ? Math.log(value) : value;
  const share = high > low ? (own - low) / (high - low) : 0.5;
  return view.flipped ? 1 - share : share;
}

/**
 * The number at a place.
 * @param {Axis} axis
 * @param {number} place
 * @param {{ log: boolean, flipped: boolean }} view
 */
export function valueAt(axis, place, view) {
  const share = Math.min(Math.max(view.flipped ? 1 - place : place, 0), 1);
  if (view.log) return axis.low * (axis.high / axis.low) ** share;
  return axis.low + share * (axis.high - axis.low);
}

/**
 * Whether a line passes all brushed axes; one that has no value there does not.
 * @param {(number | null)[]} values by axis
 * @param {Axis[]} axes
 * @param {Brush} brush
 */
export function passes(values, axes, brush) {
  return axes.every((axis, at) => {
    const range = brush[axis.name];
    const value = values[at];
    return !range || (value !== null && value >= range[0] && value <= range[1]);
  });
}

/**
 * A value of an axis as a person reads it.
 * @param {Axis} axis
 * @param {number} value
 */
export function sayValue(axis, value) {
  if (axis.values.length) return axis.values[Math.round(value)] ?? "";
  return axis.share ? formatShare(value) : formatNumber(value);
}

/**
 * A brush as the URL has it: `lr:0.001~0.02,dropout:0.2~0.5`.
 * @param {Brush} brush
 */
export function writeBrush(brush) {
  const write = (/** @type {number} */ value) => String(Number(value.toPrecision(5)));
  return Object.entries(brush)
    .map(([name, [low, high]]) => `${name}:${write(low)}~${write(high)}`)
    .join(",");
}

/**
 * The brush that a text means; what is none of these axes is left out.
 * @param {string} text
 * @param {Axis[]} axes
 * @returns {Brush}
 */
export function readBrush(text, axes) {
  /** @type {Brush} */
  const brush = {};
  for (const part of text.split(",")) {
    const [name = "", range = ""] = part.split(":");
    const [low, high] = range.split("~").map(Number);
    if (axes.some((axis) => axis.name === name) && Number.isFinite(low) && Number.isFinite(high)) {
      brush[name] = [Math.min(low, high), Math.max(low, high)];
    }
  }
  return brush;
}

/**
 * The ticks of an axis: its names, or some round numbers.
 * @param {Axis} axis
 * @param {boolean} log
 * @returns {number[]}
 */
export function ticksOf(axis, log) {
  if (axis.values.length) return axis.values.map((_, at) => at).filter((_, at) => axis.values.length < 13 || at % Math.ceil(axis.values.length / 12) === 0);
  if (!(axis.high > axis.low)) return [axis.low];
  if (log) {
    const first = Math.ceil(Math.log10(axis.low) - 1e-9);
    const last = Math.floor(Math.log10(axis.high) + 1e-9);
    const tens = Array.from({ length: Math.max(last - first + 1, 0) }, (_, at) => 10 ** (first + at));
    if (tens.length > 1) return tens;
    return [axis.low, Math.sqrt(axis.low * axis.high), axis.high];
  }
  const rough = (axis.high - axis.low) / 4;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * ten).find((one) => one >= rough) ?? rough;
  const ticks = [];
  for (let tick = Math.ceil(axis.low / step - 1e-9) * step; tick <= axis.high + step * 1e-9; tick += step) ticks.push(tick);
  return ticks.length > 2 ? ticks : [axis.low, (axis.low + axis.high) / 2, axis.high];
}
