// The titles in a neighbourhood: which fit, the most important first, as SVG elements.

import { svg } from "../base/dom.js";
import { placeLabels, shorten } from "../base/labels.js";

/** @import { RingArticle } from "../../types/answers" */
/** @import { Anchored, Spot } from "../base/labels.js" */
/** @import { Plane } from "../base/view.js" */
/** @import { Layout } from "./layout.js" */

/** @typedef {Plane & { width: number, height: number }} Window what is seen of the drawing, px */
/** @typedef {{ at: number, text: string, scale: number, width: number, height: number }} Title */
/** @typedef {(text: string) => number} WidthOf px */

export const FONT_PX = 12;
const CENTRE_FONT = 1.2; // times the others
const [SHORTEST_LABEL, LONGEST_LABEL] = [12, 28]; // characters

/**
 * Labels for what fits. The text has one size on screen, however far one has zoomed.
 * @param {RingArticle[]} articles
 * @param {Spot[]} marks where they are on screen
 * @param {Layout} layout
 * @param {Window} view
 * @param {(text: string, bold: boolean) => number} measure
 */
export function chooseLabels(articles, marks, layout, view, measure) {
  const room = roomBelowCentre(layout, view);
  const items = sortByImportance(articles).map((at) => {
    const scale = at === 0 ? CENTRE_FONT : 1;
    /** @type {WidthOf} */
    const widthOf = (text) => measure(text, at === 0) * scale + 6;
    const text = at === 0 ? fitText(articles[at].title, room, widthOf) : shorten(articles[at].title, LONGEST_LABEL);
    const angle = at === 0 ? Math.PI / 2 : layout.angle[at];
    return { ...marks[at], width: widthOf(text), height: FONT_PX * scale + 4, at, text, scale, angle, always: at === 0 };
  });
  const limit = view.width < 500 ? 24 : 60;
  return placeLabels(items, marks, boundsOf(view), { limit }).map((spot) => buildLabel(items[spot.item], spot, view));
}

/**
 * A plate behind the text rather than an outline around it: stroked text is painted a hundred times more slowly.
 * @param {Title} title
 * @param {Anchored} place
 * @param {Window} view
 */
function buildLabel({ at, text, scale, width, height }, { x, y, anchor }, view) {
  const [left, middle] = [(x - view.x) / view.k - view.width / 2, (y - view.y) / view.k - view.height / 2];
  const shift = { start: 0, middle: width / 2, end: width }[anchor];
  const plate = svg("rect", { width, height, x: -shift, y: -height / 2, rx: 3 });
  const words = svg("text", { x: width / 2 - shift, dy: "0.35em", "text-anchor": "middle", "font-size": FONT_PX * scale }, text);
  const name = at === 0 ? "rings-label rings-label-centre" : "rings-label";
  const transform = `translate(${left} ${middle}) scale(${1 / view.k})`;
  return svg("g", { class: name, transform, "data-at": at }, plate, words);
}

/**
 * Once zoomed in, also half a screen beyond the edges, so that a pan meets labels.
 * @param {Window} view
 */
function boundsOf({ width, height, k }) {
  const spread = k > 1 ? 0.5 : 0;
  return { left: -width * spread, top: -height * spread, right: width * (1 + spread), bottom: height * (1 + spread) };
}

/**
 * The centre, then nearer rings first and within one the most linked.
 * @param {RingArticle[]} articles
 */
function sortByImportance(articles) {
  const order = articles.map((_, at) => at);
  return order.sort((a, b) => articles[a].hop - articles[b].hop || articles[b].degree - articles[a].degree);
}

/**
 * How wide the centre's label may be below its glyph before it meets the first ring, px on screen.
 * @param {Layout} layout
 * @param {Window} view
 */
function roomBelowCentre({ bands: [ring], size }, view) {
  if (!ring) return view.width;
  const below = size[0] + FONT_PX / view.k;
  return 2 * (Math.sqrt(Math.max(0, ring.inner ** 2 - below ** 2)) - size[1]) * view.k;
}

/**
 * @param {string} title
 * @param {number} room px
 * @param {WidthOf} widthOf
 */
function fitText(title, room, widthOf) {
  let text = shorten(title, LONGEST_LABEL);
  for (let length = LONGEST_LABEL - 1; length >= SHORTEST_LABEL && widthOf(text) > room; length--) text = shorten(title, length);
  return text;
}
