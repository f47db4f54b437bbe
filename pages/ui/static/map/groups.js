// What the colours and sizes of the map mean: every colouring sorts the articles into groups. Pure functions.

import { withUnlabelled } from "../base/categories.js";

/** @import { MapAnswer, Role } from "../../types/answers" */

/** @typedef {"category" | "pred" | "correct" | "confidence" | "degree" | "role"} Color */
/** @typedef {"even" | "degree"} Size */
/** @typedef {{ label: string, colour: string, count: number }} Group */
/** @typedef {{ categories: string[], right: string, wrong: string, roles: string[], scale: string[] }} Palette */
/** @typedef {{ labels: string[], colours: string[], of: number[] }} Sorted of: [N] position in `labels` */

const CONFIDENCE_GROUPS = 5; // about equally many articles in each, so that no colour takes the whole map
const MOST_DIGITS = 6;
const DEGREE_STEPS = [5, 10, 20, 50, 100];
/** @type {Role[]} */
const ROLES = ["train", "stopping", "validation", "test", "unused"];

/** @type {{ [color in Color]: (answer: MapAnswer, palette: Palette) => Sorted }} */
const RULES = {
  category: (data, palette) => withUnlabelled(data.class_names, palette.categories, data.category),
  pred: (data, palette) => ({ labels: data.class_names, colours: palette.categories, of: predicted(data).pred }),
  correct: (data, palette) => {
    const right = predicted(data).pred.map((pred, at) => (data.category[at] < 0 ? -1 : Number(pred !== data.category[at])));
    return withUnlabelled(["Right", "Wrong"], [palette.right, palette.wrong], right);
  },
  confidence: (data, palette) => {
    const { confidence } = predicted(data);
    const steps = findSteps(confidence, CONFIDENCE_GROUPS);
    return {
      labels: rangeLabels(steps.map((share) => Number((100 * share).toFixed(MOST_DIGITS - 2))), "\u2009% sure", (bound) => bound),
      colours: pickScale(palette.scale, steps.length + 1),
      of: confidence.map((value) => stepOf(value, steps)),
    };
  },
  degree: (data, palette) => ({
    labels: rangeLabels(DEGREE_STEPS, " links", (bound) => bound - 1),
    colours: pickScale(palette.scale, DEGREE_STEPS.length + 1),
    of: data.degree.map((value) => stepOf(value, DEGREE_STEPS)),
  }),
  role: (data, palette) => ({
    labels: ["Train", "Stopping", "Validation", "Test", "Unused"],
    colours: palette.roles,
    of: data.role.map((role) => ROLES.indexOf(role)),
  }),
};

/**
 * The groups of a colouring, with each article's position among them. One that needs a run needs its predictions.
 * @param {MapAnswer} answer
 * @param {Color} color
 * @param {Palette} palette
 */
export function groupArticles(answer, color, palette) {
  const { labels, colours, of } = RULES[color](answer, palette);
  const groups = labels.map((label, at) => ({ label, colour: colours[at], count: 0 }));
  for (const at of of) groups[at].count++;
  return { of, groups };
}

/**
 * Whether a colouring needs a run's predictions.
 * @param {Color} color
 */
export function needsRun(color) {
  return color === "pred" || color === "correct" || color === "confidence";
}

/**
 * [N] radius of each article as a multiple of the common one: 1, or growing with the root of its links.
 * @param {number[]} degree
 * @param {Size} size
 */
export function scaleSizes(degree, size) {
  if (size !== "degree") return Float32Array.from(degree, () => 1);
  const sorted = Float64Array.from(degree).sort();
  const typical = Math.max(1, sorted[sorted.length >> 1]);
  return Float32Array.from(degree, (links) => Math.min(3.5, 0.45 + 0.5 * Math.sqrt(links / typical)));
}

/**
 * [N] positions in an order that has nothing to do with any column, so that no group covers another.
 * @param {number} count
 */
export function shuffledOrder(count) {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  let state = 2654435769;
  for (let last = count - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 4294967296) * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/**
 * @param {number} value
 * @param {number[]} steps
 */
function stepOf(value, steps) {
  const at = steps.findIndex((bound) => value < bound);
  return at < 0 ? steps.length : at;
}

/**
 * Bounds between so many groups of about equally many fractions, as round as they can be and still differ; fewer of
 * them where values are alike. Near 1, where models are surest, a bound gets more digits.
 * @param {number[]} values
 * @param {number} count
 */
export function findSteps(values, count) {
  const sorted = Float64Array.from(values).sort();
  const exact = Array.from({ length: count - 1 }, (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / count)]);
  const round = exact.map((value) => Number(value.toFixed(Math.min(MOST_DIGITS, Math.max(2, Math.ceil(-Math.log10(1 - value)))))));
  return [...new Set(round)].filter((bound) => bound > sorted[0] && bound <= sorted[sorted.length - 1]);
}

/**
 * "Under 5 links", "5 to 9 links", …; `last` is the last value of a range that ends before a bound.
 * @param {number[]} steps
 * @param {string} unit
 * @param {(bound: number) => number} last
 */
function rangeLabels(steps, unit, last) {
  if (!steps.length) return ["All alike"];
  const inner = steps.slice(1).map((bound, at) => `${steps[at]} to ${last(bound)}${unit}`);
  return [`Under ${steps[0]}${unit}`, ...inner, `${steps.at(-1)}${unit} and more`];
}

/**
 * The ends of a scale that is drawn on the page's own background are too faint: its strong part, evenly.
 * @param {string[]} scale
 * @param {number} count
 */
function pickScale(scale, count) {
  const first = Math.min(3, Math.max(0, scale.length - count));
  return Array.from({ length: count }, (_, at) => scale[Math.round(first + (at * (scale.length - 1 - first)) / Math.max(1, count - 1))]);
}

/**
 * @param {MapAnswer} answer
 */
function predicted({ pred, confidence }) {
  if (!pred || !confidence) throw new Error("This colouring needs a run: choose one.");
  return { pred, confidence };
}
