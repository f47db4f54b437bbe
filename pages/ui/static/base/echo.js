// What a person sets in a picture and the page keeps in its URL: told a little later, and its echoes known as such.

const TELL_MS = 300; // a double click is two changes and one message
const ECHO_MS = 5000; // how long what the page says may be from before the latest change

export class Echo {
  /** What the page was told last, until it says the same. @type {string | null} */
  #told = null;
  #until = 0;
  #timer = 0;

  /**
   * Whether what the page says is news, and not an echo from before the latest change.
   * @param {string} said
   */
  accepts(said) {
    if (this.#told !== null && said !== this.#told && performance.now() <= this.#until) return false;
    this.#told = null;
    return true;
  }

  /**
   * Tells the page soon, and once for several changes.
   * @param {string} said as it will come back
   * @param {() => void} tell
   */
  tellSoon(said, tell) {
    this.#told = said;
    this.#until = performance.now() + ECHO_MS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(tell, TELL_MS);
  }

  release() {
    clearTimeout(this.#timer);
  }
}
