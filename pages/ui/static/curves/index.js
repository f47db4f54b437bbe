// Curves of one or more runs: they fetch and draw themselves; no script runs when a number arrives.
// What a test may read: on .c-root data-points (rows held per run), data-states and data-offline; on each .c-chart
// data-drawn (points drawn); and each .c-gd is plotly's own graph div.
import { CurveChart } from "./chart.js";
import { buildControls, buildLegend, buildTable } from "./parts.js";
import { html } from "../base/dom.js";
import { dropDraw, requestDraw } from "./draw_queue.js";
import { loadPlotly } from "./plotly.js";
import { ACTIVE, sharedPoller } from "./poller.js";
import { mixColours, readTheme } from "../base/theme.js";

const instances = new WeakMap();

/** Streamlit's entry: called at the first mount, at every script run with this component, at every change of theme. */
export default function render(component) {
  const { parentElement } = component;
  if (!instances.has(parentElement)) instances.set(parentElement, new Curves(parentElement));
  const curves = instances.get(parentElement);
  curves.update(component);
  return () => {
    instances.delete(parentElement);
    curves.destroy();
  };
}

/** "neutral" and "accent" are the theme's; a hex colour is made lighter on a dark page. */
function pickColour(theme, colour) {
  return theme[colour] ?? (theme.dark ? mixColours(colour, "#ffffff", 0.22) : colour);
}

class Curves {
  constructor(parentElement) {
    this.parentElement = parentElement;
    this.legend = html("div", { class: "c-legend" });
    this.notice = html("div", { class: "c-notice w-small", role: "status" });
    this.grid = html("div", { class: "c-grid" });
    this.table = html("div");
    this.bar = html("div", { class: "c-bar" }, this.legend, this.notice);
    this.root = html("div", { class: "w-root c-root" }, this.bar, this.grid, this.table);
    parentElement.append(this.root);
    this.charts = [];
    this.hidden = null; // ids of parts and runs that a person has switched off; null before the first choice
    this.drawnActive = new Set();
    this.seen = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: "200px" });
    this.sized = new ResizeObserver(() => this.#redraw({ atOnce: true }));
    this.sized.observe(this.grid);
  }

  update({ data, setTriggerValue }) {
    const earlier = this.data;
    this.data = data;
    this.setTriggerValue = setTriggerValue;
    this.poller = sharedPoller(data.api);
    if (!earlier || earlier.smoothing !== data.smoothing) this.smoothing = data.smoothing;
    if (!earlier || earlier.log !== data.log) this.log = data.log;
    if (JSON.stringify([earlier?.charts, earlier?.height]) !== JSON.stringify([data.charts, data.height])) this.#build();
    const ids = data.runs.map((run) => run.id);
    if (earlier && earlier.runs.map((run) => run.id).join() === ids.join()) this.poller.refresh(ids);
    else {
      this.unwatch?.();
      this.unwatch = this.poller.watch(ids, (news) => this.#onNews(news));
    }
    for (const run of data.runs) if (ACTIVE.has(run.state)) this.drawnActive.add(run.id);
    if (!this.Plotly) this.#load();
    this.#show();
    this.#onNews({ changed: new Set(ids), offline: this.poller.offline, isFresh: false });
    // On a phone the curves of a run that has just been started would lie below the form.
    if (!earlier && data.reveal) requestAnimationFrame(() => this.root.scrollIntoView({ block: "nearest" }));
  }

  #load() {
    loadPlotly(this.data.plotly).then(
      (Plotly) => {
        this.Plotly = Plotly;
        this.#redraw({ atOnce: true });
      },
      (error) => this.charts.forEach((chart) => chart.fail(error.message)),
    );
  }

  #build() {
    this.#clear();
    const { charts, height } = this.data;
    const redraw = (chart, options) => this.#redrawOne(chart, options);
    this.charts = charts.map((spec) => new CurveChart(spec, { height, redraw }));
    this.table.replaceChildren();
    this.grid.replaceChildren(...this.charts.map((chart) => chart.element));
    for (const chart of this.charts) this.seen.observe(chart.element);
  }

  #clear() {
    for (const chart of this.charts) {
      this.seen.unobserve(chart.element);
      dropDraw(chart);
      chart.destroy(this.Plotly);
    }
  }

  destroy() {
    this.unwatch?.();
    this.#clear();
    this.seen.disconnect();
    this.sized.disconnect();
    this.root.remove();
  }

  // Legend, controls and colours; then every chart anew.
  #show() {
    const switched = this.hidden ?? this.#hideAtFirst();
    buildLegend(this.legend, { data: this.data, colourOf: (colour) => pickColour(this.#theme(), colour), hidden: switched, poller: this.poller, toggle: (id) => this.#toggle(id) });
    if (this.data.controls) this.bar.append(this.#controls());
    this.#setViews(switched);
  }

  #controls() {
    this.controls ??= buildControls({
      onSmoothing: (value) => this.#choose({ smoothing: value }),
      onLog: (value) => this.#choose({ log: value }),
    });
    this.controls.set({ smoothing: this.smoothing, log: this.log, hasLog: this.data.charts.some((chart) => chart.unit !== "share") });
    return this.controls.element;
  }

  #choose(choice) {
    Object.assign(this, choice);
    this.controls.set({ smoothing: this.smoothing, log: this.log, hasLog: true });
    this.#setViews(this.hidden ?? this.#hideAtFirst());
  }

  // One run shows all its curves, several show only what they are compared by.
  #hideAtFirst() {
    const several = this.data.runs.length > 1;
    return new Set(this.data.parts.filter((part) => several && !part.compared).map((part) => part.id));
  }

  #toggle(id) {
    this.hidden = new Set(this.hidden ?? this.#hideAtFirst());
    if (!this.hidden.delete(id)) this.hidden.add(id);
    this.#show();
  }

  #theme() {
    const theme = readTheme(this.parentElement);
    const mix = (share) => mixColours(theme.background, theme.text, share);
    const accent = theme.dark ? mixColours(theme.accent, "#ffffff", 0.22) : theme.accent;
    return { ...theme, accent, faint: mix(0.66), line: mix(0.3), grid: mix(0.09), neutral: mix(0.5) };
  }

  #setViews(hidden) {
    const theme = this.#theme();
    this.root.style.colorScheme = theme.dark ? "dark" : "light";
    const single = this.data.runs.length === 1;
    const lines = this.data.runs
      .filter((run) => !hidden.has(run.id))
      .flatMap((run) =>
        this.data.parts
          .filter((part) => !hidden.has(part.id))
          .map((part) => ({
            run: this.poller.runs.get(run.id),
            part: part.id,
            name: single ? part.label : `${run.name} · ${part.label.toLowerCase()}`,
            color: pickColour(theme, single ? part.color : run.color),
            dash: single ? "solid" : part.dash,
            width: single ? 2 : 1.6,
          })),
      );
    const { smoothing, log } = this;
    for (const chart of this.charts) chart.setView({ lines, x: this.data.x, smoothing, log, theme });
    this.#redraw({ atOnce: true });
  }

  #onNews({ changed, offline, isFresh = true }) {
    this.notice.textContent = offline ?? "";
    this.root.dataset.offline = offline ? "true" : "false";
    const runs = this.data.runs.map((run) => this.poller.runs.get(run.id)).filter(Boolean);
    this.root.dataset.points = JSON.stringify(Object.fromEntries(runs.map((run) => [run.id, run.row])));
    this.root.dataset.states = JSON.stringify(Object.fromEntries(runs.map((run) => [run.id, run.state])));
    if (!changed.size) return;
    for (const chart of this.charts) chart.dirty = true;
    this.#redraw();
    buildTable(this.table, { data: this.data, runs });
    for (const chip of this.legend.querySelectorAll("[data-run]")) chip.dataset.state = this.poller.runs.get(chip.dataset.run)?.state ?? "";
    if (isFresh) this.#reportEnded(runs.filter((run) => changed.has(run.id)));
  }

  // A run that was drawn as active has ended: the script may want to run once, for its report.
  #reportEnded(runs) {
    for (const run of runs) if (ACTIVE.has(run.state)) this.drawnActive.add(run.id);
    const ended = runs.filter((run) => run.state && !ACTIVE.has(run.state) && this.drawnActive.has(run.id)).map((run) => run.id);
    for (const id of ended) this.drawnActive.delete(id);
    if (ended.length && this.data.reports) this.setTriggerValue("ended", ended);
  }

  #onSeen(entries) {
    for (const entry of entries) {
      const chart = this.charts.find((one) => one.element === entry.target);
      if (chart) chart.visible = entry.isIntersecting;
      if (chart?.visible) this.#redrawOne(chart);
    }
  }

  #redraw(options) {
    for (const chart of this.charts) {
      if (options?.atOnce) chart.dirty = true;
      this.#redrawOne(chart, options);
    }
  }

  #redrawOne(chart, options) {
    if (this.Plotly) requestDraw(chart, { Plotly: this.Plotly, ...options });
  }
}
