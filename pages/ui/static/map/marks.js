// What lies over the points of the map: names of groups, or the chosen article with its links and titles.

import { placeLabels, shorten } from "../base/labels.js";
import { withAlpha } from "../base/theme.js";

/** @import { Label, Spot } from "../base/labels.js" */
/** @import { Theme } from "../base/theme.js" */
/** @import { Content, Light, MapScene } from "./scene.js" */

/** @typedef {Spot & Label & { label: string }} Plate */

const FONT_PX = 12;
const LONGEST_LABEL = 28; // characters
const PLATE_PX = 18; // height of a label
const MOST_TITLES = 14; // beside the chosen article's links
const MOST_NAMES = 12; // of groups: more would bury the points
const TITLES_FROM = 2; // zoom at which articles' own titles appear
const CANDIDATES = 90; // best-linked articles in view that may get a title
const TITLES_A_ZOOM = 12; // titles at most, times the zoom: the nearer, the more

export class Marks {
  /** @param {MapScene} scene */
  constructor(scene) {
    this.scene = scene;
  }

  /**
   * @param {Content} content
   * @param {Theme} theme
   */
  paint(content, theme) {
    const { light, pen } = this.scene;
    pen.font = `600 ${FONT_PX}px ${theme.font}`;
    if (light) this.#paintLight(light, content, theme);
    else {
      const taken = this.#paintNames(theme);
      if (this.scene.zoom >= TITLES_FROM) this.#paintTitlesInView(content, theme, taken);
    }
  }

  /**
   * @param {Light} light
   * @param {Content} content
   * @param {Theme} theme
   */
  #paintLight({ article, links, near }, content, theme) {
    const { scene } = this;
    const shown = [...near].filter((each) => content.visible[each]);
    const { pen } = scene;
    pen.strokeStyle = withAlpha(theme.text, links.length > 60 ? 0.3 : 0.5);
    pen.lineWidth = 1;
    for (const { source, target } of links.filter(({ target }) => content.visible[target])) {
      const [from, to] = [scene.onScreen(source), scene.onScreen(target)];
      pen.beginPath();
      pen.moveTo(from.x, from.y);
      pen.lineTo(to.x, to.y);
      pen.stroke();
    }
    for (const each of [...shown, article]) {
      const { x, y, size } = scene.onScreen(each);
      const radius = Math.max(4, size + 1);
      fillDisc(pen, { x, y, size: radius + 1.5 }, content.wrong?.[each] ? theme.text : theme.background);
      fillDisc(pen, { x, y, size: radius }, content.groups[content.of[each]].colour);
    }
    const { x, y, size } = scene.onScreen(article);
    pen.strokeStyle = theme.accent;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(x, y, Math.max(4, size + 1) + 5, 0, 2 * Math.PI);
    pen.stroke();
    this.#paintTitles([article, ...shown], content.titles, theme);
  }

  /**
   * Titles of these articles as far as they fit, the first in any case.
   * @param {number[]} articles
   * @param {string[]} titles
   * @param {Theme} theme
   */
  #paintTitles(articles, titles, theme) {
    const marks = articles.map((article) => ({ ...this.scene.onScreen(article), size: 8 }));
    const [{ x, y }] = marks;
    const plates = articles.map((article, at) => {
      const angle = at ? Math.atan2(marks[at].y - y, marks[at].x - x) : Math.PI / 2; // away from the chosen one
      return { ...marks[at], ...this.#measure(shorten(titles[article], LONGEST_LABEL)), angle, always: at === 0 };
    });
    this.#paintPlates(plates, marks, theme, { limit: MOST_TITLES });
  }

  /**
   * The name of each group where it is densest, as far as names do not meet; returns where they are.
   * @param {Theme} theme
   */
  #paintNames(theme) {
    const plates = this.scene.peaks.slice(0, MOST_NAMES).map((peak) => {
      const label = this.#measure(shorten(peak.label, LONGEST_LABEL));
      return { ...this.scene.toScreen(peak), ...label, size: 0, angle: 0, over: true };
    });
    return this.#paintPlates(plates, [], theme, {});
  }

  /**
   * Titles of the best-linked articles in view, beside their points, as far as they fit between the names of groups.
   * @param {Content} content
   * @param {Theme} theme
   * @param {Spot[]} taken
   */
  #paintTitlesInView({ visible, titles }, theme, taken) {
    const { scene } = this;
    scene.pen.font = `400 ${FONT_PX}px ${theme.font}`;
    const articles = [];
    for (const article of scene.ranking) {
      if (articles.length >= CANDIDATES) break;
      const { x, y } = scene.onScreen(article);
      if (visible[article] && x > 0 && y > 0 && x < scene.width && y < scene.height) articles.push(article);
    }
    const plates = articles.map((article) => ({ ...scene.onScreen(article), ...this.#measure(shorten(titles[article], LONGEST_LABEL)), angle: 0 }));
    this.#paintPlates(plates, taken, theme, { limit: Math.round(TITLES_A_ZOOM * scene.zoom) });
  }

  /** @param {string} label */
  #measure(label) {
    return { label, width: this.scene.pen.measureText(label).width + 10, height: PLATE_PX };
  }

  /**
   * @param {Plate[]} plates
   * @param {Spot[]} marks
   * @param {Theme} theme
   * @param {{ limit?: number }} options
   */
  #paintPlates(plates, marks, theme, options) {
    const { pen, width: right, height: bottom } = this.scene;
    pen.textBaseline = "middle";
    /** @type {Spot[]} */
    const taken = [];
    for (const { item, x, y, anchor } of placeLabels(plates, marks, { left: 0, top: 0, right, bottom }, { gap: 0, ...options })) {
      const { label, width } = plates[item];
      const left = x - { start: 0, middle: width / 2, end: width }[anchor];
      pen.fillStyle = withAlpha(theme.background, 0.78);
      pen.beginPath();
      pen.roundRect(left, y - PLATE_PX / 2, width, PLATE_PX, 4);
      pen.fill();
      pen.fillStyle = theme.text;
      pen.fillText(label, left + 5, y + 0.5);
      for (let at = PLATE_PX / 2; at < width; at += PLATE_PX) taken.push({ x: left + at, y, size: PLATE_PX / 2 });
    }
    return taken; // discs in a row, as wide as each label
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Spot} spot
 * @param {string} colour
 */
function fillDisc(pen, { x, y, size }, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.arc(x, y, size, 0, 2 * Math.PI);
  pen.fill();
}
