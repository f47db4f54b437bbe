// Search as you type over article titles: a combobox whose script runs only when an article is chosen.
import { fetchJson, withParameters } from "../base/api.js";
import { html } from "../base/dom.js";
import { formatCount } from "../base/format.js";

const AFTER_KEY_MS = 80;
const KEPT_ANSWERS = 64;
const instances = new WeakMap();

/** Streamlit's entry. data: {api, graph, colors, limit, label, placeholder}. Triggers `chosen` with the index. */
export default function render(component) {
  const { parentElement } = component;
  if (!instances.has(parentElement)) instances.set(parentElement, new Search(parentElement));
  const search = instances.get(parentElement);
  search.update(component);
  return () => {
    instances.delete(parentElement);
    search.destroy();
  };
}

class Search {
  constructor(parentElement) {
    this.input = html("input", {
      ...{ class: "s-input", type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" },
      ...{ "aria-controls": "s-list", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search" },
    });
    this.list = html("ul", { class: "s-list", id: "s-list", role: "listbox", hidden: true });
    this.note = html("div", { class: "s-note w-faint w-small", hidden: true });
    this.live = html("div", { class: "w-hidden", role: "status" });
    this.clear = html("button", { class: "s-clear", type: "button", "aria-label": "Clear", hidden: true }, "×");
    const box = html("div", { class: "s-box" }, html("span", { class: "s-icon", "aria-hidden": "true" }), this.input, this.clear);
    this.root = html("div", { class: "w-root s-root" }, box, this.list, this.note, this.live);
    parentElement.append(this.root);
    this.answers = new Map(); // query to hits
    this.hits = [];
    this.active = -1;
    this.#listen();
  }

  #listen() {
    this.input.addEventListener("input", () => this.#onInput());
    this.input.addEventListener("keydown", (event) => event.isComposing || this.#onKey(event));
    this.input.addEventListener("focus", () => this.input.value && this.#onInput());
    this.input.addEventListener("blur", () => this.#close());
    this.clear.addEventListener("click", () => this.#empty());
    for (const part of [this.list, this.note]) part.addEventListener("pointerdown", (event) => event.preventDefault());
    this.onSlash = (event) => this.#focusOnSlash(event);
    document.addEventListener("keydown", this.onSlash);
  }

  update({ data, setTriggerValue }) {
    if (data.graph !== this.data?.graph) this.answers.clear();
    Object.assign(this, { data, setTriggerValue });
    this.input.placeholder = data.placeholder;
    this.input.setAttribute("aria-label", data.label);
    this.list.setAttribute("aria-label", data.label);
  }

  destroy() {
    this.request?.abort();
    clearTimeout(this.timer);
    document.removeEventListener("keydown", this.onSlash);
    this.root.remove();
  }

  get query() {
    return this.input.value.trim();
  }

  #onInput() {
    this.clear.hidden = !this.input.value;
    this.enter = false;
    clearTimeout(this.timer);
    this.request?.abort();
    if (!this.query) return this.#close();
    const known = this.answers.get(this.query);
    if (known) return this.#show(known);
    this.timer = setTimeout(() => this.#ask(this.query), AFTER_KEY_MS);
    return undefined;
  }

  async #ask(query) {
    const { api, graph, limit } = this.data;
    const request = (this.request = new AbortController());
    try {
      const address = withParameters(`${api}/graphs/${encodeURIComponent(graph)}/articles`, { q: query, limit });
      const { articles } = await fetchJson(address, { signal: request.signal });
      if (request.signal.aborted) return;
      this.answers.set(query, articles);
      if (this.answers.size > KEPT_ANSWERS) this.answers.delete(this.answers.keys().next().value);
      this.#show(articles);
    } catch (error) {
      if (error.name !== "AbortError" && !request.signal.aborted) this.#say(error.message);
    }
  }

  #show(hits) {
    this.hits = hits;
    if (!hits.length) return this.#say(`No title is like “${this.query}”. Try fewer or other words.`);
    this.list.replaceChildren(...hits.map((hit, at) => this.#buildOption(hit, at)));
    this.list.hidden = false;
    this.note.hidden = true;
    this.input.setAttribute("aria-expanded", "true");
    this.#activate(0);
    this.live.textContent = `${hits.length} ${hits.length === 1 ? "title" : "titles"}; arrow keys choose.`;
    if (this.enter) this.#choose(0);
    return undefined;
  }

  #say(text) {
    this.#close();
    this.note.textContent = this.live.textContent = text;
    this.note.hidden = false;
  }

  #buildOption(hit, at) {
    const dot = html("i", { class: "w-dot w-dot-disc", "aria-hidden": "true" });
    dot.style.setProperty("--colour", this.data.colors[hit.category % this.data.colors.length]);
    const links = `${formatCount(hit.degree)} ${hit.degree === 1 ? "link" : "links"}`;
    const about = html("span", { class: "s-about w-faint" }, `${hit.label} · ${links}`);
    const attributes = { class: "s-option", id: `s-option-${at}`, role: "option", "aria-selected": "false" };
    const option = html("li", attributes, dot, html("span", { class: "s-title" }, ...this.#markMatch(hit.title)), about);
    option.addEventListener("click", () => this.#choose(at));
    option.addEventListener("pointermove", () => this.#activate(at));
    return option;
  }

  // The part of a title that was typed stands out; titles stay text.
  #markMatch(title) {
    const at = title.toLowerCase().indexOf(this.query.toLowerCase());
    if (at < 0) return [title];
    const end = at + this.query.length;
    return [title.slice(0, at), html("b", {}, title.slice(at, end)), title.slice(end)];
  }

  #activate(at) {
    if (this.active === at && this.list.children[at]?.ariaSelected === "true") return;
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = at;
    const option = this.list.children[at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
  }

  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.list.hidden) this.#onInput();
    else if (step) this.#activate((this.active + step + this.hits.length) % this.hits.length);
    else if (event.key === "Enter" && !this.list.hidden) this.#choose(this.active);
    else if (event.key === "Enter") this.enter = Boolean(this.query); // chosen as soon as the answer is there
    else if (event.key === "Escape" && !this.list.hidden) this.#close();
    else if (event.key === "Escape") this.#empty();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(at) {
    const hit = this.hits[at];
    if (!hit) return;
    this.#empty();
    this.live.textContent = `${hit.title} chosen.`;
    this.setTriggerValue("chosen", hit.index);
  }

  #empty() {
    this.input.value = "";
    this.#onInput();
    this.input.focus();
  }

  #close() {
    this.list.hidden = this.note.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  // "/" begins a search, unless a person is writing somewhere.
  #focusOnSlash(event) {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    const isWriting = focused?.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(focused?.tagName ?? "");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isWriting || event.defaultPrevented) return;
    event.preventDefault();
    this.input.focus();
  }
}
