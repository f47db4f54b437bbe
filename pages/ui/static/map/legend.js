// The legend of the map: a button for each group that shows or hides it, with how many the filter leaves of it; many groups are folded.

import { buildDot, chipActs, focusedBeside, html } from "../base/dom.js";
import { formatCount } from "../base/format.js";

/** @import { Group } from "./groups.js" */

/**
 * @typedef {object} LegendActs
 * @property {(group: number) => void} toggle shows or hides a group, by its position
 * @property {(group: number) => void} only shows it alone
 * @property {() => void} all shows everything again
 */

const FOLDED = 15; // groups that stand there while the rest is folded

export class Legend {
  #isOpen = false;
  #redraw = () => {};

  /** @param {LegendActs} acts */
  constructor(acts) {
    this.acts = acts;
    this.element = html("div", { class: "map-legend", role: "group", "aria-label": "Show or hide" });
  }

  /**
   * @param {Group[]} groups
   * @param {ReadonlySet<number>} hidden their positions
   * @param {{ some: boolean, counts: number[] }} options some: anything at all is hidden; counts: what the filter leaves
   */
  draw(groups, hidden, { some, counts }) {
    this.#redraw = () => this.draw(groups, hidden, { some, counts });
    const focused = focusedBeside(this.element)?.dataset.group;
    const { shown, rest } = foldGroups(groups, this.#isOpen ? Infinity : FOLDED);
    const chips = shown.map((at) => this.#buildChip({ ...groups[at], count: counts[at] }, at, !hidden.has(at)));
    if (rest || (this.#isOpen && shown.length > FOLDED)) {
      const text = rest ? `${formatCount(rest)} more` : "Fewer";
      const fold = { type: "button", class: "w-chip w-all", "data-group": "fold", "aria-expanded": String(this.#isOpen) };
      chips.push(html("button", { ...fold, onclick: () => this.#fold() }, text));
    }
    if (some) chips.push(html("button", { type: "button", class: "w-chip w-all", onclick: this.acts.all }, "Show all"));
    this.element.replaceChildren(...chips);
    if (focused != null) chips.find((chip) => chip.dataset.group === focused)?.focus();
  }

  #fold() {
    this.#isOpen = !this.#isOpen;
    this.#redraw();
  }

  /**
   * @param {Group} group
   * @param {number} at
   * @param {boolean} shown
   */
  #buildChip({ label, colour, count }, at, shown) {
    const { title, onclick } = chipActs({ toggle: () => this.acts.toggle(at), only: () => this.acts.only(at) });
    const state = { "aria-pressed": String(shown), title: `${label}. ${title}` };
    const chip = { type: "button", class: "w-chip map-chip", "data-group": at, onclick, ...state };
    const name = html("span", { class: "map-chip-label" }, label);
    return html("button", chip, buildDot(colour), name, html("span", { class: "w-faint" }, formatCount(count)));
  }
}

/**
 * Positions of the groups that have articles, and how many are folded away: then the largest stay, in their own order.
 * @param {Pick<Group, "count">[]} groups
 * @param {number} most
 */
export function foldGroups(groups, most) {
  const filled = groups.flatMap(({ count }, at) => (count ? [at] : []));
  if (filled.length <= most) return { shown: filled, rest: 0 };
  const largest = [...filled].sort((a, b) => groups[b].count - groups[a].count || a - b).slice(0, most);
  return { shown: largest.sort((a, b) => a - b), rest: filled.length - most };
}
