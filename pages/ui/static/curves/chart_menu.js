// What one can do with one chart: enlarge it, give it another place, and take it along as numbers or as a picture.

import { html } from "../base/dom.js";
import { saveCsv, savePicture } from "./chart_export.js";

/** @import { CurveChart } from "./chart.js" */

/**
 * @typedef {object} MenuActs
 * @property {() => void} enlarge makes the chart large, or as it was
 * @property {(by: -1 | 1) => void} move
 * @property {() => void} remove
 */

export class ChartMenu {
  #enlarge = html("span", {}, "Enlarge");

  /**
   * @param {CurveChart} chart
   * @param {MenuActs} acts
   */
  constructor(chart, acts) {
    const items = html(
      "div",
      { class: "c-menu-items" },
      this.#item(this.#enlarge, acts.enlarge),
      this.#item("Move forward", () => acts.move(-1)),
      this.#item("Move back", () => acts.move(1)),
      this.#item("Remove from the page", acts.remove),
      html("div", { class: "c-menu-rule", role: "presentation" }),
      this.#item("Save as CSV", () => saveCsv(chart)),
      this.#item("Save as PNG", () => savePicture(chart, "png")),
      this.#item("Save as SVG", () => savePicture(chart, "svg")),
    );
    const summary = html("summary", { class: "w-button", "aria-label": `What to do with ${chart.spec.title}`, title: "What to do with this chart" }, "⋯");
    this.element = html("details", { class: "c-menu" }, summary, items);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.element.open) return;
      this.element.open = false;
      summary.focus();
    });
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.element.contains(relatedTarget))) this.element.open = false;
    });
  }

  /** @param {boolean} isBig */
  setBig(isBig) {
    this.#enlarge.textContent = isBig ? "Make small" : "Enlarge";
  }

  /**
   * @param {Node | string} label
   * @param {() => void} act
   */
  #item(label, act) {
    const done = () => {
      this.element.open = false;
      act();
    };
    return html("button", { type: "button", class: "c-item", onclick: done }, label);
  }
}
