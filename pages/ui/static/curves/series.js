// What is logged of one run, gathered by cursor; and the arithmetic of its curves. No DOM: Node tests it.

/** The rows of one run's metrics.csv that the page holds, and where the run stands. */
export class RunSeries {
  constructor(id) {
    this.id = id;
    this.state = null; // null until the first answer; "missing" when the run does not exist
    this.message = "";
    this.epoch = 0;
    this.epochs = 0;
    this.#clear(0);
  }

  #clear(generation) {
    this.generation = generation;
    this.row = 0;
    this.columns = {};
    this.extracted = new Map();
  }

  /** How far this page has read, as the API takes it. */
  get cursor() {
    return `${this.id}:${this.generation}:${this.row}`;
  }

  /**
   * Takes one answer of /api/metrics-since in. Rows come in order, each once: rows that do not follow the ones
   * held drop everything, so that the next request reads from the start. Returns whether anything changed.
   */
  apply(chunk) {
    const before = [this.state, this.message, this.generation, this.row, this.epochs].join();
    const count = chunk.columns.epoch?.length ?? 0;
    if (chunk.reset) this.#clear(chunk.generation);
    if (chunk.generation !== this.generation || this.row + count !== chunk.row) this.#clear(chunk.generation);
    else if (count) this.#append(chunk.columns, count);
    this.state = chunk.state;
    this.message = chunk.message ?? "";
    this.epoch = chunk.epoch ?? 0;
    this.epochs = chunk.epochs ?? 0;
    return before !== [this.state, this.message, this.generation, this.row, this.epochs].join();
  }

  #append(columns, count) {
    for (const [name, values] of Object.entries(columns)) {
      const held = (this.columns[name] ??= []);
      for (const value of values) held.push(value);
    }
    this.row += count;
  }

  /**
   * The points of a column over another, those left out in which either is not a finite number (a metric may be
   * measured only every few epochs). Grows in place while rows arrive.
   */
  points(xName, yName) {
    const key = `${xName}|${yName}`;
    let points = this.extracted.get(key);
    if (!points) this.extracted.set(key, (points = { x: [], y: [], rows: 0 }));
    const [x, y] = [this.columns[xName] ?? [], this.columns[yName] ?? []];
    for (; points.rows < Math.min(x.length, y.length); points.rows += 1) {
      if (!Number.isFinite(x[points.rows]) || !Number.isFinite(y[points.rows])) continue;
      points.x.push(x[points.rows]);
      points.y.push(y[points.rows]);
    }
    return points;
  }

  /**
   * Rows at which training went on after a pause: where the clock ran on and training time stood still. There are
   * as many as there were resumes; the longest pauses are taken for them.
   */
  restarts() {
    const { logged_at: clock, elapsed_seconds: trained } = this.columns;
    if (!this.generation || !clock || !trained) return [];
    const pauses = [];
    for (let row = 1; row < clock.length; row += 1) {
      const pause = clock[row] - clock[row - 1] - (trained[row] - trained[row - 1]);
      if (pause > 1) pauses.push([pause, row]);
    }
    pauses.sort((a, b) => b[0] - a[0]);
    return pauses.slice(0, this.generation).map(([, row]) => row).sort((a, b) => a - b);
  }
}

/** First position in ascending `values` whose value is at least `bound`. */
export function lowerBound(values, bound) {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Position of the value nearest to `wanted` in ascending `values`; -1 when there is none. */
export function nearestIndex(values, wanted) {
  if (!values.length) return -1;
  const after = Math.min(lowerBound(values, wanted), values.length - 1);
  return after > 0 && wanted - values[after - 1] <= values[after] - wanted ? after - 1 : after;
}

/**
 * Positions to draw of the points between `low` and `high` (and one neighbour on each side, so that lines reach
 * the edge). x is cut into at most `buckets` equal parts, each of which keeps its least, its greatest and its last
 * value: a spike of one point is never lost.
 */
export function bucketIndices(x, y, buckets, low = -Infinity, high = Infinity) {
  const start = Math.max(0, lowerBound(x, low) - 1);
  let end = lowerBound(x, high);
  while (end < x.length && x[end] === high) end += 1;
  end = Math.min(x.length, end + 1);
  if (end - start <= buckets) return Array.from({ length: Math.max(0, end - start) }, (_, at) => start + at);
  const width = (x[end - 1] - x[start]) / buckets || 1;
  const kept = [];
  for (let from = start, to; from < end; from = to) {
    const bucket = Math.min(buckets - 1, Math.floor((x[from] - x[start]) / width));
    let [least, greatest] = [from, from];
    for (to = from; to < end && Math.min(buckets - 1, Math.floor((x[to] - x[start]) / width)) === bucket; to += 1) {
      if (y[to] < y[least]) least = to;
      if (y[to] > y[greatest]) greatest = to;
    }
    for (const index of [Math.min(least, greatest), Math.max(least, greatest), to - 1]) {
      if (index !== kept[kept.length - 1]) kept.push(index);
    }
  }
  if (kept[0] !== start) kept.unshift(start);
  return kept;
}

/** How raw values become a smooth line: (x, y, weight from 0 to 1) to values of the same length. */
export const SMOOTHERS = {
  /** Exponential moving average, divided by 1 - weight^t so that it does not lean on a start at zero. */
  ema(_x, y, weight) {
    let [sum, trust] = [0, 0];
    return y.map((value) => {
      sum = weight * sum + (1 - weight) * value;
      trust = weight * trust + (1 - weight);
      return sum / trust;
    });
  },
};

/** Rows of a table as CSV text (RFC 4180). */
export function toCsv(rows) {
  const quote = (cell) => {
    const text = cell == null ? "" : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(quote).join(",")).join("\r\n") + "\r\n";
}
