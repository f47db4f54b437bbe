// What stands above the table of links: a choice for each column that has few values, and "wrong only".

import { html } from "../base/dom.js";
import { formatCount } from "../base/format.js";
import { DIRECTIONS, isWrong } from "./order.js";

/** @import { LinkedArticle } from "../../types/answers" */
/** @import { Wishes } from "./order.js" */

/** @typedef {"category" | "predicted" | "direction"} Choice */

export class Filters {
  #selects = new Map([this.#build("category", "Category"), this.#build("predicted", "Predicted"), this.#build("direction", "Direction")]);
  #wrong = html("input", { type: "checkbox" });
  #wrongLabel = html("label", { class: "links-wrong" }, this.#wrong, "Wrong only");
  #clear = html("button", { type: "button", class: "w-button", onclick: () => this.change({ category: "", predicted: "", direction: "", wrong: "" }) }, "Clear filters");

  /** @param {(change: Partial<Wishes>) => void} change */
  constructor(change) {
    this.change = change;
    const selects = [...this.#selects.values()].map(({ label }) => label);
    this.element = html("div", { class: "links-filters", role: "group", "aria-label": "Filter the links" }, ...selects, this.#wrongLabel, this.#clear);
    this.#wrong.addEventListener("change", () => this.change({ wrong: this.#wrong.checked ? "1" : "" }));
  }

  /**
   * @param {LinkedArticle[]} links all of them
   * @param {Wishes} wishes
   * @param {string[]} classes names of categories
   */
  draw(links, wishes, classes) {
    const isPredicted = links.some(({ predicted }) => predicted !== null);
    this.#offer("category", countBy(links, ({ category }) => category), wishes, (value) => classes[Number(value)]);
    this.#offer("predicted", countBy(links, ({ predicted }) => predicted ?? ""), wishes, (value) => classes[Number(value)]);
    this.#offer("direction", countBy(links, ({ direction }) => direction), wishes, (value) => DIRECTIONS[value]);
    const predicted = this.#selects.get("predicted");
    if (predicted) predicted.label.hidden = !isPredicted;
    this.#wrong.checked = wishes.wrong !== "";
    this.#wrongLabel.hidden = !isPredicted;
    this.#wrongLabel.lastChild?.replaceWith(`Wrong only (${formatCount(links.filter(isWrong).length)})`);
    this.#clear.hidden = !(wishes.category || wishes.predicted || wishes.direction || wishes.wrong);
  }

  /**
   * @param {Choice} name
   * @param {string} text
   * @returns {[Choice, { label: HTMLLabelElement, select: HTMLSelectElement }]}
   */
  #build(name, text) {
    const select = html("select", { class: "links-select", "aria-label": text });
    select.addEventListener("change", () => this.change({ [name]: select.value }));
    return [name, { select, label: html("label", {}, html("span", { class: "w-small w-faint" }, text), select) }];
  }

  /**
   * @param {Choice} name
   * @param {Map<string, number>} counts
   * @param {Wishes} wishes
   * @param {(value: string) => string | undefined} nameOf
   */
  #offer(name, counts, wishes, nameOf) {
    const select = this.#selects.get(name)?.select;
    if (!select) return;
    const wanted = wishes[name];
    if (wanted && !counts.has(wanted)) counts.set(wanted, 0);
    const values = [...counts.keys()].filter((value) => value !== "").sort((a, b) => (nameOf(a) ?? "").localeCompare(nameOf(b) ?? ""));
    const options = values.map((value) => html("option", { value }, `${nameOf(value) ?? value} (${formatCount(counts.get(value) ?? 0)})`));
    select.replaceChildren(html("option", { value: "" }, "All"), ...options);
    select.value = wanted;
  }
}

/**
 * How many links have each value, as texts.
 * @param {LinkedArticle[]} links
 * @param {(link: LinkedArticle) => string | number} valueOf
 */
function countBy(links, valueOf) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const link of links) counts.set(String(valueOf(link)), (counts.get(String(valueOf(link))) ?? 0) + 1);
  return counts;
}
