// One answer at a time for a picture: who asks last is answered, whatever arrives in between. No DOM: Node tests it.

/** @import { Address } from "./api.js" */

/** @typedef {"idle" | "first" | "again" | "failed"} LoadState first: nothing is shown yet; again: something else is */

/** @template Answer */
export class Loader {
  /** Address of what is shown. @type {Address<Answer> | null} */
  shown = null;
  /** Whether the last request came to nothing. */
  failed = false;
  /** @type {Address<Answer> | null} */
  #wanted = null;

  /**
   * @param {(address: Address<Answer>) => Promise<Answer>} ask
   * @param {(state: LoadState, message: string) => void} tell told of every change, with what went wrong
   */
  constructor(ask, tell) {
    this.ask = ask;
    this.tell = tell;
  }

  /**
   * Asks for an address and has the answer taken, `shown` being still what was shown before; returns whether it asks,
   * as it does not for what is shown already.
   * @param {Address<Answer>} address
   * @param {(answer: Answer) => void} take
   */
  load(address, take) {
    this.#wanted = address;
    const isShown = this.shown === address && !this.failed;
    if (isShown) this.tell("idle", "");
    else this.#ask(address, take);
    return !isShown;
  }

  /**
   * @param {Address<Answer>} address
   * @param {(answer: Answer) => void} take
   */
  async #ask(address, take) {
    this.tell(this.shown === null ? "first" : "again", "");
    try {
      const answer = await this.ask(address);
      if (this.#wanted !== address) return;
      this.tell("idle", "");
      take(answer);
      this.shown = address;
      this.failed = false;
    } catch (error) {
      if (this.#wanted !== address) return;
      this.failed = true;
      this.tell("failed", error instanceof Error ? error.message : String(error));
    }
  }
}
