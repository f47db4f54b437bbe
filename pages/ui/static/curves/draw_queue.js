// When charts are drawn: only those in view, one after another, and none so often that drawing fills the machine.

const BETWEEN_MS = 250; // 4 draws a second at most
const REST = 2; // a chart rests this many times as long as its drawing took

const waiting = new Set();
let timer = null;

/** Asks for chart.draw(Plotly) soon, at once when a person is waiting for it. chart: {dirty, visible, nextAt, draw}. */
export function requestDraw(chart, { Plotly, atOnce = false }) {
  chart.plotly = Plotly;
  if (atOnce) chart.nextAt = 0;
  waiting.add(chart);
  wake(0);
}

/** Forgets a chart that left the page. */
export function dropDraw(chart) {
  waiting.delete(chart);
}

// Timers, not animation frames: those would paint the page between any two charts, which costs more than drawing.
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
      chart.draw(chart.plotly);
      const took = performance.now() - begun;
      chart.nextAt = begun + Math.max(BETWEEN_MS, (1 + REST) * took);
      return wake(0); // a key or a click has its turn first
    }
  }
  if (later < Infinity) wake(later);
  return undefined;
}

globalThis.document?.addEventListener("visibilitychange", () => wake(0));
