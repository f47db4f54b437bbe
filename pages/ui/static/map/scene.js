// The drawing of the map on one canvas: points, and over them names, or the chosen article and its links.

import { html, penOf } from "../base/dom.js";
import { parseColour } from "../base/theme.js";
import { shuffledOrder } from "./groups.js";
import { Marks } from "./marks.js";
import { findPeaks } from "./peaks.js";
import { clearPicture, createPicture, packColour, paintDisc } from "./pixels.js";

/** @import { Spot } from "../base/labels.js" */
/** @import { Theme } from "../base/theme.js" */
/** @import { Place, Plane } from "../base/view.js" */
/** @import { Group } from "./groups.js" */
/** @import { Peak } from "./peaks.js" */

/**
 * What is drawn; columns of [N].
 * @typedef {object} Content
 * @property {number[]} of group of each article
 * @property {Group[]} groups
 * @property {Uint8Array} visible
 * @property {Uint8Array | null} wrong 1 where an outline says that the prediction is wrong
 * @property {Float32Array} scale of each article's radius
 * @property {string[]} titles
 * @property {boolean} names whether the groups are worth being named on the map
 */

/**
 * The article in the light and its links, by index.
 * @typedef {{ article: number, links: { source: number, target: number }[], near: Set<number>, linked?: number }} Light
 */

const MARGIN = 22; // px
const SHARPEST = 2; // pixels per px at most
const ROW_PX = 16;
const FADED = 0.16; // opacity of points while one article and its links are in the light

/** The picture in `stage`: `place` says where the articles are, `show` what they look like, `moveTo` the view. */
export class MapScene {
  width = 0;
  height = 0;
  /** Places on the stage at k = 1, px [N]. */
  x = new Float32Array();
  y = new Float32Array();
  /** @type {Content | null} */
  content = null;
  /** @type {Light | null} */
  light = null;
  /** @type {Theme | null} */
  theme = null;
  /** @type {Peak[]} */
  peaks = [];
  /** @type {Plane} */
  #plane = { k: 1, x: 0, y: 0 };
  /** Places as they came, in any unit. @type {{ x: number[], y: number[] }} */
  #given = { x: [], y: [] };
  #order = new Uint32Array();
  #radius = 1;
  #ratio = 1;
  /** @type {number[]} */
  #colours = [];
  #picture = createPicture(1, 1);
  #image = new ImageData(this.#picture.bytes, 1, 1);

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.stage = stage;
    this.canvas = html("canvas", { class: "map-canvas", "aria-hidden": "true" });
    stage.append(this.canvas);
    this.pen = penOf(this.canvas, { willReadFrequently: true, alpha: false }); // on the CPU, where the points are
    this.marks = new Marks(this);
  }

  /**
   * New places [N] of the articles, in any unit; one unit is as long across as down.
   * @param {number[]} x
   * @param {number[]} y
   */
  place(x, y) {
    this.#given = { x, y };
    this.measure();
  }

  /** Takes the stage's size and fits the articles into it. */
  measure() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    [this.width, this.height] = [width, height];
    this.#ratio = Math.min(SHARPEST, devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(width * this.#ratio));
    this.canvas.height = Math.max(1, Math.round(height * this.#ratio));
    this.#picture = createPicture(this.canvas.width, this.canvas.height);
    this.#image = new ImageData(this.#picture.bytes, this.#picture.width, this.#picture.height);
    const { x, y } = this.#given;
    const [across, down] = [measureRange(x), measureRange(y)];
    const unit = Math.min((width - 2 * MARGIN) / across.span, (height - 2 * MARGIN) / down.span);
    this.x = Float32Array.from(x, (value) => width / 2 + (value - across.middle) * unit);
    this.y = Float32Array.from(y, (value) => height / 2 - (value - down.middle) * unit);
    // Row by row, so that memory is touched in order; within a row shuffled, so that no group covers another.
    this.#order = shuffledOrder(x.length).sort((a, b) => Math.floor(this.y[a] / ROW_PX) - Math.floor(this.y[b] / ROW_PX));
    this.#radius = Math.min(4.5, Math.max(1.5, 0.33 * Math.sqrt((width * height) / x.length)));
  }

  /**
   * @param {Content} content
   * @param {Light | null} light
   * @param {Theme} theme
   */
  show(content, light, theme) {
    this.content = content;
    this.light = light;
    this.theme = theme;
    this.#colours = content.groups.map(({ colour }) => packColour(parseColour(colour)));
    this.peaks = content.names ? findPeaks(this, content) : [];
    this.#paint();
  }

  /** @param {Plane} plane */
  moveTo({ k, x, y }) {
    this.#plane = { k, x, y };
    this.#paint();
  }

  /**
   * Where an article is on the stage.
   * @param {number} article
   * @returns {Spot}
   */
  onScreen(article) {
    const size = this.#radius * (this.content?.scale[article] ?? 1) * this.#plane.k ** 0.4;
    return { ...this.toScreen({ x: this.x[article], y: this.y[article] }), size };
  }

  /**
   * @param {Place} place at k = 1
   * @returns {Place}
   */
  toScreen(place) {
    const { k, x, y } = this.#plane;
    return { x: place.x * k + x, y: place.y * k + y };
  }

  /**
   * The visible article nearest to a point of the stage within `reach` px, or null.
   * @param {Place} point
   * @param {number} reach
   */
  pick(point, reach) {
    if (!this.content) return null;
    const { k } = this.#plane;
    const [x, y] = [(point.x - this.#plane.x) / k, (point.y - this.#plane.y) / k];
    /** @type {number | null} */
    let best = null;
    let least = (reach / k) ** 2;
    for (let article = 0; article < this.x.length; article++) {
      const apart = (this.x[article] - x) ** 2 + (this.y[article] - y) ** 2;
      if (apart < least && this.content.visible[article]) [best, least] = [article, apart];
    }
    return best;
  }

  #paint() {
    if (!this.content || !this.theme || !this.width) return;
    this.#paintPoints(this.content, this.theme);
    this.pen.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    this.marks.paint(this.content, this.theme);
  }

  /**
   * @param {Content} content
   * @param {Theme} theme
   */
  #paintPoints({ of, visible, wrong, scale }, theme) {
    const [picture, ratio] = [this.#picture, this.#ratio];
    const { k, x, y } = this.#plane;
    const ink = packColour(parseColour(theme.text));
    const grown = this.#radius * k ** 0.4 * ratio;
    const opacity = this.light ? FADED : 1;
    clearPicture(picture, packColour(parseColour(theme.background)));
    for (const article of this.#order) {
      if (!visible[article]) continue;
      const [left, top] = [(this.x[article] * k + x) * ratio, (this.y[article] * k + y) * ratio];
      const radius = grown * scale[article];
      const outlined = wrong?.[article] && !this.light;
      if (outlined) paintDisc(picture, left, top, radius + Math.min(0.9 * ratio, 0.4 * radius), ink, opacity);
      paintDisc(picture, left, top, radius, this.#colours[of[article]], opacity);
    }
    this.pen.putImageData(this.#image, 0, 0);
  }
}

/** @param {number[]} values */
function measureRange(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { middle: (low + high) / 2, span: high - low || 1 };
}
