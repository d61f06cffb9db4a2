// Elements. Text of a target comes in as text nodes only: nothing here parses markup, and none of it hides.

import { shown } from "./text.js";

/** Properties that are text to be seen, which a field's value is not. */
const SEEN = new Set(["title", "textContent", "placeholder"]);

/** Makes `<tag>` with properties, attributes (`aria-…`, `data-…`, `role`) and children. */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria")) element[name] = SEEN.has(name) ? shown(String(value)) : value;
    else element.setAttribute(name, value);
  }
  const there = children.filter((child) => child !== null && child !== undefined);
  element.append(...there.map((child) => (typeof child === "string" ? shown(child) : child)));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/**
 * The element of that kind under the pointer. Rows that are made anew between the presses of a double
 * click are not those that were pressed first, so the target of the event does not tell.
 */
export function under(event, selector) {
  return document.elementFromPoint(event.clientX, event.clientY)?.closest(selector) ?? null;
}

/** Width and height of a character of `element`'s font, in pixels. */
export function measure(element) {
  const probe = el("span", { class: "probe" }, "0".repeat(64));
  element.append(probe);
  const box = probe.getBoundingClientRect();
  probe.remove();
  return { width: box.width / 64 || 8, height: box.height || 16 };
}

/** Runs `work` once in the next frame, however often it is asked for. */
export function eachFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}
