// How the curves are drawn, in one row: the axis, smoothing, the scale, groups; and a folded rest.

import { html } from "../base/dom.js";
import { axisAlong, titleOf, writeKey } from "./columns.js";
import { WALL } from "./series.js";
import { SMOOTHERS } from "./smoothing.js";
import { CENTERS, SPREADS } from "./statistics.js";

/** @import { ChartSpec } from "./index.js" */
/** @import { SmoothKind } from "./smoothing.js" */
/** @import { Center, Spread } from "./statistics.js" */
/** @import { Scale, View } from "./view_state.js" */

/** @typedef {{ value: string, label: string, help?: string }} Choice */
/** @typedef {{ change: (patch: Partial<View>) => void, add: (key: string) => void, reset: () => void }} ToolActs */
/** @typedef {{ view: View, charts: ChartSpec[], groupings: Choice[], baseline: string | null, isPlain: boolean }} Tools baseline: its name */

const AXES = [
  { value: "epoch", label: "Epoch" },
  { value: "step", label: "Step" },
  { value: WALL, label: "Time since the start" },
  { value: "elapsed_seconds", label: "Training time" },
  { value: "logged_at", label: "Time of day" },
];
/** @type {{ value: Scale, label: string }[]} */
const SCALES = [
  { value: "linear", label: "Linear" },
  { value: "log", label: "Log" },
  { value: "symlog", label: "Symlog" },
];
const FIRST_WEIGHT = 0.6; // of a kind that is chosen while nothing is smoothed
const OFF = "";

export class Toolbar {
  /** @type {View | null} */
  #view = null;

  /** @param {ToolActs} acts */
  constructor(acts) {
    const { change } = acts;
    this.x = buildSelect("Axis", (value) => change({ x: value, zoom: {}, at: null }));
    this.kind = buildSelect("Smoothing", (value) => this.#onKind(value, change));
    this.weight = html("input", { type: "range", min: 0.05, max: 0.99, step: 0.01, "aria-label": "How smooth" });
    this.weight.addEventListener("input", () => change({ smooth: Number(this.weight.value) }));
    this.scale = buildSelect("Scale", (value) => change({ scale: /** @type {Scale} */ (value), zoom: {} }));
    this.group = buildSelect("Group", (value) => change({ group: value, hidden: null }));
    this.center = buildSelect("Line", (value) => change({ center: /** @type {Center} */ (value) }));
    this.spread = buildSelect("Band", (value) => change({ spread: /** @type {Spread} */ (value) }));
    this.clip = html("input", { type: "checkbox" });
    this.clip.addEventListener("change", () => change({ clip: this.clip.checked }));
    this.delta = html("input", { type: "checkbox" });
    this.delta.addEventListener("change", () => change({ delta: this.delta.checked, zoom: {} }));
    this.difference = html("label", { class: "c-tool", hidden: true }, this.delta, "Difference to the baseline");
    this.y = buildSelect("Chart", () => {});
    this.over = buildSelect("over", () => {});
    const add = { type: "button", class: "w-button", onclick: () => acts.add(writeKey(this.y.select.value, this.over.select.value)) };
    this.reset = html("button", { type: "button", class: "w-button", onclick: acts.reset }, "As at first");
    this.rest = html(
      "details",
      { class: "c-rest" },
      html("summary", { class: "w-button" }, "More"),
      html(
        "div",
        { class: "c-tools c-rest-items" },
        html("label", { class: "c-tool" }, this.clip, "Without outliers (5 to 95 %)"),
        html("span", { class: "c-tool" }, this.y.element, this.over.element, html("button", add, "Add chart")),
        this.reset,
      ),
    );
    this.bands = html("span", { class: "c-tool" }, this.center.element, this.spread.element);
    const first = [this.x, this.kind, this.scale, this.group].map(({ element }) => element);
    this.element = html("div", { class: "c-tools", role: "group", "aria-label": "How curves are drawn" }, first[0], first[1], this.weight, first[2], first[3], this.bands, this.difference, this.rest);
  }

  /**
   * @param {string} value
   * @param {ToolActs["change"]} change
   */
  #onKind(value, change) {
    if (value === OFF) return change({ smooth: 0 });
    return change({ kind: /** @type {SmoothKind} */ (value), smooth: this.#view?.smooth || FIRST_WEIGHT });
  }

  /** @param {Tools} tools */
  draw({ view, charts, groupings, baseline, isPlain }) {
    this.#view = view;
    const metrics = charts.flatMap(({ columns }) => Object.values(columns)).map((name) => ({ value: axisAlong(name), label: titleOf(name) }));
    fill(this.x, AXES, view.x, { label: "Metrics", choices: metrics });
    fill(this.kind, [{ value: OFF, label: "None" }, ...listOptions(SMOOTHERS)], view.smooth ? view.kind : OFF);
    this.weight.hidden = !view.smooth;
    if (Number(this.weight.value) !== view.smooth) this.weight.value = String(view.smooth);
    this.weight.title = `Weight ${view.smooth}`;
    fill(this.scale, SCALES, view.scale);
    fill(this.group, [{ value: "", label: "Each run alone" }, ...groupings], view.group);
    this.group.element.hidden = groupings.length === 0;
    fill(this.center, listOptions(CENTERS), view.center);
    fill(this.spread, listOptions(SPREADS), view.spread);
    this.bands.hidden = !view.group;
    this.clip.checked = view.clip;
    this.delta.checked = view.delta;
    this.difference.hidden = baseline === null;
    this.difference.title = baseline === null ? "" : `What each line has more or less than ${baseline} at the same place`;
    fill(this.y, charts.map(({ id, title }) => ({ value: id, label: title })), this.y.select.value);
    fill(this.over, [{ value: "", label: "the axis of all charts" }, ...AXES], this.over.select.value, { label: "Metrics", choices: metrics });
    this.reset.hidden = isPlain;
  }
}

/** @typedef {{ element: HTMLElement, select: HTMLSelectElement, filled: string }} Select filled: what its options were built of */

/**
 * @param {string} label
 * @param {(value: string) => void} change
 * @returns {Select}
 */
function buildSelect(label, change) {
  const select = html("select", { class: "c-select", "aria-label": label });
  select.addEventListener("change", () => change(select.value));
  return { element: html("label", { class: "c-tool" }, html("span", { class: "w-faint" }, label), select), select, filled: "" };
}

/**
 * Options are built anew only where others are to stand there: an open list would close. A value that is none of them stands there all the same.
 * @param {Select} one
 * @param {Choice[]} choices
 * @param {string} value
 * @param {{ label: string, choices: Choice[] }} [group]
 */
function fill(one, choices, value, group = { label: "", choices: [] }) {
  const known = [...choices, ...group.choices].some((choice) => choice.value === value);
  const rest = known || !value ? choices : [...choices, { value, label: value }];
  const filled = JSON.stringify([rest, group]);
  if (filled !== one.filled) {
    one.filled = filled;
    const folded = group.choices.length ? [html("optgroup", { label: group.label }, ...group.choices.map(buildOption))] : [];
    one.select.replaceChildren(...rest.map(buildOption), ...folded);
  }
  if (value || known) one.select.value = value;
}

/** @param {Choice} choice */
function buildOption({ value, label, help }) {
  return html("option", { value, title: help }, label);
}

/**
 * @param {{ [value: string]: string | { label: string, help: string } }} options
 * @returns {Choice[]}
 */
function listOptions(options) {
  return Object.entries(options).map(([value, said]) => (typeof said === "string" ? { value, label: said } : { value, ...said }));
}
