// The drawing of one neighbourhood in SVG: where all stands, what is lit, how it moves when the centre changes.

import { createCard, describe } from "../base/card.js";
import { html } from "../base/dom.js";
import { chooseLabels, createLayers, createNode, drawCentre, drawSpot, paintNode, placeNode, sizeLayers, touchesCentre } from "./draw.js";
import { layoutRings } from "./layout.js";
import { LinkCanvas } from "./links.js";
import { prefersStillness } from "../base/theme.js";

const MOVE_MS = 300;
const MARGIN = 16; // px between the outermost band and the edge
const NEAR_PX = 12; // how far from a mark's rim a press still means it

/** A scene in `stage`, a positioned element. `nameOf` and `colourOf` take a category's index. */
export class RingScene {
  constructor(stage, { nameOf, colourOf }) {
    Object.assign(this, { stage, nameOf, colourOf });
    this.layers = createLayers();
    this.links = new LinkCanvas();
    this.plane = html("div", { class: "rings-plane" }, this.links.element, this.layers.root, this.layers.spot);
    stage.append(this.plane);
    this.card = createCard(stage, { nameOf, colourOf });
    this.elements = new Map(); // article's index in the graph -> its <g>
    this.view = { k: 1, x: 0, y: 0 };
    this.lit = null; // position of the article under the pointer or the focus
    this.pinned = null; // category held by the legend
  }

  /** Draws a neighbourhood; `moving` keeps articles that were on screen and moves them to their new places. */
  draw(data, { moving }) {
    const before = moving && this.layout ? this.places() : new Map();
    cancelAnimationFrame(this.frame);
    this.highlight(null);
    this.data = data;
    const { width, height } = this.size();
    sizeLayers(this.layers, { width, height });
    this.layout = layoutRings(data.articles, data.links, Math.min(width, height) / 2 - MARGIN);
    this.near = nearOf(data);
    this.join(before);
    if (before.size && !prefersStillness()) this.travel(before);
    else this.arrive();
  }

  size() {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  /** Where an article is on screen, px in the stage. */
  onScreen(at) {
    const { width, height } = this.size();
    const { k, x, y } = this.view;
    const { layout } = this;
    return { x: (layout.x[at] + width / 2) * k + x, y: (layout.y[at] + height / 2) * k + y, size: layout.size[at] * k };
  }

  places() {
    return new Map(this.data.articles.map(({ index }, at) => [index, this.onScreen(at)]));
  }

  /** The article at a point of the stage, or null. */
  pick({ x, y }) {
    if (!this.layout) return null;
    let [best, least] = [null, NEAR_PX];
    this.data.articles.forEach((_, at) => {
      const spot = this.onScreen(at);
      const apart = Math.hypot(spot.x - x, spot.y - y) - spot.size;
      if (apart < least) [best, least] = [at, apart];
    });
    return best;
  }

  elementOf(at) {
    return this.elements.get(this.data.articles[at].index);
  }

  moveTo({ k, x, y }) {
    this.view = { k, x, y };
    this.plane.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
  }

  // One <g> for each article, kept across drawings, in the order of `articles`.
  join(before) {
    const { articles } = this.data;
    const kept = new Set(articles.map(({ index }) => index));
    for (const [index, element] of this.elements) {
      if (kept.has(index)) continue;
      element.remove();
      this.elements.delete(index);
    }
    const { children } = this.layers.nodes;
    articles.forEach((article, at) => {
      if (!this.elements.has(article.index)) this.elements.set(article.index, createNode());
      const element = this.elements.get(article.index);
      element.dataset.at = at;
      element.setAttribute("tabindex", at === 0 ? 0 : -1);
      element.setAttribute("aria-label", describe(article, this.nameOf));
      if (at === 0) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
      paintNode(element, article, this.layout.size[at], this.colourOf);
      if (children[at] !== element) moveBefore(this.layers.nodes, element, children[at] ?? null);
    });
  }

  travel(before) {
    this.layers.root.classList.add("rings-moving");
    this.links.clear();
    this.layers.labels.replaceChildren();
    const { width, height } = this.size();
    const { layout } = this;
    const start = performance.now();
    const step = (now) => {
      const done = Math.min(1, Math.max(0, now - start) / MOVE_MS);
      const eased = done < 0.5 ? 4 * done ** 3 : 1 - (2 - 2 * done) ** 3 / 2;
      const between = (from, to) => from + (to - from) * eased;
      this.data.articles.forEach(({ index }, at) => {
        const from = before.get(index) ?? { ...this.onScreen(at), size: 0 }; // a new one grows where it stands
        const scale = between(from.size / layout.size[at], 1);
        placeNode(this.elements.get(index), between(from.x - width / 2, layout.x[at]), between(from.y - height / 2, layout.y[at]), scale);
      });
      if (done < 1) this.frame = requestAnimationFrame(step);
      else this.arrive();
    };
    step(start);
  }

  arrive() {
    const { layout } = this;
    this.data.articles.forEach(({ index }, at) => placeNode(this.elements.get(index), layout.x[at], layout.y[at], 1));
    drawCentre(this.layers, this.data, layout);
    this.layers.root.classList.remove("rings-moving");
    this.drawLinks();
    this.rest();
  }

  drawLinks() {
    const rest = this.data.links.filter((link) => !touchesCentre(link));
    this.links.draw(rest, this.layout, this.size());
  }

  /** After a change of theme: the canvas alone does not follow it by itself. */
  retint() {
    if (this.layout && this.links.ink !== this.links.inkNow()) this.drawLinks();
  }

  /** Chooses labels, and has the picture drawn sharp, for a view that has come to rest. */
  rest() {
    if (!this.layout || this.layers.root.classList.contains("rings-moving")) return;
    this.sharpen();
    const marks = this.data.articles.map((_, at) => this.onScreen(at));
    const labels = chooseLabels(this.data.articles, marks, this.layout, { ...this.size(), ...this.view }, this.layers.measure);
    this.layers.labels.replaceChildren(...labels);
    this.light();
  }

  // The browser draws a layer anew for another scale only when it is not promised to change.
  sharpen() {
    if (this.sharpAt === this.view.k) return;
    this.sharpAt = this.view.k;
    this.plane.style.willChange = "auto";
    requestAnimationFrame(() => (this.plane.style.willChange = ""));
  }

  /** Lights one article and its links, with its card; null for none. `action` is a button for the card. */
  highlight(at, { action = null } = {}) {
    if (at === null && this.lit === null) return;
    this.lit = at;
    if (at == null) this.card.hide();
    else this.card.show(this.data.articles[at], this.onScreen(at), action);
    this.light();
  }

  /** Holds a category in the light; null for none. */
  pin(category) {
    this.pinned = category;
    this.light();
  }

  // What is neither lit, nor linked to it, nor of the category held, steps back.
  light() {
    const { lit, pinned } = this;
    const some = this.data != null && (lit != null || pinned != null);
    this.plane.classList.toggle("rings-dimmed", some);
    if (!some) return this.layers.spot.replaceChildren();
    const stays = (at) => (lit != null ? at === lit || this.near[lit].has(at) : this.data.articles[at].category === pinned);
    drawSpot(this.layers, this.data, this.layout, { lit, stays });
  }

  release() {
    cancelAnimationFrame(this.frame);
    this.links.clear();
  }
}

function nearOf({ articles, links }) {
  const near = articles.map(() => new Set());
  for (const [source, target] of links) {
    near[source].add(target);
    near[target].add(source);
  }
  return near;
}

// Re-inserting an element would take the focus from it.
function moveBefore(parent, element, next) {
  const focused = element.getRootNode().activeElement === element;
  parent.insertBefore(element, next);
  if (focused) element.focus({ preventScroll: true });
}
