// Where each article of a neighbourhood stands: one band a hop, categories in arcs, few crossings. Pure functions.

/** @import { Link } from "../../types/answers" */

/** @typedef {{ category: number, hop: number }} Placed an article, as far as its place depends on it */
/** @typedef {Map<number, number[]>} Rings articles of each hop, in the order in which they stand */

/**
 * @typedef {object} Band the articles of one hop, in one or several lanes; px
 * @property {number} hop
 * @property {number} lanes
 * @property {number} pitch between lanes
 * @property {number} inner
 * @property {number} outer
 * @property {number} size of its articles
 */

/**
 * @typedef {object} Layout around the origin, px and radians clockwise from three o'clock; one value an article
 * @property {number[]} x
 * @property {number[]} y
 * @property {number[]} angle
 * @property {number[]} size
 * @property {Band[]} bands
 * @property {Rings} order
 */

/** @typedef {{ angle: number[], lane: number[] }} Slots where in its ring each article stands */

const TURN = 2 * Math.PI;
const GLYPH_SIZES = Array.from({ length: 24 }, (_, step) => 14 - step * 0.5); // largest first, 2.5 px at least
const GLYPH_SCALE = [1, 1.25, 1, 0.9]; // by hop
const SWEEPS = 4;

/** @type {Layout} */
export const EMPTY_LAYOUT = { x: [], y: [], angle: [], size: [], bands: [], order: new Map() };

/**
 * Places articles around the origin, the centre first.
 * @param {Placed[]} articles
 * @param {Link[]} links
 * @param {number} reach largest radius, px
 * @returns {Layout}
 */
export function layoutRings(articles, links, reach) {
  const order = groupByHop(articles);
  const { bands, glyph } = fitBands(order, articles, reach);
  /** @param {number} value */
  const fill = (value) => Array.from(articles, () => value);
  const places = { angle: fill(0), lane: fill(0) };
  orderRings(order, bands, articles, findNeighbours(articles.length, links), places);
  const { angle, lane } = places;
  const [x, y, size] = [fill(0), fill(0), fill(centreSize(reach, glyph))];
  for (const band of bands) {
    for (const article of membersOf(order, band.hop)) {
      const radius = band.inner + lane[article] * band.pitch;
      x[article] = radius * Math.cos(angle[article]);
      y[article] = radius * Math.sin(angle[article]);
      size[article] = band.size;
    }
  }
  return { x, y, angle, size, bands, order };
}

/**
 * @param {number} reach
 * @param {number} glyph
 */
function centreSize(reach, glyph) {
  return Math.max(glyph * 1.6, Math.min(24, reach * 0.085));
}

/**
 * @param {Placed[]} articles
 * @returns {Rings}
 */
function groupByHop(articles) {
  const hops = [...new Set(articles.map(({ hop }) => hop))].filter((hop) => hop > 0).sort((a, b) => a - b);
  const all = [...articles.keys()];
  return new Map(hops.map((hop) => [hop, all.filter((article) => articles[article].hop === hop)]));
}

/**
 * @param {Rings} rings
 * @param {number} hop
 */
function membersOf(rings, hop) {
  return rings.get(hop) ?? [];
}

/**
 * The largest glyphs with which every ring, in as few lanes as it takes, stays within reach.
 * @param {Rings} rings
 * @param {Placed[]} articles
 * @param {number} reach
 */
function fitBands(rings, articles, reach) {
  let glyph = GLYPH_SIZES[0];
  let bands = stackBands(rings, articles, reach, glyph);
  for (const smaller of GLYPH_SIZES.slice(1)) {
    const last = bands.at(-1);
    if (!last || last.outer + last.size <= reach) break;
    glyph = smaller;
    bands = stackBands(rings, articles, reach, glyph);
  }
  return { bands: spreadBands(bands, reach), glyph };
}

/**
 * @param {Rings} rings
 * @param {Placed[]} articles
 * @param {number} reach
 * @param {number} glyph radius, px
 */
function stackBands(rings, articles, reach, glyph) {
  let inner = reach * 0.3;
  /** @type {Band[]} */
  const bands = [];
  for (const [hop, members] of rings) {
    const size = glyph * GLYPH_SCALE[hop];
    const room = 2.44 * size + 2; // px along a lane for one glyph
    const arcs = new Set(members.map((article) => articles[article].category)).size;
    let lanes = 1;
    while (lanes < members.length && (countSlots(members.length, arcs, lanes) / lanes) * room > TURN * inner) lanes++;
    const pitch = lanes > 1 ? room * 0.92 : 0;
    const outer = inner + (lanes - 1) * pitch;
    bands.push({ hop, lanes, pitch, inner, size, outer });
    inner = outer + reach * 0.17 + size;
  }
  return bands;
}

/**
 * Slots of a ring, one an article and a pause between categories; a whole number of rounds over the lanes, so that
 * articles of one lane are as far apart where the ring closes as elsewhere.
 * @param {number} members
 * @param {number} arcs
 * @param {number} lanes
 */
function countSlots(members, arcs, lanes) {
  return Math.ceil((members + (arcs > 1 ? arcs * pauseOf(lanes) : 0)) / lanes) * lanes;
}

/** @param {number} lanes */
function pauseOf(lanes) {
  return lanes === 1 ? 0.5 : 2; // slots
}

/**
 * What is left of the reach widens the gaps, so that the outermost band ends at the rim.
 * @param {Band[]} bands
 * @param {number} reach
 */
function spreadBands(bands, reach) {
  const last = bands.at(-1);
  if (!last) return bands;
  const slack = Math.max(0, reach - last.size - last.outer);
  const most = reach * (bands.length === 1 ? 0.5 : 0.34);
  const step = Math.min(slack / bands.length, most);
  return bands.map((band, at) => {
    const shift = step * (at + 1);
    return { ...band, inner: band.inner + shift, outer: band.outer + shift };
  });
}

/**
 * The articles linked to each, in either direction.
 * @param {number} count
 * @param {Link[]} links
 */
function findNeighbours(count, links) {
  /** @type {number[][]} */
  const near = Array.from({ length: count }, () => []);
  for (const [source, target] of links) {
    near[source].push(target);
    near[target].push(source);
  }
  return near;
}

/**
 * Barycentre sweeps: each ring is sorted by category, within one by where its links lead, then turned to fit.
 * @param {Rings} rings
 * @param {Band[]} bands
 * @param {Placed[]} articles
 * @param {number[][]} near
 * @param {Slots} places
 */
function orderRings(rings, bands, articles, near, places) {
  const { angle } = places;
  /** @param {number} a @param {number} b */
  const byCategory = (a, b) => articles[a].category - articles[b].category;
  for (const { hop, lanes } of bands) {
    const members = membersOf(rings, hop).sort((a, b) => byCategory(a, b) || a - b);
    assignSlots(members, lanes, articles, places);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const { hop, lanes } of bands) {
      const members = membersOf(rings, hop);
      /** @type {number[]} */
      const pulls = [];
      for (const article of members) pulls[article] = pullOf(article, hop, articles, near, angle);
      members.sort((a, b) => byCategory(a, b) || pulls[a] - pulls[b] || a - b);
      assignSlots(members, lanes, articles, places);
      if (hop > bands[0].hop) turnRing(members, hop, articles, near, angle);
    }
  }
}

/**
 * How far round from where it stands an article is drawn by its links on other rings (and, less, on its own).
 * @param {number} article
 * @param {number} hop
 * @param {Placed[]} articles
 * @param {number[][]} near
 * @param {number[]} angle
 */
function pullOf(article, hop, articles, near, angle) {
  let [sin, cos] = [0, 0];
  for (const other of near[article]) {
    const otherHop = articles[other].hop;
    if (otherHop === 0) continue;
    const weight = otherHop === hop ? 0.5 : 1;
    sin += weight * Math.sin(angle[other] - angle[article]);
    cos += weight * Math.cos(angle[other] - angle[article]);
  }
  const turn = sin === 0 && cos === 0 ? 0 : Math.atan2(sin, cos);
  return angle[article] + turn;
}

/**
 * Evenly spaced from the top, dealt out over the lanes, with a pause between categories.
 * @param {number[]} members
 * @param {number} lanes
 * @param {Placed[]} articles
 * @param {Slots} places
 */
function assignSlots(members, lanes, articles, { angle, lane }) {
  /** @param {number} at */
  const isNew = (at) => at > 0 && articles[members[at]].category !== articles[members[at - 1]].category;
  const arcs = 1 + members.filter((_, at) => isNew(at)).length;
  const slots = countSlots(members.length, arcs, lanes);
  let slot = 0;
  members.forEach((article, at) => {
    if (isNew(at)) slot += pauseOf(lanes);
    angle[article] = -Math.PI / 2 + ((slot + 0.5) / slots) * TURN;
    lane[article] = lanes === 1 ? 0 : slot % lanes;
    slot += 1;
  });
}

/**
 * @param {number[]} members
 * @param {number} hop
 * @param {Placed[]} articles
 * @param {number[][]} near
 * @param {number[]} angle
 */
function turnRing(members, hop, articles, near, angle) {
  let [sin, cos] = [0, 0];
  for (const article of members) {
    for (const other of near[article]) {
      if (articles[other].hop === 0 || articles[other].hop >= hop) continue;
      sin += Math.sin(angle[other] - angle[article]);
      cos += Math.cos(angle[other] - angle[article]);
    }
  }
  const turn = sin === 0 && cos === 0 ? 0 : Math.atan2(sin, cos);
  for (const article of members) angle[article] += turn;
}
