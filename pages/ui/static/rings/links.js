// The many links of a neighbourhood, on a canvas below the SVG: thousands of long thin marks, drawn in slices.

import { html, penOf } from "../base/dom.js";
import { taperOf } from "./marks.js";

/** @import { Link } from "../../types/answers" */
/** @import { Layout } from "./layout.js" */

const SLICE_MS = 7; // of a frame, so that panning stays smooth meanwhile
const CHECK_EVERY = 64; // links between two looks at the clock
const SHARPNESS = 2; // canvas pixels per px at least, so that links bear being zoomed

/** A canvas for links, in px of the plane. */
export class LinkCanvas {
  /** Colour in which the links were drawn. */
  ink = "";
  #frame = 0;

  constructor() {
    this.element = html("canvas", { class: "rings-links", "aria-hidden": "true" });
    this.pen = penOf(this.element, { willReadFrequently: true }); // on the CPU: small marks cost a GPU more
  }

  /** The colour that the theme asks for now. */
  readInk() {
    return getComputedStyle(this.element).color;
  }

  /**
   * @param {Link[]} links
   * @param {Layout} layout
   * @param {{ width: number, height: number }} size
   */
  draw(links, layout, { width, height }) {
    cancelAnimationFrame(this.#frame);
    const scale = Math.max(SHARPNESS, devicePixelRatio);
    this.element.width = Math.round(width * scale);
    this.element.height = Math.round(height * scale);
    this.pen.setTransform(scale, 0, 0, scale, (width / 2) * scale, (height / 2) * scale);
    this.ink = this.readInk();
    this.pen.fillStyle = this.ink;
    this.pen.globalAlpha = Math.min(0.3, 3.2 / Math.sqrt(links.length + 1));
    const thickness = Math.min(1.6, Math.max(0.7, 32 / Math.sqrt(links.length + 1)));
    let at = 0;
    const slice = () => {
      const end = performance.now() + SLICE_MS;
      while (at < links.length && (at % CHECK_EVERY || performance.now() < end)) this.#mark(links[at++], layout, thickness);
      if (at < links.length) this.#frame = requestAnimationFrame(slice);
    };
    slice();
  }

  clear() {
    cancelAnimationFrame(this.#frame);
    this.element.width = 0;
  }

  /**
   * @param {Link} link
   * @param {Layout} layout
   * @param {number} width px
   */
  #mark([source, target], layout, width) {
    const taper = taperOf(layout, source, target, { width, bend: 0.25 });
    if (!taper) return;
    const { from, to, middle, nx, ny, thin } = taper;
    const { pen } = this;
    pen.beginPath();
    pen.moveTo(from.x + nx, from.y + ny);
    pen.quadraticCurveTo(middle.x + nx * 0.6, middle.y + ny * 0.6, to.x + nx * thin, to.y + ny * thin);
    pen.lineTo(to.x - nx * thin, to.y - ny * thin);
    pen.quadraticCurveTo(middle.x - nx * 0.6, middle.y - ny * 0.6, from.x - nx, from.y - ny);
    pen.fill();
  }
}
