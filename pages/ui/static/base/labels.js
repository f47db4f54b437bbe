// Which labels fit: greedy, the most important first, none over another, over a mark or over the edge. Pure.

const CELL = 48; // px of the grid in which boxes are looked up

/** @typedef {{ x: number, y: number, size: number }} Spot a mark on screen: its middle and its radius, px */
/** @typedef {{ left: number, top: number, right: number, bottom: number }} Box */
/** @typedef {"start" | "middle" | "end"} Anchor */

/**
 * @typedef {object} Label of a mark
 * @property {number} angle to which side of its mark it shall lie, radians clockwise from three o'clock
 * @property {number} width
 * @property {number} height
 * @property {boolean} [always] placed even where nothing is free
 * @property {boolean} [over] lies over its place instead of beside it
 */

/** @typedef {{ x: number, y: number, anchor: Anchor }} Anchored the middle of a text's height at its anchor */

/**
 * Where labels go: `items` in order of importance, `marks` not to be covered, all inside `bounds`. `item` of an
 * answer is a position in `items`.
 * @param {(Spot & Label)[]} items
 * @param {Spot[]} marks
 * @param {Box} bounds
 * @param {{ limit?: number, gap?: number }} [options] gap: px between a mark and its label
 */
export function placeLabels(items, marks, bounds, { limit = 60, gap = 3 } = {}) {
  const taken = createGrid();
  for (const { x, y, size } of marks) taken.add({ left: x - size, top: y - size, right: x + size, bottom: y + size });
  /** @type {(Anchored & { item: number })[]} */
  const placed = [];
  for (const [item, label] of items.entries()) {
    if (placed.length >= limit) break;
    const spots = spotsOf(label, gap);
    const free = spots.find(({ box }) => inside(box, bounds) && !taken.hits(box));
    const spot = free ?? (label.always ? spots.find(({ box }) => inside(box, bounds)) ?? spots[0] : null);
    if (!spot) continue;
    taken.add(spot.box);
    placed.push({ item, x: spot.x, y: spot.y, anchor: spot.anchor });
  }
  return placed;
}

/**
 * A title of at most so many characters, the last of them an ellipsis if it was longer.
 * @param {string} title
 * @param {number} length
 */
export function shorten(title, length) {
  return title.length > length ? `${title.slice(0, length - 1).trimEnd()}…` : title;
}

/**
 * Over its place if so wished; else beside the mark, on the side that faces outwards first.
 * @param {Spot & Label} label
 * @param {number} gap
 */
function spotsOf({ x, y, size, angle, width, height, over }, gap) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const aside = size + gap;
  if (over) return [spot(x, y, "middle", width, height), spot(x, y - height, "middle", width, height), spot(x, y + height, "middle", width, height)];
  const right = spot(x + aside, y, "start", width, height);
  const left = spot(x - aside, y, "end", width, height);
  const above = spot(x, y - aside - height / 2, "middle", width, height);
  const below = spot(x, y + aside + height / 2, "middle", width, height);
  const upright = sin < 0 ? [above, below] : [below, above];
  const level = cos > 0 ? [right, left] : [left, right];
  return Math.abs(sin) > 0.93 ? [...upright, ...level] : [...level, ...upright];
}

/**
 * @param {number} x
 * @param {number} y
 * @param {Anchor} anchor
 * @param {number} width
 * @param {number} height
 */
function spot(x, y, anchor, width, height) {
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { x, y, anchor, box: { left, top: y - height / 2, right: left + width, bottom: y + height / 2 } };
}

/**
 * @param {Box} box
 * @param {Box} bounds
 */
function inside(box, bounds) {
  return box.left >= bounds.left && box.right <= bounds.right && box.top >= bounds.top && box.bottom <= bounds.bottom;
}

function createGrid() {
  /** @type {Map<string, Box[]>} */
  const cells = new Map();
  /** @param {Box} box @param {(cell: string) => boolean} look */
  const visit = (box, look) => {
    for (let column = Math.floor(box.left / CELL); column <= Math.floor(box.right / CELL); column++) {
      for (let row = Math.floor(box.top / CELL); row <= Math.floor(box.bottom / CELL); row++) {
        if (look(`${column},${row}`)) return true;
      }
    }
    return false;
  };
  return {
    /** @param {Box} box */
    add(box) {
      visit(box, (cell) => {
        const held = cells.get(cell);
        if (held) held.push(box);
        else cells.set(cell, [box]);
        return false;
      });
    },
    /** @param {Box} box */
    hits(box) {
      return visit(box, (cell) => (cells.get(cell) ?? []).some((other) => overlap(box, other)));
    },
  };
}

/**
 * @param {Box} a
 * @param {Box} b
 */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
