// One chart of curves: plotly draws the lines; the header, the states and the crosshair are ours.

import { html } from "../base/dom.js";
import { countOf, formatCount } from "../base/format.js";
import { buildLayout, buildXAxis, buildYAxis } from "./axes.js";
import { Crosshair } from "./crosshair.js";
import { requestDraw } from "./draw_queue.js";
import { lowerBound } from "./series.js";
import { buildMarks, buildTraces, EVERYTHING, prepareLine } from "./traces.js";

/** @import { GraphDiv, PlotlyStatic, Relayout } from "../../types/plotly" */
/** @import { CurveTheme, Range, XName } from "./axes.js" */
/** @import { ChartSpec } from "./index.js" */
/** @import { RunSeries } from "./series.js" */
/** @import { Axes, CurveLine, DrawnLine, HeldLine } from "./traces.js" */

/** @typedef {{ lines: CurveLine[], x: XName, smoothing: number, log: boolean, theme: CurveTheme }} ChartView */
/** @typedef {{ x?: Range, y?: Range }} Zoom x in logged values, y in plotted ones */

const CONFIG = { displayModeBar: false, showTips: false, doubleClick: "autosize" };
const HINT = "Left and right arrow keys read the values.";
const REDUCED = "Every stretch keeps its least, greatest and last value; zoom in to see them all.";

export class CurveChart {
  /** As the draw queue knows it. */
  dirty = true;
  visible = false;
  nextAt = 0;
  /** A redraw in the middle of a drag would end the drag. */
  isHeld = false;
  /** What stands on the chart. @type {DrawnLine[]} */
  plotted = [];
  /** @type {Axes | null} */
  axes = null;
  /** @type {ChartView | null} */
  view = null;
  /** @type {PlotlyStatic | null} */
  #plotly = null;
  /** @type {Zoom | null} */
  #zoom = null;
  #isListening = false;

  /**
   * @param {ChartSpec} spec
   * @param {number} height px
   */
  constructor(spec, height) {
    this.spec = spec;
    this.height = height;
    this.badge = html("span", { class: "c-badge w-faint" });
    const reset = { class: "w-button c-reset", type: "button", hidden: true, onclick: () => this.#setZoom(null) };
    this.reset = html("button", reset, "Reset zoom");
    this.gd = /** @type {GraphDiv} */ (html("div", { class: "c-gd" }));
    this.state = html("div", { class: "c-state w-skeleton" });
    const plot = { class: "c-plot", tabindex: 0, role: "group", "aria-roledescription": "chart" };
    this.plot = html("div", plot, this.gd, this.state);
    this.plot.style.height = `${height}px`;
    const unit = spec.unit === "share" ? null : html("span", { class: "w-faint" }, ` (${spec.unit})`);
    const title = html("div", { class: "c-title", id: `c-title-${spec.id}` }, spec.title, unit);
    this.element = html("div", { class: "c-chart" }, html("div", { class: "c-head" }, title, this.badge, this.reset), this.plot);
    this.crosshair = new Crosshair(this);
    this.#holdWhileDragging();
  }

  #holdWhileDragging() {
    const release = () => {
      this.isHeld = false;
      requestDraw(this);
    };
    this.gd.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch") return;
      this.isHeld = true;
      this.crosshair.hide();
      addEventListener("pointerup", () => setTimeout(release, 0), { once: true });
    });
  }

  /**
   * The library has arrived: what was asked for before can be drawn.
   * @param {PlotlyStatic} plotly
   */
  usePlotly(plotly) {
    this.#plotly = plotly;
    this.redraw({ atOnce: true });
  }

  /** @param {ChartView} view its lines are the visible ones */
  setView(view) {
    if (this.view && (view.x !== this.view.x || view.log !== this.view.log)) this.#zoom = null;
    this.view = view;
    this.redraw({ atOnce: true });
  }

  /**
   * Asks to be drawn: soon, or at once when a person is waiting for it.
   * @param {{ atOnce?: boolean }} [options]
   */
  redraw(options) {
    this.dirty = true;
    requestDraw(this, options);
  }

  /** @param {boolean} isVisible */
  setVisible(isVisible) {
    this.visible = isVisible;
    if (isVisible) requestDraw(this);
  }

  /** @param {Zoom | null} zoom */
  #setZoom(zoom) {
    this.#zoom = zoom;
    this.redraw({ atOnce: true });
  }

  /** Draws what is held now. Takes as long as plotly takes; the draw queue decides when. */
  draw() {
    const width = this.plot.clientWidth;
    if (!this.#plotly || !this.view || !width || this.isHeld) return;
    this.dirty = false;
    const lines = this.#holdLines(this.view);
    const filled = lines.filter(({ points }) => points.x.length);
    this.#showState(lines, filled.length > 0);
    if (!filled.length) return;
    this.#drawLines(this.#plotly, this.view, lines, width);
    this.crosshair.refresh();
  }

  /**
   * The lines of the view that this chart has a column for, with the points held of each.
   * @param {ChartView} view
   * @returns {HeldLine[]}
   */
  #holdLines({ lines, x }) {
    const { columns } = this.spec;
    return lines
      .filter((line) => columns[line.part])
      .map((line) => ({ ...line, points: line.run.points(x, columns[line.part]) }));
  }

  /**
   * @param {PlotlyStatic} plotly
   * @param {ChartView} view
   * @param {HeldLine[]} lines
   * @param {number} width px
   */
  #drawLines(plotly, view, lines, width) {
    const xs = lines.flatMap(({ points: { x } }) => (x.length ? [x[0], x[x.length - 1]] : []));
    const [first, last] = [Math.min(...xs), Math.max(...xs)];
    const axes = { x: buildXAxis(view.x, last), y: buildYAxis(this.spec.unit, view.log) };
    const seen = this.#zoom?.x ?? EVERYTHING;
    this.axes = axes;
    this.plotted = lines.map((line) => prepareLine(line, view.smoothing, seen));
    const layout = buildLayout({
      ...{ theme: view.theme, width, height: this.height, xAxis: axes.x, yAxis: axes.y, span: last - first },
      xRange: this.#zoom?.x && [axes.x.toPlot(this.#zoom.x[0]), axes.x.toPlot(this.#zoom.x[1])],
      yRange: this.#zoom?.y,
      ...buildMarks(lines, { name: view.x, axis: axes.x, color: view.theme.faint }),
      isTouch: matchMedia("(pointer: coarse)").matches,
    });
    plotly.react(this.gd, buildTraces(this.plotted, { axes, isSmooth: view.smoothing > 0, seen }), layout, CONFIG);
    if (!this.#isListening) this.gd.on?.("plotly_relayout", (change) => this.#onRelayout(change));
    this.#isListening = true;
    this.#showCounts(seen, axes.x.title);
  }

  /** @param {Relayout} change */
  #onRelayout(change) {
    if (change["xaxis.autorange"] || change["yaxis.autorange"]) return this.#setZoom(null);
    const [xRange, yRange] = [readRange(change, "xaxis"), readRange(change, "yaxis")];
    const { fromPlot } = /** @type {Axes} */ (this.axes).x;
    /** @type {Range | undefined} */
    const x = xRange && [fromPlot(xRange[0]), fromPlot(xRange[1])];
    /** @type {Range | undefined} */
    const y = yRange && [Number(yRange[0]), Number(yRange[1])];
    if (x || y) this.#setZoom({ x: x ?? this.#zoom?.x, y: y ?? this.#zoom?.y });
    return undefined;
  }

  /**
   * @param {Range} seen
   * @param {string} xTitle
   */
  #showCounts([low, high], xTitle) {
    let [drawn, held] = [0, 0];
    for (const { points, drawn: indices } of this.plotted) {
      const within = lowerBound(points.x, high) - lowerBound(points.x, low);
      drawn += indices.length;
      held += low === -Infinity ? points.x.length : Math.max(indices.length, within);
    }
    this.element.dataset.drawn = String(drawn);
    this.badge.textContent = drawn < held ? `${formatCount(drawn)} of ${formatCount(held)} points drawn` : "";
    this.badge.title = drawn < held ? REDUCED : "";
    this.reset.hidden = !this.#zoom;
    const lines = countOf(this.plotted.length, "line");
    this.plot.setAttribute("aria-label", `${this.spec.title} by ${xTitle.toLowerCase()}, ${lines}. ${HINT}`);
  }

  /**
   * @param {HeldLine[]} lines
   * @param {boolean} hasPoints
   */
  #showState(lines, hasPoints) {
    this.state.hidden = hasPoints;
    this.gd.style.visibility = hasPoints ? "" : "hidden";
    if (hasPoints) return;
    const text = describeEmpty(lines.map(({ run }) => run));
    this.state.className = text === null ? "c-state w-skeleton" : "c-state w-faint";
    this.state.textContent = text ?? "";
    this.element.dataset.drawn = "0";
    this.badge.textContent = "";
    this.plotted = [];
    this.plot.setAttribute("aria-label", `${this.spec.title}. ${text ?? "Loading."}`);
  }

  /**
   * Says in the chart's place why it cannot be drawn.
   * @param {string} message
   */
  fail(message) {
    this.state.className = "c-state w-faint";
    this.state.textContent = message;
    this.state.hidden = false;
  }

  destroy() {
    this.crosshair.destroy();
    this.#plotly?.purge(this.gd);
  }
}

/**
 * The range that a change gives an axis, in either of plotly's spellings.
 * @param {Relayout} change
 * @param {"xaxis" | "yaxis"} axis
 */
function readRange(change, axis) {
  const [from, to] = [change[`${axis}.range[0]`], change[`${axis}.range[1]`]];
  const range = from === undefined ? change[`${axis}.range`] : [from, to];
  return /** @type {[number | string, number | string] | undefined} */ (range);
}

/**
 * What to say when no point is held: null while the first answer is on its way.
 * @param {RunSeries[]} runs
 */
function describeEmpty(runs) {
  if (!runs.length) return "All lines are hidden.";
  if (runs.some((run) => run.state === null)) return null;
  if (runs.some((run) => run.state === "running")) return "Starting: the first epoch is on its way";
  const pending = runs.find((run) => run.state === "pending");
  if (pending) return pending.message || "Waiting for its first epoch";
  if (runs.every((run) => run.state === "missing")) return runs.length > 1 ? "These runs no longer exist." : "This run no longer exists.";
  return "No epoch was logged.";
}
