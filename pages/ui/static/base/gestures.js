// Pan and zoom by mouse, wheel and touch, and what is pressed or pointed at meanwhile.

/** @import { Looks, Place, View } from "./view.js" */

const CLICK_PX = 5;

/**
 * Turns pointers and the wheel into moves of the view; returns the function that ends it.
 * @param {HTMLElement} element
 * @param {View} view
 * @param {Looks} looks
 */
export function listenToGestures(element, view, looks) {
  /** @type {Map<number, Place>} */
  const pointers = new Map();
  let travelled = 0;

  /** @param {MouseEvent} event */
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  /** @param {Event} event */
  const isOnControl = (event) => event.target instanceof Element && event.target.closest("button, a") !== null;
  /** @param {PointerEvent} event */
  const letGo = (event) => {
    const known = pointers.delete(event.pointerId);
    view.isHeld = pointers.size > 0;
    return known;
  };
  /** @param {PointerEvent} event @param {Place} before @param {Place} now */
  const drag = (event, before, now) => {
    travelled += Math.hypot(now.x - before.x, now.y - before.y);
    if (travelled > CLICK_PX && !element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (pointers.size === 2 && other) pinch(view, other, before, now);
    else if (travelled > CLICK_PX) view.pan(now.x - before.x, now.y - before.y);
    pointers.set(event.pointerId, now);
  };

  const ended = new AbortController();
  const options = { passive: false, signal: ended.signal };
  element.addEventListener("wheel", (event) => onWheel(event, view, looks.limits().least, place(event)), options);
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || isOnControl(event)) return;
    pointers.set(event.pointerId, place(event));
    view.isHeld = true;
    if (pointers.size === 1) travelled = 0;
  }, options);
  element.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before) drag(event, before, place(event));
    else if (event.pointerType === "mouse") looks.onPoint(isOnControl(event) ? null : place(event));
  }, options);
  element.addEventListener("pointerup", (event) => {
    if (!letGo(event)) return;
    if (travelled > CLICK_PX) view.settleSoon();
    else if (pointers.size === 0) looks.onTap({ ...place(event), touch: event.pointerType !== "mouse" });
  }, options);
  element.addEventListener("pointercancel", letGo, options);
  element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && looks.onPoint(null), options);
  return () => ended.abort();
}

/**
 * @param {WheelEvent} event
 * @param {View} view
 * @param {number} least
 * @param {Place} place
 */
function onWheel(event, view, least, place) {
  if (event.deltaY > 0 && view.plane.k <= least) return; // fully out: let the page scroll
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  const turned = Math.max(-60, Math.min(60, event.deltaY * lines));
  view.zoomAt(place, Math.exp(-turned * (event.ctrlKey ? 0.01 : 0.004)));
}

/**
 * @param {View} view
 * @param {Place} other the finger that rests
 * @param {Place} before
 * @param {Place} now
 */
function pinch(view, other, before, now) {
  /** @param {Place} place */
  const apart = (place) => Math.hypot(place.x - other.x, place.y - other.y) || 1;
  view.zoomAt({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, apart(now) / apart(before));
  view.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
}
