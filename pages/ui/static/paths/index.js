// The shortest paths between two articles: a picture in layers, and below it every path as a line of links.

import { addressOfPage, isPlainClick, writeIndex } from "../base/address.js";
import { defineComponent } from "../base/component.js";
import { buildDot, html, svg } from "../base/dom.js";
import { formatCount } from "../base/format.js";
import { layOut } from "./layers.js";

/** @import { Frame } from "../base/component.js" */

/**
 * What paths.py sends; triggers `chosen` (an index).
 * @typedef {object} PathsData
 * @property {number[][]} paths each from the first article to the last, by index
 * @property {{ [index: string]: { title: string, label: string, category: number } }} articles
 * @property {string[]} colors of categories
 * @property {boolean} directed
 */

const MOST_STOPS = 8; // of a layer in the picture
const NARROW_STOPS = 4; // where layers stand one above the other
const NARROW_PX = 640; // as in style.css
const FIRST_PATHS = 5; // of the list; the rest is one click away

export default defineComponent("paths", (/** @type {Frame} */ frame) => new Paths(frame));

class Paths {
  /** @type {PathsData} */
  #data = { paths: [], articles: {}, colors: [""], directed: false };
  #isWhole = false;
  #isNarrow = false;
  /** Whether the stops of a layer stand side by side in a frame, where lines to each would lie behind others. */
  #isFramed = false;
  /** @type {[number, number][]} */
  #steps = [];
  /** @type {Map<number, HTMLElement>} */
  #stops = new Map();

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.lines = svg("svg", { class: "paths-lines", "aria-hidden": "true" });
    this.layers = html("div", { class: "paths-layers" });
    this.picture = html("div", { class: "paths-picture", role: "group", "aria-label": "Picture of the paths" }, this.lines, this.layers);
    this.list = html("ol", { class: "paths-list" });
    this.more = html("button", { type: "button", class: "w-button", hidden: true, onclick: () => this.#showAll() });
    frame.root.append(this.picture, this.list, this.more);
    frame.watchSize(this.picture, () => (this.#isNarrow === this.#measure() ? this.#drawLines() : this.#draw()));
  }

  /**
   * @param {PathsData} data
   * @param {PathsData | null} earlier
   */
  update(data, earlier) {
    this.#data = data;
    if (JSON.stringify(data.paths) !== JSON.stringify(earlier?.paths)) this.#isWhole = false;
    this.#draw();
  }

  #measure() {
    return this.picture.clientWidth <= NARROW_PX;
  }

  #draw() {
    this.#isNarrow = this.#measure();
    const { layers, steps } = layOut(this.#data.paths, this.#isNarrow ? NARROW_STOPS : MOST_STOPS);
    this.#steps = steps;
    this.#stops.clear();
    const columns = layers.map(({ shown, rest }) => {
      const stops = shown.map(({ article }) => {
        const stop = this.#buildLink(article, "paths-stop");
        this.#stops.set(article, stop);
        return stop;
      });
      const left = rest ? html("span", { class: "w-small w-faint" }, `and ${formatCount(rest)} more`) : null;
      return html("div", { class: stops.length > 1 ? "paths-layer paths-several" : "paths-layer" }, ...stops, left);
    });
    this.#isFramed = this.#isNarrow || layers.length === 3;
    this.layers.classList.toggle("paths-framed", this.#isFramed);
    this.layers.replaceChildren(...columns);
    this.#drawList();
    this.#drawLines();
  }

  #drawList() {
    const { paths } = this.#data;
    const shown = this.#isWhole ? paths : paths.slice(0, FIRST_PATHS);
    const lines = shown.map((path) => {
      const words = path.flatMap((article, at) => [...(at ? [html("span", { class: "w-faint" }, this.#data.directed ? "→" : "–")] : []), this.#buildLink(article, "paths-link")]);
      return html("li", {}, ...words);
    });
    this.list.replaceChildren(...lines);
    this.more.hidden = shown.length === paths.length;
    this.more.textContent = `Show the other ${formatCount(paths.length - shown.length)} paths`;
  }

  #showAll() {
    const at = this.list.children.length;
    this.#isWhole = true;
    this.#drawList();
    this.list.children[at]?.querySelector("a")?.focus();
  }

  #drawLines() {
    const frame = this.picture.getBoundingClientRect();
    this.lines.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    const ends = this.#isFramed ? this.#joinLayers() : this.#joinStops();
    const lines = ends.map(([a, b]) => svg("line", { x1: a.x - frame.left, y1: a.y - frame.top, x2: b.x - frame.left, y2: b.y - frame.top }));
    this.lines.replaceChildren(...lines);
  }

  /** Straight lines between the middles of stops, behind them. */
  #joinStops() {
    /** @param {number} article */
    const middle = (article) => middleOf(this.#stops.get(article)?.getBoundingClientRect() ?? new DOMRect());
    return this.#steps.map(([from, to]) => [middle(from), middle(to)]);
  }

  /** One line from each layer to the next: from edge to edge. */
  #joinLayers() {
    const boxes = [...this.layers.children].map((layer) => {
      const own = layer.classList.contains("paths-several") ? layer : layer.firstElementChild;
      return (own ?? layer).getBoundingClientRect();
    });
    return boxes.slice(1).map((box, at) => {
      const [a, b] = [middleOf(boxes[at]), middleOf(box)];
      return this.#isNarrow
        ? [{ x: a.x, y: boxes[at].bottom }, { x: b.x, y: box.top }]
        : [{ x: boxes[at].right, y: a.y }, { x: box.left, y: b.y }];
    });
  }

  /**
   * @param {number} article
   * @param {string} kind
   */
  #buildLink(article, kind) {
    const { articles, colors } = this.#data;
    const { title, label, category } = articles[article];
    const href = addressOfPage(location.href, "", { article: writeIndex(article), from: null });
    /** @param {MouseEvent} event */
    const onclick = (event) => {
      if (!isPlainClick(event)) return;
      event.preventDefault();
      this.frame.tell("chosen", article);
    };
    const dot = kind === "paths-stop" ? buildDot(colors[category % colors.length]) : null;
    return html("a", { class: kind, href, onclick, title: `${title}, ${label}` }, dot, html("span", {}, title));
  }
}

/** @param {DOMRect} box */
function middleOf(box) {
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}
