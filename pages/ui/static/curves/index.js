// Curves of one or more runs: they fetch and draw themselves; no script runs when a number arrives.
// What a test may read: on .c-root data-points (rows held per run), data-states and data-offline; on each .c-chart
// data-drawn (points drawn); and each .c-gd is plotly's own graph div.

import { defineComponent } from "../base/component.js";
import { html } from "../base/dom.js";
import { mixColours } from "../base/theme.js";
import { CurveChart } from "./chart.js";
import { dropDraw } from "./draw_queue.js";
import { hideOthers, Legend } from "./legend.js";
import { loadPlotly } from "./plotly.js";
import { ACTIVE, sharedPoller } from "./poller.js";
import { ValueTable } from "./table.js";

/** @import { PlotlyStatic } from "../../types/plotly" */
/** @import { Frame } from "../base/component.js" */
/** @import { CurveTheme, XName } from "./axes.js" */
/** @import { News } from "./poller.js" */
/** @import { RunSeries } from "./series.js" */

/** @typedef {{ id: string, name: string, color: string, state: string }} CurveRun state: the one that the script drew */
/** @typedef {{ id: string, title: string, unit: string, columns: { [part: string]: string } }} ChartSpec */
/** @typedef {{ id: string, label: string, help: string, color: string, dash: string, compared: boolean }} CurvePart */

/**
 * What curves.py sends; triggers `ended` (ids).
 * @typedef {object} CurvesData
 * @property {CurveRun[]} runs
 * @property {ChartSpec[]} charts
 * @property {CurvePart[]} parts
 * @property {XName} x
 * @property {number} smoothing
 * @property {boolean} log
 * @property {number} height px, of each chart
 * @property {string} plotly address of the library
 * @property {boolean} reveal whether to scroll to the curves at the first drawing
 * @property {boolean} reports whether the script wants to run when a run has ended
 */

// Room for the name of the run, its state and the button that stops it.
const ABOVE_THE_CURVES = "16rem";

export default defineComponent("c-root", (/** @type {Frame} */ frame) => new Curves(frame));

class Curves {
  #poller = sharedPoller();
  #unwatch = () => {};
  /** @type {CurvesData | null} */
  #data = null;
  /** @type {PlotlyStatic | null} */
  #plotly = null;
  /** @type {CurveChart[]} */
  #charts = [];
  /** Ids of parts and runs that a person has switched off; null before the first choice. @type {Set<string> | null} */
  #chosen = null;
  /** Runs that were active when they were drawn. @type {Set<string>} */
  #drawnActive = new Set();
  #legend = new Legend({ toggle: (id) => this.#toggle(id), only: (id) => this.#showOnly(id), all: () => this.#choose(new Set()) });
  #table = new ValueTable();

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.notice = html("div", { class: "c-notice w-small", role: "status" });
    this.grid = html("div", { class: "c-grid" });
    frame.root.append(html("div", { class: "c-bar" }, this.#legend.element, this.notice), this.grid, this.#table.element);
    this.seen = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: "200px" });
    frame.watchSize(this.grid, () => this.#redraw({ atOnce: true }));
    frame.atEnd(() => this.#release());
  }

  #release() {
    this.#unwatch();
    this.#clearCharts();
    this.seen.disconnect();
  }

  /**
   * @param {CurvesData} data
   * @param {CurvesData | null} earlier
   */
  update(data, earlier) {
    this.#data = data;
    if (JSON.stringify([earlier?.charts, earlier?.height]) !== JSON.stringify([data.charts, data.height])) this.#buildCharts(data);
    const ids = data.runs.map(({ id }) => id);
    if (earlier && earlier.runs.map(({ id }) => id).join() === ids.join()) this.#poller.refresh(ids);
    else {
      this.#unwatch();
      this.#unwatch = this.#poller.watch(ids, (news) => this.#onNews(news));
    }
    for (const { id, state } of data.runs) if (ACTIVE.has(state)) this.#drawnActive.add(id);
    if (!this.#plotly) this.#load(data.plotly);
    this.#show(data);
    this.#showNews(data, { changed: new Set(ids), offline: this.#poller.offline });
    if (!earlier && data.reveal) requestAnimationFrame(() => this.#reveal());
  }

  /** On a phone the curves of a run that has just been started would lie below the form. What is said above them stays in view. */
  #reveal() {
    const { root } = this.frame;
    if (root.getBoundingClientRect().bottom <= innerHeight) return;
    root.style.scrollMarginTop = ABOVE_THE_CURVES;
    root.scrollIntoView({ block: "start" });
  }

  /** @param {string} url */
  async #load(url) {
    try {
      const plotly = await loadPlotly(url);
      this.#plotly = plotly;
      for (const chart of this.#charts) chart.usePlotly(plotly);
    } catch (error) {
      for (const chart of this.#charts) chart.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {CurvesData} data */
  #buildCharts({ charts, height }) {
    this.#clearCharts();
    this.#charts = charts.map((spec) => new CurveChart(spec, height));
    this.grid.replaceChildren(...this.#charts.map(({ element }) => element));
    for (const chart of this.#charts) {
      this.seen.observe(chart.element);
      if (this.#plotly) chart.usePlotly(this.#plotly);
    }
  }

  #clearCharts() {
    for (const chart of this.#charts) {
      this.seen.unobserve(chart.element);
      dropDraw(chart);
      chart.destroy();
    }
    this.#charts = [];
  }

  /**
   * Legend and colours; then every chart anew.
   * @param {CurvesData} data
   */
  #show(data) {
    const hidden = this.#chosen ?? hideAtFirst(data);
    const theme = this.#readTheme();
    this.frame.root.style.colorScheme = theme.dark ? "dark" : "light";
    this.#legend.draw({ data, hidden, colourOf: (colour) => pickColour(theme, colour), stateOf: (id) => this.#stateOf(id) });
    const lines = this.#buildLines(data, hidden, theme);
    for (const chart of this.#charts) chart.setView({ lines, x: data.x, smoothing: data.smoothing, log: data.log, theme });
  }

  /**
   * @param {CurvesData} data
   * @param {ReadonlySet<string>} hidden
   * @param {CurveTheme} theme
   */
  #buildLines(data, hidden, theme) {
    const single = data.runs.length === 1;
    const parts = data.parts.filter(({ id }) => !hidden.has(id));
    return data.runs.flatMap(({ id, name, color }) => {
      const run = hidden.has(id) ? null : this.#poller.runs.get(id);
      return (run ? parts : []).map((part) => ({
        run: /** @type {RunSeries} */ (run),
        owner: name,
        part: part.id,
        name: single ? part.label : `${name} · ${part.label.toLowerCase()}`,
        color: pickColour(theme, single ? part.color : color),
        dash: single ? "solid" : part.dash,
        width: single ? 2 : 1.6,
      }));
    });
  }

  /** @param {string} id */
  #toggle(id) {
    if (!this.#data) return;
    const hidden = new Set(this.#chosen ?? hideAtFirst(this.#data));
    if (!hidden.delete(id)) hidden.add(id);
    this.#choose(hidden);
  }

  /**
   * Shows one run among the runs, or one kind of curve among the kinds.
   * @param {string} id
   */
  #showOnly(id) {
    if (!this.#data) return;
    const { runs, parts } = this.#data;
    this.#choose(hideOthers(id, { hidden: this.#chosen ?? hideAtFirst(this.#data), groups: [runs, parts] }));
  }

  /** @param {Set<string>} hidden */
  #choose(hidden) {
    this.#chosen = hidden;
    if (this.#data) this.#show(this.#data);
  }

  /** @returns {CurveTheme} */
  #readTheme() {
    const theme = this.frame.readTheme();
    /** @param {number} share */
    const mix = (share) => mixColours(theme.background, theme.text, share);
    const accent = theme.dark ? lighten(theme.accent) : theme.accent;
    return { ...theme, accent, faint: mix(0.66), line: mix(0.3), grid: mix(0.09), neutral: mix(0.5) };
  }

  /** @param {string} id */
  #stateOf(id) {
    return this.#poller.runs.get(id)?.state ?? "";
  }
  /** @param {News} news */
  #onNews(news) {
    if (!this.#data) return;
    this.#showNews(this.#data, news);
    const ended = [...news.changed].filter((id) => this.#hasEnded(id));
    if (ended.length && this.#data.reports) this.frame.tell("ended", ended);
  }

  /**
   * @param {CurvesData} data
   * @param {News} news
   */
  #showNews(data, { changed, offline }) {
    const { dataset } = this.frame.root;
    const runs = data.runs.flatMap(({ id }) => this.#poller.runs.get(id) ?? []);
    this.notice.textContent = offline ?? "";
    dataset.offline = String(offline !== null);
    dataset.points = JSON.stringify(Object.fromEntries(runs.map(({ id, row }) => [id, row])));
    dataset.states = JSON.stringify(Object.fromEntries(runs.map(({ id, state }) => [id, state])));
    if (!changed.size) return;
    this.#redraw();
    this.#table.show(data, runs);
    this.#legend.showStates((id) => this.#stateOf(id));
  }

  /**
   * Whether a run that was drawn as active has ended: told once, since the script may want to run for its report.
   * @param {string} id
   */
  #hasEnded(id) {
    const state = this.#stateOf(id);
    if (ACTIVE.has(state)) this.#drawnActive.add(id);
    return state !== "" && !ACTIVE.has(state) && this.#drawnActive.delete(id);
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #onSeen(entries) {
    for (const { target, isIntersecting } of entries) {
      this.#charts.find(({ element }) => element === target)?.setVisible(isIntersecting);
    }
  }

  /** @param {{ atOnce?: boolean }} [options] */
  #redraw(options) {
    for (const chart of this.#charts) chart.redraw(options);
  }
}

/**
 * One run shows all its curves, several show only what they are compared by.
 * @param {CurvesData} data
 */
function hideAtFirst({ runs, parts }) {
  return new Set(parts.filter(({ compared }) => runs.length > 1 && !compared).map(({ id }) => id));
}

/**
 * "neutral", "accent" and "faint" are the theme's; a hex colour is made lighter on a dark page.
 * @param {CurveTheme} theme
 * @param {string} colour
 */
function pickColour(theme, colour) {
  if (colour === "neutral" || colour === "accent" || colour === "faint") return theme[colour];
  return theme.dark ? lighten(colour) : colour;
}

/** @param {string} colour */
function lighten(colour) {
  return mixColours(colour, "#ffffff", 0.22);
}
