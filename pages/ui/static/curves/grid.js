// The charts of the page in their order: those that stand first, and the others unfolded below. Charts that stay are kept.

import { html } from "../base/dom.js";
import { CurveChart } from "./chart.js";
import { pickCharts, writeKey } from "./columns.js";
import { dropDraw } from "./draw_queue.js";

/** @import { PlotlyStatic } from "../../types/plotly" */
/** @import { ChartActs } from "./chart.js" */
/** @import { ChartSpec } from "./index.js" */
/** @import { View } from "./view_state.js" */

export class Grid {
  /** What is shown, in order. @type {CurveChart[]} */
  charts = [];
  /** How many of them stand first. */
  #first = 0;
  #key = "";
  /** @type {PlotlyStatic | null} */
  #plotly = null;
  #failure = "";

  /**
   * @param {(spec: ChartSpec) => ChartActs} actsOf
   * @param {() => void} toggleMore
   */
  constructor(actsOf, toggleMore) {
    this.actsOf = actsOf;
    this.first = html("div", { class: "c-grid" });
    this.others = html("div", { class: "c-grid" });
    this.more = html("button", { type: "button", class: "w-button c-more", onclick: toggleMore });
    this.element = html("div", { class: "c-grids" }, this.first, this.more, this.others);
    this.seen = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: "200px" });
  }

  /**
   * @param {ChartSpec[]} every
   * @param {{ charts: ChartSpec[], height: number }} data those that stand first by default
   * @param {View} view
   */
  arrange(every, data, view) {
    const first = view.charts ? pickCharts(view.charts, every) : data.charts;
    const others = every.filter(({ id }) => !first.some((spec) => spec.id === id));
    const shown = view.more ? others : [];
    this.more.hidden = !others.length;
    this.more.textContent = view.more ? "Fewer charts" : `${others.length} more ${others.length === 1 ? "chart" : "charts"}`;
    this.more.setAttribute("aria-expanded", String(view.more));
    const key = JSON.stringify([first, shown, data.height]);
    if (key !== this.#key) this.#build(first, shown, data.height);
    this.#key = key;
    for (const chart of this.charts) {
      const isBig = chart.spec.id === view.big;
      if (isBig !== chart.element.classList.contains("c-big")) chart.setBig(isBig);
    }
  }

  /** Keys of the charts that are shown, in order. */
  get keys() {
    return this.charts.map(({ spec }) => (spec.x ? spec.id : writeKey(spec.id)));
  }

  /** Keys of those that stand first. */
  get firstKeys() {
    return this.keys.slice(0, this.#first);
  }

  /**
   * @param {ChartSpec[]} first
   * @param {ChartSpec[]} shown
   * @param {number} height
   */
  #build(first, shown, height) {
    const before = new Map(this.charts.map((chart) => [`${chart.usual} ${JSON.stringify(chart.spec)}`, chart]));
    this.charts = [...first, ...shown].map((spec) => {
      const key = `${height} ${JSON.stringify(spec)}`;
      const known = before.get(key);
      before.delete(key);
      return known ?? this.#make(spec, height);
    });
    for (const chart of before.values()) this.#drop(chart);
    this.#first = first.length;
    place(this.first, this.charts.slice(0, first.length));
    place(this.others, this.charts.slice(first.length));
  }

  /**
   * @param {ChartSpec} spec
   * @param {number} height
   */
  #make(spec, height) {
    const chart = new CurveChart(spec, height, this.actsOf(spec));
    this.seen.observe(chart.element);
    if (this.#plotly) chart.usePlotly(this.#plotly);
    if (this.#failure) chart.fail(this.#failure);
    return chart;
  }

  /** @param {CurveChart} chart */
  #drop(chart) {
    this.seen.unobserve(chart.element);
    dropDraw(chart);
    chart.destroy();
    chart.element.remove();
  }

  /** @param {PlotlyStatic} plotly */
  usePlotly(plotly) {
    this.#plotly = plotly;
    for (const chart of this.charts) chart.usePlotly(plotly);
  }

  /** @param {string} message */
  fail(message) {
    this.#failure = message;
    for (const chart of this.charts) chart.fail(message);
  }

  /** @param {{ atOnce?: boolean }} [options] */
  redraw(options) {
    for (const chart of this.charts) chart.redraw(options);
  }

  release() {
    this.seen.disconnect();
    for (const chart of this.charts) this.#drop(chart);
    this.charts = [];
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #onSeen(entries) {
    for (const { target, isIntersecting } of entries) {
      this.charts.find(({ element }) => element === target)?.setVisible(isIntersecting);
    }
  }
}

/**
 * Elements are moved only where they do not stand already: one that is moved loses the focus.
 * @param {HTMLElement} parent
 * @param {CurveChart[]} charts
 */
function place(parent, charts) {
  charts.forEach(({ element }, at) => {
    if (parent.children[at] !== element) parent.insertBefore(element, parent.children[at] ?? null);
  });
}

/**
 * A list in which one has changed places with its neighbour, if it has one there.
 * @param {string[]} keys
 * @param {string} key
 * @param {-1 | 1} by
 */
export function moveKey(keys, key, by) {
  const at = keys.indexOf(key);
  const to = at + by;
  if (at < 0 || to < 0 || to >= keys.length) return keys;
  const moved = [...keys];
  [moved[at], moved[to]] = [moved[to], moved[at]];
  return moved;
}
