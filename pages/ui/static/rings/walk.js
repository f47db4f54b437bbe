// Walking a neighbourhood by arrow keys: along a ring, and between rings. Pure.

/** @import { Layout } from "./layout.js" */

/** @type {{ [key: string]: number }} */
const OUTWARDS = { ArrowUp: -Math.PI / 2, ArrowRight: 0, ArrowDown: Math.PI / 2, ArrowLeft: Math.PI };

/**
 * The article to which a key leads from `from`, or null. Right and left go round the ring, up one ring outwards, down
 * one inwards, Home to the centre.
 * @param {string} key
 * @param {number} from
 * @param {Pick<Layout, "order" | "angle">} layout
 * @param {number[]} hops of each article
 */
export function walk(key, from, { order, angle }, hops) {
  if (key === "Home") return 0;
  const hop = hops[from];
  if (hop === 0) return key in OUTWARDS ? findNearest(order.get(1), OUTWARDS[key], angle) : null;
  const ring = order.get(hop) ?? [];
  if (key === "ArrowRight") return ring[(ring.indexOf(from) + 1) % ring.length];
  if (key === "ArrowLeft") return ring[(ring.indexOf(from) - 1 + ring.length) % ring.length];
  if (key === "ArrowUp") return findNearest(order.get(hop + 1), angle[from], angle);
  if (key === "ArrowDown") return hop === 1 ? 0 : findNearest(order.get(hop - 1), angle[from], angle);
  return null;
}

/**
 * The article of a ring that stands nearest to an angle; null without any.
 * @param {number[] | undefined} ring
 * @param {number} wanted
 * @param {number[]} angles
 */
function findNearest(ring, wanted, angles) {
  if (!ring?.length) return null;
  /** @param {number} article */
  const apart = (article) => Math.abs(Math.atan2(Math.sin(angles[article] - wanted), Math.cos(angles[article] - wanted)));
  return ring.reduce((best, article) => (apart(article) < apart(best) ? article : best));
}
