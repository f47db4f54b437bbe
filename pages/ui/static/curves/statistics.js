// What several numbers have in common: their middle, their spread, and how sure one can be of the middle. No DOM.

/** @typedef {"mean" | "median"} Center */
/** @typedef {"std" | "se" | "ci" | "range" | "none"} Spread */
/** @typedef {{ center: number, low: number, high: number }} Summary */

/** @type {{ [center in Center]: string }} */
export const CENTERS = { mean: "Mean", median: "Median" };
/** @type {{ [spread in Spread]: string }} */
export const SPREADS = { std: "± σ", se: "± SE", ci: "95 % CI", range: "min – max", none: "no band" };
const CONFIDENCE = 0.95;

/**
 * The middle of at least one number, and a band around it: of one number alone no deviation is known.
 * @param {number[]} values
 * @param {{ center: Center, spread: Spread }} how
 * @returns {Summary}
 */
export function summarise(values, { center, spread }) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = center === "median" ? medianOf(values) : mean;
  if (spread === "range") return { center: middle, low: minOf(values), high: maxOf(values) };
  if (spread === "none" || values.length < 2) return { center: middle, low: middle, high: middle };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const std = Math.sqrt(squares / (values.length - 1));
  const half = spread === "std" ? std : (std / Math.sqrt(values.length)) * (spread === "ci" ? tQuantile(values.length - 1) : 1);
  return { center: middle, low: middle - half, high: middle + half };
}

/** @param {number[]} values */
export function medianOf(values) {
  return quantileOf(Float64Array.from(values).sort(), 0.5);
}

/**
 * Between the two nearest numbers, as NumPy has it.
 * @param {ArrayLike<number>} sorted at least one
 * @param {number} share
 */
export function quantileOf(sorted, share) {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** @param {Iterable<number>} values */
export function minOf(values) {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}

/** @param {Iterable<number>} values */
export function maxOf(values) {
  let most = -Infinity;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** @type {Map<number, number>} */
const quantiles = new Map();

/**
 * Student's t that the middle 95 % stay within, for so many degrees of freedom.
 * @param {number} freedom
 */
export function tQuantile(freedom) {
  const known = quantiles.get(freedom);
  if (known !== undefined) return known;
  let [low, high] = [0, 20];
  for (let step = 0; step < 200 && high - low > 1e-14 * high; step += 1) {
    const middle = (low + high) / 2;
    if (tailOf(middle, freedom) > 1 - CONFIDENCE) low = middle;
    else high = middle;
  }
  quantiles.set(freedom, (low + high) / 2);
  return (low + high) / 2;
}

/**
 * How likely |T| is above t: the regularised incomplete beta function at v / (v + t²).
 * @param {number} t
 * @param {number} freedom
 */
function tailOf(t, freedom) {
  const x = freedom / (freedom + t * t);
  const [a, b] = [freedom / 2, 0.5];
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
  if (!(front > 0)) return t === 0 ? 1 : 0;
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/**
 * The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
 * @param {number} x
 * @param {number} a
 * @param {number} b
 */
function betaFraction(x, a, b) {
  const tiny = 1e-300;
  /** @param {number} value */
  const guard = (value) => (Math.abs(value) < tiny ? tiny : value);
  let [c, d] = [1, 1 / guard(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m < 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / guard(1 + term * d);
      c = guard(1 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return fraction;
}

/**
 * @param {number} a
 * @param {number} b
 */
function logBeta(a, b) {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/**
 * Stirling's series (DLMF 5.11.1), far enough out for it to be exact.
 * @param {number} x above 0
 */
function logGamma(x) {
  let [shift, z] = [0, x];
  for (; z < 20; z += 1) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
