// Pan and zoom of a plane by mouse, wheel, touch and keys. Keeps {k, x, y}: screen = k * world + (x, y).

import { html } from "./dom.js";

const CLICK_PX = 5;
const SETTLE_MS = 160;
const SETTLE_FRAMES = 4; // on a slow machine, rest is longer than a few frames
const KEY_ZOOM = 1.3;
const BUTTON_ZOOM = 1.5;

/**
 * Watches `element` and calls `onMove(view)` while the view changes, `onSettle(view)` once it rests,
 * `onTap({x, y, touch})` for a press without a drag and `onPoint({x, y} | null)` while a mouse hovers (px in element).
 * `limits` {least, most, width, height} bound the zoom and keep the middle of the plane in sight.
 * Returns {view, set, zoomBy, reset, handleKey, release}.
 */
export function createView(element, { limits, onMove, onSettle, onTap, onPoint }) {
  const view = { k: 1, x: 0, y: 0 };
  const pointers = new Map();
  let [travelled, timer, frame, asked, slowness] = [0, 0, 0, 0, 0];

  const place = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const changed = () => {
    bound(view, limits());
    if (!frame) asked = performance.now();
    frame ||= requestAnimationFrame(() => {
      slowness = Math.min(250, performance.now() - asked);
      frame = 0;
      onMove(view);
    });
    settleSoon();
  };
  const settleSoon = () => {
    clearTimeout(timer);
    if (pointers.size === 0) timer = setTimeout(() => onSettle(view), Math.max(SETTLE_MS, SETTLE_FRAMES * slowness));
  };
  const set = (next) => {
    Object.assign(view, next);
    changed();
  };
  const zoomAt = ({ x, y }, factor) => {
    const { least, most } = limits();
    const k = Math.min(most, Math.max(least, view.k * factor));
    set({ k, x: x - ((x - view.x) / view.k) * k, y: y - ((y - view.y) / view.k) * k });
  };
  const middle = () => ({ x: element.clientWidth / 2, y: element.clientHeight / 2 });
  const zoomBy = (factor) => zoomAt(middle(), factor);
  const reset = () => set({ k: 1, x: 0, y: 0 });

  const listeners = {
    wheel(event) {
      if (event.deltaY > 0 && view.k <= limits().least) return; // fully out: let the page scroll
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoomAt(place(event), Math.exp(-Math.max(-60, Math.min(60, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.004)));
    },
    pointerdown(event) {
      if (event.button !== 0 || event.target.closest("button")) return;
      pointers.set(event.pointerId, place(event));
      if (pointers.size === 1) travelled = 0;
    },
    pointermove(event) {
      const now = place(event);
      const before = pointers.get(event.pointerId);
      if (!before) {
        if (event.pointerType === "mouse") onPoint(event.target.closest("button") ? null : now);
        return;
      }
      travelled += Math.hypot(now.x - before.x, now.y - before.y);
      if (travelled > CLICK_PX && !element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
      if (pointers.size === 2) pinch(event.pointerId, before, now);
      else if (travelled > CLICK_PX) set({ x: view.x + now.x - before.x, y: view.y + now.y - before.y });
      pointers.set(event.pointerId, now);
    },
    pointerup(event) {
      const known = pointers.delete(event.pointerId);
      if (known && travelled > CLICK_PX) settleSoon();
      if (known && travelled <= CLICK_PX && pointers.size === 0) onTap({ ...place(event), touch: event.pointerType !== "mouse" });
    },
    pointercancel: (event) => pointers.delete(event.pointerId),
    pointerleave: (event) => event.pointerType === "mouse" && onPoint(null),
  };
  const pinch = (id, before, now) => {
    const [, other] = [...pointers].find(([key]) => key !== id);
    const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
    zoomAt({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, apart(now) / apart(before));
    set({ x: view.x + (now.x - before.x) / 2, y: view.y + (now.y - before.y) / 2 });
  };
  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener, { passive: false });

  return {
    view,
    set,
    zoomBy,
    reset,
    /** Whether the key was one of + - 0. */
    handleKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      if (event.key === "+" || event.key === "=") zoomBy(KEY_ZOOM);
      else if (event.key === "-") zoomBy(1 / KEY_ZOOM);
      else if (event.key === "0") reset();
      else return false;
      return true;
    },
    release() {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener);
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    },
  };
}

/** Buttons for those who have neither wheel nor fingers on the picture. */
export function zoomButtons(view) {
  const button = (label, text, act) =>
    html("button", { type: "button", class: "w-button", "aria-label": label, title: label, onclick: act }, text);
  return html(
    "div",
    { class: "w-zoom", role: "group", "aria-label": "Zoom" },
    button("Zoom in", "+", () => view.zoomBy(BUTTON_ZOOM)),
    button("Zoom out", "−", () => view.zoomBy(1 / BUTTON_ZOOM)),
    button("Show all", "Fit", () => view.reset()),
  );
}

// At least a third of the plane, which is the element's own size at k = 1, stays in sight.
function bound(view, { width, height }) {
  const slack = 2 / 3;
  view.x = Math.min(width * slack, Math.max(width * (1 - slack) - width * view.k, view.x));
  view.y = Math.min(height * slack, Math.max(height * (1 - slack) - height * view.k, view.y));
}
