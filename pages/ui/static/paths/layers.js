// The articles of shortest paths in layers: all that are equally far from the first stand in one. Pure.

/** @typedef {{ article: number, paths: number }} Stop an article and how many of the paths lead through it */
/** @typedef {{ shown: Stop[], rest: number }} Layer the stops with most paths, and how many are left out */

/**
 * The layers of paths of one length, and the steps between their shown stops.
 * @param {number[][]} paths
 * @param {number} most stops of a layer
 */
export function layOut(paths, most) {
  const counts = (paths[0] ?? []).map(() => /** @type {Map<number, number>} */ (new Map()));
  for (const path of paths) path.forEach((article, at) => counts[at].set(article, (counts[at].get(article) ?? 0) + 1));
  /** @type {Layer[]} */
  const layers = counts.map((layer) => {
    const stops = [...layer].map(([article, count]) => ({ article, paths: count })).sort((a, b) => b.paths - a.paths || a.article - b.article);
    return { shown: stops.slice(0, most), rest: Math.max(0, stops.length - most) };
  });
  const visible = new Set(layers.flatMap(({ shown }) => shown.map(({ article }) => article)));
  /** @type {Map<string, [number, number]>} */
  const steps = new Map();
  for (const path of paths) {
    path.slice(1).forEach((to, at) => {
      if (visible.has(path[at]) && visible.has(to)) steps.set(`${path[at]} ${to}`, [path[at], to]);
    });
  }
  return { layers, steps: [...steps.values()] };
}
