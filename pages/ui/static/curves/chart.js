// One chart of curves: plotly draws the lines; the header, the states and the crosshair are ours.
import { buildLayout, buildXAxis, buildYAxis } from "./axes.js";
import { Crosshair } from "./crosshair.js";
import { html } from "../base/dom.js";
import { escapeText, formatCount } from "../base/format.js";
import { bucketIndices, lowerBound, SMOOTHERS } from "./series.js";

const BUCKETS = 1000;
const GHOST_OPACITY = 0.25;
const MARKED_RUNS = 5; // more restart lines than this are noise

export class CurveChart {
  /** spec: {id, title, unit, columns: {part: column}}. redraw: asks for a draw soon. */
  constructor(spec, { height, redraw }) {
    Object.assign(this, { spec, height, redraw, zoom: null, dirty: true, visible: false, nextAt: 0, plotted: [] });
    this.badge = html("span", { class: "c-badge w-faint" });
    this.reset = html("button", { class: "w-button c-reset", type: "button", hidden: true, onclick: () => this.setZoom(null) });
    this.reset.textContent = "Reset zoom";
    this.gd = html("div", { class: "c-gd" });
    this.state = html("div", { class: "c-state w-skeleton" });
    this.plot = html("div", { class: "c-plot", tabindex: 0, role: "group", "aria-roledescription": "chart" });
    this.plot.style.height = `${height}px`;
    this.plot.append(this.gd, this.state);
    const unit = spec.unit === "share" ? null : html("span", { class: "w-faint" }, ` (${spec.unit})`);
    const title = html("div", { class: "c-title", id: `c-title-${spec.id}` }, spec.title, unit);
    this.element = html("div", { class: "c-chart" }, html("div", { class: "c-head" }, title, this.badge, this.reset), this.plot);
    this.crosshair = new Crosshair(this);
    this.#holdWhileDragging();
  }

  // A redraw in the middle of a drag would end the drag.
  #holdWhileDragging() {
    this.gd.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch") return;
      this.held = true;
      this.crosshair.hide();
      addEventListener("pointerup", () => setTimeout(() => this.#release(), 0), { once: true });
    });
  }

  #release() {
    this.held = false;
    this.redraw(this);
  }

  /** view: {lines, x, smoothing, log, theme}. lines: {run, part, name, color, dash, width}, the visible ones. */
  setView(view) {
    if (this.view && (view.x !== this.view.x || view.log !== this.view.log)) this.zoom = null;
    this.view = view;
    this.dirty = true;
  }

  setZoom(zoom) {
    this.zoom = zoom;
    this.dirty = true;
    this.redraw(this, { atOnce: true });
  }

  /** The lines of the view that this chart has a column for, with the points held of each. */
  lines() {
    return this.view.lines
      .filter((line) => this.spec.columns[line.part])
      .map((line) => ({ ...line, points: line.run.points(this.view.x, this.spec.columns[line.part]) }));
  }

  /** Draws what is held now. Takes as long as plotly takes; the caller decides when. */
  draw(Plotly) {
    const width = this.plot.clientWidth;
    if (!width || this.held) return;
    this.dirty = false;
    const lines = this.lines();
    const rows = Math.max(0, ...lines.map((line) => line.points.x.length));
    this.#showState(lines, rows);
    if (!rows) return;
    const ends = lines.filter((line) => line.points.x.length).map(({ points }) => [points.x[0], points.x.at(-1)]);
    const last = Math.max(...ends.map((end) => end[1]));
    this.xAxis = buildXAxis(this.view.x, last);
    this.yAxis = buildYAxis(this.spec.unit, this.view.log);
    const [low, high] = this.zoom?.x ?? [-Infinity, Infinity];
    this.plotted = lines.map((line) => this.#buildLine(line, low, high));
    const theme = { ...this.view.theme, span: last - Math.min(...ends.map((end) => end[0])) };
    const layout = buildLayout({
      ...{ theme, width, height: this.height, xAxis: this.xAxis, yAxis: this.yAxis, yRange: this.zoom?.y },
      xRange: this.zoom?.x?.map(this.xAxis.toPlot),
      ...this.#buildMarks(lines),
      isTouch: matchMedia("(pointer: coarse)").matches,
    });
    Plotly.react(this.gd, this.#buildTraces(), layout, { displayModeBar: false, showTips: false, doubleClick: "autosize" });
    if (!this.listening) this.gd.on("plotly_relayout", (event) => this.#onRelayout(event));
    this.listening = true;
    this.#showCounts(low, high);
    this.crosshair.refresh();
  }

  #buildLine(line, low, high) {
    const { x, y } = line.points;
    const values = this.view.smoothing ? SMOOTHERS.ema(x, y, this.view.smoothing) : y;
    return { ...line, values, drawn: bucketIndices(x, values, BUCKETS, low, high) };
  }

  #buildTraces() {
    const trace = (line, values, indices, style) => ({
      type: "scatter",
      mode: line.points.x.length < 2 ? "markers" : "lines",
      name: escapeText(line.name),
      x: indices.map((index) => this.xAxis.toPlot(line.points.x[index])),
      y: indices.map((index) => this.#toPlotY(values[index])),
      hoverinfo: "skip",
      marker: { color: line.color, size: 5 },
      ...style,
    });
    const [low, high] = this.zoom?.x ?? [-Infinity, Infinity];
    const ghosts = this.view.smoothing
      ? this.plotted.map((line) => {
          const indices = bucketIndices(line.points.x, line.points.y, BUCKETS, low, high);
          return trace(line, line.points.y, indices, { line: { color: line.color, width: 1 }, opacity: GHOST_OPACITY });
        })
      : [];
    const style = (line) => ({ line: { color: line.color, width: line.width, dash: line.dash } });
    return [...ghosts, ...this.plotted.map((line) => trace(line, line.values, line.drawn, style(line)))];
  }

  #toPlotY(value) {
    return this.yAxis.type === "log" && value <= 0 ? null : value * this.yAxis.scale;
  }

  // A dotted line where training went on after a pause.
  #buildMarks(lines) {
    const runs = [...new Map(lines.map((line) => [line.run, line])).values()].slice(0, MARKED_RUNS);
    const rows = runs.flatMap(({ run }) => run.restarts().map((row) => this.xAxis.toPlot(run.columns[this.view.x][row])));
    const line = { color: this.view.theme.faint, width: 1, dash: "dot" };
    const note = { yref: "paper", y: 1, text: "resumed", showarrow: false, xanchor: "left", yanchor: "top", font: { size: 11 } };
    return {
      shapes: rows.map((x) => ({ type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line })),
      annotations: rows.map((x) => ({ ...note, x })),
    };
  }

  #onRelayout(event) {
    if (event["xaxis.autorange"] || event["yaxis.autorange"]) return this.setZoom(null);
    const range = (axis) => {
      const [from, to] = [event[`${axis}.range[0]`], event[`${axis}.range[1]`]];
      return from === undefined ? event[`${axis}.range`] : [from, to];
    };
    const [x, y] = [range("xaxis")?.map(this.xAxis.fromPlot), range("yaxis")];
    if (x || y) this.setZoom({ x: x ?? this.zoom?.x, y: y ?? this.zoom?.y });
    return undefined;
  }

  #showCounts(low, high) {
    let [drawn, held] = [0, 0];
    for (const { points, drawn: indices } of this.plotted) {
      drawn += indices.length;
      held += low === -Infinity ? points.x.length : Math.max(indices.length, lowerBound(points.x, high) - lowerBound(points.x, low));
    }
    this.element.dataset.drawn = drawn;
    this.badge.textContent = drawn < held ? `${formatCount(drawn)} of ${formatCount(held)} points drawn` : "";
    this.badge.title = drawn < held ? "Every stretch keeps its least, greatest and last value; zoom in to see them all." : "";
    this.reset.hidden = !this.zoom;
    const names = `${this.plotted.length} ${this.plotted.length === 1 ? "line" : "lines"}`;
    const hint = "Left and right arrow keys read the values.";
    this.plot.setAttribute("aria-label", `${this.spec.title} by ${this.xAxis.title.toLowerCase()}, ${names}. ${hint}`);
  }

  #showState(lines, rows) {
    const text = rows ? "" : describeEmpty(lines.map((line) => line.run));
    this.state.className = text === null ? "c-state w-skeleton" : "c-state w-faint";
    this.state.textContent = text ?? "";
    this.state.hidden = rows > 0;
    this.gd.style.visibility = rows ? "" : "hidden";
    if (!rows) {
      this.element.dataset.drawn = 0;
      this.badge.textContent = "";
      this.plotted = [];
      this.plot.setAttribute("aria-label", `${this.spec.title}. ${text ?? "Loading."}`);
    }
  }

  /** Says in the chart's place why it cannot be drawn. */
  fail(message) {
    this.state.className = "c-state w-faint";
    this.state.textContent = message;
    this.state.hidden = false;
  }

  destroy(Plotly) {
    this.crosshair.destroy();
    Plotly?.purge(this.gd);
  }
}

// What to say when no point is held: null while the first answer is on its way.
function describeEmpty(runs) {
  if (!runs.length) return "All lines are hidden.";
  if (runs.some((run) => run.state === null)) return null;
  if (runs.some((run) => run.state === "running")) return "Starting: the first epoch is on its way";
  const pending = runs.find((run) => run.state === "pending");
  if (pending) return pending.message || "Waiting for its turn in the queue";
  if (runs.every((run) => run.state === "missing")) return runs.length > 1 ? "These runs no longer exist." : "This run no longer exists.";
  return "No epoch was logged.";
}
