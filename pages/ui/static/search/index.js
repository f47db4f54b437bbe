// Search as you type over article titles: a combobox whose script runs only when an article is chosen.

import { addressOf, fetchJson } from "../base/api.js";
import { defineComponent } from "../base/component.js";
import { buildDot, html } from "../base/dom.js";
import { countOf, formatCount } from "../base/format.js";

/** @import { ArticleHit, Found } from "../../types/answers" */
/** @import { Frame } from "../base/component.js" */

/**
 * What search.py sends; triggers `chosen` (an index).
 * @typedef {object} SearchData
 * @property {string} graph
 * @property {string[]} colors of categories
 * @property {number} limit titles offered at most
 * @property {string} label
 * @property {string} placeholder
 */

const AFTER_KEY_MS = 80;
const MOST_TITLES = 100; // as many as the interface gives
const KEPT_ANSWERS = 64;

export default defineComponent("s-root", (/** @type {Frame} */ frame) => new Search(frame));

class Search {
  /** @type {SearchData} */
  #data = { graph: "", colors: [""], limit: 0, label: "", placeholder: "" };
  /** Hits by query. @type {Map<string, Found>} */
  #answers = new Map();
  /** @type {ArticleHit[]} */
  #hits = [];
  /** The query of which as many titles are offered as the interface gives. */
  #wide = "";
  /** Position of the hit that Enter chooses; -1 for none. */
  #active = -1;
  /** Whether Enter was pressed before the answer was there. */
  #isEntered = false;
  #request = new AbortController();
  #timer = 0;

  /** @param {Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.input = html("input", {
      ...{ class: "s-input", type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" },
      ...{ "aria-controls": "s-list", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search" },
    });
    this.list = html("ul", { class: "s-list", id: "s-list", role: "listbox", hidden: true });
    this.note = html("div", { class: "s-note w-faint w-small", hidden: true });
    this.live = html("div", { class: "w-hidden", role: "status" });
    this.clear = html("button", { class: "s-clear", type: "button", "aria-label": "Clear", hidden: true, onclick: () => this.#empty() }, "×");
    const box = html("div", { class: "s-box" }, html("span", { class: "s-icon", "aria-hidden": "true" }), this.input, this.clear);
    frame.root.append(box, this.list, this.note, this.live);
    this.#listen();
    frame.atEnd(() => this.#cancel());
  }

  #listen() {
    this.input.addEventListener("input", () => this.#onInput());
    this.input.addEventListener("keydown", (event) => event.isComposing || this.#onKey(event));
    this.input.addEventListener("focus", () => this.input.value && this.#onInput());
    this.input.addEventListener("blur", () => this.#close());
    for (const part of [this.list, this.note]) part.addEventListener("pointerdown", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => this.#onSlash(event), { signal: this.frame.ended });
  }

  /**
   * @param {SearchData} data
   * @param {SearchData | null} earlier
   */
  update(data, earlier) {
    if (data.graph !== earlier?.graph) this.#answers.clear();
    this.#data = data;
    this.input.placeholder = data.placeholder;
    this.input.setAttribute("aria-label", data.label);
    this.list.setAttribute("aria-label", data.label);
  }

  get #query() {
    return this.input.value.trim();
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#request.abort();
  }

  #onInput() {
    this.clear.hidden = !this.input.value;
    this.#isEntered = false;
    this.#cancel();
    const query = this.#query;
    const known = this.#answers.get(query);
    if (!query) this.#close();
    else if (known) this.#show(known);
    else this.#timer = setTimeout(() => this.#ask(query), AFTER_KEY_MS);
  }

  /** @param {string} query */
  async #ask(query) {
    const { graph } = this.#data;
    const limit = query === this.#wide ? MOST_TITLES : this.#data.limit;
    this.#request = new AbortController();
    const { signal } = this.#request;
    try {
      const address = addressOf("/graphs/{g}/articles", { g: graph }, { q: query, limit });
      const found = await fetchJson(address, { signal });
      if (signal.aborted) return;
      this.#keep(query, found);
      this.#show(found);
    } catch (error) {
      if (!signal.aborted) this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {string} query
   * @param {Found} found
   */
  #keep(query, found) {
    this.#answers.set(query, found);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > KEPT_ANSWERS) this.#answers.delete(oldest);
  }

  /** @param {Found} found */
  #show({ articles: hits, total }) {
    this.#hits = hits;
    if (!hits.length) return this.#say(`No title is like “${this.#query}”. Try fewer or other words.`);
    const options = hits.map((hit, at) => this.#buildOption(hit, at));
    this.list.replaceChildren(...options, ...(total > hits.length ? [this.#buildMore(hits.length, total)] : []));
    this.list.hidden = false;
    this.note.hidden = true;
    this.input.setAttribute("aria-expanded", "true");
    this.#activate(this.#query === this.#wide ? Math.max(0, this.#active) : 0);
    this.live.textContent = `${describeFound(hits.length, total)}; arrow keys choose.`;
    if (this.#isEntered) this.#choose(0);
    return undefined;
  }

  /** @param {string} text */
  #say(text) {
    this.#close();
    this.note.textContent = this.live.textContent = text;
    this.note.hidden = false;
  }

  /**
   * @param {ArticleHit} hit
   * @param {number} at
   */
  #buildOption(hit, at) {
    const { colors } = this.#data;
    const about = html("span", { class: "s-about w-faint" }, `${hit.label} · ${countOf(hit.degree, "link")}`);
    const title = html("span", { class: "s-title" }, ...this.#markMatch(hit.title));
    const attributes = { class: "s-option", id: `s-option-${at}`, role: "option", "aria-selected": "false" };
    const option = html("li", { ...attributes, onclick: () => this.#choose(at) }, buildDot(colors[hit.category % colors.length]), title, about);
    option.addEventListener("pointermove", () => this.#activate(at));
    return option;
  }

  /**
   * The last line, where more titles fit than are offered: how many, and the way to them.
   * @param {number} shown
   * @param {number} total
   */
  #buildMore(shown, total) {
    const rest = shown < MOST_TITLES ? "Show more" : "Type more of it to see the others";
    const line = html("span", { class: "s-title" }, rest);
    const attributes = { class: "s-option s-more", id: `s-option-${shown}`, role: "option", "aria-selected": "false" };
    const option = html("li", { ...attributes, onclick: () => this.#choose(shown) }, line, html("span", { class: "s-about w-faint" }, describeFound(shown, total)));
    option.addEventListener("pointermove", () => this.#activate(shown));
    return option;
  }

  #widen() {
    this.#wide = this.#query;
    this.#ask(this.#wide);
  }

  /**
   * The part of a title that was typed stands out; titles stay text.
   * @param {string} title
   */
  #markMatch(title) {
    const at = title.toLowerCase().indexOf(this.#query.toLowerCase());
    if (at < 0) return [title];
    const end = at + this.#query.length;
    return [title.slice(0, at), html("b", {}, title.slice(at, end)), title.slice(end)];
  }

  /** @param {number} at */
  #activate(at) {
    const option = this.list.children[at];
    if (!option || (this.#active === at && option.ariaSelected === "true")) return;
    this.list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = at;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && this.list.hidden) this.#onInput();
    else if (step) this.#activate((this.#active + step + this.list.children.length) % this.list.children.length);
    else if (event.key === "Enter" && !this.list.hidden) this.#choose(this.#active);
    else if (event.key === "Enter") this.#isEntered = Boolean(this.#query); // chosen as soon as the answer is there
    else if (event.key === "Escape" && !this.list.hidden) this.#close();
    else if (event.key === "Escape") this.#empty();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} at */
  #choose(at) {
    const hit = this.#hits[at];
    if (!hit && this.#hits.length < MOST_TITLES && at === this.#hits.length) return this.#widen();
    if (!hit) return undefined;
    this.#empty();
    this.live.textContent = `${hit.title} chosen.`;
    this.frame.tell("chosen", hit.index);
    return undefined;
  }

  #empty() {
    this.input.value = "";
    this.#onInput();
    this.input.focus();
  }

  #close() {
    this.list.hidden = this.note.hidden = true;
    this.#active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /**
   * "/" begins a search, unless a person is writing somewhere.
   * @param {KeyboardEvent} event
   */
  #onSlash(event) {
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key !== "/" || hasModifier || event.defaultPrevented || isWriting()) return;
    event.preventDefault();
    this.input.focus();
  }
}

/**
 * "12 titles", "8 of 57 titles"
 * @param {number} shown
 * @param {number} total
 */
function describeFound(shown, total) {
  return shown < total ? `${formatCount(shown)} of ${countOf(total, "title")}` : countOf(total, "title");
}

// Whether the focus is where keys become text, in whichever shadow root.
function isWriting() {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  if (!(focused instanceof HTMLElement)) return false;
  return focused.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(focused.tagName);
}
