// One request a tick for every run that any component on the page shows. What it gathers outlives a component.
import { addressOf } from "../base/api.js";
import { RunSeries } from "./series.js";

/** @import { MetricsAnswer } from "../../types/answers" */

/** @typedef {{ changed: Set<string>, offline: string | null }} News ids of runs, and a sentence while the app does not answer */
/** @typedef {{ ids: Set<string>, tell: (news: News) => void }} Watcher */

/**
 * @typedef {object} World what tests replace
 * @property {(address: string, options: RequestInit) => Promise<Pick<Response, "ok" | "status" | "json">>} ask
 * @property {() => boolean} isHidden whether the tab is
 * @property {() => number} now ms
 */

/** @type {World} */
const BROWSER = { ask: (address, options) => fetch(address, options), isHidden: () => document.hidden, now: Date.now };
/** States in which a run goes on. @type {ReadonlySet<string | null>} */
export const ACTIVE = new Set(["pending", "running", "stopping"]);
const FASTEST_MS = 250;
const SLOWEST_MS = 1000;
const HIDDEN_MS = 30_000;
const RETRY_MS = [500, 1000, 2000, 3000];
const ANSWER_WITHIN_MS = 10_000;
const KEPT_RUNS = 64;
const ASKED_AT_ONCE = 200; // cursors that the API takes in one request; after a failure half as many, and so on

/** @param {RunSeries} run */
const isKnown = (run) => run.state !== null;

/** Asks /metrics-since while a watched run is active, and tells the watchers what changed. */
export class Poller {
  /** What is held of each run. @type {Map<string, RunSeries>} */
  runs = new Map();
  /** A sentence while the app does not answer. @type {string | null} */
  offline = null;
  /** @type {Set<Watcher>} */
  #watchers = new Set();
  /** Ids of which all is known. @type {Set<string>} */
  #settled = new Set();
  /** Asked for once more while a request was under way. @type {Set<string>} */
  #again = new Set();
  #isUnderway = false;
  #timer = 0;
  #failures = 0;
  #period = FASTEST_MS;
  #askedAt = -Infinity;

  /** @param {World} [world] */
  constructor(world = BROWSER) {
    this.world = world;
  }

  /**
   * Tells whenever something changes. Each id is asked for at least once. Returns the function that ends it.
   * @param {string[]} ids
   * @param {Watcher["tell"]} tell
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

  /**
   * Asks for these runs again at once, though they may have ended: one could have been resumed.
   * @param {string[]} ids
   */
  refresh(ids) {
    for (const id of ids) {
      this.#settled.delete(id);
      if (this.#isUnderway) this.#again.add(id);
    }
    this.#period = FASTEST_MS;
    this.#schedule(0);
  }

  /** The tab was shown or hidden: shown asks at once, hidden waits. */
  onVisibility() {
    this.#schedule(this.world.isHidden() ? this.#wait() : 0);
  }

  /**
   * What is held of a run, which then stands last.
   * @param {string} id
   */
  #take(id) {
    const run = this.runs.get(id) ?? new RunSeries(id);
    this.runs.delete(id);
    this.runs.set(id, run);
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

  /** Whom to ask for, those of which nothing is known yet first. */
  #due() {
    const due = [...this.#watched()].filter((id) => !this.#settled.has(id)).flatMap((id) => this.runs.get(id) ?? []);
    return due.sort((one, other) => Number(isKnown(one)) - Number(isKnown(other)));
  }

  #wait() {
    const wait = this.#failures ? RETRY_MS[Math.min(this.#failures, RETRY_MS.length) - 1] : this.#period;
    return this.world.isHidden() ? Math.max(wait, this.#askedAt + HIDDEN_MS - this.world.now()) : wait;
  }

  /** @param {number} wait */
  #schedule(wait) {
    if (this.#isUnderway) return; // what it began will schedule the next
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tick(), this.world.isHidden() ? Math.max(wait, this.#wait()) : wait);
  }

  async #tick() {
    const due = this.#due().slice(0, Math.max(1, ASKED_AT_ONCE >> this.#failures));
    if (!due.length || this.#isUnderway) return;
    this.#isUnderway = true;
    const changed = await this.#read(due);
    this.#isUnderway = false;
    for (const id of this.#again) this.#settled.delete(id);
    this.#again.clear();
    for (const watcher of [...this.#watchers]) {
      const own = new Set([...changed.ids].filter((id) => watcher.ids.has(id)));
      if (own.size || changed.line) watcher.tell({ changed: own, offline: this.offline });
    }
    const next = this.#due()[0];
    if (next) this.#schedule(isKnown(next) || this.#failures ? this.#wait() : 0);
  }

  /** @param {RunSeries[]} due */
  async #read(due) {
    const wasOffline = this.offline !== null;
    this.#askedAt = this.world.now();
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const address = addressOf("/metrics-since", {}, { run: due.map(({ cursor }) => cursor) });
      const answer = await this.world.ask(address, { signal, cache: "no-store" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const ids = this.#absorb(due, await answer.json());
      this.#failures = 0;
      this.offline = null;
      return { ids, line: wasOffline };
    } catch {
      this.#failures += 1;
      this.offline = "The app does not answer; trying again.";
      return { ids: new Set(), line: !wasOffline };
    }
  }

  /**
   * Rows arriving quicken the tick, silence slows it; a slow server is asked less often.
   * @param {RunSeries[]} due
   * @param {MetricsAnswer} answer
   */
  #absorb(due, { runs, missing }) {
    /** @type {Set<string>} */
    const changed = new Set();
    let rows = 0;
    for (const run of due) {
      const before = run.row;
      const chunk = runs[run.id];
      if (chunk) {
        if (run.apply(chunk)) changed.add(run.id);
        if (!ACTIVE.has(run.state) && run.row === before && !chunk.reset) this.#settled.add(run.id);
      } else if (missing.includes(run.id)) {
        this.#settled.add(run.id);
        if (run.state !== "missing") changed.add(run.id);
        run.state = "missing";
      }
      rows += Math.abs(run.row - before);
    }
    const took = this.world.now() - this.#askedAt;
    this.#period = Math.max(rows ? FASTEST_MS : Math.min(SLOWEST_MS, this.#period * 1.5), Math.min(SLOWEST_MS, 3 * took));
    return changed;
  }
}

/** @type {Poller | null} */
let shared = null;

/** The page's poller. */
export function sharedPoller() {
  if (shared) return shared;
  const poller = new Poller();
  document.addEventListener("visibilitychange", () => poller.onVisibility());
  addEventListener("online", () => poller.onVisibility());
  shared = poller;
  return poller;
}
