// The marks of a neighbourhood as SVG path data and numbers: tapered links, glyphs of truth and prediction. Pure.

import { isWrong } from "../base/categories.js";

/** @import { Link } from "../../types/answers" */
/** @import { Spot } from "../base/labels.js" */
/** @import { Place } from "../base/view.js" */

/** @typedef {{ x: number[], y: number[], size: number[] }} Spots of articles, px */
/** @typedef {{ width: number, bend: number }} LinkStyle width: px at the source. bend: 0 (straight) to 1 (through the origin) */

const GAP_SHARE = 0.2; // of the ring's turn, open when the prediction is wrong
const THIN = 0.22; // width of a link at its target, of that at its source
const BAND_PX = 12; // of a band beyond its articles' middles

/**
 * The outline of a link that is wide at the source and thin at the target, bent towards the origin unless it touches
 * the centre. Null if the marks touch.
 * @param {Spots} spots
 * @param {number} source
 * @param {number} target
 * @param {LinkStyle} style
 */
export function taperOf({ x, y, size }, source, target, { width, bend }) {
  const [dx, dy] = [x[target] - x[source], y[target] - y[source]];
  const length = Math.hypot(dx, dy);
  if (length <= size[source] + size[target]) return null;
  const pull = source === 0 || target === 0 ? 0 : bend;
  const middle = { x: ((x[source] + x[target]) / 2) * (1 - pull), y: ((y[source] + y[target]) / 2) * (1 - pull) };
  const from = towards({ x: x[source], y: y[source], size: size[source] }, middle);
  const to = towards({ x: x[target], y: y[target], size: size[target] }, middle);
  return { from, to, middle, nx: (-dy / length) * (width / 2), ny: (dx / length) * (width / 2), thin: THIN };
}

/**
 * Path data of several links as one mark: where they overlap they do not darken.
 * @param {Link[]} links
 * @param {Spots} spots
 * @param {LinkStyle} style
 */
export function linkPaths(links, spots, style) {
  const parts = links.map(([source, target]) => {
    const taper = taperOf(spots, source, target, style);
    if (!taper) return "";
    const { from, to, middle, nx, ny, thin } = taper;
    return (
      `M${round(from.x + nx)} ${round(from.y + ny)}` +
      `Q${round(middle.x + nx * 0.6)} ${round(middle.y + ny * 0.6)} ${round(to.x + nx * thin)} ${round(to.y + ny * thin)}` +
      `L${round(to.x - nx * thin)} ${round(to.y - ny * thin)}` +
      `Q${round(middle.x - nx * 0.6)} ${round(middle.y - ny * 0.6)} ${round(from.x - nx)} ${round(from.y - ny)}Z`
    );
  });
  return parts.join("");
}

/**
 * The point on an article's rim that faces another point.
 * @param {Spot} article
 * @param {Place} point
 */
function towards(article, point) {
  const [dx, dy] = [point.x - article.x, point.y - article.y];
  const length = Math.hypot(dx, dy) || 1;
  return { x: article.x + (dx / length) * article.size, y: article.y + (dy / length) * article.size };
}

/**
 * The glyph of one article within a radius of `size` px: a disc (truth) and, with a prediction, a ring around it
 * whose width is the confidence and which is open when wrong; `dashes` counts in hundredths of the turn.
 * @param {{ category: number, pred: number | null, confidence: number | null }} article
 * @param {number} size
 */
export function glyphOf({ category, pred, confidence }, size) {
  if (pred == null) return { disc: size * 0.86, ring: null };
  const share = Math.min(1, Math.max(0, confidence ?? 1));
  const width = size * (0.1 + 0.26 * share);
  const wrong = isWrong(pred, category);
  return {
    disc: size * 0.52,
    ring: { radius: size - width / 2, width, dashes: wrong ? `${100 * (1 - GAP_SHARE)} ${100 * GAP_SHARE}` : null },
  };
}

/**
 * Path data of a hop's band: a flat annulus.
 * @param {{ inner: number, outer: number }} band
 */
export function bandPath({ inner, outer }) {
  /** @param {number} r @param {number} sweep */
  const circle = (r, sweep) => `M${-r} 0A${r} ${r} 0 1 ${sweep} ${r} 0A${r} ${r} 0 1 ${sweep} ${-r} 0Z`;
  return circle(outer + BAND_PX, 1) + circle(Math.max(1, inner - BAND_PX), 0);
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
