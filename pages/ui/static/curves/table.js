// The same in numbers: the last logged values of every run as a table, and all of them as CSV.

import { html } from "../base/dom.js";
import { formatNumber, formatShare } from "../base/format.js";
import { toCsv } from "./series.js";

/** @import { ChartSpec, CurvesData, CurvePart } from "./index.js" */
/** @import { RunSeries } from "./series.js" */

/** @typedef {{ name: string, chart: ChartSpec, part: CurvePart }} Column */

export class ValueTable {
  #body = html("tbody");
  #head = html("tr");
  #details = html("details", { class: "c-table w-small" });
  /** @type {CurvesData | null} */
  #data = null;
  /** @type {RunSeries[]} */
  #runs = [];

  constructor() {
    const table = html("table", {}, html("caption", { class: "w-hidden" }, "Last logged values"), html("thead", {}, this.#head), this.#body);
    const save = { class: "w-button", type: "button", onclick: () => this.#save() };
    const scroll = html("div", { class: "c-scroll", tabindex: 0, role: "region", "aria-label": "Last logged values" }, table);
    this.#details.append(html("summary", {}, "Values as a table"), scroll, html("button", save, "Download all rows (CSV)"));
    this.#details.addEventListener("toggle", () => this.#fill());
    this.element = html("div", {}, this.#details);
  }

  /**
   * @param {CurvesData} data
   * @param {RunSeries[]} runs
   */
  show(data, runs) {
    this.#data = data;
    this.#runs = runs;
    this.#fill();
  }

  #fill() {
    if (!this.#details.open || !this.#data) return;
    const columns = listColumns(this.#data);
    const heads = columns.map(({ chart, part }) => `${part.label} ${chart.title.toLowerCase()}`);
    this.#head.replaceChildren(...["Run", "Epoch", ...heads].map((text) => html("th", { scope: "col" }, text)));
    const nameOf = new Map(this.#data.runs.map(({ id, name }) => [id, name]));
    this.#body.replaceChildren(...this.#runs.map((run) => buildRow(run, nameOf.get(run.id) ?? run.id, columns)));
  }

  #save() {
    const names = [...new Set(this.#runs.flatMap((run) => Object.keys(run.columns)))];
    const rows = this.#runs.flatMap((run) =>
      Array.from({ length: run.row }, (_, row) => [run.id, ...names.map((name) => run.columns[name]?.[row])]),
    );
    const url = URL.createObjectURL(new Blob([toCsv([["run", ...names], ...rows])], { type: "text/csv" }));
    const file = this.#runs.length === 1 ? `${this.#runs[0].id}.csv` : "runs.csv";
    html("a", { href: url, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}

/**
 * @param {CurvesData} data
 * @returns {Column[]}
 */
function listColumns({ charts, parts }) {
  return charts.flatMap((chart) =>
    parts.filter(({ id }) => chart.columns[id]).map((part) => ({ name: chart.columns[part.id], chart, part })),
  );
}

/**
 * @param {RunSeries} run
 * @param {string} name
 * @param {Column[]} columns
 */
function buildRow(run, name, columns) {
  const cells = columns.map((column) => {
    const value = run.columns[column.name]?.at(-1);
    return html("td", {}, column.chart.unit === "share" ? formatShare(value) : formatNumber(value));
  });
  return html("tr", {}, html("th", { scope: "row" }, name), html("td", {}, run.columns.epoch?.at(-1) ?? "–"), ...cells);
}
