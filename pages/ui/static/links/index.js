// The links of one article as a table: titles are links, columns sort, and what is left out is counted.

import { addressOfPage, extendTrail, isPlainClick, writeIndex } from "../base/address.js";
import { addressOf, fetchCached } from "../base/api.js";
import { defineComponent } from "../base/component.js";
import { buildDot, buildNamed, focusedBeside, html } from "../base/dom.js";
import { scrollToTop } from "../base/page.js";
import { Echo } from "../base/echo.js";
import { countOf, formatCount, nounOf } from "../base/format.js";
import { Loader } from "../base/loader.js";
import { Filters } from "./filters.js";
import { DIRECTIONS, isWrong, nextSort, NO_WISHES, readSort, selectLinks } from "./order.js";

/** @import { LinkedArticle, LinksAnswer } from "../../types/answers" */
/** @import { Frame } from "../base/component.js" */
/** @import { LoadState } from "../base/loader.js" */
/** @import { Column, Wishes } from "./order.js" */

/**
 * What links.py sends; triggers `chosen` (an index) and `wishes`.
 * @typedef {object} LinksData
 * @property {string} graph
 * @property {number} article index
 * @property {string | null} run
 * @property {string[]} classes names of categories
 * @property {string[]} colors of categories
 * @property {Wishes} wishes
 * @property {number[]} trail of the article
 * @property {number} longest trail
 */

const FIRST_ROWS = 50; // the rest is one click away
/** @type {{ [column in Column]: string }} */
const HEADS = { title: "Article", category: "Category", predicted: "Predicted", direction: "Direction", degree: "Links" };
/** @type {{ [direction: string]: string }} */
const ARROWS = { in: "←", out: "→", both: "↔" };

export default defineComponent("links", (/** @type {Frame} */ frame) => new Links(frame));

class Links {
  /** @type {LinksData} */
  #data = { graph: "", article: 0, run: null, classes: [], colors: [""], wishes: NO_WISHES, trail: [], longest: 1 };
  #wishes = NO_WISHES;
  /** @type {LinkedArticle[]} */
  #links = [];
  #isWhole = false;
  #echo = new Echo();

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.caption = html("p", { class: "w-small w-faint links-caption", role: "status" });
    this.filters = new Filters((change) => this.#wish(change));
    this.body = html("tbody");
    this.head = html("tr");
    this.table = html("table", { class: "links-table" }, html("caption", { class: "w-hidden" }, "Articles linked with this one"), html("thead", {}, this.head), this.body);
    this.more = html("button", { type: "button", class: "w-button", hidden: true, onclick: () => this.#showAll() });
    this.notice = html("div", { class: "links-notice", hidden: true });
    frame.root.append(this.filters.element, this.caption, this.notice, this.table, this.more);
    /** @type {Loader<LinksAnswer>} */
    this.loader = new Loader(fetchCached, (state, message) => this.#onState(state, message));
    frame.atEnd(() => this.#echo.release());
  }

  /** @param {LinksData} data */
  update(data) {
    const isOther = data.article !== this.#data.article || data.graph !== this.#data.graph;
    this.#data = data;
    if (this.#echo.accepts(keyOf(data.wishes))) this.#wishes = data.wishes;
    if (isOther) this.#isWhole = false;
    if (!this.#load()) this.#draw();
  }

  #load() {
    const { graph, article, run } = this.#data;
    const address = addressOf("/graphs/{g}/articles/{i}/links", { g: graph, i: writeIndex(article) }, { run });
    return this.loader.load(address, ({ links }) => {
      this.#links = links;
      this.#draw();
    });
  }

  /** @param {Partial<Wishes>} change */
  #wish(change) {
    this.#wishes = { ...this.#wishes, ...change };
    this.#draw();
    const wishes = this.#wishes;
    this.#echo.tellSoon(keyOf(wishes), () => this.frame.tell("wishes", wishes));
  }

  #showAll() {
    const at = this.body.children.length;
    this.#isWhole = true;
    this.#draw();
    this.body.children[at]?.querySelector("a")?.focus();
  }

  #draw() {
    const isFocused = Boolean(focusedBeside(this.table)?.closest("tbody"));
    const found = selectLinks(this.#links, this.#wishes);
    const shown = this.#isWhole ? found : found.slice(0, FIRST_ROWS);
    const isPredicted = this.#links.some(({ predicted }) => predicted !== null);
    this.filters.draw(this.#links, this.#wishes, this.#data.classes);
    this.filters.element.hidden = this.#links.length < 2;
    this.#drawHead(isPredicted);
    this.body.replaceChildren(...shown.map((link) => this.#buildRow(link, isPredicted)));
    this.table.hidden = shown.length === 0;
    const all = countOf(this.#links.length, "linked article");
    this.caption.textContent = found.length === this.#links.length ? `${all}.` : `${formatCount(found.length)} of ${all}.`;
    this.more.hidden = shown.length === found.length;
    this.more.textContent = `Show the other ${formatCount(found.length - shown.length)}`;
    // Without scrolling: of the article that was just opened one sees the top.
    if (isFocused && !focusedBeside(this.table)) this.body.querySelector("a")?.focus({ preventScroll: true });
  }

  /** @param {boolean} isPredicted */
  #drawHead(isPredicted) {
    const columns = /** @type {Column[]} */ (Object.keys(HEADS)).filter((column) => isPredicted || column !== "predicted");
    const [sorted, sign] = readSort(this.#wishes.sort);
    const focused = focusedBeside(this.head)?.dataset.column;
    const heads = columns.map((column) => {
      const order = column === sorted ? (sign > 0 ? "ascending" : "descending") : "none";
      const mark = html("span", { class: "links-order", "aria-hidden": "true" }, column !== sorted ? "" : sign > 0 ? "▲" : "▼");
      const onclick = () => this.#wish({ sort: nextSort(this.#wishes.sort, column) });
      const button = html("button", { type: "button", "data-column": column, onclick }, HEADS[column], mark);
      return html("th", { scope: "col", "aria-sort": order, class: `links-${column}` }, button);
    });
    this.head.replaceChildren(...heads);
    if (focused) this.head.querySelector(/** @type {"button"} */ (`[data-column="${focused}"]`))?.focus();
  }

  /**
   * @param {LinkedArticle} link
   * @param {boolean} isPredicted
   */
  #buildRow(link, isPredicted) {
    const { classes, colors, article, trail, longest } = this.#data;
    const wrong = isWrong(link);
    const href = addressOfPage(location.href, "", { article: writeIndex(link.index), from: extendTrail(trail, article, longest).join(",") });
    /** @param {MouseEvent} event */
    const onclick = (event) => this.#follow(event, link.index);
    /** @param {number} category @param {"disc" | "ring" | "open"} shape */
    const named = (category, shape) => buildNamed(buildDot(colors[category % colors.length], shape), classes[category] ?? link.label, shape === "open");
    const predicted = link.predicted === null ? null : named(link.predicted, wrong ? "open" : "ring");
    const arrow = html("span", { class: "links-arrow", "aria-hidden": "true" }, ARROWS[link.direction]);
    return html(
      "tr",
      {},
      html("td", { class: "links-title" }, html("a", { href, onclick, title: link.title }, link.title)),
      html("td", { class: "links-category" }, named(link.category, "disc")),
      isPredicted ? html("td", { class: "links-predicted" }, predicted) : null,
      html("td", { class: "links-direction" }, arrow, DIRECTIONS[link.direction]),
      html("td", { class: "links-degree", "data-noun": nounOf(link.degree, "link") }, formatCount(link.degree)),
    );
  }

  /**
   * @param {MouseEvent} event
   * @param {number} index
   */
  #follow(event, index) {
    if (!isPlainClick(event)) return;
    event.preventDefault();
    this.frame.tell("chosen", index);
    scrollToTop(); // of the article that is opened
  }

  /**
   * @param {LoadState} state
   * @param {string} message
   */
  #onState(state, message) {
    this.frame.root.setAttribute("aria-busy", String(state === "first" || state === "again"));
    this.notice.hidden = state !== "first" && state !== "failed";
    this.notice.className = state === "first" ? "links-notice w-skeleton" : "links-notice";
    this.notice.replaceChildren();
    if (state === "failed") {
      const again = html("button", { type: "button", class: "w-button", onclick: () => this.#load() }, "Try again");
      this.notice.append(html("p", {}, message), again);
    }
  }
}

/** @param {Wishes} wishes */
function keyOf({ sort, category, predicted, direction, wrong }) {
  return [sort, category, predicted, direction, wrong].join(" ");
}
