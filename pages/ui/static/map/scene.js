// The drawing of the map on one canvas: points, and over them names, or the chosen article and its links.

import { html } from "../base/dom.js";
import { placeLabels, shorten } from "../base/labels.js";
import { shuffledOrder } from "./groups.js";
import { clearPicture, createPicture, packColour, paintDisc } from "./pixels.js";
import { parseColour, withAlpha } from "../base/theme.js";

const MARGIN = 22; // px
const FONT_PX = 12;
const LONGEST_LABEL = 28; // characters
const SHARPEST = 2; // pixels per px at most
const PLATE_PX = 18; // height of a label
const MOST_TITLES = 14; // beside the chosen article's links
const ROW_PX = 16;
const FADED = 0.16; // opacity of points while one article and its links are in the light

/** The picture in `stage`: `place` says where the articles are, `show` what they look like, `moveTo` the view. */
export class MapScene {
  constructor(stage) {
    this.stage = stage;
    this.canvas = html("canvas", { class: "map-canvas", "aria-hidden": "true" });
    stage.append(this.canvas);
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true, alpha: false }); // on the CPU, where the points are
    this.view = { k: 1, x: 0, y: 0 };
  }

  /** New places [N] of the articles, in any unit; one unit is as long across as down. */
  place(x, y) {
    const range = (values) => values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
    this.raw = { x, y, rangeX: range(x), rangeY: range(y) };
    this.measure();
  }

  /** Takes the stage's size and fits the articles into it. */
  measure() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    Object.assign(this, { width, height, ratio: Math.min(SHARPEST, devicePixelRatio || 1) });
    this.canvas.width = Math.max(1, Math.round(width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(height * this.ratio));
    this.picture = createPicture(this.canvas.width, this.canvas.height);
    this.image = new ImageData(this.picture.bytes, this.picture.width, this.picture.height);
    if (!this.raw) return;
    const { x, y, rangeX, rangeY } = this.raw;
    const [spanX, spanY] = [rangeX[1] - rangeX[0] || 1, rangeY[1] - rangeY[0] || 1];
    const unit = Math.min((width - 2 * MARGIN) / spanX, (height - 2 * MARGIN) / spanY);
    this.x = Float32Array.from(x, (value) => width / 2 + (value - (rangeX[0] + rangeX[1]) / 2) * unit);
    this.y = Float32Array.from(y, (value) => height / 2 - (value - (rangeY[0] + rangeY[1]) / 2) * unit);
    // Row by row, so that memory is touched in order; within a row shuffled, so that no group covers another.
    this.order = shuffledOrder(x.length).sort((a, b) => Math.floor(this.y[a] / ROW_PX) - Math.floor(this.y[b] / ROW_PX));
    this.radius = Math.min(4.5, Math.max(1.5, 0.33 * Math.sqrt((width * height) / x.length)));
  }

  /**
   * What is drawn. `content` {of, groups, scale, titles, wrong, visible, names}: [N] columns but for groups and names; `focus` null or
   * {article, links [[source, target]] as articles, near Set}; `theme` as from readTheme.
   */
  show(content, focus, theme) {
    Object.assign(this, { content, focus, theme });
    this.colours = content.groups.map(({ colour }) => packColour(parseColour(colour)));
    this.peaks = content.names ? findPeaks(this, content) : [];
    this.paint();
  }

  moveTo({ k, x, y }) {
    this.view = { k, x, y };
    this.paint();
  }

  onScreen(article) {
    const { k, x, y } = this.view;
    return { x: this.x[article] * k + x, y: this.y[article] * k + y, size: this.sizeOf(article) };
  }

  sizeOf(article) {
    return this.radius * this.content.scale[article] * this.view.k ** 0.4;
  }

  /** The visible article nearest to a point of the stage within `reach` px, or null. */
  pick(point, reach) {
    if (!this.content || !this.x) return null;
    const { k } = this.view;
    const [x, y] = [(point.x - this.view.x) / k, (point.y - this.view.y) / k];
    let [best, least] = [null, (reach / k) ** 2];
    for (let article = 0; article < this.x.length; article++) {
      const apart = (this.x[article] - x) ** 2 + (this.y[article] - y) ** 2;
      if (apart < least && this.content.visible[article]) [best, least] = [article, apart];
    }
    return best;
  }

  paint() {
    if (!this.content || !this.x || !this.width) return;
    this.paintPoints();
    this.paintMarks();
  }

  paintPoints() {
    const { content, picture, ratio, focus } = this;
    const { k, x, y } = this.view;
    const ink = packColour(parseColour(this.theme.text));
    const grown = this.radius * k ** 0.4 * ratio;
    const opacity = focus ? FADED : 1;
    clearPicture(picture, packColour(parseColour(this.theme.background)));
    for (const article of this.order) {
      if (!content.visible[article]) continue;
      const [left, top] = [(this.x[article] * k + x) * ratio, (this.y[article] * k + y) * ratio];
      const radius = grown * content.scale[article];
      const outlined = content.wrong?.[article] && !focus;
      if (outlined) paintDisc(picture, left, top, radius + Math.min(0.9 * ratio, 0.4 * radius), ink, opacity);
      paintDisc(picture, left, top, radius, this.colours[content.of[article]], opacity);
    }
    this.pen.putImageData(this.image, 0, 0);
  }

  paintMarks() {
    const { pen } = this;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.font = `600 ${FONT_PX}px ${this.theme.font}`;
    if (this.focus) this.paintFocus(pen);
    else this.paintNames(pen);
  }

  paintFocus(pen) {
    const { focus, theme, content } = this;
    pen.strokeStyle = withAlpha(theme.text, focus.links.length > 60 ? 0.3 : 0.5);
    pen.lineWidth = 1;
    for (const [source, target] of focus.links) {
      const [from, to] = [this.onScreen(source), this.onScreen(target)];
      pen.beginPath();
      pen.moveTo(from.x, from.y);
      pen.lineTo(to.x, to.y);
      pen.stroke();
    }
    for (const article of [...focus.near, focus.article]) {
      const { x, y, size } = this.onScreen(article);
      this.disc(pen, x, y, Math.max(4, size + 1) + 1.5, content.wrong?.[article] ? theme.text : theme.background);
      this.disc(pen, x, y, Math.max(4, size + 1), content.groups[content.of[article]].colour);
    }
    const { x, y, size } = this.onScreen(focus.article);
    pen.strokeStyle = theme.accent;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(x, y, Math.max(4, size + 1) + 5, 0, 2 * Math.PI);
    pen.stroke();
    this.paintTitles(pen, [focus.article, ...focus.near].filter((article) => content.visible[article] || article === focus.article));
  }

  // Titles of these articles as far as they fit, the first in any case.
  paintTitles(pen, articles) {
    const { x, y } = this.onScreen(articles[0]);
    const marks = articles.map((article) => ({ ...this.onScreen(article), size: 8 }));
    const items = articles.map((article, at) => {
      const label = shorten(this.content.titles[article], LONGEST_LABEL);
      const angle = at ? Math.atan2(marks[at].y - y, marks[at].x - x) : Math.PI / 2; // away from the chosen one
      return { ...marks[at], label, angle, width: pen.measureText(label).width + 10, height: PLATE_PX, always: at === 0 };
    });
    this.paintPlates(pen, items, marks, { limit: MOST_TITLES });
  }

  disc(pen, x, y, radius, colour) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }

  // The name of each group where it is densest, as far as names do not meet.
  paintNames(pen) {
    const { k, x, y } = this.view;
    const items = this.peaks.map(({ label, x: left, y: top }) => {
      const width = pen.measureText(label).width + 10;
      return { label, x: left * k + x, y: top * k + y, size: 0, angle: 0, width, height: PLATE_PX, over: true };
    });
    this.paintPlates(pen, items, [], {});
  }

  paintPlates(pen, items, marks, options) {
    const bounds = { left: 0, top: 0, right: this.width, bottom: this.height };
    pen.textBaseline = "middle";
    for (const { item, x, y, anchor } of placeLabels(items, marks, bounds, { gap: 0, ...options })) {
      const { label, width } = items[item];
      const left = x - { start: 0, middle: width / 2, end: width }[anchor];
      pen.fillStyle = withAlpha(this.theme.background, 0.78);
      pen.beginPath();
      pen.roundRect(left, y - PLATE_PX / 2, width, PLATE_PX, 4);
      pen.fill();
      pen.fillStyle = this.theme.text;
      pen.fillText(label, left + 5, y + 0.5);
    }
  }
}

// Where each shown group has most articles: the fullest cell of a coarse grid, the largest groups first.
function findPeaks({ x, y, width, height }, { of, groups, visible }) {
  const [columns, rows] = [18, 12];
  const counts = groups.map(() => new Uint32Array(columns * rows));
  const cellOf = (article) => {
    const column = Math.min(columns - 1, Math.max(0, Math.floor((x[article] / width) * columns)));
    return column + columns * Math.min(rows - 1, Math.max(0, Math.floor((y[article] / height) * rows)));
  };
  for (let article = 0; article < x.length; article++) if (visible[article]) counts[of[article]][cellOf(article)]++;
  const peaks = groups.map(({ label, count }, group) => {
    const cell = counts[group].indexOf(Math.max(...counts[group]));
    return { label, count, full: counts[group][cell], x: ((cell % columns) + 0.5) * (width / columns), y: (Math.floor(cell / columns) + 0.5) * (height / rows) };
  });
  return peaks.filter(({ full }) => full > 0).sort((a, b) => b.count - a.count);
}
