// The neighbourhood of one article: asks for it, draws it in rings, lets one look, walk and zoom.

import { writeIndex } from "../base/address.js";
import { addressOf, fetchCached } from "../base/api.js";
import { describe } from "../base/card.js";
import { colourCategory, nameCategory } from "../base/categories.js";
import { defineComponent } from "../base/component.js";
import { html } from "../base/dom.js";
import { Stage } from "../base/stage.js";
import { describeCounts } from "./counts.js";
import { Legend } from "./legend.js";
import { RingScene } from "./scene.js";
import { walk } from "./walk.js";

/** @import { NeighbourhoodAnswer } from "../../types/answers" */
/** @import { Frame } from "../base/component.js" */
/** @import { Place, Plane, Tap } from "../base/view.js" */

/**
 * What rings.py sends; triggers `chosen` (an index).
 * @typedef {object} RingsData
 * @property {string} graph
 * @property {number} article index
 * @property {number} hops
 * @property {number} limit articles drawn at most
 * @property {string | null} run
 * @property {string[]} classes names of categories
 * @property {string[]} colors of categories
 * @property {number} height px
 */

const NARROW_PX = 480; // below it fewer articles are drawn, each large enough to read
const NARROW_LIMIT = 120;
const MOST_ZOOM = 8;
const HINT = "Arrow keys walk, Enter opens, plus and minus zoom.";
const ALONE = "No links: this article neither links to another nor is linked from one.";

export default defineComponent("rings", (/** @type {Frame} */ frame) => new Rings(frame));

class Rings {
  /** @type {RingsData} */
  #data = { graph: "", article: 0, hops: 1, limit: 1, run: null, classes: [], colors: [""], height: 0 };
  /** @param {number} category */
  #nameOf = (category) => nameCategory(this.#data.classes, category);
  /** @param {number} category */
  #colourOf = (category) => colourCategory(this.#data.colors, category);

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    /** @type {Stage<NeighbourhoodAnswer>} */
    this.stage = new Stage(frame, {
      ...{ name: "rings", mostZoom: MOST_ZOOM },
      skeleton: html("div", { class: "rings-skeleton", "aria-hidden": "true" }, ...[0, 1, 2].map(() => html("span", { class: "w-skeleton" }))),
      looks: {
        onMove: (plane) => this.#move(plane),
        onSettle: () => this.scene.rest(),
        onTap: (tap) => this.#tap(tap),
        onPoint: (place) => this.#point(place),
        onResize: () => this.scene.redraw(),
      },
    });
    const stage = this.stage.element;
    stage.setAttribute("aria-label", "Neighbourhood");
    const categories = { nameOf: this.#nameOf, colourOf: this.#colourOf };
    this.scene = new RingScene(stage, categories);
    this.legend = new Legend(categories, (category) => this.scene.pin(category));
    stage.after(this.legend.element);
    frame.atEnd(() => this.scene.release());
    stage.addEventListener("keydown", (event) => this.#onKey(event));
    stage.addEventListener("focusin", (event) => this.#onFocus(event));
    stage.addEventListener("focusout", (event) => {
      if (!(event.relatedTarget instanceof Node && stage.contains(event.relatedTarget))) this.scene.highlight(null);
    });
  }

  /** @param {RingsData} data */
  update(data) {
    this.#data = data;
    this.stage.setHeight(data.height);
    const isAsking = this.stage.show(this.#addressOf(data.article), (answer) => this.#take(answer));
    if (!isAsking) this.scene.retint();
  }

  /** @param {number} article */
  #addressOf(article) {
    const { graph, hops, run } = this.#data;
    const isNarrow = this.stage.element.clientWidth < NARROW_PX;
    const limit = isNarrow ? Math.min(this.#data.limit, NARROW_LIMIT) : this.#data.limit;
    return addressOf("/graphs/{g}/articles/{i}/neighbourhood", { g: graph, i: writeIndex(article) }, { hops, limit, run });
  }

  /** @param {NeighbourhoodAnswer} answer */
  #take(answer) {
    const { stage, scene } = this;
    const [centre] = answer.articles;
    scene.draw(answer, { moving: stage.loader.shown !== null && !stage.loader.failed });
    stage.view.reset();
    scene.moveTo(stage.view.plane);
    if (answer.articles.length === 1) stage.say("empty", html("p", {}, ALONE));
    const counts = describeCounts(answer);
    stage.caption.textContent = counts;
    stage.element.setAttribute("aria-label", `Neighbourhood of ${centre.title}. ${HINT}`);
    stage.live.textContent = `${describe(centre, this.#nameOf)}. ${counts}`;
    scene.pin(null);
    this.legend.draw(answer.articles);
  }

  /** @param {Plane} plane */
  #move(plane) {
    this.scene.moveTo(plane);
    this.scene.highlight(null);
  }

  /** @param {Place | null} place */
  #point(place) {
    const article = place && this.scene.pick(place);
    this.stage.setOver(article !== null);
    if (article !== this.scene.lit) this.scene.highlight(article);
  }

  /** @param {Tap} tap */
  #tap(tap) {
    const article = this.scene.pick(tap);
    if (article === null) this.scene.highlight(null);
    else if (!tap.touch || this.scene.lit === article) this.#open(article);
    else {
      const go = html("button", { type: "button", class: "w-button", onclick: () => this.#open(article) }, "Walk here");
      this.scene.highlight(article, { action: article === 0 ? null : go });
    }
  }

  /** @param {number} at position of the article to walk to */
  #open(at) {
    if (at === 0) return;
    const index = this.scene.indexOf(at);
    fetchCached(this.#addressOf(index)).catch(() => {}); // on its way before the page has answered
    this.frame.tell("chosen", index);
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    const node = findNode(event);
    if (node?.element.matches(":focus-visible")) this.scene.highlight(node.at);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.stage.view.handleKey(event)) return event.preventDefault();
    const node = findNode(event);
    if (!node) return;
    if (event.key === "Escape") return this.scene.highlight(null);
    const opens = event.key === "Enter" || event.key === " ";
    const next = opens ? null : walk(event.key, node.at, this.scene.layout, this.scene.hops);
    if (!opens && next === null) return;
    event.preventDefault();
    if (next === null) this.#open(node.at);
    else this.scene.moveFocus(node.element, next);
  }
}

/**
 * The article's element that an event happened in, and its position.
 * @param {Event} event
 */
function findNode({ target }) {
  const element = target instanceof Element ? target.closest(".rings-node") : null;
  return element instanceof SVGElement ? { element, at: Number(element.dataset.at) } : null;
}
