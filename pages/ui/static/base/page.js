// What a component does to the page around it.

/** Shows the top of the page, which scrolls within Streamlit's own element. */
export function scrollToTop() {
  document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
}
