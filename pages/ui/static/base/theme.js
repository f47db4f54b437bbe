// The page's theme as plain values, read from Streamlit's CSS variables; and what the person asked of motion.

/** The theme at a component's root: hex or rgb strings, as Streamlit writes them. */
export function readTheme(parentElement) {
  const style = getComputedStyle(parentElement.host ?? parentElement);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const background = read("background-color");
  return {
    background,
    surface: read("secondary-background-color"),
    text: read("text-color"),
    accent: read("primary-color"),
    border: read("border-color"),
    font: read("font") || "sans-serif",
    dark: luminance(background) < 0.4,
  };
}

/** [r, g, b], each 0 to 255, of a #rgb, #rrggbb or rgb() colour. */
export function parseColour(colour) {
  if (colour.startsWith("#")) {
    const digits = colour.length < 7 ? [...colour.slice(1, 4)].map((d) => d + d).join("") : colour.slice(1, 7);
    return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
  }
  return (colour.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number);
}

/** The same colour with an opacity from 0 to 1. */
export function withAlpha(colour, alpha) {
  return `rgba(${parseColour(colour).join(",")},${alpha})`;
}

/** A mix of two colours; share is how much of the second, 0 to 1. */
export function mixColours(first, second, share) {
  const [a, b] = [parseColour(first), parseColour(second)];
  return `rgb(${a.map((value, at) => Math.round(value + (b[at] - value) * share)).join(",")})`;
}

/** Whether the person asked for less motion. */
export function prefersStillness() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Relative luminance as in WCAG 2, 0 (black) to 1 (white).
function luminance(colour) {
  const [r, g, b] = parseColour(colour).map((value) => {
    const share = value / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
