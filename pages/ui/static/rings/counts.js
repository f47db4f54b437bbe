// What a neighbourhood has and what of it is drawn, in a sentence or three.

import { countOf, formatCount } from "../base/format.js";

/** @import { NeighbourhoodAnswer } from "../../types/answers" */

const WAYS = ["", "linked", "two links away", "three links away"];

/**
 * "31 linked, 402 two links away, all drawn."; "1,395 linked, 8,062 two links away. Drawn: 299 of these 9,457 articles,
 * those most linked to one another, 2,000 of the 12,927 links between them. All that are linked stand in the table below."
 * @param {Pick<NeighbourhoodAnswer, "counts" | "num_links"> & { articles: unknown[], links: unknown[] }} answer
 */
export function describeCounts({ counts, articles, links, num_links: allLinks }) {
  const rings = counts.slice(1).map((count, at) => `${formatCount(count)} ${WAYS[at + 1]}`).join(", ");
  const total = counts.reduce((sum, count) => sum + count, 0) - 1;
  const drawn = articles.length - 1;
  if (total === 0) return countOf(0, "link");
  if (drawn === total && links.length === allLinks) return `${rings}, all drawn.`;
  const some = drawn === total ? `all these ${formatCount(total)}` : `${formatCount(drawn)} of these ${formatCount(total)}`;
  const lines = links.length < allLinks ? `${formatCount(links.length)} of the ${formatCount(allLinks)}` : `all ${formatCount(allLinks)}`;
  const table = drawn === total ? "" : " All that are linked stand in the table below.";
  const chosen = drawn === total ? "" : " those most linked to one another,";
  return `${rings}. Drawn: ${some} articles,${chosen} ${lines} links between them.${table}`;
}
