// A chart to take along: its points as CSV, itself as a picture with its title and names.

import { escapeText } from "../base/format.js";
import { toCsv } from "./series.js";

/** @import { CurveChart } from "./chart.js" */
/** @import { DrawnLine } from "./traces.js" */

const SCALE = 3; // pixels of a PNG for each of the page's
const LEAST_WIDTH = 800;
const LEAST_HEIGHT = 450;

/**
 * Every point of a chart, not only the drawn ones: logged values, and smooth ones beside them where lines are.
 * @param {{ title: string, x: string, lines: Pick<DrawnLine, "run" | "name" | "part" | "points" | "values" | "low" | "high">[] }} chart
 */
export function listPoints({ title, x, lines }) {
  const hasBand = lines.some(({ low }) => low);
  const isSmooth = lines.some(({ points, values }) => values !== points.y);
  const head = ["id", "line", x, title, ...(isSmooth ? ["smoothed"] : []), ...(hasBand ? ["low", "high", "runs"] : [])];
  const rows = lines.flatMap(({ run, name, points, values }) =>
    Array.from(points.x, (at, index) => [
      ...[run.id, name, at, points.y[index]],
      ...(isSmooth ? [values[index]] : []),
      ...(hasBand ? [points.low?.[index], points.high?.[index], points.count?.[index]] : []),
    ]),
  );
  return [head, ...rows];
}

/** @param {CurveChart} chart */
export function saveCsv(chart) {
  const rows = listPoints({ title: chart.title, x: chart.x, lines: chart.plotted });
  save(new Blob([toCsv(rows)], { type: "text/csv" }), nameOf(chart, "csv"));
}

/**
 * @param {CurveChart} chart
 * @param {"png" | "svg"} format
 */
export async function savePicture(chart, format) {
  const { figure, plotly, view } = chart;
  if (!figure || !plotly || !view) return;
  const width = Math.max(LEAST_WIDTH, chart.plot.clientWidth);
  const height = Math.max(LEAST_HEIGHT, chart.height);
  const { theme } = view;
  const layout = {
    ...figure.layout,
    ...{ width, height, paper_bgcolor: theme.background, plot_bgcolor: theme.background, showlegend: true },
    title: { text: escapeText(chart.title), x: 0.02, font: { color: theme.text, size: 16 } },
    legend: { orientation: "h", y: -0.2 },
    margin: { l: 64, r: 24, t: 56, b: 110 },
  };
  const named = new Set();
  const data = figure.data.map((trace) => {
    const isFirst = !trace.opacity && !named.has(trace.name);
    if (isFirst) named.add(trace.name);
    return { ...trace, showlegend: isFirst };
  });
  const url = await plotly.toImage({ data, layout }, { format, width, height, ...(format === "png" ? { scale: SCALE } : {}) });
  save(await (await fetch(url)).blob(), nameOf(chart, format));
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/**
 * @param {CurveChart} chart
 * @param {string} ending
 */
function nameOf(chart, ending) {
  return `${chart.title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.${ending}`;
}
