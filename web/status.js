// What went wrong, and how the connection is: told where it is seen, until it is put away.

import { el } from "./dom.js";

const KEPT = 5;

/** Shows an error until it is dismissed; the same one twice is counted. */
export function fail(text) {
  const area = document.getElementById("messages");
  const message = String(text && text.message ? text.message : text);
  const last = area.lastElementChild;
  area.hidden = false;
  if (last && last.dataset.text === message) {
    const count = Number(last.dataset.count) + 1;
    last.dataset.count = String(count);
    last.querySelector(".count").textContent = ` (${count} times)`;
    return;
  }
  const line = el("p", { "data-text": message, "data-count": "1" },
    el("span", {}, message), el("span", { class: "count" }),
    el("button", { type: "button", "aria-label": "Dismiss", onclick: () => dismiss(line) }, "×"));
  area.append(line);
  while (area.children.length > KEPT) area.firstElementChild.remove();
}

function dismiss(line) {
  const area = line.parentElement;
  line.remove();
  area.hidden = area.children.length === 0;
}

/** Puts all messages away; says whether there were any. */
export function clearMessages() {
  const area = document.getElementById("messages");
  const any = area.children.length > 0;
  area.replaceChildren();
  area.hidden = true;
  return any;
}

/** Says how the connection is: `up`, `down` or `wait`. */
export function link(state, text) {
  const place = document.getElementById("link");
  place.dataset.state = state;
  place.textContent = text;
}
