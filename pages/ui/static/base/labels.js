// Which labels fit: greedy, the most important first, none over another, over a mark or over the edge. Pure.

const CELL = 48; // px of the grid in which boxes are looked up

/**
 * `items` [{x, y, size, angle, width, height, always, over}], in order of importance; `marks` [{x, y, size}] not to be
 * covered; `bounds` {left, top, right, bottom}. Returns [{item, x, y, anchor}] with `item` a position in `items`
 * and (x, y) the middle of the text's height at its anchor ("start", "middle", "end").
 */
export function placeLabels(items, marks, bounds, { limit = 60, gap = 3 } = {}) {
  const taken = createGrid();
  for (const { x, y, size } of marks) taken.add({ left: x - size, top: y - size, right: x + size, bottom: y + size });
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

/** A title of at most so many characters, the last of them an ellipsis if it was longer. */
export function shorten(title, length) {
  return title.length > length ? `${title.slice(0, length - 1).trimEnd()}…` : title;
}

// Over its place if so wished; else beside the mark, on the side that faces outwards first.
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

function spot(x, y, anchor, width, height) {
  const left = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  return { x, y, anchor, box: { left, top: y - height / 2, right: left + width, bottom: y + height / 2 } };
}

function inside(box, bounds) {
  return box.left >= bounds.left && box.right <= bounds.right && box.top >= bounds.top && box.bottom <= bounds.bottom;
}

function createGrid() {
  const cells = new Map();
  const visit = (box, look) => {
    for (let column = Math.floor(box.left / CELL); column <= Math.floor(box.right / CELL); column++) {
      for (let row = Math.floor(box.top / CELL); row <= Math.floor(box.bottom / CELL); row++) {
        if (look(`${column},${row}`)) return true;
      }
    }
    return false;
  };
  return {
    add(box) {
      visit(box, (cell) => {
        if (cells.has(cell)) cells.get(cell).push(box);
        else cells.set(cell, [box]);
        return false;
      });
    },
    hits(box) {
      return visit(box, (cell) => (cells.get(cell) ?? []).some((other) => overlap(box, other)));
    },
  };
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
