// Runs that are drawn as one: at every place the middle of what they logged there, and a band around it. No DOM.

import { lowerBound } from "./series.js";
import { summarise } from "./statistics.js";

/** @import { CurveRun } from "./index.js" */
/** @import { Points, RunSeries } from "./series.js" */
/** @import { Center, Spread } from "./statistics.js" */

/** @typedef {{ id: string, label: string, runs: CurveRun[] }} Group */

export const EXACT = new Set(["epoch", "step"]); // axes on which runs stand at the same places
const GRID = 400; // places on the others

/**
 * Runs by what they have in common, in the order in which their firsts stand.
 * @param {CurveRun[]} runs
 * @param {string} field
 * @returns {Group[]}
 */
export function groupRuns(runs, field) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const run of runs) {
    const label = run.fields[field] ?? "none";
    const group = groups.get(label) ?? { id: `${field}=${label}`, label, runs: [] };
    group.runs.push(run);
    groups.set(label, group);
  }
  return [...groups.values()];
}

/** A group as a chart sees it: like one run, with a band. */
export class GroupSeries {
  /** @type {Map<string, { version: string, points: Points }>} */
  #known = new Map();

  /**
   * @param {string} id
   * @param {RunSeries[]} runs
   * @param {{ center: Center, spread: Spread }} how
   */
  constructor(id, runs, how) {
    this.id = id;
    this.runs = runs;
    this.how = how;
  }

  get state() {
    const { runs } = this;
    return runs.find(({ state }) => state === null || state === "running")?.state ?? (runs.length ? runs[0].state : null);
  }

  get message() {
    return "";
  }

  restarts() {
    return [];
  }

  /** @returns {{ x: number, word: string }[]} */
  notFinite() {
    return [];
  }

  /**
   * @param {string} xName
   * @param {string} yName
   * @returns {Points}
   */
  points(xName, yName) {
    const key = `${xName}|${yName}`;
    const version = this.runs.map(({ generation, row }) => `${generation}:${row}`).join();
    const known = this.#known.get(key);
    if (known?.version === version) return known.points;
    const lines = this.runs.map((run) => run.points(xName, yName)).filter(({ x }) => x.length);
    const points = summariseLines(lines, { ...this.how, isExact: EXACT.has(xName) });
    this.#known.set(key, { version, points });
    return points;
  }
}

/**
 * @param {Points[]} lines each with at least one point
 * @param {{ center: Center, spread: Spread, isExact: boolean }} how
 * @returns {Points}
 */
export function summariseLines(lines, { isExact, ...how }) {
  const places = isExact ? gather(lines) : resample(lines);
  const x = Float64Array.from(places.keys()).sort();
  const summaries = Array.from(x, (at) => summarise(/** @type {number[]} */ (places.get(at)), how));
  return {
    x,
    y: Float64Array.from(summaries, ({ center }) => center),
    low: Float64Array.from(summaries, ({ low }) => low),
    high: Float64Array.from(summaries, ({ high }) => high),
    count: x.map((at) => places.get(at)?.length ?? 0),
  };
}

/**
 * The values at every place where any run has one.
 * @param {Points[]} lines
 */
function gather(lines) {
  /** @type {Map<number, number[]>} */
  const places = new Map();
  for (const { x, y } of lines) {
    x.forEach((at, index) => {
      const values = places.get(at);
      if (values) values.push(y[index]);
      else places.set(at, [y[index]]);
    });
  }
  return places;
}

/**
 * The values of every run at even places, between its own points; beyond its ends a run has none.
 * @param {Points[]} lines
 */
function resample(lines) {
  /** @type {Map<number, number[]>} */
  const places = new Map();
  if (!lines.length) return places;
  const low = Math.min(...lines.map(({ x }) => x[0]));
  const high = Math.max(...lines.map(({ x }) => x[x.length - 1]));
  const last = high > low ? GRID : 0;
  for (let step = 0; step <= last; step += 1) {
    const at = low + ((high - low) * step) / (last || 1);
    const values = lines.flatMap((line) => valueAt(line, at) ?? []);
    if (values.length) places.set(at, values);
  }
  return places;
}

/**
 * Between its points the line counts; beyond its ends there is none.
 * @param {Pick<Points, "x" | "y">} line
 * @param {number} at
 */
export function valueAt({ x, y }, at) {
  const after = lowerBound(x, at);
  if (after >= x.length || (after === 0 && x[0] !== at)) return null;
  if (x[after] === at) return y[after];
  const share = (at - x[after - 1]) / (x[after] - x[after - 1]);
  return y[after - 1] + share * (y[after] - y[after - 1]);
}
