// One chart of curves: plotly draws the lines; the header, the states and the crosshair are ours.

import { html, svg } from "../base/dom.js";
import { countOf, formatCount } from "../base/format.js";
import { buildLayout, buildXAxis, buildYAxis } from "./axes.js";
import { ChartMenu } from "./chart_menu.js";
import { explainUnit } from "./columns.js";
import { Crosshair } from "./crosshair.js";
import { describeDifference, unitOfDifference } from "./differences.js";
import { requestDraw } from "./draw_queue.js";
import { lowerBound } from "./series.js";
import { buildEdgeMarks, buildMarks, buildTraces, countBuckets, EVERYTHING, findMiddle, isFlat, listSeen, prepareLine } from "./traces.js";

/** @import { GraphDiv, Layout, PlacedAxis, PlotlyStatic, Relayout, Trace } from "../../types/plotly" */
/** @import { CurveTheme, Range, XName } from "./axes.js" */
/** @import { MenuActs } from "./chart_menu.js" */
/** @import { ChartSpec } from "./index.js" */
/** @import { Smoothing } from "./smoothing.js" */
/** @import { Axes, CurveLine, DrawnLine, HeldLine } from "./traces.js" */
/** @import { Scale, Zoom } from "./view_state.js" */

/**
 * @typedef {object} ChartView
 * @property {CurveLine[]} lines the visible ones
 * @property {XName} x
 * @property {Smoothing} smoothing
 * @property {Scale} scale
 * @property {boolean} clip
 * @property {Zoom | null} zoom
 * @property {number | null} at
 * @property {CurveTheme} theme
 * @property {string | null} baseline what the lines are differences to; null where they are none
 * @property {boolean} isAny whether there is any run, shown or not
 */

/**
 * @typedef {object} ChartActs
 * @property {(zoom: Zoom | null) => void} zoom
 * @property {(at: number) => void} pin keeps the values at a place in the table
 * @property {(run: string | null) => void} highlight
 * @property {MenuActs | null} menu null where charts cannot be arranged
 */

const CONFIG = { displayModeBar: false, showTips: false, doubleClick: "autosize" };
const HINT = "Left and right arrow keys read the values, Enter keeps them in the table.";
const REDUCED = "Every stretch keeps its least, greatest and last value; zoom in to see them all.";
const BIG = 1.8; // times as high once enlarged
const CLICK_PX = 4; // a drag is longer

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
  /** What plotly was told last, for an export. @type {{ data: Trace[], layout: Layout } | null} */
  figure = null;
  /** @type {PlotlyStatic | null} */
  plotly = null;
  #isListening = false;
  /** Points that are not drawn, as the baseline has none at their places. */
  #lost = 0;
  /** @type {string | null} */
  #highlighted = null;

  /**
   * @param {ChartSpec} spec
   * @param {number} height px
   * @param {ChartActs} acts
   */
  constructor(spec, height, acts) {
    this.spec = spec;
    this.usual = height;
    this.height = height;
    this.acts = acts;
    this.badge = html("span", { class: "c-badge w-faint" });
    const reset = { class: "w-button c-reset", type: "button", hidden: true, onclick: () => this.acts.zoom(null) };
    this.reset = html("button", reset, "Reset zoom");
    this.gd = /** @type {GraphDiv} */ (html("div", { class: "c-gd" }));
    this.over = svg("svg", { class: "c-over", "aria-hidden": "true" });
    this.pin = html("div", { class: "c-cross c-pin", hidden: true });
    this.state = html("div", { class: "c-state w-skeleton" });
    const plot = { class: "c-plot", tabindex: 0, role: "group", "aria-roledescription": "chart" };
    this.plot = html("div", plot, this.gd, this.over, this.pin, this.state);
    this.plot.style.height = `${height}px`;
    this.heading = html("div", { class: "c-title" });
    this.#showTitle();
    this.menu = acts.menu ? new ChartMenu(this, acts.menu) : null;
    this.element = html("div", { class: "c-chart", "data-chart": spec.id }, html("div", { class: "c-head" }, this.heading, this.badge, this.reset, this.menu?.element), this.plot);
    this.crosshair = new Crosshair(this);
    this.#holdWhileDragging();
  }

  /** The axis along the bottom. */
  get x() {
    return this.spec.x ?? this.view?.x ?? "epoch";
  }

  /** What is drawn, and as a difference to what. */
  get title() {
    const baseline = this.view?.baseline ?? null;
    return baseline === null ? this.spec.title : `${this.spec.title}, difference to ${baseline}`;
  }

  get unit() {
    return (this.view?.baseline ?? null) === null ? this.spec.unit : unitOfDifference(this.spec.unit);
  }

  #showTitle() {
    const isPlain = (this.view?.baseline ?? null) === null;
    const told = isPlain ? this.unit.replace(/^share$/, "") : describeDifference(this.unit);
    this.heading.replaceChildren(this.title, ...(told ? [html("span", { class: "w-faint", title: explainUnit(this.spec.unit) }, ` (${told})`)] : []));
  }

  #holdWhileDragging() {
    const release = () => {
      this.isHeld = false;
      requestDraw(this);
    };
    this.gd.addEventListener("pointerdown", (down) => {
      if (down.pointerType === "touch") return;
      this.isHeld = true;
      const at = this.crosshair.at;
      this.crosshair.hide();
      const end = (/** @type {PointerEvent} */ up) => {
        setTimeout(release, 0);
        if (at !== null && Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) < CLICK_PX) this.acts.pin(at);
      };
      addEventListener("pointerup", end, { once: true });
    });
  }

  /**
   * The library has arrived: what was asked for before can be drawn.
   * @param {PlotlyStatic} plotly
   */
  usePlotly(plotly) {
    this.plotly = plotly;
    this.redraw({ atOnce: true });
  }

  /** @param {ChartView} view */
  setView(view) {
    this.view = view;
    this.#showTitle();
    this.redraw({ atOnce: true });
  }

  /** @param {boolean} isBig whether it takes the whole width, and is higher */
  setBig(isBig) {
    this.height = Math.round(this.usual * (isBig ? BIG : 1));
    this.element.classList.toggle("c-big", isBig);
    this.plot.style.height = `${this.height}px`;
    this.menu?.setBig(isBig);
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

  /** Draws what is held now. Takes as long as plotly takes; the draw queue decides when. */
  draw() {
    const width = this.plot.clientWidth;
    if (!this.plotly || !this.view || !width || this.isHeld) return;
    this.dirty = false;
    const lines = this.#holdLines(this.view);
    this.#lost = lines.map(({ run, column }) => ("lost" in run ? run.lost(this.x, column) : 0)).reduce((sum, lost) => sum + lost, 0);
    const filled = lines.filter(({ points }) => points.x.length);
    this.#showState(lines, filled.length > 0);
    if (!filled.length) return;
    this.#drawLines(this.plotly, this.view, filled, width);
    this.crosshair.refresh();
    this.#placePin(this.view.at);
    this.highlight(this.#highlighted);
  }

  /**
   * The lines of the view that this chart has a column for, with the points held of each.
   * @param {ChartView} view
   * @returns {HeldLine[]}
   */
  #holdLines({ lines }) {
    return lines.flatMap((line) => {
      const column = this.spec.columns[line.part];
      return column ? [{ ...line, column, points: line.run.points(this.x, column) }] : [];
    });
  }

  /**
   * @param {PlotlyStatic} plotly
   * @param {ChartView} view
   * @param {HeldLine[]} lines
   * @param {number} width px
   */
  #drawLines(plotly, view, lines, width) {
    const [first, last] = spanOf(lines);
    const seen = view.zoom?.x ?? EVERYTHING;
    const buckets = countBuckets(lines.length);
    this.plotted = lines.map((line) => prepareLine(line, { smoothing: view.smoothing, seen, buckets }));
    const values = listSeen(this.plotted, seen);
    const x = buildXAxis(this.x, last);
    const y = buildYAxis(this.unit, view.scale, values);
    this.axes = { x, y };
    const shown = view.zoom?.y ?? ((view.clip && values.length) || isFlat(values) ? findMiddle(values, y) : undefined);
    const restarts = buildMarks(lines, {
      ...{ name: this.x, axis: x, color: view.theme.faint, seen: view.zoom?.x ?? [first, last] },
    });
    const edge = buildEdgeMarks(lines, { name: this.x, axis: x, seen });
    const layout = buildLayout({
      ...{ theme: view.theme, width, height: this.height, xAxis: x, yAxis: y, span: last - first },
      xRange: view.zoom?.x && [x.toPlot(view.zoom.x[0]), x.toPlot(view.zoom.x[1])],
      yRange: shown && [y.toRange(shown[0]), y.toRange(shown[1])],
      ...{ shapes: restarts.shapes, above: restarts.above, annotations: [...restarts.annotations, ...edge.annotations] },
      isTouch: matchMedia("(pointer: coarse)").matches,
      isDifference: view.baseline !== null,
    });
    this.figure = { data: buildTraces(this.plotted, this.axes), layout };
    plotly.react(this.gd, this.figure.data, layout, CONFIG);
    if (!this.#isListening) this.gd.on?.("plotly_relayout", (change) => this.#onRelayout(change));
    this.#isListening = true;
    const off = shown ? values.filter((value) => value < Math.min(...shown) || value > Math.max(...shown)).length : 0;
    this.#showCounts(seen, [
      ...(this.#lost ? [`${countOf(this.#lost, "point")} left out: no baseline there`] : []),
      ...(off ? [`${countOf(off, "point")} off-scale`] : []),
      ...(edge.count ? [`${formatCount(edge.count)} not finite`] : []),
      ...(view.scale === "log" && y.scale === "symlog" ? ["symlog: values at or below 0"] : []),
    ]);
  }

  /** @param {Relayout} change */
  #onRelayout(change) {
    if (change["xaxis.autorange"] || change["yaxis.autorange"]) return this.acts.zoom(null);
    const [xRange, yRange] = [readRange(change, "xaxis"), readRange(change, "yaxis")];
    const { x: xAxis, y: yAxis } = /** @type {Axes} */ (this.axes);
    /** @type {Range | undefined} */
    const x = xRange && [xAxis.fromPlot(xRange[0]), xAxis.fromPlot(xRange[1])];
    /** @type {Range | undefined} */
    const y = yRange && [yAxis.fromRange(Number(yRange[0])), yAxis.fromRange(Number(yRange[1]))];
    if (x || y) this.acts.zoom({ ...this.view?.zoom, ...(x && { x }), ...(y && { y }) });
    return undefined;
  }

  /**
   * @param {Range} seen
   * @param {string[]} notices
   */
  #showCounts([low, high], notices) {
    let [drawn, held] = [0, 0];
    for (const { points, drawn: indices } of this.plotted) {
      const within = lowerBound(points.x, high) - lowerBound(points.x, low);
      drawn += indices.length;
      held += low === -Infinity ? points.x.length : Math.max(indices.length, within);
    }
    this.element.dataset.drawn = String(drawn);
    const count = drawn < held ? [`${formatCount(drawn)} of ${formatCount(held)} points drawn`] : [];
    this.badge.textContent = [...count, ...notices].join(" · ");
    this.badge.title = drawn < held ? REDUCED : "";
    this.reset.hidden = !this.view?.zoom;
    const lines = countOf(this.plotted.length, "line");
    const along = this.axes?.x.title.toLowerCase();
    this.plot.setAttribute("aria-label", `${this.title} by ${along}, ${lines}. ${HINT}`);
  }

  /**
   * @param {HeldLine[]} lines
   * @param {boolean} hasPoints
   */
  #showState(lines, hasPoints) {
    this.state.hidden = hasPoints;
    this.gd.style.visibility = hasPoints ? "" : "hidden";
    if (hasPoints) return;
    const text = describeEmpty(lines.map(({ run }) => run), { isAlong: this.x.startsWith("metric."), isAny: this.view?.isAny ?? true, lost: this.#lost });
    this.state.className = text === null ? "c-state w-skeleton" : "c-state w-faint";
    this.state.textContent = text ?? "";
    this.element.dataset.drawn = "0";
    this.badge.textContent = "";
    this.plotted = [];
    this.figure = null;
    this.plot.setAttribute("aria-label", `${this.title}. ${text ?? "Loading."}`);
  }

  /**
   * The lines of one run alone stand out; null ends that.
   * @param {string | null} id
   */
  highlight(id) {
    this.#highlighted = id;
    const lines = id === null ? [] : this.plotted.filter(({ run }) => run.id === id);
    this.gd.style.opacity = lines.length ? "0.25" : "";
    const placed = this.gd._fullLayout;
    if (!lines.length || !placed || !this.axes) return this.over.replaceChildren();
    const { x, y } = this.axes;
    const [across, down] = [placed.xaxis, placed.yaxis];
    const paths = lines.map(({ points, values, drawn, color, dash }) => {
      const corners = drawn.flatMap((index) => {
        const plotted = y.toPlot(values[index]);
        const place = plotted === null ? NaN : down.d2p(plotted);
        return Number.isFinite(place) ? [`${across.d2p(x.toPlot(points.x[index])).toFixed(1)},${place.toFixed(1)}`] : [];
      });
      return svg("polyline", { points: corners.join(" "), fill: "none", stroke: color, "stroke-width": 2.4, class: `c-line-${dash}` });
    });
    placeOver(this.over, across, down);
    return this.over.replaceChildren(...paths);
  }

  /** @param {number | null} at */
  #placePin(at) {
    this.pin.hidden = true;
    const placed = this.gd._fullLayout;
    if (at === null || this.spec.x !== undefined || !placed || !this.axes) return;
    const { xaxis: across, yaxis: down } = placed;
    const left = across._offset + across.d2p(this.axes.x.toPlot(at));
    this.pin.hidden = !(left >= across._offset && left <= across._offset + across._length);
    Object.assign(this.pin.style, { transform: `translateX(${Math.round(left)}px)`, top: `${down._offset}px`, height: `${down._length}px` });
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
    this.plotly?.purge(this.gd);
  }
}

/**
 * @param {SVGElement} over
 * @param {PlacedAxis} across
 * @param {PlacedAxis} down
 */
function placeOver(over, across, down) {
  const [left, top, width, height] = [across._offset, down._offset, across._length, down._length].map((px) => `${px}px`);
  Object.assign(over.style, { left, top, width, height });
}

/**
 * The first and the last place of any line.
 * @param {HeldLine[]} lines
 */
function spanOf(lines) {
  const firsts = lines.map(({ points: { x } }) => x[0]);
  const lasts = lines.map(({ points: { x } }) => x[x.length - 1]);
  return [Math.min(...firsts), Math.max(...lasts)];
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
 * @param {{ state: string | null, message: string }[]} runs
 * @param {{ isAlong: boolean, isAny: boolean, lost: number }} options whether the axis is along a metric, any run is chosen, and how many points have no counterpart
 */
function describeEmpty(runs, { isAlong, isAny, lost }) {
  if (!runs.length) return isAny ? "All lines are hidden." : "Check runs in the table to draw their curves.";
  if (runs.some((run) => run.state === null)) return null;
  if (lost && isAlong) return "Along a metric there is no difference to a baseline: choose epochs, steps or a time as the axis.";
  if (lost) return `${countOf(lost, "point")} left out: the baseline has none at the same places.`;
  if (runs.some((run) => run.state === "running")) return "Starting: the first epoch is on its way";
  const pending = runs.find((run) => run.state === "pending");
  if (pending) return pending.message || "Waiting for its first epoch";
  if (runs.every((run) => run.state === "missing")) return runs.length > 1 ? "These runs no longer exist." : "This run no longer exists.";
  return isAlong ? "None of these runs has logged both." : "No epoch was logged.";
}
