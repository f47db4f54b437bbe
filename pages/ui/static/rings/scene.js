// The drawing of one neighbourhood in SVG: where all stands, what is lit, how it moves when the centre changes.

import { Card } from "../base/card.js";
import { html } from "../base/dom.js";
import { prefersStillness } from "../base/theme.js";
import { createLayers, drawCentre, drawSpot, sizeLayers, touchesCentre } from "./draw.js";
import { chooseLabels } from "./labels.js";
import { EMPTY_LAYOUT, layoutRings } from "./layout.js";
import { LinkCanvas } from "./links.js";
import { Nodes } from "./nodes.js";

/** @import { NeighbourhoodAnswer } from "../../types/answers" */
/** @import { OfCategory } from "../base/card.js" */
/** @import { Spot } from "../base/labels.js" */
/** @import { Place, Plane } from "../base/view.js" */

const MOVE_MS = 300;
const MARGIN = 16; // px between the outermost band and the edge
const NEAR_PX = 12; // how far from a mark's rim a press still means it

/** A scene in `stage`, a positioned element. Articles are named by their position in the answer. */
export class RingScene {
  /** Article under the pointer or the focus. @type {number | null} */
  lit = null;
  layout = EMPTY_LAYOUT;
  /** @type {NeighbourhoodAnswer | null} */
  #answer = null;
  /** Articles linked to each. @type {Set<number>[]} */
  #near = [];
  /** @type {Plane} */
  #plane = { k: 1, x: 0, y: 0 };
  /** Zoom at which the picture was drawn. */
  #sharpAt = 0;
  /** Category held by the legend. @type {number | null} */
  #pinned = null;
  #frame = 0;
  #isMoving = false;

  /**
   * @param {HTMLElement} stage
   * @param {{ nameOf: OfCategory, colourOf: OfCategory }} categories
   */
  constructor(stage, { nameOf, colourOf }) {
    this.stage = stage;
    this.layers = createLayers();
    this.nodes = new Nodes(this.layers.nodes, { nameOf, colourOf });
    this.links = new LinkCanvas();
    this.space = html("div", { class: "rings-plane" }, this.links.element, this.layers.root, this.layers.spot);
    stage.append(this.space);
    this.card = new Card(stage, { nameOf, colourOf });
  }

  get articles() {
    return this.#answer?.articles ?? [];
  }

  /** How many links each article is away from the centre. */
  get hops() {
    return this.articles.map(({ hop }) => hop);
  }

  /**
   * Draws a neighbourhood; `moving` keeps articles that were on screen and moves them to their new places.
   * @param {NeighbourhoodAnswer} answer
   * @param {{ moving: boolean }} options
   */
  draw(answer, { moving }) {
    const before = new Map(moving ? this.articles.map(({ index }, at) => [index, this.onScreen(at)]) : []);
    cancelAnimationFrame(this.#frame);
    this.highlight(null);
    this.#answer = answer;
    const size = this.#size();
    sizeLayers(this.layers, size);
    this.layout = layoutRings(answer.articles, answer.links, Math.min(size.width, size.height) / 2 - MARGIN);
    this.#near = findNear(answer);
    this.nodes.join(answer.articles, this.layout.size);
    if (before.size && !prefersStillness()) this.#travel(before);
    else this.#arrive(answer);
  }

  /** The same for another size of the stage. */
  redraw() {
    if (this.#answer) this.draw(this.#answer, { moving: false });
  }

  #size() {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  /**
   * Where an article is on screen, px in the stage.
   * @param {number} at
   * @returns {Spot}
   */
  onScreen(at) {
    const { width, height } = this.#size();
    const { k, x, y } = this.#plane;
    const { layout } = this;
    return { x: (layout.x[at] + width / 2) * k + x, y: (layout.y[at] + height / 2) * k + y, size: layout.size[at] * k };
  }

  /**
   * The article at a point of the stage, or null.
   * @param {Place} point
   */
  pick({ x, y }) {
    /** @type {number | null} */
    let best = null;
    let least = NEAR_PX;
    for (const at of this.articles.keys()) {
      const spot = this.onScreen(at);
      const apart = Math.hypot(spot.x - x, spot.y - y) - spot.size;
      if (apart < least) [best, least] = [at, apart];
    }
    return best;
  }

  /**
   * An article's index in the graph.
   * @param {number} at
   */
  indexOf(at) {
    return this.articles[at].index;
  }

  /**
   * Hands the focus from an article's element on.
   * @param {SVGElement} from
   * @param {number} to
   */
  moveFocus(from, to) {
    this.nodes.moveFocus(from, this.indexOf(to));
  }

  /** @param {Plane} plane */
  moveTo({ k, x, y }) {
    this.#plane = { k, x, y };
    this.space.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
  }

  /** @param {Map<number, Spot>} before */
  #travel(before) {
    this.#setMoving(true);
    this.links.clear();
    this.layers.labels.replaceChildren();
    const { width, height } = this.#size();
    const { layout } = this;
    const start = performance.now();
    /** @param {number} now */
    const step = (now) => {
      const done = Math.min(1, Math.max(0, now - start) / MOVE_MS);
      const eased = done < 0.5 ? 4 * done ** 3 : 1 - (2 - 2 * done) ** 3 / 2;
      /** @param {number} from @param {number} to */
      const between = (from, to) => from + (to - from) * eased;
      for (const [at, { index }] of this.articles.entries()) {
        const from = before.get(index) ?? { ...this.onScreen(at), size: 0 }; // a new one grows where it stands
        const scale = between(from.size / layout.size[at], 1);
        const [x, y] = [between(from.x - width / 2, layout.x[at]), between(from.y - height / 2, layout.y[at])];
        this.nodes.place(index, x, y, scale);
      }
      if (done < 1) this.#frame = requestAnimationFrame(step);
      else if (this.#answer) this.#arrive(this.#answer);
    };
    step(start);
  }

  /** @param {NeighbourhoodAnswer} answer */
  #arrive(answer) {
    const { layout } = this;
    for (const [at, { index }] of answer.articles.entries()) this.nodes.place(index, layout.x[at], layout.y[at], 1);
    drawCentre(this.layers, answer.links, layout);
    this.#setMoving(false);
    this.#drawLinks(answer);
    this.rest();
  }

  /** @param {boolean} isMoving */
  #setMoving(isMoving) {
    this.#isMoving = isMoving;
    this.layers.root.classList.toggle("rings-moving", isMoving);
  }

  /** @param {NeighbourhoodAnswer} answer */
  #drawLinks({ links }) {
    this.links.draw(links.filter((link) => !touchesCentre(link)), this.layout, this.#size());
  }

  /** After a change of theme: the canvas alone does not follow it by itself. */
  retint() {
    if (this.#answer && this.links.ink !== this.links.readInk()) this.#drawLinks(this.#answer);
  }

  /** Chooses labels, and has the picture drawn sharp, for a view that has come to rest. */
  rest() {
    if (!this.#answer || this.#isMoving) return;
    this.#sharpen();
    const marks = this.articles.map((_, at) => this.onScreen(at));
    const view = { ...this.#size(), ...this.#plane };
    this.layers.labels.replaceChildren(...chooseLabels(this.articles, marks, this.layout, view, this.layers.measure));
    this.#light();
  }

  // The browser draws a layer anew for another scale only when it is not promised to change.
  #sharpen() {
    if (this.#sharpAt === this.#plane.k) return;
    this.#sharpAt = this.#plane.k;
    this.space.style.willChange = "auto";
    requestAnimationFrame(() => (this.space.style.willChange = ""));
  }

  /**
   * Lights one article and its links, with its card; null for none. `action` is a button for the card.
   * @param {number | null} at
   * @param {{ action?: HTMLElement | null }} [options]
   */
  highlight(at, { action = null } = {}) {
    if (at === null && this.lit === null) return;
    this.lit = at;
    if (at === null) this.card.hide();
    else this.card.show(this.articles[at], this.onScreen(at), action);
    this.#light();
  }

  /**
   * Holds a category in the light; null for none.
   * @param {number | null} category
   */
  pin(category) {
    this.#pinned = category;
    this.#light();
  }

  // What is neither lit, nor linked to it, nor of the category held, steps back.
  #light() {
    const { lit, layers, layout, articles } = this;
    const some = this.#answer !== null && (lit !== null || this.#pinned !== null);
    this.space.classList.toggle("rings-dimmed", some);
    if (!this.#answer || !some) return layers.spot.replaceChildren();
    /** @param {number} at */
    const stays = (at) => (lit !== null ? at === lit || this.#near[lit].has(at) : articles[at].category === this.#pinned);
    return drawSpot(layers, this.#answer.links, layout, { lit, stays });
  }

  release() {
    cancelAnimationFrame(this.#frame);
    this.links.clear();
  }
}

/** @param {NeighbourhoodAnswer} answer */
function findNear({ articles, links }) {
  /** @type {Set<number>[]} */
  const near = articles.map(() => new Set());
  for (const [source, target] of links) {
    near[source].add(target);
    near[target].add(source);
  }
  return near;
}
