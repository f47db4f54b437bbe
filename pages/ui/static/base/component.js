// The life of a component on the page: mounted, told what is new, and taken away.

import { html } from "./dom.js";
import { leaveFieldsOnCharts } from "./page.js";
import { readTheme } from "./theme.js";

/** @import { Render } from "../../types/streamlit" */

/**
 * What differs between components.
 * @template Data what its Python side sends
 * @typedef {object} Part
 * @property {(data: Data, earlier: Data | null) => void} update
 *   draws; called at the mount, then at every script run with this component and at every change of theme
 */

/**
 * Streamlit's entry of a component. `build` makes it within its frame, once a mount.
 * @template Data
 * @param {string} name class of the component's root
 * @param {(frame: Frame) => Part<Data>} build
 * @returns {Render<Data>}
 */
export function defineComponent(name, build) {
  /** @type {WeakMap<Node, { frame: Frame, part: Part<Data>, data: Data | null }>} */
  const mounted = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    let one = mounted.get(parentElement);
    if (!one) {
      const frame = new Frame(parentElement, name);
      one = { frame, part: build(frame), data: null };
      mounted.set(parentElement, one);
    }
    const { frame, part, data: earlier } = one;
    frame.tell = setTriggerValue;
    one.data = data;
    part.update(data, earlier);
    return () => {
      mounted.delete(parentElement);
      frame.end();
    };
  };
}

/** A component's place on the page, and what must end with it. */
export class Frame {
  #end = new AbortController();

  /**
   * @param {Node} parent
   * @param {string} name
   */
  constructor(parent, name) {
    this.root = html("div", { class: `w-root ${name}` });
    parent.appendChild(this.root);
    /** Runs the script once with a value that it finds under this name. @type {(name: string, value: unknown) => void} */
    this.tell = () => {};
    leaveFieldsOnCharts(this.ended);
  }

  /** The signal that the component was taken away: for listeners beyond the root, and for requests. */
  get ended() {
    return this.#end.signal;
  }

  /** @param {() => void} act */
  atEnd(act) {
    this.ended.addEventListener("abort", act);
  }

  /** The theme as it is now. */
  readTheme() {
    return readTheme(this.root);
  }

  /**
   * Calls `act` after each change of an element's size, and once at the beginning.
   * @param {Element} element
   * @param {() => void} act
   */
  watchSize(element, act) {
    const watcher = new ResizeObserver(act);
    watcher.observe(element);
    this.atEnd(() => watcher.disconnect());
  }

  end() {
    this.#end.abort();
    this.root.remove();
  }
}
