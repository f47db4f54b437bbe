// The map of the whole graph: asks for every article's place, paints it, lets one look, filter and choose.

import { fetchCached, withParameters } from "../base/api.js";
import { countOf, createCard, describe } from "../base/card.js";
import { html } from "../base/dom.js";
import { formatCount } from "../base/format.js";
import { groupArticles, needsRun, scaleSizes } from "./groups.js";
import { Legend } from "./legend.js";
import { MapScene } from "./scene.js";
import { readTheme } from "../base/theme.js";
import { createView, zoomButtons } from "../base/view.js";

const instances = new WeakMap();
const [NEAR_PX, TOUCH_PX, AIM_PX] = [9, 20, 60]; // how far from an article a mouse, a finger, the crosshair still means it
const [TELL_MS, ECHO_MS] = [300, 5000];
const KEY_PAN = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

/** Streamlit's entry: runs at every change of data or theme; `data` is what map.py sends. */
export default function render({ data, parentElement, setTriggerValue }) {
  let map = instances.get(parentElement);
  if (!map) instances.set(parentElement, (map = new ArticleMap(parentElement)));
  map.tell = setTriggerValue;
  map.update(data);
  return () => {
    map.release();
    instances.delete(parentElement);
  };
}

class ArticleMap {
  constructor(parent) {
    this.parent = parent;
    this.caption = html("p", { class: "map-caption w-small w-faint" });
    this.stage = html("div", { class: "map-stage", role: "application", tabindex: 0 });
    this.legend = new Legend({ toggle: (group) => this.toggle(group), only: (group) => this.only(group), all: () => this.hide(new Set(), true) });
    this.notice = html("div", { class: "map-notice" });
    this.live = html("div", { class: "w-hidden", "aria-live": "polite" });
    this.head = html("div", { class: "map-head" }, this.caption);
    this.root = html("div", { class: "w-root map" }, this.head, this.stage, this.legend.element, this.live);
    parent.append(this.root);
    this.scene = new MapScene(this.stage);
    this.mark = html("div", { class: "map-mark", "aria-hidden": "true" }); // around the article pointed at
    this.stage.append(this.mark);
    const nameOf = (category) => this.data.class_names[category];
    const colourOf = (category) => this.props.palette.categories[category];
    this.nameOf = nameOf;
    this.card = createCard(this.stage, { nameOf, colourOf });
    this.stage.append(this.notice);
    this.view = createView(this.stage, {
      limits: () => ({ least: 0.8, most: 40, width: this.stage.clientWidth, height: this.stage.clientHeight }),
      onMove: (view) => {
        this.point(null);
        this.scene.moveTo(view);
      },
      onSettle: (view) => {
        this.stage.classList.toggle("map-zoomed", view.k > 1.01);
        if (this.aiming) this.aim();
      },
      onTap: (point) => this.choose(this.scene.pick(point, point.touch ? TOUCH_PX : NEAR_PX)),
      onPoint: (point) => this.point(point && this.scene.pick(point, NEAR_PX)),
    });
    this.head.append(zoomButtons(this.view));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("blur", () => this.stopAiming());
    this.hiddenOf = {}; // colouring -> Set of hidden groups; categories come from the page
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.stage);
  }

  async update(props) {
    const chosenBefore = this.props?.chosen;
    this.props = props;
    this.root.style.setProperty("--height", `${props.height}px`);
    this.theme = readTheme(this.parent);
    this.theme.font = getComputedStyle(this.root).fontFamily;
    this.takeFilter(props.hidden);
    const address = withParameters(`${props.api}/graphs/${encodeURIComponent(props.graph)}/map`, { run: props.run });
    this.wanted = address;
    if (this.shown === address) {
      this.say(null);
      this.restyle();
      if (props.chosen !== chosenBefore) this.focusOn(props.chosen);
      return;
    }
    this.say(this.shown ? null : "loading");
    this.stage.setAttribute("aria-busy", "true");
    try {
      const data = await fetchCached(address);
      if (this.wanted === address) this.take(data, address);
    } catch (error) {
      if (this.wanted === address) this.say("error", error.message);
    } finally {
      if (this.wanted === address) this.stage.setAttribute("aria-busy", "false");
    }
  }

  // What the page says is hidden, unless that is an echo from before the latest click on the legend.
  takeFilter(hidden) {
    const echo = String(hidden) === this.told;
    if (this.told == null || echo || performance.now() > this.toldUntil) {
      this.hiddenOf.category = new Set(hidden);
      this.told = null;
    }
  }

  take(data, address) {
    const sameGraph = this.data && address.split("?")[0] === this.shown?.split("?")[0];
    this.shown = address;
    this.data = data;
    this.scene.place(data.x, data.y);
    if (!sameGraph) {
      this.focus = null;
      this.view.reset();
    }
    this.say(null);
    this.restyle();
    this.focusOn(this.props.chosen);
  }

  /** Colours, sizes, filters and theme anew, without asking for anything. */
  restyle() {
    const { data, props } = this;
    const color = needsRun(props.color) && !data.pred ? "category" : props.color;
    const { of, groups } = groupArticles(data, color, { ...props.palette, scale: this.scale() });
    this.hidden = this.hiddenOf[color] ??= new Set();
    const hiddenCategories = this.hiddenOf.category;
    const visible = Uint8Array.from(of, (group, at) => Number(!this.hidden.has(group) && !hiddenCategories.has(data.category[at])));
    const wrong = data.pred && color !== "correct" ? Uint8Array.from(data.pred, (pred, at) => Number(pred !== data.category[at])) : null;
    const names = color === "category" || color === "pred";
    Object.assign(this, { color, groups });
    const content = { of, groups, visible, wrong, names, titles: data.titles, scale: scaleSizes(data.degree, props.size) };
    this.scene.show(content, this.focus, this.theme);
    this.legend.draw(groups, this.hidden, { some: this.hidden.size + hiddenCategories.size > 0 });
    this.drawCaption(visible);
  }

  scale() {
    const read = getComputedStyle(this.parent.host ?? this.parent).getPropertyValue("--st-chart-sequential-colors").trim();
    return read ? read.split(",") : ["#9db7e8", "#7d9fdf", "#5d87d6", "#3d6fcd", "#2b59ad", "#19448d"];
  }

  drawCaption(visible) {
    const { data } = this;
    const total = data.x.length;
    const shown = visible.reduce((sum, one) => sum + one, 0);
    const parts = [shown === total ? countOf(total, "article") : `${formatCount(shown)} of ${countOf(total, "article")}`];
    if (data.pred) {
      const wrong = data.pred.reduce((sum, pred, at) => sum + (visible[at] && pred !== data.category[at] ? 1 : 0), 0);
      parts.push(`${formatCount(wrong)} predicted wrongly${this.color === "correct" ? "" : ", outlined"}`);
    }
    this.caption.textContent = parts.join("; ");
    this.stage.setAttribute("aria-label", `Map of the graph: ${parts.join("; ")}. Arrow keys move, plus and minus zoom, Enter chooses the article in the middle.`);
  }

  toggle(group) {
    const next = new Set(this.hidden);
    if (!next.delete(group)) next.add(group);
    this.hide(next);
  }

  only(group) {
    this.hide(new Set(this.groups.map((_, at) => at).filter((at) => at !== group)));
  }

  hide(groups, everywhere = false) {
    this.hiddenOf[this.color] = groups;
    if (everywhere) this.hiddenOf.category = new Set();
    this.restyle();
    if (everywhere || this.color === "category") this.tellFilter();
  }

  tellFilter() {
    const hidden = [...this.hiddenOf.category].sort((a, b) => a - b);
    Object.assign(this, { told: String(hidden), toldUntil: performance.now() + ECHO_MS });
    clearTimeout(this.telling); // a double click is two changes and one message
    this.telling = setTimeout(() => this.tell("filter", hidden), TELL_MS);
  }

  articleAt(at) {
    const { data } = this;
    return { index: at, title: data.titles[at], category: data.category[at], degree: data.degree[at], role: data.role[at] === "unused" ? null : data.role[at],
      pred: data.pred?.[at] ?? null, confidence: data.confidence?.[at] ?? null };
  }

  point(article) {
    this.stage.classList.toggle("map-over", article != null);
    if (article == null) this.card.hide();
    else if (article !== this.pointed) {
      const spot = this.scene.onScreen(article);
      this.card.show(this.articleAt(article), spot);
      const reach = Math.max(6, spot.size + 4);
      Object.assign(this.mark.style, { left: `${spot.x}px`, top: `${spot.y}px`, width: `${2 * reach}px`, height: `${2 * reach}px` });
    }
    this.pointed = article;
  }

  choose(article) {
    if (article == null) {
      if (this.focus) this.clear();
      return;
    }
    this.card.hide(); // until another is pointed at: the page shows this one
    this.focusOn(article);
    this.tell("chosen", article);
  }

  clear() {
    this.focusOn(null);
    this.tell("cleared", true);
  }

  /** Puts one article and its links into the light; null for none. */
  async focusOn(article) {
    if (article == null || article >= this.data?.x.length) {
      this.focus = null;
      this.aimedAt = null;
      if (this.data) this.restyle();
      return;
    }
    if (!this.data || this.focus?.article === article) return;
    this.focus = { article, links: [], near: new Set() };
    this.restyle();
    this.bringIn(article);
    this.live.textContent = `Chosen: ${describe(this.articleAt(article), this.nameOf)}`;
    const { api, graph } = this.props;
    try {
      const found = await fetchCached(withParameters(`${api}/graphs/${encodeURIComponent(graph)}/articles/${article}/neighbourhood`, { hops: 1 }));
      if (this.focus?.article !== article) return;
      const own = found.links.filter(([source, target]) => source === 0 || target === 0);
      const links = own.map((link) => link.map((at) => found.articles[at].index));
      this.focus = { article, links, near: new Set(found.articles.slice(1).map(({ index }) => index)) };
      this.restyle();
    } catch (error) {
      this.live.textContent = error.message;
    }
  }

  // Pans as far as it takes to have the article in sight.
  bringIn(article) {
    const { x, y } = this.scene.onScreen(article);
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (x > 0 && y > 0 && x < width && y < height) return;
    const { view } = this.view;
    this.view.set({ x: view.x + width / 2 - x, y: view.y + height / 2 - y });
  }

  key(event) {
    if (this.view.handleKey(event)) return event.preventDefault();
    if (event.key in KEY_PAN) {
      const [dx, dy] = KEY_PAN[event.key];
      this.aiming = true;
      this.view.set({ x: this.view.view.x + dx, y: this.view.view.y + dy });
    } else if (event.key === "Enter" && this.aimedAt != null) this.choose(this.aimedAt);
    else if (event.key === "Escape" && this.focus) this.clear();
    else return;
    event.preventDefault();
  }

  // Moving by keys, the article nearest to the middle is the one that Enter chooses.
  aim() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.aimedAt = this.scene.pick({ x: width / 2, y: height / 2 }, AIM_PX);
    this.point(this.aimedAt);
    if (this.aimedAt != null) this.live.textContent = describe(this.articleAt(this.aimedAt), this.nameOf);
  }

  stopAiming() {
    this.aiming = false;
    this.aimedAt = null;
    this.point(null);
  }

  resized() {
    if (!this.stage.clientWidth || (this.scene.width === this.stage.clientWidth && this.scene.height === this.stage.clientHeight)) return;
    this.scene.measure();
    if (this.data) this.restyle();
  }

  say(state, message = "") {
    const retry = html("button", { type: "button", class: "w-button", onclick: () => this.update(this.props) }, "Try again");
    const contents = { loading: [html("div", { class: "w-skeleton map-skeleton" })], error: [html("p", {}, message), retry] };
    this.notice.className = `map-notice map-notice-${state ?? "none"}`;
    this.notice.replaceChildren(...(state ? contents[state] : []));
    if (message) this.live.textContent = message;
  }

  release() {
    clearTimeout(this.telling);
    this.watcher.disconnect();
    this.view.release();
    this.root.remove();
  }
}
