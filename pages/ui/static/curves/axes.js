// How logged numbers become positions on a chart, and back: units, tick formats, ranges that a person zoomed to.
import { formatNumber, formatSeconds, formatShare } from "../base/format.js";

const THIN = "\u2009";

/** What stands along the bottom. toPlot and fromPlot turn logged values into plotted ones and back. */
export function buildXAxis(name, longest) {
  if (name === "elapsed_seconds") return buildDuration(longest);
  if (name === "logged_at") return CLOCK;
  const label = name === "step" ? "Step" : "Epoch";
  return {
    title: label,
    type: "linear",
    toPlot: (value) => value,
    fromPlot: Number,
    describe: (value) => `${label} ${value}`,
    isWhole: true,
  };
}

function buildDuration(longest) {
  const [unit, seconds] = longest >= 7200 ? ["h", 3600] : longest >= 300 ? ["min", 60] : ["s", 1];
  return {
    title: `Training time (${unit})`,
    type: "linear",
    toPlot: (value) => value / seconds,
    fromPlot: (value) => Number(value) * seconds,
    describe: (value) => `After ${formatSeconds(value)}`,
    isWhole: false,
  };
}

// plotly writes and reads dates as if they were UTC: shifted, they show the hours of the person's own clock.
const shift = (milliseconds) => milliseconds - new Date(milliseconds).getTimezoneOffset() * 60_000;
const CLOCK = {
  title: "Time of day",
  type: "date",
  toPlot: (value) => shift(value * 1000),
  fromPlot: (value) => {
    const shown = typeof value === "number" ? value : Date.parse(`${value.replace(" ", "T")}Z`);
    return (shown + new Date(shown).getTimezoneOffset() * 60_000) / 1000;
  },
  describe: (value) => new Date(value * 1000).toLocaleTimeString(),
  isWhole: false,
};

/** What stands at the left: shares are plotted as per cent. */
export function buildYAxis(unit, log) {
  const share = unit === "share";
  return {
    type: log && !share ? "log" : "linear",
    scale: share ? 100 : 1,
    suffix: share ? `${THIN}%` : "",
    describe: (value) => (share ? formatShare(value) : formatLoss(value)),
  };
}

// Fixed digits, so that a column of losses lines up.
function formatLoss(value) {
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 100 ? value.toFixed(4) : formatNumber(value);
}

// 1, 2, 5 of every power of ten; when zoomed in closer, plotly's own ticks are better.
const decades = Array.from({ length: 13 }, (_, at) => 10 ** (at - 8));
const LOG_TICKS = { tickmode: "array", tickvals: decades.flatMap((ten) => [ten, 2 * ten, 5 * ten]) };
LOG_TICKS.ticktext = LOG_TICKS.tickvals.map((value) => formatNumber(Number(value.toPrecision(1))));

/** plotly's layout of a chart: calm, transparent, one faint grid. */
export function buildLayout({ theme, width, height, xAxis, yAxis, xRange, yRange, shapes, annotations, isTouch }) {
  const axis = { zeroline: false, fixedrange: isTouch, linecolor: theme.line, tickcolor: theme.line, automargin: false };
  const span = xRange ? Math.abs(xAxis.fromPlot(xRange[1]) - xAxis.fromPlot(xRange[0])) : theme.span;
  return {
    width,
    height,
    margin: { l: 50, r: 20, t: 8, b: 42 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: theme.font, size: 12, color: theme.faint },
    separators: `.${THIN}`,
    showlegend: false,
    hovermode: false,
    dragmode: isTouch ? false : "zoom",
    shapes,
    annotations,
    xaxis: {
      ...axis,
      type: xAxis.type,
      title: { text: xAxis.type === "date" ? "" : xAxis.title, standoff: 8, font: { size: 12, color: theme.faint } },
      showgrid: false,
      showline: true,
      ticks: "outside",
      ticklen: 4,
      nticks: Math.max(3, Math.floor(width / 90)),
      ...(xAxis.isWhole && span < 8 ? { tick0: 0, dtick: 1 } : {}),
      ...(xAxis.isWhole ? { tickformat: "," } : {}),
      ...(xRange ? { range: xRange, autorange: false } : { autorange: true }),
    },
    yaxis: {
      ...axis,
      type: yAxis.type,
      gridcolor: theme.grid,
      showline: false,
      ticks: "",
      ticksuffix: yAxis.suffix,
      nticks: Math.max(3, Math.floor(height / 48)),
      ...(yAxis.type === "log" && !(yRange && yRange[1] - yRange[0] < 0.6) ? LOG_TICKS : {}),
      ...(yRange ? { range: yRange, autorange: false } : { autorange: true }),
    },
  };
}
