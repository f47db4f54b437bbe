// A picture that one looks around in: its caption and zoom buttons, its stage, and what stands there without a picture.

import { fetchCached } from "./api.js";
import { html } from "./dom.js";
import { Loader } from "./loader.js";
import { View, zoomButtons } from "./view.js";

/** @import { Address } from "./api.js" */
/** @import { Frame } from "./component.js" */
/** @import { LoadState } from "./loader.js" */
/** @import { Place, Plane, Tap } from "./view.js" */

/**
 * @typedef {object} Looks what a picture does when one looks around in it
 * @property {(plane: Plane) => void} onMove
 * @property {(plane: Plane) => void} onSettle
 * @property {(tap: Tap) => void} onTap
 * @property {(place: Place | null) => void} onPoint
 * @property {() => void} onResize
 */

const LEAST_ZOOM = 0.8;

/** @template Answer */
export class Stage {
  #width = 0;
  #height = 0;
  #retry = () => {};

  /**
   * @param {Frame} frame
   * @param {{ name: string, mostZoom: number, looks: Looks, skeleton: HTMLElement, tabindex?: number }} options
   *   name: prefix of its classes. skeleton: stands there while the first answer is on its way.
   */
  constructor(frame, { name, mostZoom, looks, skeleton, tabindex }) {
    this.name = name;
    this.skeleton = skeleton;
    this.caption = html("p", { class: "w-small w-faint" });
    this.element = html("div", { class: `w-stage ${name}-stage`, role: "application", tabindex });
    this.notice = html("div", { class: "w-notice", hidden: true });
    this.live = html("div", { class: "w-hidden", "aria-live": "polite" });
    const { element } = this;
    element.append(this.notice);
    this.view = new View(element, {
      ...looks,
      limits: () => ({ least: LEAST_ZOOM, most: mostZoom, width: element.clientWidth, height: element.clientHeight }),
      onSettle: (plane) => {
        element.classList.toggle("w-zoomed", plane.k > 1.01);
        looks.onSettle(plane);
      },
    });
    const head = html("div", { class: "w-head" }, this.caption, zoomButtons(this.view));
    frame.root.append(head, element, this.live);
    frame.atEnd(() => this.view.release());
    frame.watchSize(element, () => this.#measure() && looks.onResize());
    /** @type {Loader<Answer>} */
    this.loader = new Loader(fetchCached, (state, message) => this.#onState(state, message));
  }

  /**
   * Shows what is at an address; returns whether that must be asked for.
   * @param {Address<Answer>} address
   * @param {(answer: Answer) => void} take
   */
  show(address, take) {
    this.#retry = () => this.show(address, take);
    return this.loader.load(address, take);
  }

  /** @param {number} pixels of the stage, where the page is wide enough for them */
  setHeight(pixels) {
    this.element.style.setProperty("--height", `${pixels}px`);
  }

  /**
   * Says in the picture's place why there is none.
   * @param {"loading" | "empty" | "failed"} kind
   * @param {(Node | string)[]} contents
   */
  say(kind, ...contents) {
    this.notice.className = `w-notice w-notice-${kind}`;
    this.notice.hidden = false;
    this.notice.replaceChildren(...contents);
  }

  /**
   * Marks the stage by a class while something is under the pointer.
   * @param {boolean} isOver
   */
  setOver(isOver) {
    this.element.classList.toggle(`${this.name}-over`, isOver);
  }

  // Whether the size is another, and not that of an element that is not shown.
  #measure() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (!width || (this.#width === width && this.#height === height)) return false;
    [this.#width, this.#height] = [width, height];
    return true;
  }

  /**
   * @param {LoadState} state
   * @param {string} message
   */
  #onState(state, message) {
    this.element.setAttribute("aria-busy", String(state === "first" || state === "again"));
    this.notice.hidden = true;
    if (state === "first") this.say("loading", this.skeleton);
    if (state !== "failed") return;
    const button = html("button", { type: "button", class: "w-button", onclick: () => this.#retry() }, "Try again");
    this.say("failed", html("p", {}, message), button);
    this.live.textContent = message;
  }
}
