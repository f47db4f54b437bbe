// Which lines there are: of each run or group of runs that is not hidden, one a kind of curve. No DOM.

import { WHOLE } from "./columns.js";
import { groupRuns, GroupSeries } from "./groups.js";

/** @import { CurveChart } from "./chart.js" */
/** @import { CurvePart, CurveRun, CurvesData } from "./index.js" */
/** @import { Owner } from "./legend.js" */
/** @import { RunSeries } from "./series.js" */
/** @import { Row } from "./table.js" */
/** @import { CurveLine } from "./traces.js" */
/** @import { View } from "./view_state.js" */

/** @typedef {Owner & { runs: CurveRun[] }} Owning with the runs that it stands for */

export class Lines {
  /** @type {Map<string, GroupSeries>} */
  #groups = new Map();

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
      const run = this.#read(owner, view);
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
      const run = this.#read(owner, view);
      return (run ? parts : []).map((part) => ({
        run: /** @type {RunSeries | GroupSeries} */ (run),
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
   * @param {Owning} owner
   * @param {View} view
   */
  #read({ id, runs }, { group, center, spread }) {
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
 * @param {string} owner
 * @param {string} part
 * @param {{ single: boolean }} options
 */
function nameLine(owner, part, { single }) {
  if (single) return part || owner;
  return part ? `${owner} · ${part.toLowerCase()}` : owner;
}
