// Numbers that grow at their end. They lie outside of the scripts' heap, which stays as it is however long a run goes on. No DOM.

/** @import { Points } from "./series.js" */

const GROWTH = 1.5;
const { BYTES_PER_ELEMENT } = Float64Array;

/** One column. */
export class Growing {
  /** What is held. More numbers make a new view of the memory; one that was given before stays as it is. */
  values = new Float64Array(0);
  /** How many come before the first that is not finite. */
  whole = 0;

  /** @param {ArrayLike<number | null>} more null where nothing was measured, which is held as NaN */
  push(more) {
    const { length } = this.values;
    const values = this.#widen(length + more.length);
    for (let at = 0; at < more.length; at += 1) values[length + at] = more[at] ?? NaN;
    this.values = values;
    while (this.whole < values.length && Number.isFinite(values[this.whole])) this.whole += 1;
  }

  /**
   * Makes it as long as the columns beside it: nothing was measured in the rows that it lacks.
   * @param {number} length
   */
  pad(length) {
    const held = this.values.length;
    if (held < length) this.values = this.#widen(length).fill(NaN, held);
  }

  /**
   * A longer view of the same memory, where it has the room.
   * @param {number} length
   */
  #widen(length) {
    const { buffer } = this.values;
    const room = buffer.byteLength / BYTES_PER_ELEMENT;
    if (length <= room) return new Float64Array(buffer, 0, length);
    const wider = new Float64Array(Math.max(length, Math.ceil(GROWTH * room)));
    wider.set(this.values);
    return wider.subarray(0, length);
  }
}

/** The rows of two columns at which both have a number: the columns themselves, until one of them has a gap. */
export class Pairs {
  /** @type {Points} */
  points = { x: new Float64Array(0), y: new Float64Array(0) };
  #rows = 0;
  #x = new Growing();
  #y = new Growing();
  /** Rows of the columns that were copied, which is none before the first gap. */
  #copied = 0;

  /** @param {{ isSorted: boolean }} how whether points stand in the order of x, or of the rows */
  constructor({ isSorted }) {
    this.isSorted = isSorted;
  }

  /**
   * The points of the same two columns as before, which may have grown; the same object where they have not.
   * @param {Growing} xs
   * @param {Growing} ys
   */
  read(xs, ys) {
    const rows = Math.min(xs.values.length, ys.values.length);
    if (rows === this.#rows) return this.points;
    this.#rows = rows;
    const points = Math.min(xs.whole, ys.whole) >= rows ? { x: xs.values.subarray(0, rows), y: ys.values.subarray(0, rows) } : this.#copy(xs, ys);
    this.points = this.isSorted ? sortAlong(points) : points;
    return this.points;
  }

  /**
   * @param {Growing} xs
   * @param {Growing} ys
   */
  #copy(xs, ys) {
    const [x, y] = [xs, ys].map(({ values }) => values.subarray(this.#copied, this.#rows));
    /** @type {(value: number, row: number) => boolean} */
    const isWhole = (_, row) => Number.isFinite(x[row]) && Number.isFinite(y[row]);
    this.#x.push(x.filter(isWhole));
    this.#y.push(y.filter(isWhole));
    this.#copied = this.#rows;
    return { x: this.#x.values, y: this.#y.values };
  }
}

/** @param {Points} points */
function sortAlong({ x, y }) {
  const order = x.map((_, at) => at).sort((a, b) => x[a] - x[b]);
  return { x: order.map((at) => x[at]), y: order.map((at) => y[at]) };
}
