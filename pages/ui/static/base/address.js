// Addresses of the app's own pages, so that an article's title is a link like any other. Pure but for `location`.

/**
 * The address of a page beside the one that is open ("" for this one): its parameters, changed; null takes one away.
 * @param {string} here address of the open page
 * @param {string} page
 * @param {{ [name: string]: string | number | null }} changes
 */
export function addressOfPage(here, page, changes) {
  const address = new URL(here);
  if (page) address.pathname = address.pathname.replace(/[^/]*$/, page);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") address.searchParams.delete(name);
    else address.searchParams.set(name, String(value));
  }
  address.hash = "";
  return address.href;
}

/**
 * What names an article by its index, in an address of a page or of the interface: digits alone might be a title.
 * @param {number} index
 */
export function writeIndex(index) {
  return `#${index}`;
}

/**
 * The trail of an article to which one walks from `article`: where one came from, the latest last.
 * @param {number[]} trail of `article`
 * @param {number} article
 * @param {number} longest
 */
export function extendTrail(trail, article, longest) {
  return [...trail, article].slice(-longest);
}

/**
 * Whether a click on a link is to be taken by the page itself: one that opens a tab or a window is the browser's.
 * @param {MouseEvent} event
 */
export function isPlainClick({ button, ctrlKey, metaKey, shiftKey, altKey }) {
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
}
