// Numbers, names and times as a person reads them.

const THIN = "\u2009";

/**
 * A count with commas between thousands, as the pages write it: 11,701.
 * @param {number} value
 */
export function formatCount(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * A fraction as per cent with one decimal: 0.775 -> "77.5 %".
 * @param {number | null | undefined} value
 */
export function formatShare(value, digits = 1) {
  return value == null || !Number.isFinite(value) ? "–" : `${(100 * value).toFixed(digits)}${THIN}%`;
}

/**
 * A probability as per cent that is never rounded to certainty: 0.9997 -> "99.97 %", 0.99999 -> "> 99.99 %".
 * @param {number | null | undefined} confidence
 */
export function formatSure(confidence, digits = 1) {
  if (confidence == null || !(confidence >= 0.99)) return formatShare(confidence, digits);
  return confidence < 0.99995 ? formatShare(confidence, 2) : `> 99.99${THIN}%`;
}

/**
 * A number with about four significant digits: 0.01235, 12.35, 1.2e-5.
 * @param {number | null | undefined} value
 */
export function formatNumber(value) {
  if (value == null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/**
 * A count with its noun: "1 link", "31 links".
 * @param {number} count
 * @param {string} noun
 */
export function countOf(count, noun) {
  return `${formatCount(count)} ${nounOf(count, noun)}`;
}

/**
 * A noun as its count wants it: "link", "links".
 * @param {number} count
 * @param {string} noun
 */
export function nounOf(count, noun) {
  return count === 1 ? noun : `${noun}s`;
}

/**
 * Seconds as "0.31 s", "42 s", "3 min 5 s", "2 h 4 min".
 * @param {number} seconds
 */
export function formatSeconds(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${Number(seconds.toPrecision(2))}${THIN}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${THIN}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${THIN}min ${whole % 60}${THIN}s`;
  return `${Math.floor(whole / 3600)}${THIN}h ${Math.floor((whole % 3600) / 60)}${THIN}min`;
}

/**
 * Text that plotly shows as it is: its labels read a few HTML tags, and titles are data from outside.
 * @param {string} text
 */
export function escapeText(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
