// What a person has hidden on the map: groups of each colouring, of which only the categories are the page's to know.

/** @import { Color } from "./groups.js" */

const TELL_MS = 300; // a double click is two changes and one message
const ECHO_MS = 5000; // how long what the page says may be from before the latest click

export class Filter {
  /** @type {Map<Color, Set<number>>} */
  #hidden = new Map();
  /** What the page was told last, until it says the same. @type {string | null} */
  #told = null;
  #toldUntil = 0;
  #timer = 0;

  /** @param {(categories: number[]) => void} tell the page which categories are hidden */
  constructor(tell) {
    this.tell = tell;
  }

  /**
   * Takes what the page says is hidden, unless that is an echo from before the latest click.
   * @param {number[]} categories
   */
  take(categories) {
    if (this.#told !== null && String(categories) !== this.#told && performance.now() <= this.#toldUntil) return;
    this.#hidden.set("category", new Set(categories));
    this.#told = null;
  }

  /**
   * The groups that a colouring hides.
   * @param {Color} color
   * @returns {ReadonlySet<number>}
   */
  hiddenBy(color) {
    return this.#hidden.get(color) ?? new Set();
  }

  /**
   * Whether anything is hidden, by this colouring or by the categories.
   * @param {Color} color
   */
  hidesAny(color) {
    return this.hiddenBy(color).size + this.hiddenBy("category").size > 0;
  }

  /**
   * [N] 1 for each article that is shown.
   * @param {Color} color
   * @param {ArrayLike<number>} of [N] group of each article
   * @param {ArrayLike<number>} category [N]
   */
  findVisible(color, of, category) {
    const [groups, categories] = [this.hiddenBy(color), this.hiddenBy("category")];
    return Uint8Array.from(of, (group, at) => Number(!groups.has(group) && !categories.has(category[at])));
  }

  /**
   * @param {Color} color
   * @param {number} group
   */
  toggle(color, group) {
    const next = new Set(this.hiddenBy(color));
    if (!next.delete(group)) next.add(group);
    this.#hide(color, next);
  }

  /**
   * @param {Color} color
   * @param {number} group
   * @param {number} count of all groups
   */
  showOnly(color, group, count) {
    this.#hide(color, new Set(Array.from({ length: count }, (_, at) => at).filter((at) => at !== group)));
  }

  /** @param {Color} color */
  showAll(color) {
    this.#hidden.set(color, new Set());
    this.#hide("category", new Set());
  }

  release() {
    clearTimeout(this.#timer);
  }

  /**
   * @param {Color} color
   * @param {Set<number>} groups
   */
  #hide(color, groups) {
    this.#hidden.set(color, groups);
    if (color !== "category") return;
    const hidden = [...groups].sort((a, b) => a - b);
    this.#told = String(hidden);
    this.#toldUntil = performance.now() + ECHO_MS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.tell(hidden), TELL_MS);
  }
}
