// Thousands of round points, painted pixel by pixel: a few milliseconds on any machine, without a GPU. Pure.

/** @import { Rgb } from "../base/theme.js" */

const STEP = 0.25; // px between the radii for which a disc is prepared
const WHOLE = 256; // share of a pixel that is covered altogether
const ODD = 0xff00ff; // red and blue, mixed in one multiplication
const EVEN = 0x00ff00;
/** @type {Map<number, Disc>} */
const discs = new Map();

/** @typedef {ReturnType<typeof createPicture>} Picture */
/** @typedef {{ reach: number, across: Int16Array, down: Int16Array, shares: Int16Array }} Disc */

/**
 * An empty picture: `bytes` RGBA as ImageData takes them, `pixels` the same memory, one number a pixel.
 * @param {number} width
 * @param {number} height
 */
export function createPicture(width, height) {
  const bytes = new Uint8ClampedArray(width * height * 4);
  return { bytes, pixels: new Uint32Array(bytes.buffer), width, height };
}

/**
 * A colour as one number, opaque, in the order of bytes that every browser's machine has.
 * @param {Rgb} colour
 */
export function packColour([r, g, b]) {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/**
 * Fills the picture with one colour.
 * @param {Picture} picture
 * @param {number} colour
 */
export function clearPicture({ pixels }, colour) {
  pixels.fill(colour);
}

/**
 * Paints one disc with soft edges over what is there; centre and radius in pixels, opacity 0 to 1.
 * @param {Picture} picture
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {number} colour
 * @param {number} opacity
 */
export function paintDisc({ pixels, width, height }, x, y, radius, colour, opacity) {
  const { reach, across, down, shares } = discOf(radius);
  const left = Math.round(x);
  const top = Math.round(y);
  if (left < -reach || top < -reach || left >= width + reach || top >= height + reach) return;
  const inside = left >= reach && top >= reach && left < width - reach && top < height - reach;
  const odd = colour & ODD;
  const even = colour & EVEN;
  for (let at = 0; at < shares.length; at++) {
    const column = left + across[at];
    const row = top + down[at];
    if (!inside && (column < 0 || row < 0 || column >= width || row >= height)) continue;
    const place = row * width + column;
    const share = (shares[at] * opacity) | 0;
    if (share === WHOLE) {
      pixels[place] = colour;
      continue;
    }
    const below = pixels[place];
    const rest = WHOLE - share;
    const mixedOdd = ((Math.imul(odd, share) + Math.imul(below & ODD, rest)) >>> 8) & ODD;
    const mixedEven = ((Math.imul(even, share) + Math.imul(below & EVEN, rest)) >>> 8) & EVEN;
    pixels[place] = (0xff000000 | mixedOdd | mixedEven) >>> 0;
  }
}

/**
 * Which pixels a disc covers, relative to its middle, and how much of each.
 * @param {number} radius
 */
function discOf(radius) {
  const step = Math.max(1, Math.round(radius / STEP));
  const known = discs.get(step);
  if (known) return known;
  const exact = step * STEP;
  const reach = Math.ceil(exact + 0.5);
  /** @type {[number[], number[], number[]]} */
  const [across, down, shares] = [[], [], []];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.round(WHOLE * Math.min(1, Math.max(0, exact + 0.5 - Math.hypot(dx, dy))));
      if (share === 0) continue;
      across.push(dx);
      down.push(dy);
      shares.push(share);
    }
  }
  const disc = { reach, across: Int16Array.from(across), down: Int16Array.from(down), shares: Int16Array.from(shares) };
  discs.set(step, disc);
  return disc;
}
