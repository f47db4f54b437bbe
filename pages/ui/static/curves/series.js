// What is logged of one run, gathered by cursor; and the arithmetic of its curves. No DOM: Node tests it.

/** @import { MetricsChunk, StateName } from "../../types/answers" */

import { metricOf } from "./columns.js";
import { Growing, Pairs } from "./growing.js";

/** @typedef {{ x: Float64Array, y: Float64Array, low?: Float64Array, high?: Float64Array, count?: Float64Array }} Points of a group with its band, and of how many runs each is */

/** Seconds since the run began, pauses too; no file has it as a column. */
export const WALL = "wall_seconds";
/** In the place of a column that is not there. */
const NOTHING = new Growing();

/** The rows of one run's metrics.csv that the page holds, and where the run stands. */
export class RunSeries {
  /** Null until the first answer; "missing" when the run does not exist. @type {StateName | "missing" | null} */
  state = null;
  message = "";
  generation = 0;
  row = 0;
  /** A number a row in each, NaN where there is none. @type {{ [name: string]: Float64Array }} */
  columns = {};
  /** Names of the columns that hold any number, or one that is not finite. @type {Set<string>} */
  used = new Set();
  /** Rows of each column that hold what is no finite number. @type {{ [name: string]: [number, string][] }} */
  #notFinite = {};
  /** What the columns are views of. @type {Map<string, Growing>} */
  #held = new Map();
  /** Points that were asked for. @type {Map<string, Pairs>} */
  #pairs = new Map();

  /** @param {string} id */
  constructor(id) {
    this.id = id;
  }

  /** @param {number} generation */
  #clear(generation) {
    this.generation = generation;
    this.row = 0;
    this.columns = {};
    this.used.clear();
    this.#notFinite = {};
    this.#held.clear();
    this.#pairs.clear();
  }

  /** How far this page has read, as the API takes it. */
  get cursor() {
    return `${this.id}:${this.generation}:${this.row}`;
  }

  /**
   * Takes one answer of /api/metrics-since in. Rows come in order, each once: rows that do not follow the ones
   * held drop everything, so that the next request reads from the start. Returns whether anything changed.
   * @param {MetricsChunk} chunk
   */
  apply(chunk) {
    const before = this.#summary;
    const count = chunk.columns.epoch?.length ?? 0;
    if (chunk.reset) this.#clear(chunk.generation);
    if (chunk.generation !== this.generation || this.row + count !== chunk.row) this.#clear(chunk.generation);
    else if (count) this.#append(chunk, count);
    this.state = chunk.state;
    this.message = chunk.message;
    return before !== this.#summary;
  }

  get #summary() {
    return [this.state, this.message, this.generation, this.row].join();
  }

  /**
   * @param {MetricsChunk} chunk
   * @param {number} count
   */
  #append({ columns, not_finite: notFinite }, count) {
    for (const [name, values] of Object.entries(columns)) {
      const held = this.#hold(name);
      held.pad(this.row);
      held.push(values);
      if (!this.used.has(name) && values.some(isNumber)) this.used.add(name);
    }
    for (const [name, rows] of Object.entries(notFinite ?? {})) {
      this.used.add(name);
      (this.#notFinite[name] ??= []).push(...rows);
    }
    if (columns.logged_at) this.#measureWall();
    this.row += count;
    for (const [name, held] of this.#held) {
      held.pad(this.row);
      this.columns[name] = held.values;
    }
  }

  /** @param {string} name */
  #hold(name) {
    const held = this.#held.get(name) ?? new Growing();
    this.#held.set(name, held);
    return held;
  }

  /** Counted from when training began: the first row came after its own training time. */
  #measureWall() {
    const [clock, wall] = [this.#hold("logged_at").values, this.#hold(WALL)];
    const first = clock.findIndex(isNumber);
    const begun = first < 0 ? 0 : clock[first] - (this.#held.get("elapsed_seconds")?.values[first] || 0);
    wall.push(clock.subarray(wall.values.length).map((at) => at - begun));
  }

  /**
   * Where a column holds what is no finite number.
   * @param {string} xName
   * @param {string} yName
   */
  notFinite(xName, yName) {
    const xs = this.columns[metricOf(xName) ?? xName] ?? [];
    return (this.#notFinite[yName] ?? []).flatMap(([row, word]) => (isNumber(xs[row]) ? [{ x: xs[row], word }] : []));
  }

  /**
   * The points of a column over another, those left out in which either is not a finite number (a metric may be
   * measured only every few epochs). Along a metric they stand in its order. The same object until rows arrive.
   * @param {string} xName
   * @param {string} yName
   * @returns {Points}
   */
  points(xName, yName) {
    const key = `${xName}|${yName}`;
    const metric = metricOf(xName);
    const pairs = this.#pairs.get(key) ?? new Pairs({ isSorted: metric !== null });
    this.#pairs.set(key, pairs);
    return pairs.read(this.#held.get(metric ?? xName) ?? NOTHING, this.#held.get(yName) ?? NOTHING);
  }

  /**
   * Rows at which training went on after a pause: where the clock ran on and training time stood still. There are
   * as many as there were resumes; the longest pauses are taken for them.
   */
  restarts() {
    const { logged_at: clock, elapsed_seconds: trained } = this.columns;
    if (!this.generation || !clock || !trained) return [];
    /** @param {number} row */
    const idleBefore = (row) => clock[row] - trained[row];
    const pauses = [];
    for (let row = 1; row < clock.length; row += 1) {
      const pause = idleBefore(row) - idleBefore(row - 1);
      if (pause > 1) pauses.push({ row, pause });
    }
    pauses.sort((a, b) => b.pause - a.pause);
    return pauses.slice(0, this.generation).map(({ row }) => row).sort((a, b) => a - b);
  }
}

/**
 * Whether a value was measured.
 * @param {number | null} value
 * @returns {value is number}
 */
function isNumber(value) {
  return Number.isFinite(value);
}

/**
 * First position in ascending `values` whose value is at least `bound`.
 * @param {ArrayLike<number>} values
 * @param {number} bound
 */
export function lowerBound(values, bound) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Position of the value nearest to `wanted` in ascending `values`; -1 when there is none.
 * @param {ArrayLike<number>} values
 * @param {number} wanted
 */
export function nearestIndex(values, wanted) {
  if (!values.length) return -1;
  const after = Math.min(lowerBound(values, wanted), values.length - 1);
  return after > 0 && wanted - values[after - 1] <= values[after] - wanted ? after - 1 : after;
}

/**
 * Positions to draw of the points between `low` and `high` (and one neighbour on each side, so that lines reach
 * the edge). x is cut into at most `buckets` equal parts, each of which keeps its least, its greatest and its last
 * value: a spike of one point is never lost.
 * @param {ArrayLike<number>} x ascending
 * @param {ArrayLike<number>} y
 * @param {number} buckets
 * @param {number} [low]
 * @param {number} [high]
 */
export function bucketIndices(x, y, buckets, low = -Infinity, high = Infinity) {
  const start = Math.max(0, lowerBound(x, low) - 1);
  let end = lowerBound(x, high);
  while (end < x.length && x[end] === high) end += 1;
  end = Math.min(x.length, end + 1);
  if (end - start <= buckets) return Array.from({ length: Math.max(0, end - start) }, (_, at) => start + at);
  const width = (x[end - 1] - x[start]) / buckets || 1;
  /** @param {number} index */
  const bucketOf = (index) => Math.min(buckets - 1, Math.floor((x[index] - x[start]) / width));
  /** @type {number[]} */
  const kept = [];
  for (let from = start, to; from < end; from = to) {
    const bucket = bucketOf(from);
    let [least, greatest] = [from, from];
    for (to = from; to < end && bucketOf(to) === bucket; to += 1) {
      if (y[to] < y[least]) least = to;
      if (y[to] > y[greatest]) greatest = to;
    }
    for (const index of [Math.min(least, greatest), Math.max(least, greatest), to - 1]) {
      if (index !== kept.at(-1)) kept.push(index);
    }
  }
  if (kept[0] !== start) kept.unshift(start);
  return kept;
}

/**
 * Rows of a table as CSV text (RFC 4180). What was not measured, NaN too, is an empty cell.
 * @param {(string | number | null | undefined)[][]} rows
 */
export function toCsv(rows) {
  /** @param {string | number | null | undefined} cell */
  const quote = (cell) => {
    const text = cell == null || Number.isNaN(cell) ? "" : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
}
