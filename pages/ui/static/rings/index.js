// The neighbourhood of one article: asks for it, draws it in rings, lets one look, walk and zoom.

import { fetchCached, withParameters } from "../base/api.js";
import { countOf, describe } from "../base/card.js";
import { html } from "../base/dom.js";
import { formatCount } from "../base/format.js";
import { RingScene } from "./scene.js";
import { walk } from "./walk.js";
import { createView, zoomButtons } from "../base/view.js";

const instances = new WeakMap();
const NARROW_PX = 480; // below it fewer articles are drawn, each large enough to read
const NARROW_LIMIT = 120;
const WAYS = ["", "linked", "two links away", "three links away"];

/** Streamlit's entry: runs at every change of data or theme; `data` is what rings.py sends. */
export default function render({ data, parentElement, setTriggerValue }) {
  let rings = instances.get(parentElement);
  if (!rings) instances.set(parentElement, (rings = new Rings(parentElement)));
  rings.choose = (index) => setTriggerValue("chosen", index);
  rings.update(data);
  return () => {
    rings.release();
    instances.delete(parentElement);
  };
}

class Rings {
  constructor(parent) {
    this.root = html("div", { class: "w-root rings" });
    this.caption = html("p", { class: "rings-caption w-small w-faint" });
    this.stage = html("div", { class: "rings-stage", role: "application", "aria-label": "Neighbourhood" });
    this.notice = html("div", { class: "rings-notice" });
    this.live = html("div", { class: "w-hidden", "aria-live": "polite" });
    this.legend = html("div", { class: "rings-legend" });
    this.head = html("div", { class: "rings-head" }, this.caption);
    this.root.append(this.head, this.stage, this.legend, this.live);
    parent.append(this.root);
    const nameOf = (category) => this.props.classes[category] ?? `Category ${category}`;
    const colourOf = (category) => this.props.colors[category % this.props.colors.length];
    Object.assign(this, { nameOf, colourOf });
    this.scene = new RingScene(this.stage, { nameOf, colourOf });
    this.stage.append(this.notice);
    this.view = createView(this.stage, {
      limits: () => ({ least: 0.8, most: 8, width: this.stage.clientWidth, height: this.stage.clientHeight }),
      onMove: (view) => {
        this.scene.moveTo(view);
        this.scene.highlight(null);
      },
      onSettle: (view) => {
        this.stage.classList.toggle("rings-zoomed", view.k > 1.01);
        this.scene.rest();
      },
      onTap: (point) => this.tap(point),
      onPoint: (point) => this.point(point),
    });
    this.head.append(zoomButtons(this.view));
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("focusin", (event) => this.focused(event));
    this.stage.addEventListener("focusout", (event) => this.stage.contains(event.relatedTarget) || this.scene.highlight(null));
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.stage);
  }

  async update(props) {
    const known = this.props;
    this.props = props;
    this.root.style.setProperty("--height", `${props.height}px`);
    const address = this.address(props.article);
    if (known && !this.failed && this.shown === address && known.colors.join() === props.colors.join()) return this.scene.retint();
    this.wanted = address;
    this.say(this.shown ? null : "loading");
    this.stage.setAttribute("aria-busy", "true");
    try {
      const answer = await fetchCached(address);
      if (this.wanted === address) this.draw(answer, address);
    } catch (error) {
      if (this.wanted === address) this.fail(error);
    } finally {
      if (this.wanted === address) this.stage.setAttribute("aria-busy", "false");
    }
  }

  address(article) {
    const { api, graph, hops, run } = this.props;
    const limit = this.stage.clientWidth < NARROW_PX ? Math.min(this.props.limit, NARROW_LIMIT) : this.props.limit;
    return withParameters(`${api}/graphs/${encodeURIComponent(graph)}/articles/${article}/neighbourhood`, { hops, limit, run });
  }

  draw(answer, address) {
    const moving = this.shown != null && !this.failed;
    this.shown = address;
    this.failed = false;
    this.scene.draw(answer, { moving });
    this.view.reset();
    this.scene.moveTo(this.view.view);
    this.say(answer.articles.length > 1 ? null : "empty");
    const counts = describeCounts(answer);
    this.caption.textContent = counts;
    this.stage.setAttribute("aria-label", `Neighbourhood of ${answer.articles[0].title}. Arrow keys walk, Enter opens, plus and minus zoom.`);
    this.live.textContent = `${describe(answer.articles[0], this.nameOf)}. ${counts}`;
    this.drawLegend(answer);
  }

  drawLegend({ articles }) {
    const counts = new Map();
    for (const { category } of articles) counts.set(category, (counts.get(category) ?? 0) + 1);
    this.scene.pin(null);
    const entries = [...counts].sort(([a], [b]) => a - b).map(([category, count]) => {
      const dot = html("span", { class: "w-dot w-dot-disc", "aria-hidden": "true" });
      dot.style.setProperty("--colour", this.colourOf(category));
      return html("button", { type: "button", class: "w-chip", "aria-pressed": "false", onclick: (event) => this.pin(category, event.currentTarget) },
        dot, this.nameOf(category), html("span", { class: "w-faint" }, formatCount(count)));
    });
    const key = articles.some(({ pred }) => pred != null)
      ? "Disc: true category. Ring: predicted one, wider when surer, open when wrong. Links taper from source to target."
      : "Links taper from source to target.";
    this.legend.replaceChildren(html("div", { class: "w-chips" }, ...entries), html("p", { class: "w-small w-faint" }, key));
  }

  pin(category, button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    for (const other of this.legend.querySelectorAll("button")) other.setAttribute("aria-pressed", String(on && other === button));
    this.scene.pin(on ? category : null);
  }

  fail(error) {
    this.failed = true;
    this.say("error", error.message);
    this.live.textContent = error.message;
  }

  say(state, message = "") {
    const retry = () => {
      this.shown = this.shown ?? null;
      this.update(this.props);
    };
    const contents = {
      loading: () => [html("div", { class: "rings-skeleton", "aria-hidden": "true" }, ...[0, 1, 2].map(() => html("span", { class: "w-skeleton" })))],
      empty: () => [html("p", {}, "No links: this article neither links to another nor is linked from one.")],
      error: () => [html("p", {}, message), html("button", { type: "button", class: "w-button", onclick: retry }, "Try again")],
    };
    this.notice.className = `rings-notice rings-notice-${state ?? "none"}`;
    this.notice.replaceChildren(...(state ? contents[state]() : []));
  }

  point(point) {
    const article = point && this.scene.pick(point);
    this.stage.classList.toggle("rings-over", article != null);
    if (article !== this.scene.lit) this.scene.highlight(article);
  }

  tap({ touch, ...point }) {
    const article = this.scene.pick(point);
    if (article == null) return this.scene.highlight(null);
    if (!touch || this.scene.lit === article) return this.open(article);
    const go = html("button", { type: "button", class: "w-button", onclick: () => this.open(article) }, "Walk here");
    this.scene.highlight(article, { action: article === 0 ? null : go });
  }

  open(article) {
    if (article === 0) return;
    const { index } = this.scene.data.articles[article];
    fetchCached(this.address(index)).catch(() => {}); // on its way before the page has answered
    this.choose(index);
  }

  focused(event) {
    const at = event.target.closest?.(".rings-node")?.dataset.at;
    if (at != null && event.target.matches(":focus-visible")) this.scene.highlight(Number(at));
  }

  key(event) {
    if (this.view.handleKey(event)) return event.preventDefault();
    const at = event.target.closest?.(".rings-node")?.dataset.at;
    if (at == null) return;
    if (event.key === "Escape") return this.scene.highlight(null);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return this.open(Number(at));
    }
    const next = walk(event.key, Number(at), this.scene.layout, this.scene.data.articles.map(({ hop }) => hop));
    if (next == null) return;
    event.preventDefault();
    event.target.setAttribute("tabindex", -1);
    const element = this.scene.elementOf(next);
    element.setAttribute("tabindex", 0);
    element.focus({ focusVisible: true });
  }

  resized() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!this.scene.data || !width || (this.width === width && this.height === height)) {
      Object.assign(this, { width, height });
      return;
    }
    Object.assign(this, { width, height });
    this.scene.draw(this.scene.data, { moving: false });
  }

  release() {
    this.watcher.disconnect();
    this.view.release();
    this.scene.release();
    this.root.remove();
  }
}

// "31 linked, 402 two links away; 240 of 433 drawn, with 2,000 of 3,120 links"
function describeCounts({ counts, articles, links, num_links: allLinks = links.length }) {
  const rings = counts.slice(1).map((count, at) => `${formatCount(count)} ${WAYS[at + 1]}`);
  const total = counts.reduce((sum, count) => sum + count, 0) - 1;
  const drawn = articles.length - 1;
  if (total === 0) return countOf(0, "link");
  const some = drawn === total ? "all drawn" : `${formatCount(drawn)} of ${formatCount(total)} drawn`;
  const lines = links.length < allLinks ? `, with ${formatCount(links.length)} of ${formatCount(allLinks)} links` : "";
  return `${rings.join(", ")}; ${some}${lines}`;
}
