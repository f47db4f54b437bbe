// What an article without a category looks like, and when a prediction is wrong. Pure functions.

export const UNLABELLED = "Unlabelled";
const NEUTRAL = "#8b93a1"; // of no category, readable on both themes

/**
 * @param {readonly string[]} names
 * @param {number} category -1 for none
 */
export function nameCategory(names, category) {
  return category < 0 ? UNLABELLED : names[category] ?? `Category ${category}`;
}

/**
 * @param {readonly string[]} colours
 * @param {number} category -1 for none
 */
export function colourCategory(colours, category) {
  return category < 0 ? NEUTRAL : colours[category % colours.length];
}

/**
 * Whether a prediction is wrong; none is where the truth is not known.
 * @param {number | null | undefined} pred
 * @param {number} category
 */
export function isWrong(pred, category) {
  return pred != null && category >= 0 && pred !== category;
}

/**
 * The categories with one more for articles that have none, where there are such; `of` is each article's position.
 * @param {readonly string[]} names
 * @param {readonly string[]} colours
 * @param {number[]} category [N]
 */
export function withUnlabelled(names, colours, category) {
  if (!category.some((one) => one < 0)) return { labels: [...names], colours: [...colours], of: category };
  const own = names.map((_, at) => colours[at % colours.length]);
  return {
    labels: [...names, UNLABELLED],
    colours: [...own, NEUTRAL],
    of: category.map((one) => (one < 0 ? names.length : one)),
  };
}
