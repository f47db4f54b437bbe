// One axis: its name, its ticks, the buttons that turn it over and make it logarithmic, and its brush with two handles.

import { html } from "../base/dom.js";
import { placeOf, sayValue, ticksOf, valueAt } from "./scales.js";

/** @import { Axis } from "./scales.js" */

/** @typedef {{ onBrush: (range: [number, number] | null) => void, onTurn: () => void }} Acts */

const STEPS = 50; // of a handle moved by keys, from one end to the other
const SMALLEST = 4; // px: a shorter drag is a click

export class AxisView {
  log = false;
  flipped = false;
  x = 0;
  /** @type {[number, number] | undefined} */
  #range;

  /**
   * @param {Axis} axis
   * @param {number} height in px
   * @param {Acts} acts
   */
  constructor(axis, height, acts) {
    this.axis = axis;
    this.height = height;
    this.acts = acts;
    this.log = axis.log;
    this.ticks = html("div", { class: "parallel-ticks" });
    this.band = html("div", { class: "parallel-band", hidden: true });
    this.handles = [this.#buildHandle(0), this.#buildHandle(1)];
    this.track = html("div", { class: "parallel-track" }, this.ticks, this.band, ...this.handles);
    this.track.style.height = `${height}px`;
    this.flip = html("button", { type: "button", class: "parallel-turn", "aria-label": `Turn ${axis.name} over`, "aria-pressed": "false", onclick: () => this.#turn("flipped") }, "⇅");
    this.logarithmic = html("button", { type: "button", class: "parallel-turn", "aria-label": `log scale of ${axis.name}`, "aria-pressed": "false", onclick: () => this.#turn("log") }, "log");
    this.logarithmic.hidden = axis.values.length > 0 || !(axis.low > 0);
    const head = html("div", { class: "parallel-head" }, html("span", { class: "parallel-name", title: axis.name }, axis.name), html("span", {}, this.flip, this.logarithmic));
    this.element = html("div", { class: "parallel-axis", role: "group", "aria-label": axis.name }, head, this.track);
    this.track.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  /**
   * Goes on as the same axis was turned before.
   * @param {AxisView | undefined} earlier
   */
  take(earlier) {
    if (!earlier) return;
    this.flipped = earlier.flipped;
    this.log = earlier.log && this.axis.low > 0 && this.axis.values.length === 0;
  }

  /**
   * @param {number} x of its line
   * @param {number} width of its column
   */
  moveTo(x, width) {
    this.x = x;
    this.element.style.left = `${x - width / 2}px`;
    this.element.style.width = `${width}px`;
  }

  /** @param {[number, number] | undefined} range that is brushed */
  draw(range) {
    this.#range = range;
    const ends = [this.axis.low, this.axis.high];
    this.flip.setAttribute("aria-pressed", String(this.flipped));
    this.logarithmic.setAttribute("aria-pressed", String(this.log));
    this.ticks.replaceChildren(...ticksOf(this.axis, this.log).map((tick) => this.#buildTick(tick)));
    const [low, high] = range ?? ends;
    this.handles.forEach((handle, at) => {
      const value = at === 0 ? low : high;
      handle.style.top = `${this.#topOf(value)}px`;
      handle.setAttribute("aria-valuenow", String(value));
      handle.setAttribute("aria-valuetext", this.#nameOf(value));
      handle.classList.toggle("parallel-resting", !range);
    });
    const [first, second] = [this.#topOf(low), this.#topOf(high)].sort((a, b) => a - b);
    this.band.hidden = !range;
    this.band.style.top = `${first - 3}px`;
    this.band.style.height = `${second - first + 6}px`;
  }

  /** @param {number} value */
  #topOf(value) {
    const place = placeOf(this.axis, Math.min(Math.max(value, this.axis.low), this.axis.high), this);
    return this.height * (1 - place);
  }

  /** @param {number} tick */
  #buildTick(tick) {
    const label = html("span", { class: "parallel-tick" }, this.#nameOf(tick));
    label.style.top = `${this.#topOf(tick)}px`;
    return label;
  }

  /** @param {number} value */
  #nameOf(value) {
    return sayValue(this.axis, value);
  }

  /** @param {0 | 1} end */
  #buildHandle(end) {
    const word = end === 0 ? "least" : "most";
    const handle = html("div", {
      class: "parallel-handle",
      role: "slider",
      tabindex: 0,
      "aria-orientation": "vertical",
      "aria-label": `The ${word} of ${this.axis.name}`,
      "aria-valuemin": this.axis.low,
      "aria-valuemax": this.axis.high,
    });
    handle.addEventListener("keydown", (event) => this.#step(event, end));
    return handle;
  }

  /** @param {"log" | "flipped"} what */
  #turn(what) {
    this[what] = !this[what];
    this.acts.onTurn();
  }

  /**
   * @param {KeyboardEvent} event
   * @param {0 | 1} end
   */
  #step(event, end) {
    const ways = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
    if (event.key === "Escape" || event.key === "Delete") {
      this.acts.onBrush(null);
      return;
    }
    const way = ways[/** @type {keyof typeof ways} */ (event.key)];
    if (!way) return;
    event.preventDefault();
    /** @type {[number, number]} */
    const range = [...(this.#range ?? [this.axis.low, this.axis.high])];
    if (this.axis.values.length) {
      range[end] = Math.min(Math.max(Math.round(range[end]) + Math.sign(way) * (this.flipped ? -1 : 1), 0), this.axis.values.length - 1);
    } else {
      range[end] = valueAt(this.axis, placeOf(this.axis, range[end], this) + way / STEPS, this);
    }
    this.#tell(range[0], range[1]);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (event.button !== 0) return;
    const box = this.track.getBoundingClientRect();
    /** @param {PointerEvent} at */
    const placeAt = (at) => Math.min(Math.max(1 - (at.clientY - box.top) / this.height, 0), 1);
    const handle = this.handles.find((one) => event.composedPath().includes(one));
    const [low, high] = this.#range ?? [this.axis.low, this.axis.high];
    const fixed = handle ? placeOf(this.axis, handle === this.handles[0] ? high : low, this) : placeAt(event);
    const began = event.clientY;
    this.track.setPointerCapture(event.pointerId);
    let moved = false;
    /** @param {PointerEvent} at */
    const move = (at) => {
      moved ||= Math.abs(at.clientY - began) > SMALLEST;
      if (moved) this.#tell(valueAt(this.axis, fixed, this), valueAt(this.axis, placeAt(at), this));
    };
    const end = () => {
      this.track.removeEventListener("pointermove", move);
      if (!moved && !handle && this.#range) this.acts.onBrush(null);
    };
    this.track.addEventListener("pointermove", move);
    this.track.addEventListener("pointerup", end, { once: true });
    this.track.addEventListener("pointercancel", end, { once: true });
    event.preventDefault();
    handle?.focus();
  }

  /**
   * @param {number} one
   * @param {number} other
   */
  #tell(one, other) {
    const [low, high] = one < other ? [one, other] : [other, one];
    const isAll = low <= this.axis.low && high >= this.axis.high;
    this.acts.onBrush(isAll ? null : this.axis.values.length ? [Math.round(low), Math.round(high)] : [low, high]);
  }
}
