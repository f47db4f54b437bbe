// The page's theme as plain values, read from Streamlit's CSS variables; and what the person asked of motion.

/**
 * @typedef {object} Theme hex or rgb colours, as Streamlit writes them
 * @property {string} background
 * @property {string} text
 * @property {string} accent
 * @property {string} font
 * @property {string[]} scale colours from few to many
 * @property {boolean} dark
 */

/** @typedef {[number, number, number]} Rgb each 0 to 255 */

const SCALE = ["#9db7e8", "#7d9fdf", "#5d87d6", "#3d6fcd", "#2b59ad", "#19448d"];

/**
 * The theme at a component's root.
 * @param {Element} root
 * @returns {Theme}
 */
export function readTheme(root) {
  const style = getComputedStyle(root);
  /** @param {string} name */
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const background = read("background-color");
  const scale = read("chart-sequential-colors");
  return {
    background,
    text: read("text-color"),
    accent: read("primary-color"),
    font: style.fontFamily || "sans-serif",
    scale: scale ? scale.split(",") : SCALE,
    dark: luminance(background) < 0.4,
  };
}

/**
 * The parts of a #rgb, #rrggbb or rgb() colour.
 * @param {string} colour
 * @returns {Rgb}
 */
export function parseColour(colour) {
  if (!colour.startsWith("#")) {
    const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return [r, g, b];
  }
  const digits = colour.length < 7 ? [...colour.slice(1, 4)].map((digit) => digit + digit).join("") : colour.slice(1, 7);
  /** @param {number} at */
  const part = (at) => parseInt(digits.slice(at, at + 2), 16);
  return [part(0), part(2), part(4)];
}

/**
 * The same colour with an opacity from 0 to 1.
 * @param {string} colour
 * @param {number} alpha
 */
export function withAlpha(colour, alpha) {
  return `rgba(${parseColour(colour).join(",")},${alpha})`;
}

/**
 * A mix of two colours; share is how much of the second, 0 to 1.
 * @param {string} first
 * @param {string} second
 * @param {number} share
 */
export function mixColours(first, second, share) {
  const [a, b] = [parseColour(first), parseColour(second)];
  return `rgb(${a.map((value, at) => Math.round(value + (b[at] - value) * share)).join(",")})`;
}

/** Whether the person asked for less motion. */
export function prefersStillness() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Relative luminance as in WCAG 2, 0 (black) to 1 (white).
 * @param {string} colour
 */
function luminance(colour) {
  const [r, g, b] = parseColour(colour).map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
