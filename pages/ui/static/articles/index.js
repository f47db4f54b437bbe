// Articles that a part of a picture stands for, as a table: titles are links, columns sort, what is left out is counted.

import { addressOfPage, isPlainClick, writeIndex } from "../base/address.js";
import { colourCategory, nameCategory } from "../base/categories.js";
import { defineComponent } from "../base/component.js";
import { buildDot, buildNamed, focusedBeside, html } from "../base/dom.js";
import { countOf, formatCount, formatSure, nounOf } from "../base/format.js";
import { listColumns, nextSort, sortArticles } from "./order.js";

/** @import { Frame } from "../base/component.js" */
/** @import { Column, PickedArticle } from "./order.js" */

/**
 * What articles.py sends; trigger `chosen` (an index).
 * @typedef {object} ArticlesData
 * @property {PickedArticle[]} articles
 * @property {number} total
 * @property {string} graph
 * @property {string} run
 * @property {string} before what the run is called that they are compared with
 * @property {string[]} classes names of categories
 * @property {string[]} colors of categories
 */

const FIRST_ROWS = 25; // the rest is one click away
/** @type {{ [column in Column]: string }} */
const HEADS = { title: "Article", category: "Category", before: "Before", predicted: "Predicted", confidence: "Sure", degree: "Links" };

export default defineComponent("articles", (/** @type {Frame} */ frame) => new Articles(frame));

class Articles {
  /** @type {ArticlesData} */
  #data = { articles: [], total: 0, graph: "", run: "", before: "", classes: [], colors: [""] };
  #sort = "";
  #isWhole = false;

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.caption = html("p", { class: "w-small w-faint articles-caption", role: "status" });
    this.head = html("tr");
    this.body = html("tbody");
    this.table = html("table", { class: "articles-table" }, html("caption", { class: "w-hidden" }, "Articles"), html("thead", {}, this.head), this.body);
    this.more = html("button", { type: "button", class: "w-button", hidden: true, onclick: () => this.#showAll() });
    frame.root.append(this.caption, this.table, this.more);
  }

  /** @param {ArticlesData} data */
  update(data) {
    if (JSON.stringify(data.articles) !== JSON.stringify(this.#data.articles)) this.#isWhole = false;
    this.#data = data;
    this.#draw();
  }

  #showAll() {
    const at = this.body.children.length;
    this.#isWhole = true;
    this.#draw();
    this.body.children[at]?.querySelector("a")?.focus();
  }

  #draw() {
    const { articles, total, classes } = this.#data;
    const columns = listColumns(articles);
    const sorted = sortArticles(articles, this.#sort, classes);
    const shown = this.#isWhole ? sorted : sorted.slice(0, FIRST_ROWS);
    this.#drawHead(columns);
    this.body.replaceChildren(...shown.map((article) => this.#buildRow(article, columns)));
    this.table.hidden = shown.length === 0;
    this.caption.hidden = articles.length === total;
    this.caption.textContent = `The ${formatCount(articles.length)} surest of ${countOf(total, "article")} are listed.`;
    this.more.hidden = shown.length === sorted.length;
    this.more.textContent = `Show the other ${formatCount(sorted.length - shown.length)}`;
  }

  /** @param {Column[]} columns */
  #drawHead(columns) {
    const focused = focusedBeside(this.head)?.dataset.column;
    const heads = columns.map((column) => {
      const sign = this.#sort === column ? "▲" : this.#sort === `-${column}` ? "▼" : "";
      const order = sign === "▲" ? "ascending" : sign === "▼" ? "descending" : "none";
      const onclick = () => {
        this.#sort = nextSort(this.#sort, column);
        this.#draw();
      };
      const text = column === "before" && this.#data.before ? this.#data.before : HEADS[column];
      const button = html("button", { type: "button", "data-column": column, onclick }, text, html("span", { class: "articles-order", "aria-hidden": "true" }, sign));
      return html("th", { scope: "col", "aria-sort": order, class: `articles-${column}` }, button);
    });
    this.head.replaceChildren(...heads);
    if (focused) this.head.querySelector(/** @type {"button"} */ (`[data-column="${focused}"]`))?.focus();
  }

  /**
   * @param {PickedArticle} article
   * @param {Column[]} columns
   */
  #buildRow(article, columns) {
    const { graph, run } = this.#data;
    const changes = { graph, run, article: writeIndex(article.index), pick: null, runs: null };
    const href = addressOfPage(location.href, "article", changes);
    /** @param {MouseEvent} event */
    const onclick = (event) => {
      if (!isPlainClick(event)) return;
      event.preventDefault();
      this.frame.tell("chosen", article.index);
    };
    /** @type {{ [column in Column]: () => (Node | string)[] }} */
    const cells = {
      title: () => [html("a", { href, onclick, title: article.title }, article.title)],
      category: () => this.#name(article.category, article.category, "disc"),
      before: () => this.#name(article.before ?? -1, article.category),
      predicted: () => this.#name(article.predicted, article.category),
      confidence: () => [formatSure(article.confidence)],
      degree: () => [formatCount(article.degree)],
    };
    const noun = nounOf(article.degree, "link");
    return html("tr", {}, ...columns.map((column) => html("td", { class: `articles-${column}`, "data-noun": column === "degree" ? noun : null }, ...cells[column]())));
  }

  /**
   * A category with its mark: a ring for a prediction, open where it is wrong.
   * @param {number} category
   * @param {number} own
   * @param {"disc" | "ring"} [shape]
   */
  #name(category, own, shape = "ring") {
    const { classes, colors } = this.#data;
    const dot = buildDot(colourCategory(colors, category), category === own ? shape : "open");
    return [buildNamed(dot, nameCategory(classes, category), category !== own)];
  }
}
