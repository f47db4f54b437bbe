// The legend of the map: a button for each group that shows or hides it, with its count.

import { buildDot, chipActs, focusedBeside, html } from "../base/dom.js";
import { formatCount } from "../base/format.js";

/** @import { Group } from "./groups.js" */

/**
 * @typedef {object} LegendActs
 * @property {(group: number) => void} toggle shows or hides a group, by its position
 * @property {(group: number) => void} only shows it alone
 * @property {() => void} all shows everything again
 */

export class Legend {
  /** @param {LegendActs} acts */
  constructor(acts) {
    this.acts = acts;
    this.element = html("div", { class: "map-legend", role: "group", "aria-label": "Show or hide" });
  }

  /**
   * @param {Group[]} groups
   * @param {ReadonlySet<number>} hidden their positions
   * @param {{ some: boolean }} options some: anything at all is hidden
   */
  draw(groups, hidden, { some }) {
    const focused = focusedBeside(this.element)?.dataset.group;
    const chips = groups.flatMap((group, at) => (group.count ? [this.#buildChip(group, at, !hidden.has(at))] : []));
    if (some) chips.push(html("button", { type: "button", class: "w-chip w-all", onclick: this.acts.all }, "Show all"));
    this.element.replaceChildren(...chips);
    if (focused != null) chips.find((chip) => chip.dataset.group === focused)?.focus();
  }

  /**
   * @param {Group} group
   * @param {number} at
   * @param {boolean} shown
   */
  #buildChip({ label, colour, count }, at, shown) {
    const acts = chipActs({ toggle: () => this.acts.toggle(at), only: () => this.acts.only(at) });
    const chip = { type: "button", class: "w-chip map-chip", "data-group": at, "aria-pressed": String(shown), ...acts };
    return html("button", chip, buildDot(colour), label, html("span", { class: "w-faint" }, formatCount(count)));
  }
}
