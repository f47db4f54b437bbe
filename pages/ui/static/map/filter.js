// What a person has hidden on the map: groups of each colouring, of which only the categories are the page's to know.

import { isWrong, withUnlabelled } from "../base/categories.js";
import { Echo } from "../base/echo.js";

/** @import { MapAnswer, Role } from "../../types/answers" */
/** @import { Color, Group } from "./groups.js" */

/**
 * What is shown alone; null for no limit. `only`: indices of articles.
 * @typedef {{ roles: Role[] | null, least: number | null, most: number | null, error: "right" | "wrong" | null,
 *   only: number[] | null }} Limits
 */

export class Filter {
  /** @type {Map<Color, Set<number>>} */
  #hidden = new Map();
  #echo = new Echo();

  /** @param {(categories: number[]) => void} tell the page which categories are hidden */
  constructor(tell) {
    this.tell = tell;
  }

  /**
   * Takes what the page says is hidden, unless that is an echo from before the latest click.
   * @param {number[]} categories
   */
  take(categories) {
    if (this.#echo.accepts(String(categories))) this.#hidden.set("category", new Set(categories));
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
   * [N] 1 for each article that is shown; and how many of each group the rest of the filter leaves, for its legend.
   * @param {Color} color
   * @param {{ of: number[], groups: Group[] }} sorted [N] group of each article, and the groups
   * @param {MapAnswer} answer
   * @param {Limits} limits
   */
  findVisible(color, { of, groups: all }, answer, limits) {
    const [groups, categories] = [this.hiddenBy(color), this.hiddenBy("category")];
    const fits = limitOf(answer, limits);
    const { of: own } = withUnlabelled(answer.class_names, [""], answer.category);
    const counts = all.map(() => 0);
    const visible = Uint8Array.from(of, (group, at) => {
      if (!fits(at) || (color !== "category" && categories.has(own[at]))) return 0;
      counts[group]++;
      return Number(!groups.has(group));
    });
    return { visible, counts };
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
    this.#echo.release();
  }

  /**
   * @param {Color} color
   * @param {Set<number>} groups
   */
  #hide(color, groups) {
    this.#hidden.set(color, groups);
    if (color !== "category") return;
    const hidden = [...groups].sort((a, b) => a - b);
    this.#echo.tellSoon(String(hidden), () => this.tell(hidden));
  }
}

/**
 * Whether an article is within the limits; one without a category is neither right nor wrong.
 * @param {Pick<MapAnswer, "role" | "degree" | "category" | "pred">} answer
 * @param {Limits} limits
 * @returns {(at: number) => boolean}
 */
export function limitOf({ role, degree, category, pred }, { roles, least, most, error, only }) {
  const kept = only && new Set(only);
  return (at) =>
    (!kept || kept.has(at)) &&
    (roles === null || roles.includes(role[at])) &&
    (least === null || degree[at] >= least) &&
    (most === null || degree[at] <= most) &&
    (error === null || pred == null || (category[at] >= 0 && isWrong(pred[at], category[at]) === (error === "wrong")));
}
