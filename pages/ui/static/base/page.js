// What a component does to the page around it.

/** Shows the top of the page, which scrolls within Streamlit's own element. */
export function scrollToTop() {
  document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
}

/**
 * Plotly keeps a press on a chart to itself, so that a field would never be left, and what was typed be lost with the
 * form around it. Ended by the signal.
 * @param {AbortSignal} signal
 */
export function leaveFieldsOnCharts(signal) {
  /** @param {PointerEvent} press */
  const leave = (press) => {
    const isOnChart = press.composedPath().some((part) => part instanceof Element && part.classList.contains("js-plotly-plot"));
    const field = document.activeElement;
    if (isOnChart && (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) field.blur();
  };
  document.addEventListener("pointerdown", leave, { capture: true, signal });
}
