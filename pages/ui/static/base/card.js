// The small card beside an article under the pointer: title, category, prediction, confidence, links.

import { html } from "./dom.js";
import { formatCount, formatShare } from "./format.js";

/** A hidden card inside `stage`; show(article, {x, y, size}) fills and places it, hide() takes it away. */
export function createCard(stage, { nameOf, colourOf }) {
  const card = html("div", { class: "w-card", hidden: true });
  stage.append(card);
  return {
    hide: () => (card.hidden = true),
    show(article, at, action = null) {
      card.replaceChildren(...cardLines(article, nameOf, colourOf), ...(action ? [action] : []));
      card.hidden = false;
      placeCard(card, stage, at);
    },
  };
}

/** What a screen reader says of an article: "Databases: SQL, 31 links, predicted Databases (93 %)". */
export function describe(article, nameOf) {
  const words = [`${nameOf(article.category)}: ${article.title}`, countOf(article.degree, "link")];
  if (article.pred != null) {
    const sure = article.confidence == null ? "" : ` (${formatShare(article.confidence, 0)})`;
    words.push(`predicted ${nameOf(article.pred)}${sure}${article.pred === article.category ? "" : ", wrong"}`);
  }
  return words.join(", ");
}

/** "1 link", "31 links". */
export function countOf(count, noun) {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function cardLines(article, nameOf, colourOf) {
  const lines = [html("div", { class: "w-card-title" }, article.title)];
  lines.push(line(colourOf(article.category), "disc", nameOf(article.category)));
  if (article.pred != null) {
    const wrong = article.pred !== article.category;
    const sure = article.confidence == null ? "" : `, ${formatShare(article.confidence, 0)} sure`;
    const verdict = wrong ? "Wrongly predicted" : "Predicted";
    lines.push(line(colourOf(article.pred), wrong ? "open" : "ring", `${verdict}: ${nameOf(article.pred)}${sure}`));
  }
  const facts = [countOf(article.degree, "link")];
  if (article.role) facts.push(article.role);
  lines.push(html("div", { class: "w-card-line w-faint" }, facts.join(" · ")));
  return lines;
}

function line(colour, shape, text) {
  const dot = html("span", { class: `w-dot w-dot-${shape}`, "aria-hidden": "true" });
  dot.style.setProperty("--colour", colour);
  return html("div", { class: "w-card-line" }, dot, html("span", {}, text));
}

// To the right of the mark, else to the left, else below; always inside the stage.
function placeCard(card, stage, { x, y, size }) {
  const [width, height] = [card.offsetWidth, card.offsetHeight];
  const [roomX, roomY] = [stage.clientWidth, stage.clientHeight];
  const aside = size + 10;
  let [left, top] = [x + aside, y - height / 2];
  if (left + width > roomX - 4) left = x - aside - width;
  if (left < 4) {
    left = x - width / 2;
    top = y + aside + height > roomY - 4 ? y - aside - height : y + aside;
  }
  card.style.left = `${Math.round(Math.max(4, Math.min(roomX - width - 4, left)))}px`;
  card.style.top = `${Math.round(Math.max(4, Math.min(roomY - height - 4, top)))}px`;
}
