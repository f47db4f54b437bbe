// The chosen article's card at the foot of a narrow map: on a phone the page's own card is far below.

import { addressOfPage, isPlainClick, writeIndex } from "../base/address.js";
import { Card } from "../base/card.js";
import { html } from "../base/dom.js";

/** @import { CardArticle, OfCategory } from "../base/card.js" */

const STACKED_PX = 640; // up to this width of the window columns stand one above the other

export class Sheet {
  /**
   * @param {HTMLElement} stage
   * @param {{ nameOf: OfCategory, colourOf: OfCategory }} categories
   * @param {(article: number) => void} open
   */
  constructor(stage, categories, open) {
    this.open = open;
    this.card = new Card(stage, categories, { kind: "map-sheet" });
  }

  get isWanted() {
    return innerWidth <= STACKED_PX;
  }

  /** Height of what it covers at the foot of the stage, px. */
  get height() {
    return this.card.height;
  }

  /**
   * Shows an article, or nothing where there is none or the map is wide.
   * @param {number | null} index
   * @param {CardArticle | null} article
   */
  show(index, article) {
    if (index === null || article === null || !this.isWanted) return this.card.hide();
    /** @param {MouseEvent} event */
    const onclick = (event) => {
      if (!isPlainClick(event)) return;
      event.preventDefault();
      this.open(index);
    };
    const href = addressOfPage(location.href, "article", { article: writeIndex(index), color: null, size: null, filter: null, role: null, least: null, most: null, error: null });
    return this.card.show(article, { x: 0, y: 0, size: 0 }, html("a", { class: "w-button", href, onclick }, "Open its neighbourhood"));
  }
}
