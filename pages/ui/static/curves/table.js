// The same in numbers: the values of every run at one place, or the last ones, as a table; and all of them as CSV.

import { html } from "../base/dom.js";
import { formatNumber, formatShare } from "../base/format.js";
import { buildXAxis } from "./axes.js";
import { POINTS, unitOfDifference } from "./differences.js";
import { save } from "./chart_export.js";
import { nearestIndex, toCsv, WALL } from "./series.js";

/** @import { ChartSpec, CurvePart } from "./index.js" */
/** @import { RunSeries } from "./series.js" */
/** @import { Series } from "./traces.js" */

/** @typedef {{ id: string, name: string, run: Series }} Row */
/** @typedef {{ name: string, title: string, unit: string, x: string }} Column x: the axis along which its values are found */

/**
 * @typedef {object} Shown
 * @property {Row[]} rows
 * @property {RunSeries[]} runs whose rows are downloaded
 * @property {ChartSpec[]} charts
 * @property {CurvePart[]} parts
 * @property {string} x
 * @property {number | null} at null for the last values
 * @property {boolean} [isDifference] whether the rows are differences to the baseline
 */

export class ValueTable {
  #body = html("tbody");
  #head = html("tr");
  #caption = html("caption", { class: "w-hidden" });
  #summary = html("span");
  #last = html("button", { type: "button", class: "w-button", hidden: true });
  #details = html("details", { class: "c-table w-small" });
  /** @type {Shown | null} */
  #shown = null;

  /** @param {{ unpin: () => void, highlight: (id: string | null) => void }} acts */
  constructor(acts) {
    this.acts = acts;
    const table = html("table", {}, this.#caption, html("thead", {}, this.#head), this.#body);
    const scroll = html("div", { class: "c-scroll", tabindex: 0, role: "region", "aria-label": "Values of the runs" }, table);
    this.#last.textContent = "Show the last values";
    this.#last.addEventListener("click", acts.unpin);
    const save = { class: "w-button", type: "button" };
    const buttons = [
      this.#last,
      html("button", { ...save, onclick: () => this.#saveTable() }, "Download this table (CSV)"),
      html("button", { ...save, onclick: () => this.#saveAll() }, "Download all rows (CSV)"),
    ];
    this.#details.append(html("summary", {}, this.#summary), scroll, html("div", { class: "c-buttons" }, ...buttons));
    this.#details.addEventListener("toggle", () => this.#fill());
    this.element = html("div", {}, this.#details);
  }

  /** @param {Shown} shown */
  show(shown) {
    const isNew = shown.at !== null && this.#shown?.at !== shown.at && this.#shown !== null;
    this.#shown = shown;
    const where = shown.at === null ? "" : buildXAxis(shown.x, shown.at).describe(shown.at);
    const what = where ? `Values at ${where[0].toLowerCase()}${where.slice(1)}` : "Last logged values";
    this.#summary.textContent = where ? what : "Values as a table";
    this.#caption.textContent = what;
    this.#last.hidden = !where;
    if (isNew) this.#details.open = true;
    this.#fill();
  }

  /** @param {string | null} id */
  highlight(id) {
    for (const row of this.#body.children) row.classList.toggle("c-lit", id !== null && row.getAttribute("data-run") === id);
  }

  #fill() {
    if (!this.#details.open || !this.#shown) return;
    const [head, ...rows] = listValues(this.#shown);
    const columns = listColumns(this.#shown);
    this.#head.replaceChildren(...["Run", ...head.slice(2)].map((text) => html("th", { scope: "col" }, text)));
    this.#body.replaceChildren(
      ...rows.map(([id, name, place, ...values]) => {
        const cells = values.map((value, at) => html("td", {}, say(Number(value ?? NaN), columns[at].unit)));
        const shown = place == null ? "–" : Number.isInteger(place) ? place : formatNumber(Number(place));
        const row = html("tr", { "data-run": id }, html("th", { scope: "row" }, name), html("td", {}, shown), ...cells);
        row.addEventListener("pointerenter", () => this.acts.highlight(String(id)));
        row.addEventListener("pointerleave", () => this.acts.highlight(null));
        return row;
      }),
    );
  }

  #saveTable() {
    if (this.#shown) save(new Blob([toCsv(listValues(this.#shown))], { type: "text/csv" }), "values.csv");
  }

  #saveAll() {
    const runs = this.#shown?.runs ?? [];
    save(new Blob([toCsv(listAll(runs))], { type: "text/csv" }), runs.length === 1 ? `${runs[0].id}.csv` : "runs.csv");
  }
}

/**
 * @param {number} value
 * @param {string} unit
 */
function say(value, unit) {
  if (unit === POINTS) return formatNumber(100 * value);
  return unit === "share" ? formatShare(value) : formatNumber(value);
}

/**
 * @param {Pick<Shown, "charts" | "parts" | "x" | "isDifference">} shown
 * @returns {Column[]}
 */
function listColumns({ charts, parts, x, isDifference }) {
  /** @type {Map<string, Column>} */
  const found = new Map();
  for (const { columns, title, unit } of charts) {
    for (const [part, name] of Object.entries(columns)) {
      const label = parts.find(({ id }) => id === part)?.label;
      const whole = label ? `${label} ${title.toLowerCase()}` : title;
      found.set(name, { name, x, ...(isDifference ? { unit: unitOfDifference(unit), title: `Δ ${whole}` } : { unit, title: whole }) });
    }
  }
  return [...found.values()];
}

/**
 * Every row that runs have logged, with the columns that any of them has. What a row has nothing of is NaN or missing.
 * @param {Pick<RunSeries, "id" | "row" | "columns">[]} runs
 */
export function listAll(runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.columns)))].filter((name) => name !== WALL);
  const rows = runs.flatMap((run) => Array.from({ length: run.row }, (_, row) => [run.id, ...names.map((name) => run.columns[name]?.[row])]));
  return [["run", ...names], ...rows];
}

/**
 * A head of `id`, `run`, the place and the columns; then a row a run. What a run has not logged there is null.
 * @param {Pick<Shown, "rows" | "charts" | "parts" | "x" | "at" | "isDifference">} shown
 */
export function listValues(shown) {
  const columns = listColumns(shown);
  const axis = shown.at === null ? "Epoch" : buildXAxis(shown.x, shown.at).title || "Time";
  const head = ["id", "run", axis, ...columns.map(({ title }) => title)];
  const rows = shown.rows.map(({ id, name, run }) => {
    /** @type {number | null} */
    let place = shown.at;
    const values = columns.map((column) => {
      const { x, y } = run.points(shown.at === null ? "epoch" : shown.x, column.name);
      const index = shown.at === null ? x.length - 1 : nearestIndex(x, shown.at);
      if (shown.at === null && index >= 0) place = Math.max(place ?? -Infinity, x[index]);
      return index >= 0 && isAt(x, index, shown.at) ? y[index] : null;
    });
    return [id, name, place, ...values];
  });
  return [head, ...rows];
}

/**
 * Whether a point is at a place: no farther from it than its neighbours are from each other.
 * @param {Float64Array} x
 * @param {number} index
 * @param {number | null} at
 */
function isAt(x, index, at) {
  if (at === null || x[index] === at) return true;
  const gap = (x[x.length - 1] - x[0]) / Math.max(1, x.length - 1);
  return Math.abs(x[index] - at) < gap;
}
