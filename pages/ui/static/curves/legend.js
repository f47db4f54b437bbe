// The legend of curves: chips that switch runs and kinds of curve on and off.

import { chipActs, focusedBeside, html } from "../base/dom.js";

/** @import { CurvesData } from "./index.js" */

/**
 * @typedef {object} LegendView
 * @property {CurvesData} data
 * @property {ReadonlySet<string>} hidden ids of runs and parts
 * @property {(colour: string) => string} colourOf
 * @property {(run: string) => string} stateOf
 */

/** @typedef {{ id: string, label: string, color: string, dash: string, help?: string }} Chip */

/**
 * @typedef {object} LegendActs
 * @property {(id: string) => void} toggle shows or hides a run or a kind of curve
 * @property {(id: string) => void} only shows it alone among its like
 * @property {() => void} all shows everything
 */

export class Legend {
  /** @param {LegendActs} acts */
  constructor(acts) {
    this.acts = acts;
    this.element = html("div", { class: "c-legend" });
  }

  /**
   * Built anew in place; the focus stays where it was.
   * @param {LegendView} view
   */
  draw({ data, hidden, colourOf, stateOf }) {
    const focused = focusedBeside(this.element)?.dataset.chip;
    const single = data.runs.length === 1;
    const runs = (single ? [] : data.runs).map(({ id, name, color }) => {
      const chip = this.#buildChip({ id, label: name, color: colourOf(color), dash: "solid" }, !hidden.has(id));
      chip.dataset.run = id;
      return chip;
    });
    const parts = data.parts.map(({ id, label, help, color, dash }) => {
      const look = single ? { color: colourOf(color), dash: "solid" } : { color: colourOf("faint"), dash };
      return this.#buildChip({ id, label, help, ...look }, !hidden.has(id));
    });
    this.element.replaceChildren(...buildGroup("Runs", runs), ...buildGroup("Curves", parts));
    if (hidden.size) this.element.append(html("button", { type: "button", class: "w-chip w-all", onclick: this.acts.all }, "Show all"));
    this.showStates(stateOf);
    if (focused) [...runs, ...parts].find((chip) => chip.dataset.chip === focused)?.focus();
  }

  /**
   * What each run is doing: one that trains breathes.
   * @param {(run: string) => string} stateOf
   */
  showStates(stateOf) {
    for (const chip of this.element.querySelectorAll("button")) {
      if (chip.dataset.run) chip.dataset.state = stateOf(chip.dataset.run);
    }
  }

  /**
   * @param {Chip} chip
   * @param {boolean} shown
   */
  #buildChip({ id, label, color, dash, help }, shown) {
    const acts = chipActs({ toggle: () => this.acts.toggle(id), only: () => this.acts.only(id) });
    const attributes = { class: "w-chip c-chip", type: "button", "aria-pressed": String(shown), "data-chip": id, ...acts };
    const title = help ? `${help}. ${acts.title}` : acts.title;
    return html("button", { ...attributes, title }, buildSwatch(color, dash), html("span", {}, label));
  }
}

/**
 * What is hidden once one of a group is shown alone; the other groups stay as they are.
 * @param {string} id
 * @param {{ hidden: ReadonlySet<string>, groups: { id: string }[][] }} state
 */
export function hideOthers(id, { hidden, groups }) {
  const like = groups.map((group) => group.map((one) => one.id)).find((ids) => ids.includes(id)) ?? [];
  const next = new Set([...hidden, ...like]);
  next.delete(id);
  return next;
}

/**
 * A stretch of a line.
 * @param {string} color
 * @param {string} dash
 */
export function buildSwatch(color, dash) {
  const swatch = html("i", { class: `c-swatch c-${dash}` });
  swatch.style.color = color;
  return swatch;
}

/**
 * @param {string} label
 * @param {HTMLElement[]} chips
 */
function buildGroup(label, chips) {
  return chips.length ? [html("div", { class: "c-chips", role: "group", "aria-label": label }, ...chips)] : [];
}
