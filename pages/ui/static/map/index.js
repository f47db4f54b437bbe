// The map of the whole graph: asks for every article's place, paints it, lets one look, filter and choose.

import { writeIndex } from "../base/address.js";
import { addressOf, fetchCached } from "../base/api.js";
import { Card, describe } from "../base/card.js";
import { colourCategory, isWrong, nameCategory } from "../base/categories.js";
import { defineComponent } from "../base/component.js";
import { html } from "../base/dom.js";
import { countOf, formatCount } from "../base/format.js";
import { Stage } from "../base/stage.js";
import { Filter } from "./filter.js";
import { groupArticles, needsRun, scaleSizes } from "./groups.js";
import { Legend } from "./legend.js";
import { Progress } from "./progress.js";
import { MapScene } from "./scene.js";
import { Sheet } from "./sheet.js";

/** @import { MapAnswer } from "../../types/answers" */
/** @import { Frame } from "../base/component.js" */
/** @import { Theme } from "../base/theme.js" */
/** @import { Place, Plane, Tap } from "../base/view.js" */
/** @import { Limits } from "./filter.js" */
/** @import { Color, Group, Size } from "./groups.js" */
/** @import { Light } from "./scene.js" */

/**
 * What map.py sends; triggers `chosen` and `open` (an index), `cleared` and `filter` (categories hidden).
 * @typedef {object} MapData
 * @property {string} graph
 * @property {string | null} run
 * @property {Color} color
 * @property {Size} size
 * @property {number[]} hidden categories
 * @property {Limits} limits what else is not shown
 * @property {number | null} chosen index of the article in the light
 * @property {number} height px
 * @property {{ categories: string[], right: string, wrong: string, roles: string[] }} palette
 */

const [NEAR_PX, TOUCH_PX, AIM_PX] = [9, 20, 60]; // how far from an article a mouse, a finger, the crosshair still means it
const MOST_ZOOM = 40;
const NEAR_ZOOM = 3; // of an article that the page asks to be shown
/** @type {{ [key: string]: [number, number] }} */
const KEY_PAN = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
const HINT = "Arrow keys move, plus and minus zoom, Enter chooses the article in the middle.";

export default defineComponent("map", (/** @type {Frame} */ frame) => new ArticleMap(frame));

class ArticleMap {
  /** @type {MapData | null} */
  #data = null;
  /** @type {MapAnswer | null} */
  #answer = null;
  /** Graph of the answer. @type {string | null} */
  #graph = null;
  /** @type {Theme} */
  #theme;
  #progress = new Progress();
  /** @type {Color} */
  #color = "category";
  /** @type {Group[]} */
  #groups = [];
  /** @type {Light | null} */
  #light = null;
  /** Article that Enter chooses, while one moves by keys. @type {number | null} */
  #aimedAt = null;
  #isAiming = false;
  /** @type {number | null} */
  #pointed = null;
  /** @param {number} category */
  #nameOf = (category) => nameCategory(this.#answer?.class_names ?? [], category);

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.#theme = frame.readTheme();
    /** @type {Stage<MapAnswer>} */
    this.stage = new Stage(frame, {
      ...{ name: "map", mostZoom: MOST_ZOOM, tabindex: 0 },
      skeleton: this.#progress.element,
      looks: {
        onMove: (plane) => this.#move(plane),
        onSettle: () => this.#isAiming && this.#aim(),
        onTap: (tap) => this.#tap(tap),
        onPoint: (place) => this.#point(place && this.scene.pick(place, NEAR_PX)),
        onResize: () => this.#resize(),
      },
    });
    const stage = this.stage.element;
    this.scene = new MapScene(stage);
    this.mark = html("div", { class: "map-mark", "aria-hidden": "true" }); // around the article pointed at
    stage.append(this.mark);
    /** @param {number} category */
    const colourOf = (category) => colourCategory(this.#data?.palette.categories ?? [""], category);
    this.card = new Card(stage, { nameOf: this.#nameOf, colourOf });
    this.sheet = new Sheet(stage, { nameOf: this.#nameOf, colourOf }, (article) => frame.tell("open", article));
    this.legend = new Legend({
      toggle: (group) => this.#changeFilter(() => this.filter.toggle(this.#color, group)),
      only: (group) => this.#changeFilter(() => this.filter.showOnly(this.#color, group, this.#groups.length)),
      all: () => this.#changeFilter(() => this.filter.showAll(this.#color)),
    });
    stage.after(this.legend.element);
    this.filter = new Filter((hidden) => frame.tell("filter", hidden));
    frame.atEnd(() => this.filter.release());
    frame.atEnd(() => this.#progress.end());
    stage.addEventListener("keydown", (event) => this.#onKey(event));
    stage.addEventListener("blur", () => this.#stopAiming());
  }

  /**
   * @param {MapData} data
   * @param {MapData | null} earlier
   */
  update(data, earlier) {
    this.#data = data;
    this.stage.setHeight(data.height);
    this.#theme = this.frame.readTheme();
    this.filter.take(data.hidden);
    const address = addressOf("/graphs/{g}/map", { g: data.graph }, { run: data.run });
    const isAsking = this.stage.show(address, (answer) => this.#take(answer, data.graph));
    if (isAsking) {
      this.#progress.begin(data.graph);
      return;
    }
    this.#restyle();
    if (data.chosen !== earlier?.chosen) this.#focusOn(data.chosen, { centre: true });
  }

  /**
   * @param {MapAnswer} answer
   * @param {string} graph
   */
  #take(answer, graph) {
    this.#progress.end();
    this.#answer = answer;
    this.scene.place(answer.x, answer.y);
    if (graph !== this.#graph) {
      this.#light = null;
      this.stage.view.reset();
    }
    this.#graph = graph;
    this.#restyle();
    this.#focusOn(this.#data?.chosen ?? null, { centre: true });
  }

  // Colours, sizes, filters and theme anew, without asking for anything.
  #restyle() {
    const [data, answer] = [this.#data, this.#answer];
    if (!data || !answer) return;
    this.#color = needsRun(data.color) && !answer.pred ? "category" : data.color;
    const { of, groups } = groupArticles(answer, this.#color, { ...data.palette, scale: this.#theme.scale });
    this.#groups = groups;
    const { visible, counts } = this.filter.findVisible(this.#color, { of, groups }, answer, data.limits);
    const wrong = answer.pred && Uint8Array.from(answer.pred, (pred, at) => Number(isWrong(pred, answer.category[at])));
    const content = {
      ...{ of, groups, visible, titles: answer.titles, degree: answer.degree, scale: scaleSizes(answer.degree, data.size) },
      wrong: this.#color === "correct" ? null : wrong,
      names: this.#color === "category" || this.#color === "pred",
    };
    this.scene.show(content, this.#light, this.#theme);
    this.legend.draw(groups, this.filter.hiddenBy(this.#color), { some: this.filter.hidesAny(this.#color), counts });
    this.#drawCaption(visible, wrong);
    const lit = this.#light?.article ?? null;
    this.sheet.show(lit, lit === null ? null : this.#articleAt(lit));
  }

  /**
   * @param {Uint8Array} visible
   * @param {Uint8Array | null} wrong
   */
  #drawCaption(visible, wrong) {
    const total = visible.length;
    const shown = visible.reduce((sum, one) => sum + one, 0);
    const parts = [shown === total ? countOf(total, "article") : `${formatCount(shown)} of ${countOf(total, "article")}`];
    if (wrong) {
      const count = wrong.reduce((sum, one, at) => sum + (one && visible[at]), 0);
      const told = count && count === shown ? "all" : formatCount(count);
      parts.push(`${told} predicted wrongly${this.#color === "correct" ? "" : ", outlined"}`);
    }
    const { near, linked = 0 } = this.#light ?? {};
    const marked = [...(near ?? [])].filter((each) => visible[each]).length;
    if (marked < linked) parts.push(`${formatCount(marked)} of its ${formatCount(linked)} linked articles marked, its neighbourhood lists all`);
    this.stage.caption.textContent = parts.join("; ");
    this.stage.element.setAttribute("aria-label", `Map of the graph: ${parts.join("; ")}. ${HINT}`);
  }

  /** @param {() => void} change */
  #changeFilter(change) {
    change();
    this.#restyle();
  }

  /** @param {Plane} plane */
  #move(plane) {
    this.#point(null);
    this.scene.moveTo(plane);
  }

  /** @param {number} at */
  #describe(at) {
    return describe(this.#articleAt(at), this.#nameOf);
  }

  /** @param {number} at */
  #articleAt(at) {
    const { titles, category, degree, role, pred, confidence } = /** @type {MapAnswer} */ (this.#answer);
    return {
      ...{ title: titles[at], category: category[at], degree: degree[at] },
      ...{ pred: pred?.[at] ?? null, confidence: confidence?.[at] ?? null },
      role: role[at] === "unused" ? undefined : role[at],
    };
  }

  /** @param {number | null} article */
  #point(article) {
    this.stage.setOver(article !== null);
    if (article === null) this.card.hide();
    else if (article !== this.#pointed) {
      const spot = this.scene.onScreen(article);
      this.card.show(this.#articleAt(article), spot);
      const reach = Math.max(6, spot.size + 4);
      Object.assign(this.mark.style, { left: `${spot.x}px`, top: `${spot.y}px`, width: `${2 * reach}px`, height: `${2 * reach}px` });
    }
    this.#pointed = article;
  }

  /** @param {Tap} tap */
  #tap(tap) {
    const article = this.scene.pick(tap, tap.touch ? TOUCH_PX : NEAR_PX);
    if (article !== null) this.#choose(article);
    else if (this.#light) this.#clear();
  }

  /** @param {number} article */
  #choose(article) {
    this.card.hide(); // until another is pointed at: the page shows this one
    this.#focusOn(article);
    this.frame.tell("chosen", article);
  }

  #clear() {
    this.#focusOn(null);
    this.frame.tell("cleared", true);
  }

  /**
   * Puts one article and its links into the light; null for none. centre: an article that the page asks for is brought
   * to the middle, near enough to be told apart; one that is chosen here stays where it is.
   * @param {number | null} article
   * @param {{ centre?: boolean }} [options]
   */
  async #focusOn(article, { centre = false } = {}) {
    const [data, answer] = [this.#data, this.#answer];
    if (!data || !answer) return;
    if (article === null || article >= answer.x.length) {
      this.#light = this.#aimedAt = null;
      this.#restyle();
      return;
    }
    if (this.#light?.article === article) return;
    this.#light = { article, links: [], near: new Set() };
    this.#restyle();
    this.#bringIn(article, centre);
    this.stage.live.textContent = `Chosen: ${this.#describe(article)}`;
    try {
      const found = await fetchCached(addressOf("/graphs/{g}/articles/{i}/links", { g: data.graph, i: writeIndex(article) }, { run: data.run }));
      if (this.#light?.article !== article) return;
      const links = found.links.map(({ index }) => ({ source: article, target: index }));
      this.#light = { article, links, near: new Set(found.links.map(({ index }) => index)), linked: found.links.length };
      this.#restyle();
    } catch (error) {
      this.stage.live.textContent = error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * Pans as far as it takes to have the article in sight, above the sheet; or brings it to the middle, and nearer.
   * @param {number} article
   * @param {boolean} centre
   */
  #bringIn(article, centre) {
    const { view } = this.stage;
    const middle = this.#middle();
    const foot = 2 * middle.y - this.sheet.height;
    if (centre) {
      const k = Math.max(view.plane.k, NEAR_ZOOM);
      view.set({ k, x: middle.x - this.scene.x[article] * k, y: foot / 2 - this.scene.y[article] * k });
      return;
    }
    const { x, y } = this.scene.onScreen(article);
    if (x > 0 && y > 0 && x < 2 * middle.x && y < foot) return;
    view.pan(middle.x - x, foot / 2 - y);
  }

  /** @returns {Place} */
  #middle() {
    const { clientWidth, clientHeight } = this.stage.element;
    return { x: clientWidth / 2, y: clientHeight / 2 };
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.stage.view.handleKey(event)) return event.preventDefault();
    if (event.key in KEY_PAN) {
      this.#isAiming = true;
      this.stage.view.pan(...KEY_PAN[event.key]);
    } else if (event.key === "Enter" && this.#aimedAt !== null) this.#choose(this.#aimedAt);
    else if (event.key === "Escape" && this.#light) this.#clear();
    else return;
    event.preventDefault();
  }

  // Moving by keys, the article nearest to the middle is the one that Enter chooses.
  #aim() {
    this.#aimedAt = this.scene.pick(this.#middle(), AIM_PX);
    this.#point(this.#aimedAt);
    if (this.#aimedAt !== null) this.stage.live.textContent = this.#describe(this.#aimedAt);
  }

  #stopAiming() {
    this.#isAiming = false;
    this.#aimedAt = null;
    this.#point(null);
  }

  #resize() {
    this.scene.measure();
    this.#restyle();
  }
}
