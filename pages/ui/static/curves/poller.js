// One request a tick for every run that any component on the page shows. What it gathers outlives a component.
import { RunSeries } from "./series.js";

export const ACTIVE = new Set(["pending", "running", "stopping"]);
const FASTEST_MS = 250;
const SLOWEST_MS = 1000;
const HIDDEN_MS = 30_000;
const RETRY_MS = [500, 1000, 2000, 3000];
const ANSWER_WITHIN_MS = 10_000;
const KEPT_RUNS = 64;
const ASKED_AT_ONCE = 200; // cursors that the API takes in one request

/** Asks /metrics-since while a watched run is active, and tells the watchers what changed. */
export class Poller {
  #watchers = new Set(); // {ids: Set, tell}
  #settled = new Set(); // ids of which all is known
  #timer = null;
  #underway = false;
  #again = new Set(); // asked for once more while a request was under way
  #failures = 0;
  #period = FASTEST_MS;
  #askedAt = -Infinity;

  /** api: the API's base address. ask: fetch, isHidden, now: replaced in tests. */
  constructor(api, { ask = (...request) => fetch(...request), isHidden = () => document.hidden, now = Date.now } = {}) {
    this.api = api;
    this.runs = new Map();
    this.offline = null; // a sentence while the app does not answer
    Object.assign(this, { ask, isHidden, now });
  }

  /**
   * Tells `tell({changed: Set of ids, offline})` whenever something changes. Each id is asked for at least once.
   * Returns the function that ends it.
   */
  watch(ids, tell) {
    const watcher = { ids: new Set(ids), tell };
    for (const id of ids) this.#take(id);
    this.#watchers.add(watcher);
    this.refresh(ids);
    return () => {
      this.#watchers.delete(watcher);
      this.#forget();
    };
  }

  /** Asks for these runs again at once, though they may have ended: one could have been resumed. */
  refresh(ids) {
    for (const id of ids) {
      this.#settled.delete(id);
      if (this.#underway) this.#again.add(id);
    }
    this.#period = FASTEST_MS;
    this.#schedule(0);
  }

  /** The tab was shown or hidden: shown asks at once, hidden waits. */
  onVisibility() {
    this.#schedule(this.isHidden() ? this.#wait() : 0);
  }

  #take(id) {
    const run = this.runs.get(id) ?? new RunSeries(id);
    this.runs.delete(id);
    this.runs.set(id, run); // the last taken stand last
  }

  #forget() {
    const watched = this.#watched();
    for (const id of this.runs.keys()) {
      if (this.runs.size <= KEPT_RUNS) return;
      if (!watched.has(id)) this.runs.delete(id);
    }
  }

  #watched() {
    return new Set([...this.#watchers].flatMap((watcher) => [...watcher.ids]));
  }

  #due() {
    return [...this.#watched()].filter((id) => !this.#settled.has(id));
  }

  #wait() {
    const wait = this.#failures ? RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1] : this.#period;
    return this.isHidden() ? Math.max(wait, this.#askedAt + HIDDEN_MS - this.now()) : wait;
  }

  #schedule(wait) {
    if (this.#underway) return; // what it began will schedule the next
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), this.isHidden() ? Math.max(wait, this.#wait()) : wait);
  }

  async #tick() {
    const due = this.#due().slice(0, ASKED_AT_ONCE);
    if (!due.length || this.#underway) return;
    this.#underway = true;
    const changed = await this.#read(due);
    this.#underway = false;
    for (const id of this.#again) this.#settled.delete(id);
    this.#again.clear();
    for (const watcher of [...this.#watchers]) {
      const own = new Set([...changed.ids].filter((id) => watcher.ids.has(id)));
      if (own.size || changed.line) watcher.tell({ changed: own, offline: this.offline });
    }
    if (this.#due().length) this.#schedule(this.#wait());
  }

  async #read(due) {
    const query = due.map((id) => `run=${encodeURIComponent(this.runs.get(id).cursor)}`).join("&");
    const offline = this.offline;
    this.#askedAt = this.now();
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const answer = await this.ask(`${this.api}/metrics-since?${query}`, { signal, cache: "no-store" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const ids = this.#absorb(due, await answer.json());
      this.#failures = 0;
      this.offline = null;
      return { ids, line: offline !== null };
    } catch {
      this.#failures += 1;
      this.offline = "The app does not answer; trying again.";
      return { ids: new Set(), line: offline === null };
    }
  }

  // Rows arriving quicken the tick, silence slows it; a slow server is asked less often.
  #absorb(due, { runs = {}, missing = [] }) {
    const changed = new Set();
    let rows = 0;
    for (const id of due) {
      const run = this.runs.get(id);
      const before = run.row;
      if (runs[id]) {
        if (run.apply(runs[id])) changed.add(id);
        if (!ACTIVE.has(run.state) && run.row === before && !runs[id].reset) this.#settled.add(id);
      } else if (missing.includes(id)) {
        this.#settled.add(id);
        if (run.state !== "missing") changed.add(id);
        run.state = "missing";
      }
      rows += Math.abs(run.row - before);
    }
    const took = this.now() - this.#askedAt;
    this.#period = Math.max(rows ? FASTEST_MS : Math.min(SLOWEST_MS, this.#period * 1.5), Math.min(SLOWEST_MS, 3 * took));
    return changed;
  }
}

const pollers = new Map();

/** The page's poller of one API. */
export function sharedPoller(api) {
  if (!pollers.has(api)) {
    const poller = new Poller(api);
    pollers.set(api, poller);
    document.addEventListener("visibilitychange", () => poller.onVisibility());
    addEventListener("online", () => poller.onVisibility());
  }
  return pollers.get(api);
}
