// The legend of the map: a button for each group that shows or hides it, with its count.

import { html } from "../base/dom.js";
import { formatCount } from "../base/format.js";

/** `toggle(group)` and `only(group)` take a group's position, `all()` shows everything again. */
export class Legend {
  constructor({ toggle, only, all }) {
    Object.assign(this, { toggle, only, all });
    this.element = html("div", { class: "map-legend", role: "group", "aria-label": "Show or hide" });
  }

  /** Draws `groups` [{label, colour, count}], those in the Set `hidden` as hidden; `some` if anything at all is. */
  draw(groups, hidden, { some }) {
    const focused = this.element.getRootNode().activeElement?.dataset?.group;
    const chips = groups.flatMap((group, at) => (group.count ? [this.chip(group, at, !hidden.has(at))] : []));
    if (some) chips.push(html("button", { type: "button", class: "w-chip map-all", onclick: this.all }, "Show all"));
    this.element.replaceChildren(...chips);
    if (focused != null) this.element.querySelector(`[data-group="${focused}"]`)?.focus();
  }

  chip({ label, colour, count }, at, shown) {
    const dot = html("span", { class: "w-dot w-dot-disc", "aria-hidden": "true" });
    dot.style.setProperty("--colour", colour);
    const act = (event) => (event.detail === 2 ? this.only(at) : this.toggle(at));
    const state = { "aria-pressed": String(shown), title: "Click to show or hide, double click to show only this" };
    const chip = { type: "button", class: "w-chip map-chip", "data-group": at, onclick: act, ...state };
    return html("button", chip, dot, label, html("span", { class: "w-faint" }, formatCount(count)));
  }
}
