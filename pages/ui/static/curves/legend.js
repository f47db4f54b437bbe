// The legend of curves: chips that switch runs (or groups of them) and kinds of curve on and off.

import { chipActs, focusedBeside, html } from "../base/dom.js";

/** @import { CurvePart } from "./index.js" */

/** @typedef {{ id: string, label: string, color: string }} Owner what a line belongs to: a run, or a group of runs */

/**
 * @typedef {object} LegendView
 * @property {Owner[]} owners
 * @property {CurvePart[]} parts those that any chart has
 * @property {ReadonlySet<string>} hidden ids of owners and parts
 * @property {(colour: string) => string} colourOf
 * @property {(run: string) => string} stateOf
 */

/** @typedef {{ id: string, label: string, color: string, dash: string, help?: string }} Chip */

/**
 * @typedef {object} LegendActs
 * @property {(id: string) => void} toggle shows or hides a run or a kind of curve
 * @property {(id: string) => void} only shows it alone among its like
 * @property {() => void} all shows everything
 * @property {(id: string | null) => void} highlight
 */

const FEW = 24; // chips that stand there at first

export class Legend {
  #isWhole = false;
  /** @type {LegendView | null} */
  #view = null;

  /** @param {LegendActs} acts */
  constructor(acts) {
    this.acts = acts;
    this.element = html("div", { class: "c-legend" });
  }

  /**
   * Built anew in place; the focus stays where it was.
   * @param {LegendView} view
   */
  draw(view) {
    this.#view = view;
    const { owners, parts, hidden, colourOf, stateOf } = view;
    const focused = focusedBeside(this.element)?.dataset.chip;
    const single = owners.length === 1;
    const named = single ? [] : this.#isWhole ? owners : owners.slice(0, FEW);
    const runs = named.map(({ id, label, color }) => {
      const chip = this.#buildChip({ id, label, color: colourOf(color), dash: "solid" }, !hidden.has(id));
      chip.dataset.run = id;
      for (const event of ["pointerenter", "focus"]) chip.addEventListener(event, () => this.acts.highlight(id));
      for (const event of ["pointerleave", "blur"]) chip.addEventListener(event, () => this.acts.highlight(null));
      return chip;
    });
    const kinds = parts.map(({ id, label, help, color, dash }) => {
      const look = single ? { color: colourOf(color), dash: "solid" } : { color: colourOf("faint"), dash };
      return this.#buildChip({ id, label, help, ...look }, !hidden.has(id));
    });
    const rest = single ? 0 : owners.length - named.length;
    const more = { type: "button", class: "w-chip w-all", onclick: () => this.#unfold() };
    const chips = [...runs, ...(rest ? [html("button", more, `and ${rest} more`)] : [])];
    this.element.replaceChildren(...buildGroup("Runs", chips), ...buildGroup("Curves", kinds));
    if ([...owners, ...parts].some(({ id }) => hidden.has(id))) this.element.append(html("button", { type: "button", class: "w-chip w-all", onclick: this.acts.all }, "Show all"));
    this.showStates(stateOf);
    if (focused) [...runs, ...kinds].find((chip) => chip.dataset.chip === focused)?.focus();
  }

  #unfold() {
    this.#isWhole = true;
    if (this.#view) this.draw(this.#view);
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

  /** @param {string | null} id of the run that stands out in the charts */
  highlight(id) {
    for (const chip of this.element.querySelectorAll("button")) chip.classList.toggle("c-lit", id !== null && chip.dataset.run === id);
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
