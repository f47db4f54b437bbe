// The app's own HTTP interface: its addresses, and asking them, with a short memory so that going back costs nothing.

/** @import { Answers, Places, Problem, Query } from "../../types/answers" */

/**
 * Where an answer of this type is.
 * @template Answer
 * @typedef {string & { answer?: Answer }} Address
 */

// This module is at /assets/<version>/base/api.js, and the interface beside /assets, below the same base path.
const [, BASE = ""] = new URL(import.meta.url).pathname.match(/^(.*)\/assets\/[^/]+\/base\/api\.js$/) ?? [];
const API = `${BASE}/api`;
const KEEP_MS = 60_000;
const KEEP_COUNT = 24;
/** @type {Map<string, { at: number, answer: Promise<any> }>} */
const answers = new Map();

/**
 * The address of a path of the interface: what fills its braces, and the parameters that have a value.
 * @template {keyof Answers} Path
 * @param {Path} path
 * @param {Places<Path>} places
 * @param {Query<Path>} query
 * @returns {Address<Answers[Path]>}
 */
export function addressOf(path, places, query) {
  const names = new Map(Object.entries(places));
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(names.get(name))));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one != null && one !== "") search.append(name, String(one));
  }
  return `${API}${filled}${search.size ? `?${search}` : ""}`;
}

/**
 * The answer at an address. Rejects with an Error whose message a person can read (RFC 9457 `detail`).
 * @template Answer
 * @param {Address<Answer>} address
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<Answer>}
 */
export async function fetchJson(address, { signal } = {}) {
  const response = await fetch(address, { signal, headers: { accept: "application/json" } }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Error("The app does not answer: check that it is still running, then try again.");
  });
  if (response.ok) return response.json();
  /** @type {Problem} */
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.detail || problem.title || `The app answered with an error (${response.status}).`);
}

/**
 * As fetchJson, with answers remembered for a minute and a request under way shared.
 * @template Answer
 * @param {Address<Answer>} address
 * @returns {Promise<Answer>}
 */
export function fetchCached(address) {
  const known = answers.get(address);
  if (known && performance.now() - known.at < KEEP_MS) return known.answer;
  const answer = fetchJson(address);
  answers.delete(address);
  answers.set(address, { at: performance.now(), answer });
  answer.catch(() => answers.delete(address));
  for (const oldest of answers.keys()) {
    if (answers.size <= KEEP_COUNT) break;
    answers.delete(oldest);
  }
  return answer;
}
