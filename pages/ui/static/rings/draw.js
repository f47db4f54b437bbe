// The SVG elements of a neighbourhood: layers, glyphs, links, labels.

import { svg } from "../base/dom.js";
import { placeLabels, shorten } from "../base/labels.js";
import { bandPath, glyphOf, linkPaths } from "./marks.js";

const FONT_PX = 12;
const CENTRE_FONT = 1.2; // times the others
const [SHORTEST_LABEL, LONGEST_LABEL] = [12, 28]; // characters

/**
 * The empty drawing: `root`, an SVG with layers from bottom to top, and `spot`, one above it for what is lit, so that
 * lighting repaints little; and a ruler for labels.
 */
export function createLayers() {
  const layers = {
    bands: svg("path", { class: "rings-bands" }),
    centre: svg("path", { class: "rings-centre" }),
    nodes: svg("g"),
    labels: svg("g", { "aria-hidden": "true" }),
  };
  layers.root = svg("svg", { class: "rings-svg" }, ...Object.values(layers));
  layers.spot = svg("svg", { class: "rings-svg rings-spot", "aria-hidden": "true" });
  const pen = document.createElement("canvas").getContext("2d");
  layers.measure = (text, bold) => {
    pen.font = `${bold ? 600 : 400} ${FONT_PX}px ${getComputedStyle(layers.root).fontFamily || "sans-serif"}`;
    return pen.measureText(text).width;
  };
  return layers;
}

/** The size of the drawing, its origin in the middle. */
export function sizeLayers({ root, spot }, { width, height }) {
  for (const element of [root, spot]) {
    element.setAttribute("viewBox", `${-width / 2} ${-height / 2} ${width} ${height}`);
    element.setAttribute("width", width);
    element.setAttribute("height", height);
  }
}

/** One article's glyph, still without colours and place: the ring, then the disc. */
export function createNode() {
  return svg("g", { class: "rings-node", role: "button" }, svg("circle", { class: "rings-ring", pathLength: 100 }), svg("circle"));
}

/** Colours and radii for an article of `size` px. */
export function paintNode(element, article, size, colourOf) {
  const [ring, disc] = element.children;
  const glyph = glyphOf(article, size);
  disc.setAttribute("r", glyph.disc);
  disc.setAttribute("fill", colourOf(article.category));
  ring.setAttribute("r", glyph.ring?.radius ?? size);
  ring.setAttribute("stroke", glyph.ring ? colourOf(article.pred) : "none");
  ring.setAttribute("stroke-width", glyph.ring?.width ?? 0);
  ring.setAttribute("stroke-dasharray", glyph.ring?.dashes ?? "none");
}

export function placeNode(element, x, y, scale) {
  const grown = scale === 1 ? "" : ` scale(${scale.toFixed(3)})`;
  element.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})${grown}`);
}

/** The bands and the centre's own links. */
export function drawCentre(layers, { links }, layout) {
  const own = links.filter(touchesCentre);
  layers.centre.setAttribute("d", linkPaths(own, layout, { width: own.length > 80 ? 2 : 3, bend: 0 }));
  layers.bands.setAttribute("d", layout.bands.map(bandPath).join(""));
}

/** Whether a link is the centre's own. */
export function touchesCentre([source, target]) {
  return source === 0 || target === 0;
}

/** Repeats in the top layer what shall be lit: one article's links (if any), and the glyphs and labels of `stays`. */
export function drawSpot(layers, { links }, layout, { lit, stays }) {
  const own = lit == null ? [] : links.filter(([source, target]) => source === lit || target === lit);
  const path = svg("path", { d: linkPaths(own, layout, { width: own.length > 40 ? 1.8 : 3, bend: 0.25 }), class: "rings-hot-links" });
  const copies = [...layers.nodes.children, ...layers.labels.children]
    .filter(({ dataset }) => stays(Number(dataset.at)))
    .map((element) => {
      const copy = element.cloneNode(true);
      for (const name of ["role", "tabindex", "aria-label", "aria-current"]) copy.removeAttribute(name);
      return copy;
    });
  const size = lit == null ? null : layout.size[lit] + 3;
  const halo = size && svg("circle", { class: "rings-halo", cx: layout.x[lit], cy: layout.y[lit], r: size });
  layers.spot.replaceChildren(path, ...copies, ...(halo ? [halo] : []));
}

/**
 * Labels for what fits, as SVG elements. `marks` where the articles are on screen, `view` {width, height, k, x, y} in
 * px. The text has one size on screen, however far one has zoomed.
 */
export function chooseLabels(articles, marks, layout, view, measure) {
  const room = roomBelowCentre(layout, view);
  const items = importance(articles).map((at) => {
    const scale = at === 0 ? CENTRE_FONT : 1;
    const widthOf = (text) => measure(text, at === 0) * scale + 6;
    const text = at === 0 ? fitText(articles[at].title, room, widthOf) : shorten(articles[at].title, LONGEST_LABEL);
    const angle = at === 0 ? Math.PI / 2 : layout.angle[at];
    return { ...marks[at], width: widthOf(text), height: FONT_PX * scale + 4, at, text, scale, angle, always: at === 0 };
  });
  const limit = view.width < 500 ? 24 : 60;
  return placeLabels(items, marks, boundsOf(view), { limit }).map((spot) => drawLabel(items[spot.item], spot, view));
}

// A plate behind the text rather than an outline around it: stroked text is painted a hundred times more slowly.
function drawLabel({ at, text, scale, width, height }, { x, y, anchor }, view) {
  const [left, middle] = [(x - view.x) / view.k - view.width / 2, (y - view.y) / view.k - view.height / 2];
  const shift = { start: 0, middle: width / 2, end: width }[anchor];
  const plate = svg("rect", { width, height, x: -shift, y: -height / 2, rx: 3 });
  const words = svg("text", { x: width / 2 - shift, dy: "0.35em", "text-anchor": "middle", "font-size": FONT_PX * scale }, text);
  const label = svg("g", {
    class: at === 0 ? "rings-label rings-label-centre" : "rings-label",
    transform: `translate(${left} ${middle}) scale(${1 / view.k})`,
  }, plate, words);
  label.dataset.at = at;
  return label;
}

// Once zoomed in, also half a screen beyond the edges, so that a pan meets labels.
function boundsOf({ width, height, k }) {
  const spread = k > 1 ? 0.5 : 0;
  return { left: -width * spread, top: -height * spread, right: width * (1 + spread), bottom: height * (1 + spread) };
}

// The centre, then nearer rings first and within one the most linked.
function importance(articles) {
  const order = articles.map((_, at) => at);
  return order.sort((a, b) => articles[a].hop - articles[b].hop || articles[b].degree - articles[a].degree);
}

// How wide the centre's label may be below its glyph before it meets the first ring, px on screen.
function roomBelowCentre({ bands: [ring], size }, view) {
  if (!ring) return view.width;
  const below = size[0] + FONT_PX / view.k;
  return 2 * (Math.sqrt(Math.max(0, ring.inner ** 2 - below ** 2)) - size[1]) * view.k;
}

function fitText(title, room, widthOf) {
  let text = shorten(title, LONGEST_LABEL);
  for (let length = LONGEST_LABEL - 1; length >= SHORTEST_LABEL && widthOf(text) > room; length--) text = shorten(title, length);
  return text;
}
