// The legend of curves: chips that switch runs and kinds of curve on and off.

import { focusedBeside, html } from "../base/dom.js";

/** @import { CurvesData } from "./index.js" */

/**
 * @typedef {object} LegendView
 * @property {CurvesData} data
 * @property {ReadonlySet<string>} hidden ids of runs and parts
 * @property {(colour: string) => string} colourOf
 * @property {(run: string) => string} stateOf
 */

/** @typedef {{ id: string, label: string, color: string, dash: string, title?: string }} Chip */

export class Legend {
  /** @param {(id: string) => void} toggle */
  constructor(toggle) {
    this.toggle = toggle;
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
      return this.#buildChip({ id, label, title: help, ...look }, !hidden.has(id));
    });
    this.element.replaceChildren(...buildGroup("Runs", runs), ...buildGroup("Curves", parts));
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
  #buildChip({ id, label, color, dash, title }, shown) {
    const attributes = { class: "w-chip c-chip", type: "button", title, "aria-pressed": String(shown), "data-chip": id };
    return html("button", { ...attributes, onclick: () => this.toggle(id) }, buildSwatch(color, dash), html("span", {}, label));
  }
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
