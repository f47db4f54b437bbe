// Curves of one or more runs: they fetch and draw themselves; no script runs when a number arrives.
// What a test may read: on .c-root data-points (rows held per run), data-states and data-offline; on each .c-chart
// data-drawn (points drawn); and each .c-gd is plotly's own graph div.

import { defineComponent } from "../base/component.js";
import { html } from "../base/dom.js";
import { Echo } from "../base/echo.js";
import { mixColours } from "../base/theme.js";
import { listCharts, writeKey } from "./columns.js";
import { Grid, moveKey } from "./grid.js";
import { hideOthers, Legend } from "./legend.js";
import { isDifference, Lines } from "./lines.js";
import { loadPlotly } from "./plotly.js";
import { ACTIVE, sharedPoller } from "./poller.js";
import { ValueTable } from "./table.js";
import { Toolbar } from "./toolbar.js";
import { findChanges, PLAIN, readView, writeView } from "./view_state.js";

/** @import { Frame } from "../base/component.js" */
/** @import { CurveTheme, XName } from "./axes.js" */
/** @import { ChartActs } from "./chart.js" */
/** @import { News } from "./poller.js" */
/** @import { Params, View } from "./view_state.js" */

/** @typedef {{ id: string, name: string, color: string, state: string, fields: { [name: string]: string } }} CurveRun state: the one that the script drew; fields: what it may be grouped by */
/** @typedef {{ id: string, title: string, unit: string, columns: { [part: string]: string }, x?: XName }} ChartSpec x: an axis of its own */
/** @typedef {{ id: string, label: string, help: string, color: string, dash: string, compared: boolean }} CurvePart */

/**
 * What curves.py sends; triggers `ended` (ids) and `view` (parameters that have changed, null for one that is gone).
 * @typedef {object} CurvesData
 * @property {CurveRun[]} runs
 * @property {ChartSpec[]} charts that stand first
 * @property {CurvePart[]} parts
 * @property {Params | null} view as the URL has it; null where the page keeps none, and shows no tools
 * @property {{ value: string, label: string }[]} groupings
 * @property {CurveRun | null} baseline what differences are to, drawn or not
 * @property {string[]} palette
 * @property {number} height px, of each chart
 * @property {string} plotly address of the library
 * @property {string} reveal the key of what stands above the curves and comes to the top when one of their runs is drawn for the first time; empty where nothing does
 * @property {boolean} reports whether the script wants to run when a run has ended
 */

const BELOW_THE_BAR = "5rem"; // of the page, which stays at its top

export default defineComponent("c-root", (/** @type {Frame} */ frame) => new Curves(frame));

class Curves {
  #poller = sharedPoller();
  #unwatch = () => {};
  /** @type {CurvesData | null} */
  #data = null;
  #isLoading = false;
  /** The columns that there were at the last news. */
  #columns = "";
  #view = PLAIN;
  /** What the page keeps of it, or has just been told to. @type {Params} */
  #kept = {};
  #echo = new Echo();
  #lines = new Lines(this.#poller.runs);
  /** Runs that were active when they were drawn. @type {Set<string>} */
  #drawnActive = new Set();
  #grid = new Grid((spec) => this.#buildActs(spec), () => this.#change({ more: !this.#view.more }));
  #tools = new Toolbar({ change: (patch) => this.#change(patch), add: (key) => this.#add(key), reset: () => this.#change(PLAIN) });
  #legend = new Legend({
    toggle: (id) => this.#toggle(id),
    only: (id) => this.#showOnly(id),
    all: () => this.#change({ hidden: [] }),
    highlight: (id) => this.#highlight(id),
  });
  #table = new ValueTable({ unpin: () => this.#change({ at: null }), highlight: (id) => this.#highlight(id) });

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.notice = html("div", { class: "c-notice w-small", role: "status" });
    const bar = html("div", { class: "c-bar" }, this.#legend.element, this.notice);
    frame.root.append(this.#tools.element, bar, this.#grid.element, this.#table.element);
    frame.watchSize(this.#grid.element, () => this.#grid.redraw({ atOnce: true }));
    frame.atEnd(() => this.#release());
  }

  #release() {
    this.#unwatch();
    this.#echo.release();
    this.#grid.release();
  }

  /**
   * @param {CurvesData} data
   * @param {CurvesData | null} earlier
   */
  update(data, earlier) {
    this.#data = data;
    if (data.view && this.#echo.accepts(sayView(readView(data.view)))) {
      this.#view = readView(data.view);
      this.#kept = writeView(this.#view);
    }
    this.#tools.element.hidden = data.view === null;
    const ids = listWatched(data);
    if (earlier && listWatched(earlier).join() === ids.join()) this.#poller.refresh(ids);
    else {
      this.#unwatch();
      this.#unwatch = this.#poller.watch(ids, (news) => this.#onNews(news));
    }
    for (const { id, state } of data.runs) if (ACTIVE.has(state)) this.#drawnActive.add(id);
    if (!this.#isLoading) this.#load(data.plotly);
    this.#show(data);
    this.#showNews(data, { changed: new Set(ids), offline: this.#poller.offline });
    const isOther = !earlier || data.runs.some(({ id }) => earlier.runs.every((run) => run.id !== id));
    if (data.reveal && isOther) requestAnimationFrame(() => this.#reveal(data.reveal));
  }

  /**
   * The curves of a run that has just been started would lie below the form, or its presets. What is said above them
   * comes to the top, whatever height it has.
   * @param {string} key
   */
  #reveal(key) {
    const head = document.querySelector(`.st-key-${key}`);
    if (!(head instanceof HTMLElement) || this.frame.root.getBoundingClientRect().bottom <= innerHeight) return;
    head.style.scrollMarginTop = BELOW_THE_BAR;
    head.scrollIntoView({ block: "start" });
  }

  /** @param {string} url */
  async #load(url) {
    this.#isLoading = true;
    try {
      this.#grid.usePlotly(await loadPlotly(url));
    } catch (error) {
      this.#isLoading = false;
      this.#grid.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * What a person has set: drawn at once, and kept in the URL a little later.
   * @param {Partial<View>} patch
   */
  #change(patch) {
    this.#view = { ...this.#view, ...patch };
    const { data, frame } = { data: this.#data, frame: this.frame };
    if (!data) return;
    this.#show(data);
    if (!data.view) return;
    this.#echo.tellSoon(sayView(this.#view), () => {
      const now = writeView(this.#view);
      const changes = findChanges(this.#kept, now);
      this.#kept = now;
      if (Object.keys(changes).length) frame.tell("view", changes);
    });
  }

  /**
   * @param {ChartSpec} spec
   * @returns {ChartActs}
   */
  #buildActs(spec) {
    const key = spec.x ? spec.id : writeKey(spec.id);
    const menu = {
      enlarge: () => this.#change({ big: this.#view.big === spec.id ? "" : spec.id }),
      move: (/** @type {-1 | 1} */ by) => this.#change({ charts: moveKey(this.#grid.keys, key, by) }),
      remove: () => this.#change({ charts: this.#grid.keys.filter((one) => one !== key), more: false }),
    };
    return {
      zoom: (zoom) => {
        const { [spec.id]: _, ...others } = this.#view.zoom;
        this.#change({ zoom: zoom ? { ...others, [spec.id]: zoom } : others });
      },
      pin: (at) => spec.x === undefined && this.#change({ at }),
      highlight: (id) => this.#highlight(id),
      menu: this.#data?.view ? menu : null,
    };
  }

  /** @param {string} key of a chart */
  #add(key) {
    const { firstKeys } = this.#grid;
    if (!firstKeys.includes(key)) this.#change({ charts: [...firstKeys, key] });
  }

  /**
   * Legend and colours; then every chart anew.
   * @param {CurvesData} data
   */
  #show(data) {
    const view = this.#view;
    const hidden = this.#findHidden(data);
    const theme = this.#readTheme();
    this.frame.root.style.colorScheme = theme.dark ? "dark" : "light";
    const every = this.#arrange(data);
    const owners = this.#lines.listOwners(data, view);
    const parts = this.#lines.listParts(data, this.#grid.charts);
    this.#tools.draw({ view, charts: every, groupings: data.groupings, baseline: data.baseline?.name ?? null, isPlain: sayView(view) === sayView(PLAIN) });
    this.#legend.draw({ owners, parts, hidden, colourOf: (colour) => pickColour(theme, colour), stateOf: (id) => this.#stateOf(id) });
    const lines = this.#lines.build(data, { view, hidden, colourOf: (colour) => pickColour(theme, colour) });
    const { x, kind, smooth, scale, clip, at } = view;
    const baseline = this.#lines.nameBaseline(data, view);
    for (const chart of this.#grid.charts) {
      const zoom = view.zoom[chart.spec.id] ?? null;
      chart.setView({ lines, x, smoothing: { kind, weight: smooth }, scale, clip, zoom, at, theme, baseline, isAny: owners.length > 0 });
    }
    this.#showTable(data);
  }

  /**
   * The charts that the runs have columns for.
   * @param {CurvesData} data
   */
  #arrange(data) {
    const names = new Set(data.runs.flatMap(({ id }) => listUsed(this.#poller.runs.get(id))));
    const every = listCharts(names, data);
    this.#grid.arrange(every, data, this.#view);
    return every;
  }

  /** @param {CurvesData} data */
  #findHidden(data) {
    const { hidden } = this.#view;
    if (hidden) return new Set(hidden);
    const isSeveral = this.#lines.listOwners(data, this.#view).length > 1;
    return new Set(data.parts.filter(({ compared }) => isSeveral && !compared).map(({ id }) => id));
  }

  /** @param {string} id */
  #toggle(id) {
    if (!this.#data) return;
    const hidden = this.#findHidden(this.#data);
    if (!hidden.delete(id)) hidden.add(id);
    this.#change({ hidden: [...hidden] });
  }

  /**
   * Shows one run among the runs, or one kind of curve among the kinds.
   * @param {string} id
   */
  #showOnly(id) {
    if (!this.#data) return;
    const owners = this.#lines.listOwners(this.#data, this.#view);
    this.#change({ hidden: [...hideOthers(id, { hidden: this.#findHidden(this.#data), groups: [owners, this.#data.parts] })] });
  }

  /** @param {string | null} id of a run or a group */
  #highlight(id) {
    for (const chart of this.#grid.charts) chart.highlight(id);
    this.#legend.highlight(id);
    this.#table.highlight(id);
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
    const before = this.#columns;
    this.#columns = [...new Set(runs.flatMap(listUsed))].join("\n");
    if (this.#columns !== before) this.#show(data);
    this.#grid.redraw();
    this.#showTable(data);
    this.#legend.showStates((id) => this.#stateOf(id));
  }

  /** @param {CurvesData} data */
  #showTable(data) {
    const { x, at } = this.#view;
    const runs = data.runs.flatMap(({ id }) => this.#poller.runs.get(id) ?? []);
    const rows = this.#lines.listRows(data, this.#view);
    this.#table.show({ rows, runs, charts: this.#grid.charts.map(({ spec }) => spec), parts: data.parts, x, at, isDifference: isDifference(data, this.#view) });
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
}

/**
 * The runs that are drawn, and the baseline.
 * @param {CurvesData} data
 */
function listWatched({ runs, baseline }) {
  return [...new Set([...runs, ...(baseline ? [baseline] : [])].map(({ id }) => id))];
}

/** @param {{ used: Set<string>, columns: { [name: string]: unknown } } | undefined} run */
function listUsed(run) {
  return run ? Object.keys(run.columns).filter((name) => run.used.has(name)) : [];
}

/** @param {View} view */
function sayView(view) {
  return JSON.stringify(writeView(view));
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
