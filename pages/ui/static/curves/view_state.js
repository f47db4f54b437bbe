// How the curves are looked at, as the page's URL keeps it: written short, read back exactly as it was. No DOM.

import { SMOOTHERS } from "./smoothing.js";
import { CENTERS, SPREADS } from "./statistics.js";

/** @import { Range } from "./axes.js" */
/** @import { SmoothKind } from "./smoothing.js" */
/** @import { Center, Spread } from "./statistics.js" */

/** @typedef {{ x?: Range, y?: Range }} Zoom in logged values */
/** @typedef {"linear" | "log" | "symlog"} Scale */
/** @typedef {{ [param: string]: string }} Params by name; what stands at its default is not there */

/**
 * @typedef {object} View
 * @property {string} x axis of all charts without one of their own
 * @property {SmoothKind} kind
 * @property {number} smooth weight, 0 (off) to below 1
 * @property {Scale} scale
 * @property {boolean} clip whether the tallest and lowest twentieth are left beyond the edges
 * @property {string[] | null} hidden ids that a person has switched off; null before the first choice
 * @property {{ [chart: string]: Zoom }} zoom
 * @property {string[] | null} charts their keys in order; null for those that stand first
 * @property {boolean} more whether the other charts are unfolded
 * @property {string} big key of the chart that is enlarged; empty for none
 * @property {string} group what runs must have in common to be drawn as one; empty for each alone
 * @property {Center} center
 * @property {Spread} spread
 * @property {number | null} at x whose values stand in the table; null for the last
 * @property {boolean} delta whether lines are differences to the baseline
 */

/** @type {View} */
export const PLAIN = {
  ...{ x: "epoch", kind: "ema", smooth: 0, scale: "linear", clip: false, hidden: null, zoom: {}, charts: null },
  ...{ more: false, big: "", group: "", center: "mean", spread: "std", at: null, delta: false },
};
/** Every parameter that this may write. */
export const PARAMS = Object.freeze(["x", "kind", "smooth", "log", "clip", "hidden", "zoom", "charts", "more", "big", "group", "center", "spread", "at", "delta"]);
export const MOST_WEIGHT = 0.999;
const NONE = ","; // a list that is empty by choice

/**
 * @param {View} view
 * @returns {Params}
 */
export function writeView(view) {
  /** @type {{ [param: string]: string | null }} */
  const all = {
    x: view.x === PLAIN.x ? null : view.x,
    kind: view.kind === PLAIN.kind ? null : view.kind,
    smooth: view.smooth ? String(view.smooth) : null,
    log: { linear: null, log: "1", symlog: "symlog" }[view.scale],
    clip: view.clip ? "1" : null,
    hidden: writeList(view.hidden),
    zoom: Object.entries(view.zoom).map(writeZoom).filter(Boolean).join(";") || null,
    charts: writeList(view.charts),
    more: view.more ? "1" : null,
    big: view.big ? encodeURIComponent(view.big) : null,
    group: view.group || null,
    center: view.center === PLAIN.center ? null : view.center,
    spread: view.spread === PLAIN.spread ? null : view.spread,
    at: view.at === null ? null : String(view.at),
    delta: view.delta ? "1" : null,
  };
  return /** @type {Params} */ (Object.fromEntries(Object.entries(all).filter(([, text]) => text !== null)));
}

/**
 * What cannot be read is as if it were not there.
 * @param {Params} params
 * @returns {View}
 */
export function readView(params) {
  return {
    x: params.x || PLAIN.x,
    kind: pick(params.kind, SMOOTHERS, PLAIN.kind),
    smooth: Math.min(MOST_WEIGHT, Math.max(0, readNumber(params.smooth) ?? 0)),
    scale: params.log === "symlog" ? "symlog" : params.log === "1" ? "log" : "linear",
    clip: params.clip === "1",
    hidden: readList(params.hidden),
    zoom: Object.fromEntries((params.zoom ?? "").split(";").flatMap(readZoom)),
    charts: readList(params.charts),
    more: params.more === "1",
    big: decode(params.big ?? ""),
    group: params.group ?? PLAIN.group,
    center: pick(params.center, CENTERS, PLAIN.center),
    spread: pick(params.spread, SPREADS, PLAIN.spread),
    at: readNumber(params.at),
    delta: params.delta === "1",
  };
}

/**
 * What must be told to the page so that its URL says this: null takes a parameter away.
 * @param {Params} before
 * @param {Params} now
 */
export function findChanges(before, now) {
  const changed = PARAMS.filter((name) => before[name] !== now[name]);
  return Object.fromEntries(changed.map((name) => [name, now[name] ?? null]));
}

/** @param {string[] | null} names */
function writeList(names) {
  return names && (names.map(encodeURIComponent).join(",") || NONE);
}

/**
 * @param {string | undefined} text
 * @returns {string[] | null}
 */
function readList(text) {
  if (!text) return null;
  return text === NONE ? [] : text.split(",").map(decode);
}

/** @param {[string, Zoom]} entry */
function writeZoom([chart, { x, y }]) {
  if (!x && !y) return "";
  return `${encodeURIComponent(chart)}:${[x, y].map((range) => range?.join("~") ?? "").join(":")}`;
}

/**
 * @param {string} text
 * @returns {[string, Zoom][]}
 */
function readZoom(text) {
  const [chart, ...ranges] = text.split(":");
  const [x, y] = ranges.map(readRange);
  return chart && (x || y) ? [[decode(chart), { ...(x && { x }), ...(y && { y }) }]] : [];
}

/**
 * @param {string} text
 * @returns {Range | null}
 */
function readRange(text) {
  const [from, to] = text.split("~").map(readNumber);
  return from == null || to == null || from === to ? null : [from, to];
}

/** @param {string | undefined} text */
function readNumber(text) {
  const number = text ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @template {string} Name
 * @param {string | undefined} text
 * @param {{ [name in Name]: unknown }} options
 * @param {Name} otherwise
 */
function pick(text, options, otherwise) {
  return text !== undefined && Object.hasOwn(options, text) ? /** @type {Name} */ (text) : otherwise;
}
