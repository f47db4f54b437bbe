// The articles of a neighbourhood as SVG elements, each kept from one drawing to the next.

import { describe } from "../base/card.js";
import { focusedBeside, svg } from "../base/dom.js";
import { glyphOf } from "./marks.js";

/** @import { RingArticle } from "../../types/answers" */
/** @import { OfCategory } from "../base/card.js" */

export class Nodes {
  /** By the article's index in the graph. @type {Map<number, SVGGElement>} */
  #elements = new Map();

  /**
   * @param {SVGGElement} layer
   * @param {{ nameOf: OfCategory, colourOf: OfCategory }} categories
   */
  constructor(layer, { nameOf, colourOf }) {
    this.layer = layer;
    this.nameOf = nameOf;
    this.colourOf = colourOf;
  }

  /**
   * One <g> for each article, in the order of `articles`; those of others are taken away.
   * @param {RingArticle[]} articles
   * @param {number[]} sizes px
   */
  join(articles, sizes) {
    const kept = new Set(articles.map(({ index }) => index));
    for (const [index, element] of this.#elements) {
      if (kept.has(index)) continue;
      element.remove();
      this.#elements.delete(index);
    }
    const { children } = this.layer;
    for (const [at, article] of articles.entries()) {
      const element = this.#elementOf(article.index);
      element.dataset.at = String(at);
      element.setAttribute("tabindex", at === 0 ? "0" : "-1");
      element.setAttribute("aria-label", describe(article, this.nameOf));
      if (at === 0) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
      this.#paint(element, article, sizes[at]);
      if (children[at] !== element) moveBefore(this.layer, element, children[at] ?? null);
    }
  }

  /**
   * @param {number} index
   * @param {number} x
   * @param {number} y
   * @param {number} scale
   */
  place(index, x, y, scale) {
    const grown = scale === 1 ? "" : ` scale(${scale.toFixed(3)})`;
    this.#elementOf(index).setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})${grown}`);
  }

  /**
   * Hands the focus from an article's element to another article's.
   * @param {SVGElement} from
   * @param {number} index
   */
  moveFocus(from, index) {
    from.setAttribute("tabindex", "-1");
    const element = this.#elementOf(index);
    element.setAttribute("tabindex", "0");
    element.focus(/** @type {FocusOptions} */ ({ focusVisible: true })); // it came by a key; the types do not know it yet
  }

  /** @param {number} index */
  #elementOf(index) {
    const known = this.#elements.get(index);
    if (known) return known;
    const ring = svg("circle", { class: "rings-ring", pathLength: 100 });
    const element = svg("g", { class: "rings-node", role: "button" }, ring, svg("circle"));
    this.#elements.set(index, element);
    return element;
  }

  /**
   * @param {SVGGElement} element the ring, then the disc
   * @param {RingArticle} article
   * @param {number} size px
   */
  #paint(element, article, size) {
    const [ring, disc] = element.children;
    const glyph = glyphOf(article, size);
    set(disc, { r: glyph.disc, fill: this.colourOf(article.category) });
    set(ring, {
      r: glyph.ring?.radius ?? size,
      stroke: article.pred === null ? "none" : this.colourOf(article.pred),
      "stroke-width": glyph.ring?.width ?? 0,
      "stroke-dasharray": glyph.ring?.dashes ?? "none",
    });
  }
}

/**
 * @param {Element} element
 * @param {{ [name: string]: string | number }} attributes
 */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/**
 * Re-inserting an element would take the focus from it.
 * @param {Element} parent
 * @param {SVGElement} element
 * @param {Element | null} next
 */
function moveBefore(parent, element, next) {
  const hadFocus = focusedBeside(element) === element;
  parent.insertBefore(element, next);
  if (hadFocus) element.focus({ preventScroll: true });
}
