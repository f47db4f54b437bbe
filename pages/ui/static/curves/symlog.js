// A scale for numbers of any sign: even around 0, by powers of ten beyond. No DOM.

import { minOf } from "./statistics.js";

const MOST_DECADES = 6; // of the greatest number, down to where the scale becomes even
const MOST_TICKS = 9;

/**
 * Positions are sign(v) * log10(1 + |v| / unit), so that 0 stands at 0 and each power of ten takes the same room.
 * @param {Float64Array} values that are shown
 */
export function buildSymlog(values) {
  const sizes = values.map(Math.abs).filter((size) => size > 0 && Number.isFinite(size));
  const greatest = sizes.reduce((most, size) => Math.max(most, size), 0) || 1;
  const least = Math.min(greatest, Math.max(minOf(sizes), greatest / 10 ** MOST_DECADES)) || 1;
  const unit = 10 ** Math.floor(Math.log10(least));
  return {
    unit,
    /** @param {number} value */
    toPlot: (value) => Math.sign(value) * Math.log10(1 + Math.abs(value) / unit),
    /** @param {number} place */
    fromPlot: (place) => Math.sign(place) * unit * (10 ** Math.abs(place) - 1),
  };
}

/**
 * The numbers that are written at the axis: 0, and powers of ten on either side, as many as can be read.
 * @param {Float64Array} values
 * @param {number} unit where the powers of ten begin
 */
export function listTicks(values, unit) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = finite.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 0]);
  const first = Math.round(Math.log10(unit));
  const last = Math.ceil(Math.log10(Math.max(-low, high, unit)));
  const sides = (low < 0 ? 1 : 0) + (high > 0 ? 1 : 0) || 1;
  const step = Math.max(1, Math.ceil(((last - first + 1) * sides) / (MOST_TICKS - 1)));
  const tens = [];
  for (let ten = last; ten >= first; ten -= step) tens.unshift(10 ** ten);
  return [...(low < 0 ? tens.map((ten) => -ten).reverse() : []), 0, ...(high > 0 ? tens : [])];
}
