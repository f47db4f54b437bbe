// plotly.js, as far as the curves use it. Names with an underscore are its own: where the axes lie on the chart.

export interface PlotlyStatic {
  react(chart: HTMLElement, traces: Trace[], layout: Layout, config: object): void;
  purge(chart: HTMLElement): void;
  /** A picture as a data: address. */
  toImage(figure: { data: Trace[]; layout: Layout }, options: { format: "png" | "svg"; width: number; height: number; scale?: number }): Promise<string>;
}

/** The element that plotly has drawn into; `_fullLayout` and `on` stand there after the first drawing. */
export interface GraphDiv extends HTMLElement {
  _fullLayout?: { xaxis: PlacedAxis; yaxis: PlacedAxis };
  on?: (event: "plotly_relayout", listen: (change: Relayout) => void) => void;
}

export interface PlacedAxis {
  /** Pixels from the chart's edge to the axis's beginning, and its length. */
  _offset: number;
  _length: number;
  /** From a plotted value to pixels along the axis, and back; dates come back as text. */
  d2p(value: number): number;
  p2d(pixels: number): number | string;
}

/** A change of the axes' ranges, by keys such as "xaxis.range[0]", "xaxis.range" and "xaxis.autorange". */
export type Relayout = { [key: string]: unknown };

export interface Trace {
  type: "scatter";
  mode: "lines" | "markers";
  name: string;
  x: (number | null)[];
  y: (number | null)[];
  hoverinfo: "skip";
  marker: { color: string; size: number };
  line: LineStyle;
  opacity?: number;
  fill?: "toself";
  fillcolor?: string;
}

export interface LineStyle {
  color: string;
  width: number;
  dash?: string;
}

/** What plotly takes as a chart's layout; its names are documented there. */
export type Layout = { [key: string]: unknown };

declare global {
  /** Set by plotly's script. */
  var Plotly: PlotlyStatic | undefined;
}
