// The view of a plane that one pans and zooms: screen = k * world + (x, y).

import { html } from "./dom.js";
import { listenToGestures } from "./gestures.js";

/** @typedef {{ x: number, y: number }} Place px in the element */
/** @typedef {Place & { k: number }} Plane */
/** @typedef {Place & { touch: boolean }} Tap */
/** @typedef {{ least: number, most: number, width: number, height: number }} Limits of the zoom, and the plane's size */

/**
 * @typedef {object} Looks
 * @property {() => Limits} limits these bound the zoom and keep the middle of the plane in sight
 * @property {(plane: Plane) => void} onMove while the view changes
 * @property {(plane: Plane) => void} onSettle once it rests
 * @property {(tap: Tap) => void} onTap a press without a drag
 * @property {(place: Place | null) => void} onPoint while a mouse hovers; null when it leaves
 */

const SETTLE_MS = 160;
const SETTLE_FRAMES = 4; // on a slow machine, rest is longer than a few frames
const KEY_ZOOM = 1.3;
const BUTTON_ZOOM = 1.5;

/** The view of an element: bounded, painted once a frame, and settled once nothing moves. */
export class View {
  /** @type {Plane} */
  plane = { k: 1, x: 0, y: 0 };
  /** Whether a finger or a button is down: then it does not settle. */
  isHeld = false;
  #timer = 0;
  #frame = 0;
  #asked = 0;
  #slowness = 0;

  /**
   * @param {HTMLElement} element
   * @param {Looks} looks
   */
  constructor(element, looks) {
    this.element = element;
    this.looks = looks;
    this.endGestures = listenToGestures(element, this, looks);
  }

  /** @param {Partial<Plane>} next */
  set(next) {
    Object.assign(this.plane, next);
    bound(this.plane, this.looks.limits());
    if (!this.#frame) this.#asked = performance.now();
    this.#frame ||= requestAnimationFrame(() => {
      this.#slowness = Math.min(250, performance.now() - this.#asked);
      this.#frame = 0;
      this.looks.onMove(this.plane);
    });
    this.settleSoon();
  }

  settleSoon() {
    clearTimeout(this.#timer);
    if (this.isHeld) return;
    this.#timer = setTimeout(() => this.looks.onSettle(this.plane), Math.max(SETTLE_MS, SETTLE_FRAMES * this.#slowness));
  }

  /**
   * @param {Place} place what stays where it is
   * @param {number} factor
   */
  zoomAt({ x, y }, factor) {
    const { plane } = this;
    const { least, most } = this.looks.limits();
    const k = Math.min(most, Math.max(least, plane.k * factor));
    this.set({ k, x: x - ((x - plane.x) / plane.k) * k, y: y - ((y - plane.y) / plane.k) * k });
  }

  /** @param {number} factor */
  zoomBy(factor) {
    this.zoomAt({ x: this.element.clientWidth / 2, y: this.element.clientHeight / 2 }, factor);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  pan(x, y) {
    this.set({ x: this.plane.x + x, y: this.plane.y + y });
  }

  reset() {
    this.set({ k: 1, x: 0, y: 0 });
  }

  /**
   * Whether the key was one of + - 0.
   * @param {KeyboardEvent} event
   */
  handleKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "+" || event.key === "=") this.zoomBy(KEY_ZOOM);
    else if (event.key === "-") this.zoomBy(1 / KEY_ZOOM);
    else if (event.key === "0") this.reset();
    else return false;
    return true;
  }

  release() {
    this.endGestures();
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
  }
}

/**
 * Buttons for those who have neither wheel nor fingers on the picture.
 * @param {View} view
 */
export function zoomButtons(view) {
  /** @param {{ [name: string]: string }} names @param {string} text @param {() => void} act */
  const button = (names, text, act) => html("button", { type: "button", class: "w-button", ...names, onclick: act }, text);
  return html(
    "div",
    { class: "w-zoom", role: "group", "aria-label": "Zoom" },
    button({ "aria-label": "Zoom in", title: "Zoom in" }, "+", () => view.zoomBy(BUTTON_ZOOM)),
    button({ "aria-label": "Zoom out", title: "Zoom out" }, "−", () => view.zoomBy(1 / BUTTON_ZOOM)),
    button({ title: "Bring everything into view" }, "Fit", () => view.reset()),
  );
}

/**
 * At least a third of the plane, which is the element's own size at k = 1, stays in sight.
 * @param {Plane} plane
 * @param {Limits} limits
 */
function bound(plane, { width, height }) {
  const slack = 2 / 3;
  plane.x = Math.min(width * slack, Math.max(width * (1 - slack) - width * plane.k, plane.x));
  plane.y = Math.min(height * slack, Math.max(height * (1 - slack) - height * plane.k, plane.y));
}
