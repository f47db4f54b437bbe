// What stands around the charts: legend, controls, and the table that says the same in numbers.
import { html } from "../base/dom.js";
import { formatNumber, formatShare } from "../base/format.js";
import { toCsv } from "./series.js";

/** Chips that switch runs and kinds of curve on and off. Rebuilt in place; focus stays where it was. */
export function buildLegend(element, { data, colourOf, hidden, poller, toggle }) {
  const focused = element.getRootNode().activeElement?.dataset?.chip;
  const single = data.runs.length === 1;
  const chip = (id, label, { color, dash, title, run }) => {
    const swatch = html("i", { class: `c-swatch c-${dash}` });
    swatch.style.color = color;
    const attributes = { class: "w-chip c-chip", type: "button", title, "aria-pressed": String(!hidden.has(id)), "data-chip": id };
    const state = run ? poller.runs.get(run)?.state ?? "" : null;
    return html("button", { ...attributes, "data-run": run, "data-state": state, onclick: () => toggle(id) }, swatch, html("span", {}, label));
  };
  const runs = single ? [] : data.runs.map((run) => chip(run.id, run.name, { color: colourOf(run.color), dash: "solid", run: run.id }));
  const parts = data.parts.map((part) => {
    const color = colourOf(single ? part.color : "faint");
    return chip(part.id, part.label, { color, dash: single ? "solid" : part.dash, title: part.help });
  });
  const group = (label, chips) => (chips.length ? [html("div", { class: "c-chips", role: "group", "aria-label": label }, ...chips)] : []);
  element.replaceChildren(...group("Runs", runs), ...group("Curves", parts));
  if (focused) element.querySelector(`[data-chip="${CSS.escape(focused)}"]`)?.focus();
}

/** A smoothing slider and a switch for the log scale. */
export function buildControls({ onSmoothing, onLog }) {
  const slider = html("input", { type: "range", min: 0, max: 0.99, step: 0.01, "aria-label": "Smoothing" });
  const value = html("output", { class: "c-value" });
  const log = html("button", { class: "w-button", type: "button", title: "Logarithmic scale of the losses" }, "Log scale");
  slider.addEventListener("input", () => onSmoothing(Number(slider.value)));
  log.addEventListener("click", () => onLog(log.getAttribute("aria-pressed") !== "true"));
  const label = html("label", { class: "c-smooth" }, html("span", { class: "w-faint" }, "Smoothing"), slider, value);
  return {
    element: html("div", { class: "c-controls w-small" }, label, log),
    set({ smoothing, log: isLog, hasLog }) {
      if (Number(slider.value) !== smoothing) slider.value = smoothing;
      value.textContent = smoothing ? smoothing.toFixed(2) : "off";
      log.setAttribute("aria-pressed", String(isLog));
      log.hidden = !hasLog;
    },
  };
}

/** The last logged values of every run, as a table, and all of them as CSV. */
export function buildTable(element, { data, runs }) {
  const columns = data.charts.flatMap((chart) =>
    data.parts.filter((part) => chart.columns[part.id]).map((part) => ({ name: chart.columns[part.id], chart, part })),
  );
  if (!element.firstChild) element.append(buildTwin(columns, element));
  element.save = () => save(data, runs);
  element.fill = () => fillBody(element.querySelector("tbody"), { data, runs, columns });
  if (element.firstChild.open) element.fill();
}

function fillBody(body, { data, runs, columns }) {
  const nameOf = new Map(data.runs.map((run) => [run.id, run.name]));
  const cell = (column, run) => {
    const value = run.columns[column.name]?.at(-1);
    return html("td", {}, column.chart.unit === "share" ? formatShare(value) : formatNumber(value));
  };
  body.replaceChildren(
    ...runs.map((run) =>
      html(
        "tr",
        {},
        html("th", { scope: "row" }, nameOf.get(run.id) ?? run.id),
        html("td", {}, run.columns.epoch?.at(-1) ?? "–"),
        ...columns.map((column) => cell(column, run)),
      ),
    ),
  );
}

function buildTwin(columns, element) {
  const heads = columns.map(({ chart, part }) => html("th", { scope: "col" }, `${part.label} ${chart.title.toLowerCase()}`));
  const head = html("tr", {}, html("th", { scope: "col" }, "Run"), html("th", { scope: "col" }, "Epoch"), ...heads);
  const table = html("table", {}, html("thead", {}, head), html("tbody"));
  table.prepend(html("caption", { class: "w-hidden" }, "Last logged values"));
  const button = html("button", { class: "w-button", type: "button", onclick: () => element.save() }, "Download all rows (CSV)");
  const scroll = html("div", { class: "c-scroll", tabindex: 0, role: "region", "aria-label": "Last logged values" }, table);
  const ontoggle = () => element.fill();
  return html("details", { class: "c-table w-small", ontoggle }, html("summary", {}, "Values as a table"), scroll, button);
}

function save(data, runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.columns)))];
  const rows = [["run", ...names]];
  for (const run of runs) {
    for (let row = 0; row < run.row; row += 1) rows.push([run.id, ...names.map((name) => run.columns[name]?.[row])]);
  }
  const url = URL.createObjectURL(new Blob([toCsv(rows)], { type: "text/csv" }));
  const link = html("a", { href: url, download: runs.length === 1 ? `${runs[0].id}.csv` : "runs.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
