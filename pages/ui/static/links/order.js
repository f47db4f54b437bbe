// Which of an article's links are listed, and in which order. Pure.

/** @import { LinkedArticle } from "../../types/answers" */

/** @typedef {"title" | "category" | "predicted" | "direction" | "degree"} Column */

/**
 * What a person has set, as map of the URL's parameters; empty texts for nothing. `sort`: a column, with "-" downwards.
 * @typedef {{ sort: string, category: string, predicted: string, direction: string, wrong: string }} Wishes
 */

/** @type {Wishes} */
export const NO_WISHES = { sort: "", category: "", predicted: "", direction: "", wrong: "" };

/** @type {{ [direction: string]: string }} */
export const DIRECTIONS = { in: "links here", out: "linked from here", both: "both ways" };

/** @param {LinkedArticle} link */
export function isWrong({ category, predicted }) {
  return predicted !== null && predicted !== category;
}

/**
 * The links that a person wants to see.
 * @param {LinkedArticle[]} links
 * @param {Wishes} wishes
 */
export function selectLinks(links, { sort, category, predicted, direction, wrong }) {
  const kept = links.filter(
    (link) =>
      (category === "" || link.category === Number(category)) &&
      (predicted === "" || link.predicted === Number(predicted)) &&
      (direction === "" || link.direction === direction) &&
      (wrong === "" || isWrong(link)),
  );
  const [column, sign] = readSort(sort);
  if (column === null) return kept; // as they come: best-linked first
  return kept.sort((a, b) => sign * compare(a, b, column) || b.degree - a.degree || a.index - b.index);
}

/**
 * The column of a sort and its sign, or null where none is named.
 * @param {string} sort
 * @returns {[Column | null, 1 | -1]}
 */
export function readSort(sort) {
  const name = sort.replace(/^-/, "");
  const known = /** @type {Column[]} */ (["title", "category", "predicted", "direction", "degree"]);
  return [known.find((column) => column === name) ?? null, sort.startsWith("-") ? -1 : 1];
}

/**
 * The sort after a click on a column's head: upwards, downwards, then none; numbers downwards first.
 * @param {string} sort
 * @param {Column} column
 */
export function nextSort(sort, column) {
  const order = column === "degree" ? [`-${column}`, column, ""] : [column, `-${column}`, ""];
  return order[(order.indexOf(sort) + 1) % order.length];
}

/**
 * @param {LinkedArticle} a
 * @param {LinkedArticle} b
 * @param {Column} column
 */
function compare(a, b, column) {
  if (column === "degree") return a.degree - b.degree;
  return wordOf(a, column).localeCompare(wordOf(b, column), "en", { numeric: true });
}

/**
 * @param {LinkedArticle} link
 * @param {Exclude<Column, "degree">} column
 */
function wordOf(link, column) {
  if (column === "title") return link.title;
  if (column === "category") return link.label;
  return column === "predicted" ? link.pred ?? "" : DIRECTIONS[link.direction];
}
