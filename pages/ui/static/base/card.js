// The small card beside an article under the pointer: title, category, prediction, confidence, links.

import { isWrong } from "./categories.js";
import { buildDot, html } from "./dom.js";
import { countOf, formatSure } from "./format.js";

/** @import { Spot } from "./labels.js" */

/**
 * @typedef {object} CardArticle
 * @property {string} title
 * @property {number} category
 * @property {number} degree
 * @property {number | null} pred
 * @property {number | null} confidence
 * @property {string} [role] only where it says something
 */

/** @typedef {(category: number) => string} OfCategory a category's name, or its colour */

/** A card that stands beside one article at a time. */
export class Card {
  #element = html("div", { class: "w-card", hidden: true });

  /**
   * @param {HTMLElement} stage
   * @param {{ nameOf: OfCategory, colourOf: OfCategory }} categories
   * @param {{ kind?: string }} [options] kind: a class of its own, where styles place it
   */
  constructor(stage, { nameOf, colourOf }, { kind } = {}) {
    if (kind) this.#element.classList.add(kind);
    this.stage = stage;
    this.nameOf = nameOf;
    this.colourOf = colourOf;
    stage.append(this.#element);
  }

  /** px; 0 while it is hidden */
  get height() {
    return this.#element.offsetHeight;
  }

  hide() {
    this.#element.hidden = true;
  }

  /**
   * Fills the card and puts it beside the article's mark.
   * @param {CardArticle} article
   * @param {Spot} at
   * @param {HTMLElement | null} [action] a button below
   */
  show(article, at, action = null) {
    this.#element.replaceChildren(...this.#buildLines(article), ...(action ? [action] : []));
    this.#element.hidden = false;
    placeCard(this.#element, this.stage, at);
  }

  /** @param {CardArticle} article */
  #buildLines({ title, category, degree, pred, confidence, role }) {
    const lines = [html("div", { class: "w-card-title" }, title)];
    lines.push(buildLine(buildDot(this.colourOf(category)), this.nameOf(category)));
    if (pred != null) {
      const wrong = isWrong(pred, category);
      const sure = confidence == null ? "" : `, ${formatSure(confidence, 0)} sure`;
      const verdict = `${wrong ? "Wrongly predicted" : "Predicted"}: ${this.nameOf(pred)}${sure}`;
      lines.push(buildLine(buildDot(this.colourOf(pred), wrong ? "open" : "ring"), verdict));
    }
    const facts = role ? [countOf(degree, "link"), role] : [countOf(degree, "link")];
    lines.push(html("div", { class: "w-card-line w-faint" }, facts.join(" · ")));
    return lines;
  }
}

/**
 * What a screen reader says of an article: "Databases: SQL, 31 links, predicted Databases (93 %)".
 * @param {CardArticle} article
 * @param {OfCategory} nameOf
 */
export function describe(article, nameOf) {
  const words = [`${nameOf(article.category)}: ${article.title}`, countOf(article.degree, "link")];
  if (article.pred != null) {
    const sure = article.confidence == null ? "" : ` (${formatSure(article.confidence, 0)})`;
    words.push(`predicted ${nameOf(article.pred)}${sure}${isWrong(article.pred, article.category) ? ", wrong" : ""}`);
  }
  return words.join(", ");
}

/**
 * @param {HTMLElement} dot
 * @param {string} text
 */
function buildLine(dot, text) {
  return html("div", { class: "w-card-line" }, dot, html("span", {}, text));
}

/**
 * To the right of the mark, else to the left, else below; always inside the stage.
 * @param {HTMLElement} card
 * @param {HTMLElement} stage
 * @param {Spot} spot
 */
function placeCard(card, stage, { x, y, size }) {
  const [width, height] = [card.offsetWidth, card.offsetHeight];
  const [roomX, roomY] = [stage.clientWidth, stage.clientHeight];
  const aside = size + 10;
  let [left, top] = [x + aside, y - height / 2];
  if (left + width > roomX - 4) left = x - aside - width;
  if (left < 4) {
    left = x - width / 2;
    top = y + aside + height > roomY - 4 ? y - aside - height : y + aside;
  }
  card.style.left = `${Math.round(Math.max(4, Math.min(roomX - width - 4, left)))}px`;
  card.style.top = `${Math.round(Math.max(4, Math.min(roomY - height - 4, top)))}px`;
}
