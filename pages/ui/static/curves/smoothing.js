// Four ways to smooth a curve. Each takes one weight, 0 (off) to below 1, and means about the same width by it.
// Only what is drawn is smooth: no table and no best value ever is. No DOM.

/** @typedef {"ema" | "time" | "gaussian" | "mean"} SmoothKind */
/** @typedef {{ kind: SmoothKind, weight: number }} Smoothing */

/** @type {{ [kind in SmoothKind]: { label: string, help: string } }} */
export const SMOOTHERS = {
  ema: { label: "Moving average", help: "Exponential: each point counts less the more points lie after it" },
  time: { label: "Time-weighted", help: "Exponential along the axis: points far apart count less for each other" },
  gaussian: { label: "Gaussian", help: "A bell over the points before and after" },
  mean: { label: "Running mean", help: "The plain mean of the points before and after" },
};
const REACH = 4; // standard deviations at which a bell ends

/**
 * @param {Float64Array} x ascending
 * @param {Float64Array} y
 * @param {Smoothing} smoothing
 */
export function smooth(x, y, { kind, weight }) {
  if (!weight || y.length < 2) return y;
  if (kind === "time") return smoothInTime(x, y, weight);
  if (kind === "gaussian") return smoothByBell(y, widthOf(weight));
  if (kind === "mean") return smoothByMean(y, Math.round(widthOf(weight)));
  return smoothByPoints(y, weight);
}

/**
 * Points by which a moving average of this weight lags: the bell's deviation, half the window of a mean.
 * @param {number} weight
 */
export function widthOf(weight) {
  return weight / (1 - weight);
}

/**
 * Divided by 1 - weight^t, so that it does not lean on a start at zero.
 * @param {Float64Array} y
 * @param {number} weight
 */
function smoothByPoints(y, weight) {
  let [sum, trust] = [0, 0];
  return y.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    trust = weight * trust + (1 - weight);
    return sum / trust;
  });
}

/**
 * A point's weight falls by `weight` for each mean distance between points; of even points it is the moving average.
 * @param {Float64Array} x
 * @param {Float64Array} y
 * @param {number} weight
 */
function smoothInTime(x, y, weight) {
  const unit = (x[x.length - 1] - x[0]) / (x.length - 1) || 1;
  let [sum, trust] = [0, 0];
  return y.map((value, at) => {
    const kept = at ? weight ** ((x[at] - x[at - 1]) / unit) : 0;
    sum = kept * sum + value;
    trust = kept * trust + 1;
    return sum / trust;
  });
}

/**
 * @param {Float64Array} y
 * @param {number} deviation points
 */
function smoothByBell(y, deviation) {
  const reach = Math.ceil(REACH * deviation);
  const bell = Array.from({ length: reach + 1 }, (_, distance) => Math.exp(-0.5 * (distance / deviation) ** 2));
  return y.map((_, at) => {
    let [sum, trust] = [0, 0];
    for (let other = Math.max(0, at - reach); other <= Math.min(y.length - 1, at + reach); other += 1) {
      const share = bell[Math.abs(other - at)];
      sum += share * y[other];
      trust += share;
    }
    return sum / trust;
  });
}

/**
 * The window is cut at both ends. Summed anew for each point: a running sum would carry its rounding along.
 * @param {Float64Array} y
 * @param {number} half points on either side
 */
function smoothByMean(y, half) {
  return y.map((_, at) => {
    const [from, to] = [Math.max(0, at - half), Math.min(y.length, at + half + 1)];
    let sum = 0;
    for (let other = from; other < to; other += 1) sum += y[other];
    return sum / (to - from);
  });
}
