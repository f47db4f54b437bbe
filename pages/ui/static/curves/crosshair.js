// The crosshair: one line through all charts of the page at the same x, and the values of the chart under the pointer,
// which stand below the chart (or above it), since a box of ten rows on it would hide half of what it is about.

import { html } from "../base/dom.js";
import { buildSwatch } from "./legend.js";
import { nearestIndex } from "./series.js";

/** @import { PlacedAxis } from "../../types/plotly" */
/** @import { CurveChart } from "./chart.js" */
/** @import { Axes, DrawnLine } from "./traces.js" */

/** @typedef {Axes & { across: PlacedAxis, down: PlacedAxis }} Placed axes, with where plotly has put them */
/** @typedef {{ line: DrawnLine, value: number, raw: number, index: number }} Found value of a line at the crosshair */

const ROWS = 10;
const DOTTED_LINES = 8; // more dots than this hide the lines
const NEAR_PX = 8;
const UNDER_PX = 10; // from a line to the pointer that is on it
const BESIDE_PX = 2; // between the chart and its values
/** @type {{ [key: string]: number }} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
/** @type {Set<Crosshair>} */
const linked = new Set();

export class Crosshair {
  /** Logged x at which it stands. @type {number | null} */
  at = null;
  #hasValues = false;

  /** @param {CurveChart} chart */
  constructor(chart) {
    this.chart = chart;
    this.line = html("div", { class: "c-cross", hidden: true });
    this.dots = html("div", { class: "c-dots", hidden: true });
    this.box = html("div", { class: "c-tip", hidden: true });
    this.live = html("div", { class: "w-hidden", role: "status" });
    const { plot } = chart;
    plot.append(this.line, this.dots, this.live);
    chart.element.append(this.box);
    plot.addEventListener("pointermove", (event) => this.#onPointer(event));
    plot.addEventListener("pointerdown", (event) => event.pointerType === "touch" && this.#onPointer(event));
    plot.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && this.#leave());
    plot.addEventListener("blur", () => this.#leave());
    plot.addEventListener("keydown", (event) => this.#onKey(event));
    linked.add(this);
  }

  destroy() {
    linked.delete(this);
  }

  #leave() {
    hideAll();
    this.chart.acts.highlight(null);
  }

  /** @returns {Placed | null} */
  #place() {
    const { gd, axes, plotted } = this.chart;
    const placed = gd._fullLayout;
    return placed?.xaxis && axes && plotted.length ? { ...axes, across: placed.xaxis, down: placed.yaxis } : null;
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const placed = this.#place();
    if (!placed || this.chart.isHeld) return;
    const { across } = placed;
    const at = event.clientX - this.chart.plot.getBoundingClientRect().left - across._offset;
    if (at < -2 || at > across._length + 2) return hideAll();
    this.#pick(this.#snap(placed.x.fromPlot(across.p2d(at))));
    return this.chart.acts.highlight(this.#findUnder(event, placed));
  }

  /**
   * The run whose line is under the pointer, where there are several lines.
   * @param {PointerEvent} event
   * @param {Placed} placed
   */
  #findUnder(event, placed) {
    if (this.at === null || new Set(this.chart.plotted.map(({ run }) => run.id)).size < 2) return null;
    const top = event.clientY - this.chart.plot.getBoundingClientRect().top - placed.down._offset;
    /** @param {Found} found */
    const distance = ({ value }) => Math.abs(toPixel(placed, value) - top);
    const near = this.#findValues(this.at, placed).filter((found) => distance(found) < UNDER_PX);
    return near.length ? near.reduce((best, one) => (distance(one) < distance(best) ? one : best)).line.run.id : null;
  }

  /**
   * The nearest x at which any line has a value.
   * @param {number} wanted
   */
  #snap(wanted) {
    /** @type {number | null} */
    let best = null;
    for (const { points } of this.chart.plotted) {
      const index = nearestIndex(points.x, wanted);
      if (index < 0) continue;
      if (best === null || Math.abs(points.x[index] - wanted) < Math.abs(best - wanted)) best = points.x[index];
    }
    return best;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Escape") hideAll();
    if (event.key === "Enter" && this.at !== null) this.chart.acts.pin(this.at);
    if (!(event.key in STEPS) || !this.#place()) return;
    event.preventDefault();
    const { x } = this.chart.plotted.map(({ points }) => points).reduce((most, points) => (points.x.length > most.x.length ? points : most));
    const from = this.at === null ? x.length : nearestIndex(x, this.at);
    this.#pick(x[Math.max(0, Math.min(x.length - 1, from + STEPS[event.key]))]);
    this.live.textContent = this.box.innerText.replaceAll("\n", ", ");
  }

  /** @param {number | null} at */
  #pick(at) {
    for (const other of linked) {
      if (other === this) other.show(at, { values: true });
      else if (at !== null && other.chart.x === this.chart.x && other.chart.visible) other.show(at, { values: false });
    }
  }

  /**
   * Puts the crosshair at x, in logged units; with the values beside it in the chart that was asked.
   * @param {number | null} at
   * @param {{ values: boolean }} options
   */
  show(at, { values }) {
    const placed = this.#place();
    if (!placed || at === null) return this.hide();
    const { across, down } = placed;
    const left = across._offset + across.d2p(placed.x.toPlot(at));
    if (!(left >= across._offset - 1 && left <= across._offset + across._length + 1)) return this.hide();
    this.at = at;
    this.#hasValues = values;
    this.line.hidden = false;
    Object.assign(this.line.style, { transform: `translateX(${Math.round(left)}px)`, top: `${down._offset}px`, height: `${down._length}px` });
    const found = this.#findValues(at, placed);
    this.#drawDots(found, left, placed);
    this.box.hidden = !values;
    if (values) this.#drawBox(found, left, placed, placed.x.describe(at));
    return undefined;
  }

  /**
   * @param {number} at
   * @param {Placed} placed
   */
  #findValues(at, { x: xAxis, across }) {
    /** @type {Found[]} */
    const found = [];
    /** @param {number} x */
    const place = (x) => across.d2p(xAxis.toPlot(x));
    for (const line of this.chart.plotted) {
      const index = nearestIndex(line.points.x, at);
      if (index < 0 || Math.abs(place(line.points.x[index]) - place(at)) > NEAR_PX) continue;
      found.push({ line, value: line.values[index], raw: line.points.y[index], index });
    }
    return found.sort((a, b) => b.value - a.value);
  }

  /**
   * @param {Found[]} found
   * @param {number} left px
   * @param {Placed} placed
   */
  #drawDots(found, left, { y, down }) {
    this.dots.hidden = found.length > DOTTED_LINES;
    const dots = found.flatMap(({ line, value }) => {
      const top = toPixel({ y, down }, value);
      if (!(top >= 0 && top <= down._length)) return [];
      const dot = html("i", { class: "c-point" });
      dot.style.background = line.color;
      dot.style.transform = `translate(${left}px, ${down._offset + top}px)`;
      return [dot];
    });
    this.dots.replaceChildren(...dots);
  }

  /**
   * @param {Found[]} found
   * @param {number} left px
   * @param {Placed} placed
   * @param {string} title
   */
  #drawBox(found, left, { y }, title) {
    const isSmooth = this.chart.view !== null && this.chart.view.smoothing.weight > 0;
    const rows = found.slice(0, ROWS).map(({ line, value, raw, index }) => {
      const { low, high } = line;
      const band = low && high && low[index] < high[index] ? `${y.describe(low[index])} to ${y.describe(high[index])}` : null;
      const second = band || isSmooth ? html("span", { class: "w-faint" }, band ?? y.describe(raw)) : null;
      const name = html("span", { class: "c-name" }, line.name);
      return html("div", { class: "c-row" }, buildSwatch(line.color, line.dash), name, html("b", {}, y.describe(value)), second);
    });
    const more = found.length > ROWS ? [html("div", { class: "w-faint" }, `and ${found.length - ROWS} more`)] : [];
    this.box.replaceChildren(html("div", { class: "c-at" }, title), ...rows, ...more);
    this.#placeBox(left);
  }

  /**
   * Below the chart, centred on the crosshair; above it where the window ends before.
   * @param {number} left px
   */
  #placeBox(left) {
    const { plot } = this.chart;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const { top, bottom } = plot.getBoundingClientRect();
    const isAbove = bottom + height > innerHeight && top > height;
    const x = Math.max(0, Math.min(left - width / 2, plot.clientWidth - width));
    const y = isAbove ? plot.offsetTop - height - BESIDE_PX : plot.offsetTop + plot.offsetHeight + BESIDE_PX;
    this.box.style.transform = `translate(${x}px, ${y}px)`;
  }

  /** After a redraw: the same x may lie elsewhere. */
  refresh() {
    if (!this.line.hidden) this.show(this.at, { values: this.#hasValues });
  }

  hide() {
    this.line.hidden = this.dots.hidden = this.box.hidden = true;
    this.at = null;
  }
}

/**
 * Pixels from the top of the axis; NaN where a value has no place on it.
 * @param {Pick<Placed, "y" | "down">} placed
 * @param {number} value
 */
function toPixel({ y, down }, value) {
  const plotted = y.toPlot(value);
  return plotted === null ? NaN : down.d2p(plotted);
}

function hideAll() {
  for (const crosshair of linked) crosshair.hide();
}
