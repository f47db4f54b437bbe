// Building elements. Text arrives as text, never as HTML: titles are data from outside.

/** @typedef {{ [name: string]: string | number | boolean | null | undefined | ((event: MouseEvent) => void) }} Attributes */
/** @typedef {Node | string | number | null | undefined} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element: attributes by name, "on…" as listeners, children as elements or text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * An SVG element, built the same way.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * The mark of a colour beside a name: a disc, a ring, or a ring that is open.
 * @param {string} colour
 * @param {"disc" | "ring" | "open"} [shape]
 */
export function buildDot(colour, shape = "disc") {
  const dot = html("span", { class: `w-dot w-dot-${shape}`, "aria-hidden": "true" });
  dot.style.setProperty("--colour", colour);
  return dot;
}

/**
 * A name beside its mark, which stays with the name's first line; wrong ones say so.
 * @param {HTMLElement} dot
 * @param {string} name
 * @param {boolean} [isWrong]
 */
export function buildNamed(dot, name, isWrong = false) {
  const wrong = isWrong ? html("span", { class: "w-wrong" }, "wrong") : null;
  return html("span", { class: "w-named" }, dot, html("span", {}, name), wrong);
}

/**
 * What a chip of a legend does when it is pressed: shows or hides its own, or shows it alone.
 * @param {{ toggle: () => void, only: () => void }} acts
 * @returns {Attributes}
 */
export function chipActs({ toggle, only }) {
  return {
    title: "Click to show or hide; double click, or hold Shift, to show only this",
    onclick: (event) => (event.detail === 2 || event.shiftKey ? only() : toggle()),
  };
}

/**
 * The 2D pen of a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function penOf(canvas, settings) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("This browser cannot draw on a canvas: use another one.");
  return pen;
}

/**
 * The element that has the focus within the same root.
 * @param {Element} element
 */
export function focusedBeside(element) {
  const root = element.getRootNode();
  const focused = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
  return focused instanceof HTMLElement || focused instanceof SVGElement ? focused : null;
}

/**
 * @template {Element} Built
 * @param {Built} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value == null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child != null) element.append(typeof child === "number" ? String(child) : child);
  return element;
}
