// The SVG layers of a neighbourhood, and what lies in them beside the articles: bands, links, what is lit.

import { html, penOf, svg } from "../base/dom.js";
import { FONT_PX } from "./labels.js";
import { bandPath, linkPaths } from "./marks.js";

/** @import { Link } from "../../types/answers" */
/** @import { Layout } from "./layout.js" */

/** @typedef {ReturnType<typeof createLayers>} Layers */

/**
 * The empty drawing: `root`, an SVG with layers from bottom to top, and `spot`, one above it for what is lit, so that
 * lighting repaints little; and a ruler for labels.
 */
export function createLayers() {
  const bands = svg("path", { class: "rings-bands" });
  const centre = svg("path", { class: "rings-centre" });
  const nodes = svg("g");
  const labels = svg("g", { "aria-hidden": "true" });
  const root = svg("svg", { class: "rings-svg" }, bands, centre, nodes, labels);
  const spot = svg("svg", { class: "rings-svg rings-spot", "aria-hidden": "true" });
  const pen = penOf(html("canvas"));
  /** @param {string} text @param {boolean} bold */
  const measure = (text, bold) => {
    pen.font = `${bold ? 600 : 400} ${FONT_PX}px ${getComputedStyle(root).fontFamily || "sans-serif"}`;
    return pen.measureText(text).width;
  };
  return { bands, centre, nodes, labels, root, spot, measure };
}

/**
 * The size of the drawing, its origin in the middle.
 * @param {Layers} layers
 * @param {{ width: number, height: number }} size
 */
export function sizeLayers({ root, spot }, { width, height }) {
  for (const element of [root, spot]) {
    element.setAttribute("viewBox", `${-width / 2} ${-height / 2} ${width} ${height}`);
    element.setAttribute("width", String(width));
    element.setAttribute("height", String(height));
  }
}

/**
 * The bands and the centre's own links.
 * @param {Layers} layers
 * @param {Link[]} links
 * @param {Layout} layout
 */
export function drawCentre(layers, links, layout) {
  const own = links.filter(touchesCentre);
  layers.centre.setAttribute("d", linkPaths(own, layout, { width: own.length > 80 ? 2 : 3, bend: 0 }));
  layers.bands.setAttribute("d", layout.bands.map(bandPath).join(""));
}

/**
 * Whether a link is the centre's own.
 * @param {Link} link
 */
export function touchesCentre([source, target]) {
  return source === 0 || target === 0;
}

/**
 * Repeats in the top layer what shall be lit: one article's links (if any), and the glyphs and labels of `stays`.
 * @param {Layers} layers
 * @param {Link[]} links
 * @param {Layout} layout
 * @param {{ lit: number | null, stays: (at: number) => boolean }} light
 */
export function drawSpot(layers, links, layout, { lit, stays }) {
  const own = lit === null ? [] : links.filter(([source, target]) => source === lit || target === lit);
  const d = linkPaths(own, layout, { width: own.length > 40 ? 1.8 : 3, bend: 0.25 });
  const copies = [...layers.nodes.children, ...layers.labels.children]
    .filter((element) => stays(Number(element.getAttribute("data-at"))))
    .map(copyMute);
  layers.spot.replaceChildren(svg("path", { d, class: "rings-hot-links" }), ...copies);
  if (lit === null) return;
  const halo = { cx: layout.x[lit], cy: layout.y[lit], r: layout.size[lit] + 3 };
  layers.spot.append(svg("circle", { class: "rings-halo", ...halo }));
}

/**
 * A copy that neither a reader nor the keyboard meets.
 * @param {Element} element
 */
function copyMute(element) {
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const name of ["role", "tabindex", "aria-label", "aria-current"]) copy.removeAttribute(name);
  return copy;
}
