// Asking the app's own HTTP interface, with a short memory so that going back costs nothing.

const KEEP_MS = 60_000;
const KEEP_COUNT = 24;
const answers = new Map();

/** The JSON at an address. Rejects with an Error whose message a person can read (RFC 9457 `detail`). */
export async function fetchJson(address, { signal } = {}) {
  let response;
  try {
    response = await fetch(address, { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The app does not answer: check that it is still running, then try again.");
  }
  if (response.ok) return response.json();
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.detail || problem.title || `The app answered with an error (${response.status}).`);
}

/** As fetchJson, with answers remembered for a minute and a request under way shared. */
export function fetchCached(address) {
  const known = answers.get(address);
  if (known && performance.now() - known.at < KEEP_MS) return known.answer;
  const answer = fetchJson(address);
  answers.delete(address);
  answers.set(address, { at: performance.now(), answer });
  answer.catch(() => answers.delete(address));
  if (answers.size > KEEP_COUNT) answers.delete(answers.keys().next().value);
  return answer;
}

/** An address with the parameters that have a value. */
export function withParameters(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value != null && value !== ""));
  return query.size ? `${path}?${query}` : path;
}
