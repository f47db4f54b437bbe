// How far the first layout of a graph is, while the map waits for it: it is computed once, then kept.

import { addressOf, fetchJson } from "../base/api.js";
import { html } from "../base/dom.js";
import { countOf } from "../base/format.js";

/** @import { LayoutProgress } from "../../types/answers" */

const FIRST_MS = 600; // a layout that is kept is there by then
const AGAIN_MS = 700;

/** What stands in the map's place until the places are known. */
export class Progress {
  #bar = html("progress", { class: "map-progress", max: 1, "aria-label": "Placing the articles" });
  #words = html("p", { class: "w-small w-faint" });
  #said = html("div", { class: "map-wait", hidden: true }, this.#words, this.#bar);
  #timer = 0;
  element = html("div", { class: "map-waiting" }, html("div", { class: "w-skeleton map-skeleton" }), this.#said);

  /**
   * Asks until it is ended.
   * @param {string} graph
   */
  begin(graph) {
    this.end();
    this.#timer = setTimeout(() => this.#ask(graph), FIRST_MS);
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#said.hidden = true;
  }

  /** @param {string} graph */
  async #ask(graph) {
    const own = this.#timer;
    try {
      const progress = await fetchJson(addressOf("/graphs/{g}/layout", { g: graph }, {}));
      if (own !== this.#timer) return;
      this.#said.hidden = false;
      this.#words.textContent = describe(progress);
      this.#bar.value = progress.fraction;
    } catch {
      // What goes wrong is said by the map's own request.
    }
    if (own === this.#timer) this.#timer = setTimeout(() => this.#ask(graph), AGAIN_MS);
  }
}

/**
 * "Placing 40,000 articles on the map, once for all: 43 %"
 * @param {LayoutProgress} progress
 */
export function describe({ num_articles, fraction }) {
  if (fraction >= 1) return `Drawing ${countOf(num_articles, "article")}.`;
  return `Placing ${countOf(num_articles, "article")} on the map, once for all: ${Math.floor(100 * fraction)}\u2009%`;
}
