// In which order picked articles are listed. Pure.

/**
 * One row of the table: categories by index, `before` what another run predicts.
 * @typedef {{ index: number, title: string, category: number, predicted: number, before: number | null,
 *   confidence: number, degree: number }} PickedArticle
 */
/** @typedef {"title" | "category" | "before" | "predicted" | "confidence" | "degree"} Column */

const NUMBERS = /** @type {Column[]} */ (["confidence", "degree"]);

/**
 * The columns that a list has.
 * @param {PickedArticle[]} articles
 * @returns {Column[]}
 */
export function listColumns(articles) {
  const isCompared = articles.some(({ before }) => before !== null);
  return isCompared ? ["title", "category", "before", "predicted", "confidence", "degree"] : ["title", "category", "predicted", "confidence", "degree"];
}

/**
 * The articles sorted by a column, "-" downwards; as they come for an empty sort.
 * @param {PickedArticle[]} articles
 * @param {string} sort
 * @param {string[]} classes names of categories
 */
export function sortArticles(articles, sort, classes) {
  const column = /** @type {Column} */ (sort.replace(/^-/, ""));
  const sign = sort.startsWith("-") ? -1 : 1;
  if (!sort) return articles;
  if (NUMBERS.includes(column)) return [...articles].sort((a, b) => sign * (Number(a[column]) - Number(b[column])));
  /** @param {PickedArticle} article */
  const wordOf = (article) => (column === "title" ? article.title : (classes[Number(article[column])] ?? ""));
  return [...articles].sort((a, b) => sign * wordOf(a).localeCompare(wordOf(b), "en", { numeric: true }));
}

/**
 * The sort after a click on a column's head: upwards, downwards, then none; numbers downwards first.
 * @param {string} sort
 * @param {Column} column
 */
export function nextSort(sort, column) {
  const order = NUMBERS.includes(column) ? [`-${column}`, column, ""] : [column, `-${column}`, ""];
  return order[(order.indexOf(sort) + 1) % order.length];
}
