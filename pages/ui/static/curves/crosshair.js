// The crosshair: one line through all charts of the page at the same x, and the values of the chart under the pointer.
import { html } from "../base/dom.js";
import { nearestIndex } from "./series.js";

const ROWS = 10;
const DOTTED_LINES = 8; // more dots than this hide the lines
const NEAR_PX = 8;
const linked = new Set();

export class Crosshair {
  constructor(chart) {
    this.chart = chart;
    this.line = html("div", { class: "c-cross", hidden: true });
    this.dots = html("div", { class: "c-dots", hidden: true });
    this.box = html("div", { class: "c-tip", hidden: true });
    this.live = html("div", { class: "w-hidden", role: "status" });
    chart.plot.append(this.line, this.dots, this.box, this.live);
    chart.plot.addEventListener("pointermove", (event) => this.#onPointer(event));
    chart.plot.addEventListener("pointerdown", (event) => event.pointerType === "touch" && this.#onPointer(event));
    chart.plot.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hideAll());
    chart.plot.addEventListener("blur", hideAll);
    chart.plot.addEventListener("keydown", (event) => this.#onKey(event));
    linked.add(this);
  }

  destroy() {
    linked.delete(this);
  }

  #axes() {
    const layout = this.chart.gd._fullLayout;
    return layout?.xaxis && this.chart.plotted.length ? [layout.xaxis, layout.yaxis] : null;
  }

  #onPointer(event) {
    const axes = this.#axes();
    if (!axes || this.chart.held) return;
    const at = event.clientX - this.chart.plot.getBoundingClientRect().left - axes[0]._offset;
    if (at < -2 || at > axes[0]._length + 2) hideAll();
    else this.#pick(this.#snap(this.chart.xAxis.fromPlot(axes[0].p2d(at))));
  }

  // The nearest x at which any line has a value.
  #snap(wanted) {
    let best = null;
    for (const { points } of this.chart.plotted) {
      const index = nearestIndex(points.x, wanted);
      if (index < 0) continue;
      if (best === null || Math.abs(points.x[index] - wanted) < Math.abs(best - wanted)) best = points.x[index];
    }
    return best;
  }

  #onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") hideAll();
    if (step === undefined || !this.#axes()) return;
    event.preventDefault();
    const { x } = this.chart.plotted.reduce((most, line) => (line.points.x.length > most.points.x.length ? line : most)).points;
    const from = this.at === null || this.at === undefined ? x.length : nearestIndex(x, this.at);
    this.#pick(x[Math.max(0, Math.min(x.length - 1, from + step))]);
    this.live.textContent = this.box.innerText.replaceAll("\n", ", ");
  }

  #pick(at) {
    for (const other of linked) {
      if (other === this) other.show(at, { values: true });
      else if (at !== null && other.chart.view?.x === this.chart.view.x && other.chart.visible) other.show(at, { values: false });
    }
  }

  /** Puts the crosshair at x, in logged units; with the values beside it in the chart that was asked. */
  show(at, { values }) {
    this.at = at;
    this.values = values;
    const axes = this.#axes();
    const left = axes && at !== null ? axes[0]._offset + axes[0].d2p(this.chart.xAxis.toPlot(at)) : NaN;
    if (!(left >= axes?.[0]._offset - 1 && left <= axes[0]._offset + axes[0]._length + 1)) return this.hide();
    this.line.hidden = false;
    this.line.style.transform = `translateX(${Math.round(left)}px)`;
    this.line.style.top = `${axes[1]._offset}px`;
    this.line.style.height = `${axes[1]._length}px`;
    const found = this.#valuesAt(at, axes);
    this.#drawDots(found, left, axes[1]);
    this.box.hidden = !values;
    if (values) this.#drawBox(at, found, left);
    return undefined;
  }

  #valuesAt(at, [xaxis]) {
    const found = [];
    const toPixel = (x) => xaxis.d2p(this.chart.xAxis.toPlot(x));
    for (const line of this.chart.plotted) {
      const index = nearestIndex(line.points.x, at);
      if (index < 0 || Math.abs(toPixel(line.points.x[index]) - toPixel(at)) > NEAR_PX) continue;
      found.push({ line, value: line.values[index], raw: line.points.y[index] });
    }
    return found.sort((a, b) => b.value - a.value);
  }

  #drawDots(found, left, yaxis) {
    this.dots.hidden = found.length > DOTTED_LINES;
    this.dots.replaceChildren(
      ...found.flatMap(({ line, value }) => {
        const top = yaxis.d2p(value * this.chart.yAxis.scale);
        if (!(top >= 0 && top <= yaxis._length)) return [];
        const dot = html("i", { class: "c-point" });
        dot.style.background = line.color;
        dot.style.transform = `translate(${left}px, ${yaxis._offset + top}px)`;
        return [dot];
      }),
    );
  }

  #drawBox(at, found, left) {
    const { describe } = this.chart.yAxis;
    const rows = found.slice(0, ROWS).map(({ line, value, raw }) => {
      const swatch = html("i", { class: `c-swatch c-${line.dash}` });
      swatch.style.color = line.color;
      const second = this.chart.view.smoothing ? html("span", { class: "w-faint" }, describe(raw)) : null;
      return html("div", { class: "c-row" }, swatch, html("span", { class: "c-name" }, line.name), html("b", {}, describe(value)), second);
    });
    const more = found.length > ROWS ? html("div", { class: "w-faint" }, `and ${found.length - ROWS} more`) : null;
    this.box.replaceChildren(html("div", { class: "c-at" }, this.chart.xAxis.describe(at)), ...rows);
    if (more) this.box.append(more);
    const width = this.chart.plot.clientWidth;
    const beside = left + 14 + this.box.offsetWidth > width ? left - 14 - this.box.offsetWidth : left + 14;
    this.box.style.transform = `translateX(${Math.max(0, Math.min(beside, width - this.box.offsetWidth))}px)`;
  }

  /** After a redraw: the same x may lie elsewhere. */
  refresh() {
    if (!this.line.hidden) this.show(this.at, { values: this.values });
  }

  hide() {
    this.line.hidden = this.dots.hidden = this.box.hidden = true;
    this.at = null;
  }
}

function hideAll() {
  for (const crosshair of linked) crosshair.hide();
}
