// When charts are drawn: only those in view, one after another, and none so often that drawing fills the machine.

/**
 * @typedef {object} Drawable
 * @property {boolean} dirty whether it shows something old
 * @property {boolean} visible
 * @property {number} nextAt when it may be drawn again
 * @property {() => void} draw
 */

const BETWEEN_MS = 250; // 4 draws a second at most
const REST = 2; // a chart rests this many times as long as its drawing took

/** @type {Set<Drawable>} */
const waiting = new Set();
let timer = 0;

/**
 * Asks for a chart to be drawn soon, at once when a person is waiting for it.
 * @param {Drawable} chart
 * @param {{ atOnce?: boolean }} [options]
 */
export function requestDraw(chart, { atOnce = false } = {}) {
  if (atOnce) chart.nextAt = 0;
  waiting.add(chart);
  wake(0);
}

/**
 * Forgets a chart that left the page.
 * @param {Drawable} chart
 */
export function dropDraw(chart) {
  waiting.delete(chart);
}

/**
 * Timers, not animation frames: those would paint the page between any two charts, which costs more than drawing.
 * @param {number} wait
 */
function wake(wait) {
  clearTimeout(timer);
  timer = setTimeout(drawNext, wait);
}

function drawNext() {
  if (document.hidden) return;
  let later = Infinity;
  for (const chart of waiting) {
    const begun = performance.now();
    if (!chart.visible || !chart.dirty) waiting.delete(chart);
    else if (chart.nextAt > begun) later = Math.min(later, chart.nextAt - begun);
    else {
      waiting.delete(chart);
      chart.draw();
      const took = performance.now() - begun;
      chart.nextAt = begun + Math.max(BETWEEN_MS, (1 + REST) * took);
      wake(0); // a key or a click has its turn first
      return;
    }
  }
  if (later < Infinity) wake(later);
}

globalThis.document?.addEventListener("visibilitychange", () => wake(0));
