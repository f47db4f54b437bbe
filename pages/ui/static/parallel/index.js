// Parallel coordinates: a line a trial over an axis a field; what is brushed on an axis filters the page.

import { defineComponent } from "../base/component.js";
import { html, penOf } from "../base/dom.js";
import { Echo } from "../base/echo.js";
import { countOf, formatCount } from "../base/format.js";
import { mixColours, withAlpha } from "../base/theme.js";
import { AxisView } from "./axis.js";
import { passes, placeOf, readBrush, sayValue, writeBrush } from "./scales.js";

/** @import { Frame } from "../base/component.js" */
/** @import { Axis, Brush } from "./scales.js" */

/**
 * @typedef {object} Line
 * @property {number} trial
 * @property {(number | null)[]} values by axis
 */

/**
 * What parallel.py sends; triggers `brush` (a text) and `chosen` (the number of a trial).
 * @typedef {object} ParallelData
 * @property {Axis[]} axes the metric last
 * @property {Line[]} lines
 * @property {string} brush
 * @property {boolean} maximize whether more of the metric is better
 */

const HEIGHT = 300; // of the axes, in px
const TOP = 64; // above them: name and buttons
const BOTTOM = 14;
const NARROWEST = 92; // of an axis's column
const NEAR = 8; // px from a line at which the pointer is on it

export default defineComponent("parallel", (/** @type {Frame} */ frame) => new Parallel(frame));

class Parallel {
  /** @type {ParallelData} */
  #data = { axes: [], lines: [], brush: "", maximize: true };
  /** @type {Brush} */
  #brush = {};
  /** @type {AxisView[]} */
  #views = [];
  #echo = new Echo();
  #waiting = 0;
  /** @type {Line | null} */
  #near = null;

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.canvas = html("canvas", { class: "parallel-canvas", "aria-hidden": "true" });
    this.axes = html("div", { class: "parallel-axes" });
    this.sheet = html("div", { class: "parallel-sheet" }, this.canvas, this.axes);
    this.scroll = html("div", { class: "parallel-scroll", role: "group", "aria-label": "Parallel coordinates: one line a trial, one axis a setting" }, this.sheet);
    this.caption = html("p", { class: "w-small w-faint parallel-caption", role: "status" });
    this.clear = html("button", { type: "button", class: "w-button", onclick: () => this.#setBrush({}) }, "Clear the brushes");
    frame.root.append(this.scroll, html("div", { class: "parallel-foot" }, this.caption, this.clear));
    this.axes.addEventListener("pointermove", (event) => this.#point(event));
    this.axes.addEventListener("pointerleave", () => this.#hover(null));
    this.axes.addEventListener("click", () => this.#near && this.frame.tell("chosen", this.#near.trial));
    frame.watchSize(this.scroll, () => this.#layOut());
    frame.atEnd(() => {
      this.#echo.release();
      cancelAnimationFrame(this.#waiting);
    });
  }

  /** @param {ParallelData} data */
  update(data) {
    const isOther = JSON.stringify(data.axes) !== JSON.stringify(this.#data.axes);
    this.#data = data;
    if (this.#echo.accepts(data.brush)) this.#brush = readBrush(data.brush, data.axes);
    if (isOther || this.#views.length === 0) this.#buildAxes();
    this.#layOut();
  }

  #buildAxes() {
    const earlier = new Map(this.#views.map((view) => [view.axis.name, view]));
    this.#views = this.#data.axes.map((axis) => {
      const view = new AxisView(axis, HEIGHT, {
        onBrush: (range) => this.#brushAxis(axis.name, range),
        onTurn: () => this.#draw(),
      });
      view.take(earlier.get(axis.name));
      return view;
    });
    this.axes.replaceChildren(...this.#views.map(({ element }) => element));
  }

  #layOut() {
    const count = Math.max(this.#views.length, 1);
    const width = Math.max(this.scroll.clientWidth, count * NARROWEST);
    const density = window.devicePixelRatio || 1;
    this.sheet.style.width = `${width}px`;
    this.sheet.style.height = `${TOP + HEIGHT + BOTTOM}px`;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round((TOP + HEIGHT + BOTTOM) * density);
    this.#views.forEach((view, at) => view.moveTo(((at + 0.5) * width) / count, width / count));
    this.#draw();
  }

  #draw() {
    for (const view of this.#views) view.draw(this.#brush[view.axis.name]);
    const kept = this.#data.lines.filter((line) => this.#isKept(line)).length;
    const all = countOf(this.#data.lines.length, "trial");
    const near = this.#near ? `Trial ${this.#near.trial}: ${this.#describe(this.#near)}. ` : "";
    const brushed = Object.keys(this.#brush).length > 0;
    this.caption.textContent = `${near}${brushed ? `${formatCount(kept)} of ${all} pass the brushes.` : `${all}; drag along an axis, or move its handles, to filter the page.`}`;
    this.clear.hidden = !brushed;
    cancelAnimationFrame(this.#waiting);
    this.#waiting = requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    const pen = penOf(this.canvas);
    const density = window.devicePixelRatio || 1;
    const theme = this.frame.readTheme();
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.lineWidth = 1;
    pen.strokeStyle = withAlpha(theme.text, 0.1);
    for (const line of this.#data.lines) if (!this.#isKept(line)) this.#trace(pen, line);
    const kept = this.#data.lines.filter((line) => this.#isKept(line));
    const pale = mixColours(theme.background, theme.text, 0.3);
    pen.lineWidth = 1.5;
    for (const line of kept.sort((a, b) => this.#merit(a) - this.#merit(b))) {
      pen.strokeStyle = withAlpha(mixColours(pale, theme.accent, this.#merit(line)), 0.35 + 0.6 * this.#merit(line));
      this.#trace(pen, line);
    }
    if (this.#near) {
      pen.lineWidth = 3;
      pen.strokeStyle = theme.text;
      this.#trace(pen, this.#near);
    }
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Line} line
   */
  #trace(pen, line) {
    let isDown = false;
    pen.beginPath();
    for (const [x, y] of this.#pointsOf(line)) {
      if (y === null) isDown = false;
      else if (isDown) pen.lineTo(x, y);
      else {
        pen.moveTo(x, y);
        isDown = true;
      }
    }
    pen.stroke();
  }

  /**
   * @param {Line} line
   * @returns {[number, number | null][]}
   */
  #pointsOf(line) {
    return this.#views.map((view, at) => {
      const value = line.values[at];
      return [view.x, value === null ? null : TOP + HEIGHT * (1 - placeOf(view.axis, value, view))];
    });
  }

  /**
   * How good a trial is among all, 0 to 1.
   * @param {Line} line
   */
  #merit(line) {
    const axis = this.#data.axes.at(-1);
    const value = line.values.at(-1);
    if (!axis || value == null || !(axis.high > axis.low)) return 0;
    const share = (value - axis.low) / (axis.high - axis.low);
    return Math.min(Math.max(this.#data.maximize ? share : 1 - share, 0), 1);
  }

  /** @param {Line} line */
  #isKept(line) {
    return passes(line.values, this.#data.axes, this.#brush);
  }

  /** @param {Line} line */
  #describe(line) {
    const told = this.#data.axes.map((axis, at) => {
      const value = line.values[at];
      return value === null ? null : `${axis.name} ${sayValue(axis, value)}`;
    });
    return told.filter(Boolean).join(", ");
  }

  /** @param {PointerEvent} event */
  #point(event) {
    if (event.buttons) return;
    const box = this.axes.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let nearest = null;
    let least = NEAR;
    for (const line of this.#data.lines) {
      if (!this.#isKept(line)) continue;
      const distance = distanceTo(this.#pointsOf(line), x, y);
      if (distance < least) [nearest, least] = [line, distance];
    }
    this.#hover(nearest);
  }

  /** @param {Line | null} line */
  #hover(line) {
    if (line === this.#near) return;
    this.#near = line;
    this.axes.style.cursor = line ? "pointer" : "";
    this.#draw();
  }

  /**
   * @param {string} name
   * @param {[number, number] | null} range
   */
  #brushAxis(name, range) {
    const { [name]: _, ...others } = this.#brush;
    this.#setBrush(range ? { ...others, [name]: range } : others);
  }

  /** @param {Brush} brush */
  #setBrush(brush) {
    this.#brush = brush;
    this.#draw();
    const text = writeBrush(brush);
    this.#echo.tellSoon(text, () => this.frame.tell("brush", text));
  }
}

/**
 * How far a point is from a line of points, going up and down.
 * @param {[number, number | null][]} points
 * @param {number} x
 * @param {number} y
 */
function distanceTo(points, x, y) {
  let least = Infinity;
  for (let at = 1; at < points.length; at += 1) {
    const [[left, from], [right, to]] = [points[at - 1], points[at]];
    if (from === null || to === null || x < left || x > right) continue;
    least = Math.min(least, Math.abs(from + ((to - from) * (x - left)) / (right - left) - y));
  }
  return least;
}
