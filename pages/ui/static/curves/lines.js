// Which lines there are: of each run or group of runs that is not hidden, one a kind of curve. No DOM.

import { WHOLE } from "./columns.js";
import { DifferenceSeries } from "./differences.js";
import { groupRuns, GroupSeries } from "./groups.js";

/** @import { CurveChart } from "./chart.js" */
/** @import { CurvePart, CurveRun, CurvesData } from "./index.js" */
/** @import { Owner } from "./legend.js" */
/** @import { RunSeries } from "./series.js" */
/** @import { Row } from "./table.js" */
/** @import { CurveLine, Series } from "./traces.js" */
/** @import { View } from "./view_state.js" */

/** @typedef {Owner & { runs: CurveRun[] }} Owning with the runs that it stands for */

export class Lines {
  /** @type {Map<string, GroupSeries>} */
  #groups = new Map();
  /** @type {Map<string, DifferenceSeries>} */
  #differences = new Map();

  /** @param {ReadonlyMap<string, RunSeries>} held */
  constructor(held) {
    this.held = held;
  }

  /**
   * The runs, or the groups of them, each with how many it is of.
   * @param {CurvesData} data
   * @param {View} view
   * @returns {Owning[]}
   */
  listOwners({ runs, groupings, palette }, { group }) {
    if (!groupings.some(({ value }) => value === group)) return runs.map((run) => ({ id: run.id, label: run.name, color: run.color, runs: [run] }));
    return groupRuns(runs, group).map(({ id, label, runs: own }, at) => ({
      ...{ id, runs: own, label: `${label} (N = ${own.length})`, color: palette[at % palette.length] },
    }));
  }

  /**
   * The kinds of curve that any of the charts has.
   * @param {CurvesData} data
   * @param {CurveChart[]} charts
   */
  listParts({ parts }, charts) {
    return parts.filter(({ id }) => charts.some(({ spec }) => spec.columns[id]));
  }

  /**
   * @param {CurvesData} data
   * @param {View} view
   * @returns {Row[]}
   */
  listRows(data, view) {
    return this.listOwners(data, view).flatMap((owner) => {
      const run = this.#read(owner, { data, view });
      return run ? [{ id: owner.id, name: owner.label, run }] : [];
    });
  }

  /**
   * @param {CurvesData} data
   * @param {{ view: View, hidden: ReadonlySet<string>, colourOf: (colour: string) => string }} options
   * @returns {CurveLine[]}
   */
  build(data, { view, hidden, colourOf }) {
    const owners = this.listOwners(data, view);
    const single = owners.length === 1;
    /** @type {Pick<CurvePart, "id" | "label" | "color" | "dash">[]} */
    const parts = [...data.parts, { id: WHOLE, label: "", color: "accent", dash: "solid" }].filter(({ id }) => !hidden.has(id));
    return owners.filter(({ id }) => !hidden.has(id)).flatMap((owner) => {
      const run = this.#read(owner, { data, view });
      return (run ? parts : []).map((part) => ({
        run: /** @type {Series} */ (run),
        owner: owner.label,
        part: part.id,
        name: nameLine(owner.label, part.label, { single }),
        color: colourOf(single ? part.color : owner.color),
        dash: single ? "solid" : part.dash,
        width: single ? 2 : 1.6,
      }));
    });
  }

  /**
   * The run or the group, or where differences are asked for, how far it is from the baseline.
   * @param {Owning} owner
   * @param {{ data: CurvesData, view: View }} shown
   * @returns {Series | undefined}
   */
  #read(owner, { data, view }) {
    const own = this.#readOwn(owner, view);
    const base = isDifference(data, view) ? this.#readOwn(this.#findBaseline(data, view), view) : undefined;
    if (!own || !base) return own;
    const known = this.#differences.get(owner.id);
    if (known && known.own === own && known.base === base) return known;
    const made = new DifferenceSeries(own, base, view.spread);
    this.#differences.set(owner.id, made);
    return made;
  }

  /**
   * The group that the baseline is of, where runs are drawn in groups and one of it is drawn; else the baseline itself.
   * @param {CurvesData} data
   * @param {View} view
   * @returns {Owning}
   */
  #findBaseline(data, view) {
    const { id, name, color, fields } = /** @type {CurveRun} */ (data.baseline);
    const owner = this.listOwners(data, view).find((one) => one.id === `${view.group}=${fields[view.group] ?? "none"}`);
    return owner ?? { id, label: name, color, runs: [/** @type {CurveRun} */ (data.baseline)] };
  }

  /**
   * What the lines are differences to; null where they are none.
   * @param {CurvesData} data
   * @param {View} view
   */
  nameBaseline(data, view) {
    return isDifference(data, view) ? this.#findBaseline(data, view).label : null;
  }

  /**
   * @param {Owning} owner
   * @param {View} view
   * @returns {RunSeries | GroupSeries | undefined}
   */
  #readOwn({ id, runs }, { group, center, spread }) {
    if (runs.length === 1 && runs[0].id === id) return this.held.get(id);
    const series = runs.flatMap((run) => this.held.get(run.id) ?? []);
    const known = this.#groups.get(id);
    const isSame = known && known.how.center === center && known.how.spread === spread && known.runs.every((run, at) => run === series[at]);
    if (isSame && known.runs.length === series.length) return known;
    for (const other of this.#groups.keys()) if (!other.startsWith(`${group}=`)) this.#groups.delete(other);
    const made = new GroupSeries(id, series, { center, spread });
    this.#groups.set(id, made);
    return made;
  }
}

/**
 * Whether the charts show differences: a person has asked for them, and there is a baseline.
 * @param {Pick<CurvesData, "baseline">} data
 * @param {View} view
 */
export function isDifference({ baseline }, view) {
  return view.delta && baseline !== null;
}

/**
 * @param {string} owner
 * @param {string} part
 * @param {{ single: boolean }} options
 */
function nameLine(owner, part, { single }) {
  if (single) return part || owner;
  return part ? `${owner} · ${part.toLowerCase()}` : owner;
}
