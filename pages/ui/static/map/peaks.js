// Where on the map each group has most articles: that is where its name belongs. Pure.

/** @import { Content } from "./scene.js" */

/** @typedef {{ label: string, count: number, x: number, y: number }} Peak px at k = 1 */

const [COLUMNS, ROWS] = [18, 12];

/**
 * The fullest cell of a coarse grid for each shown group, the largest groups first.
 * @param {{ x: ArrayLike<number>, y: ArrayLike<number>, width: number, height: number }} places of articles, px
 * @param {Pick<Content, "of" | "groups" | "visible">} content
 * @returns {Peak[]}
 */
export function findPeaks({ x, y, width, height }, { of, groups, visible }) {
  const counts = groups.map(() => new Uint32Array(COLUMNS * ROWS));
  for (let article = 0; article < x.length; article++) {
    if (!visible[article]) continue;
    const column = Math.min(COLUMNS - 1, Math.max(0, Math.floor((x[article] / width) * COLUMNS)));
    const row = Math.min(ROWS - 1, Math.max(0, Math.floor((y[article] / height) * ROWS)));
    counts[of[article]][column + COLUMNS * row]++;
  }
  const peaks = groups.map(({ label, count }, group) => {
    const full = Math.max(...counts[group]);
    const cell = counts[group].indexOf(full);
    const [column, row] = [cell % COLUMNS, Math.floor(cell / COLUMNS)];
    return { label, count, full, x: (column + 0.5) * (width / COLUMNS), y: (row + 0.5) * (height / ROWS) };
  });
  return peaks.filter(({ full }) => full > 0).sort((a, b) => b.count - a.count);
}
