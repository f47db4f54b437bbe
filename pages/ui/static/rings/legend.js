// What is below the rings: a button for each category, which holds it in the light, and how to read the marks.

import { buildDot, html } from "../base/dom.js";
import { formatCount } from "../base/format.js";

/** @import { RingArticle } from "../../types/answers" */
/** @import { OfCategory } from "../base/card.js" */

const LINKS = "Links taper from source to target.";
const GLYPHS = "Disc: true category. Ring: predicted one, wider when surer, open when wrong.";

export class Legend {
  #chips = html("div", { class: "w-chips" });
  #key = html("p", { class: "w-small w-faint" });

  /**
   * @param {{ nameOf: OfCategory, colourOf: OfCategory }} categories
   * @param {(category: number | null) => void} pin
   */
  constructor(categories, pin) {
    this.categories = categories;
    this.pin = pin;
    this.element = html("div", { class: "rings-legend" }, this.#chips, this.#key);
  }

  /** @param {RingArticle[]} articles */
  draw(articles) {
    /** @type {Map<number, number>} */
    const counts = new Map();
    for (const { category } of articles) counts.set(category, (counts.get(category) ?? 0) + 1);
    const sorted = [...counts].sort(([a], [b]) => a - b);
    this.#chips.replaceChildren(...sorted.map(([category, count]) => this.#buildChip(category, count)));
    this.#key.textContent = articles.some(({ pred }) => pred !== null) ? `${GLYPHS} ${LINKS}` : LINKS;
  }

  /**
   * @param {number} category
   * @param {number} count
   */
  #buildChip(category, count) {
    const { nameOf, colourOf } = this.categories;
    const attributes = { type: "button", class: "w-chip", "aria-pressed": "false", onclick: () => this.#press(chip, category) };
    const chip = html(
      "button", attributes, buildDot(colourOf(category)), nameOf(category), html("span", { class: "w-faint" }, formatCount(count)),
    );
    return chip;
  }

  /**
   * @param {HTMLElement} chip
   * @param {number} category
   */
  #press(chip, category) {
    const on = chip.getAttribute("aria-pressed") !== "true";
    for (const other of this.#chips.children) other.setAttribute("aria-pressed", String(on && other === chip));
    this.pin(on ? category : null);
  }
}
