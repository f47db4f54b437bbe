// A run or a group less the baseline's: at every place at which both have a value. No DOM.

import { EXACT, valueAt } from "./groups.js";
import { metricOf } from "./columns.js";
import { lowerBound } from "./series.js";

/** @import { GroupSeries } from "./groups.js" */
/** @import { Points, RunSeries } from "./series.js" */
/** @import { Spread } from "./statistics.js" */

/** @typedef {RunSeries | GroupSeries} Logged */

/** The unit of a difference of shares. */
export const POINTS = "percentage points";
/** Bands that say how sure a mean is: those of a difference are wider than either. */
const OF_MEANS = new Set(["se", "ci"]);

/** On which side of 0 a run is better than the baseline, by unit. @type {{ [unit: string]: string }} */
const BETTER = { [POINTS]: "above 0 is better", nats: "below 0 is better" };

/** @param {string} unit of a difference */
export function describeDifference(unit) {
  return [unit, BETTER[unit]].filter(Boolean).join("; ");
}

/** @param {string} unit of what is subtracted */
export function unitOfDifference(unit) {
  return unit === "share" ? POINTS : unit;
}

/** What a chart sees in the place of a run or a group. */
export class DifferenceSeries {
  /** @type {Map<string, { version: string, points: Points, lost: number }>} */
  #known = new Map();

  /**
   * @param {Logged} own
   * @param {Logged} base
   * @param {Spread} spread what bands of groups are
   */
  constructor(own, base, spread) {
    this.own = own;
    this.base = base;
    this.spread = spread;
  }

  get id() {
    return this.own.id;
  }

  /** Unknown while either is. */
  get state() {
    return this.base.state === null ? null : this.own.state;
  }

  get message() {
    return this.own.message;
  }

  restarts() {
    return [];
  }

  /**
   * @param {string} xName
   * @param {string} yName
   */
  notFinite(xName, yName) {
    return this.own.notFinite(xName, yName);
  }

  /**
   * @param {string} xName
   * @param {string} yName
   */
  points(xName, yName) {
    return this.#subtract(xName, yName).points;
  }

  /**
   * How many points of its own are left out, as the baseline has none there.
   * @param {string} xName
   * @param {string} yName
   */
  lost(xName, yName) {
    return this.#subtract(xName, yName).lost;
  }

  /**
   * @param {string} xName
   * @param {string} yName
   */
  #subtract(xName, yName) {
    const key = `${xName}|${yName}`;
    const version = `${versionOf(this.own)} ${versionOf(this.base)}`;
    const known = this.#known.get(key);
    if (known?.version === version) return known;
    const [own, base] = [this.own, this.base].map((one) => one.points(xName, yName));
    // Along a metric a run may come by the same place twice: there is no one value to subtract.
    const points = metricOf(xName) === null ? subtract(own, base, { isExact: EXACT.has(xName), spread: this.spread }) : { x: new Float64Array(0), y: new Float64Array(0) };
    const made = { version, points, lost: own.x.length - points.x.length };
    this.#known.set(key, made);
    return made;
  }
}

/** @param {Logged} one */
function versionOf(one) {
  return ("runs" in one ? one.runs : [one]).map(({ generation, row }) => `${generation}:${row}`).join();
}

/**
 * Between the baseline's points its line counts, except on axes on which runs stand at the same places.
 * @param {Points} own
 * @param {Points} base
 * @param {{ isExact: boolean, spread: Spread }} how
 * @returns {Points}
 */
export function subtract(own, base, { isExact, spread }) {
  /** @param {Float64Array} values of the baseline */
  const read = (values) => (/** @type {number} */ at) => {
    if (!isExact) return valueAt({ x: base.x, y: values }, at);
    const index = lowerBound(base.x, at);
    return base.x[index] === at ? values[index] : null;
  };
  const [center, low, high] = [base.y, base.low ?? base.y, base.high ?? base.y].map(read);
  const kept = own.x.map((_, index) => index).filter((index) => center(own.x[index]) !== null);
  const x = kept.map((index) => own.x[index]);
  const bases = x.map((at) => Number(center(at)));
  const y = kept.map((index, place) => own.y[index] - bases[place]);
  if (!own.low || !own.high || own === base) return { x, y }; // nothing is surer than that there is none to itself
  const widen = OF_MEANS.has(spread) ? Math.hypot : (/** @type {number} */ width) => width;
  const below = kept.map((index, place) => widen(own.y[index] - /** @type {Float64Array} */ (own.low)[index], Number(high(x[place])) - bases[place]));
  const above = kept.map((index, place) => widen(/** @type {Float64Array} */ (own.high)[index] - own.y[index], bases[place] - Number(low(x[place]))));
  return {
    ...{ x, y },
    low: y.map((value, place) => value - below[place]),
    high: y.map((value, place) => value + above[place]),
    count: kept.map((index) => own.count?.[index] ?? 0),
  };
}
