// Where each article of a neighbourhood stands: one band a hop, categories in arcs, few crossings. Pure functions.

const TURN = 2 * Math.PI;
const GLYPH_SIZES = Array.from({ length: 24 }, (_, step) => 14 - step * 0.5); // largest first, 2.5 px at least
const GLYPH_SCALE = [1, 1.25, 1, 0.9]; // by hop
const SWEEPS = 4;

/**
 * Places articles around the origin. `articles` [{category, hop}], the centre first; `links` [[source, target]]
 * as positions in `articles`; `reach` is the largest radius in px.
 * Returns {x, y, angle, size} arrays (px, radians clockwise from three o'clock) and bands [{hop, inner, outer}].
 */
export function layoutRings(articles, links, reach) {
  const rings = groupByHop(articles);
  const { bands, glyph } = fitBands(rings, articles, reach);
  const angle = new Array(articles.length).fill(0);
  const lane = new Array(articles.length).fill(0);
  orderRings(rings, bands, articles, neighbourLists(articles.length, links), { angle, lane });

  const x = new Array(articles.length).fill(0);
  const y = new Array(articles.length).fill(0);
  const size = new Array(articles.length).fill(centreSize(reach, glyph));
  for (const band of bands) {
    for (const article of rings.get(band.hop)) {
      const radius = band.inner + lane[article] * band.pitch;
      x[article] = radius * Math.cos(angle[article]);
      y[article] = radius * Math.sin(angle[article]);
      size[article] = band.size;
    }
  }
  return { x, y, angle, size, bands, order: rings };
}

function centreSize(reach, glyph) {
  return Math.max(glyph * 1.6, Math.min(24, reach * 0.085));
}

function groupByHop(articles) {
  const rings = new Map();
  articles.forEach(({ hop }, article) => {
    if (hop === 0) return;
    if (!rings.has(hop)) rings.set(hop, []);
    rings.get(hop).push(article);
  });
  return new Map([...rings].sort(([a], [b]) => a - b));
}

// The largest glyphs with which every ring, in as few lanes as it takes, stays within reach.
function fitBands(rings, articles, reach) {
  for (const glyph of GLYPH_SIZES) {
    const bands = stackBands(rings, articles, reach, glyph);
    const fits = !bands.length || bands.at(-1).outer + bands.at(-1).size <= reach;
    if (fits || glyph === GLYPH_SIZES.at(-1)) return { bands: spreadBands(bands, reach), glyph };
  }
}

function stackBands(rings, articles, reach, glyph) {
  let inner = reach * 0.3;
  const bands = [];
  for (const [hop, members] of rings) {
    const size = glyph * GLYPH_SCALE[hop];
    const room = 2.44 * size + 2; // px along a lane for one glyph
    const arcs = new Set(members.map((article) => articles[article].category)).size;
    let lanes = 1;
    while (lanes < members.length && (countSlots(members.length, arcs, lanes) / lanes) * room > TURN * inner) lanes++;
    const pitch = lanes > 1 ? room * 0.92 : 0;
    bands.push({ hop, lanes, pitch, inner, size, outer: inner + (lanes - 1) * pitch });
    inner = bands.at(-1).outer + reach * 0.17 + size;
  }
  return bands;
}

// Slots of a ring, one an article and a pause between categories; a whole number of rounds over the lanes, so that
// articles of one lane are as far apart where the ring closes as elsewhere.
function countSlots(members, arcs, lanes) {
  return Math.ceil((members + (arcs > 1 ? arcs * pauseOf(lanes) : 0)) / lanes) * lanes;
}

function pauseOf(lanes) {
  return lanes === 1 ? 0.5 : 2; // slots
}

// What is left of the reach widens the gaps, so that the outermost band ends at the rim.
function spreadBands(bands, reach) {
  if (!bands.length) return bands;
  const slack = Math.max(0, reach - bands.at(-1).size - bands.at(-1).outer);
  const most = reach * (bands.length === 1 ? 0.5 : 0.34);
  const step = Math.min(slack / bands.length, most);
  return bands.map((band, at) => {
    const shift = step * (at + 1);
    return { ...band, inner: band.inner + shift, outer: band.outer + shift };
  });
}

function neighbourLists(count, links) {
  const near = Array.from({ length: count }, () => []);
  for (const [source, target] of links) {
    near[source].push(target);
    near[target].push(source);
  }
  return near;
}

// Barycentre sweeps: each ring is sorted by category, within one by where its links lead, then turned to fit.
function orderRings(rings, bands, articles, near, places) {
  const { angle } = places;
  const byCategory = (a, b) => articles[a].category - articles[b].category;
  for (const { hop, lanes } of bands) {
    const members = rings.get(hop).sort((a, b) => byCategory(a, b) || a - b);
    assignSlots(members, lanes, articles, places);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const { hop, lanes } of bands) {
      const members = rings.get(hop);
      const pulls = new Map(members.map((article) => [article, pullOf(article, hop, articles, near, angle)]));
      members.sort((a, b) => byCategory(a, b) || pulls.get(a) - pulls.get(b) || a - b);
      assignSlots(members, lanes, articles, places);
      if (hop > bands[0].hop) turnRing(members, hop, articles, near, angle);
    }
  }
}

// How far round from where it stands an article is drawn by its links on other rings (and, less, on its own).
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

// Evenly spaced from the top, dealt out over the lanes, with a pause between categories.
function assignSlots(members, lanes, articles, { angle, lane }) {
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
