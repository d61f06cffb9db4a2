// Small dialogs: a line that is asked for, a choice from a list. Escape answers nothing.

import { el } from "./dom.js";

function open(title, ...content) {
  const dialog = el("dialog", { "aria-label": title }, el("h2", {}, title), ...content);
  const before = document.activeElement;
  document.body.append(dialog);
  const closed = new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.();
    resolve(dialog.returnValue);
  }));
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.showModal();
  return { dialog, closed };
}

/**
 * Asks for a line; `null` when it was not given. `value` may be a promise: what it gives stands
 * there unless something was typed meanwhile.
 */
export async function ask(title, { value = "", note = "" } = {}) {
  const input = el("input", { "aria-label": title, spellcheck: false, autocomplete: "off", size: 48 });
  const fill = (text) => {
    if (input.value !== "") return;
    input.value = text;
    input.select();
  };
  if (typeof value === "string") fill(value);
  else value.then(fill);
  const form = el("form", { method: "dialog" }, input, el("button", { value: "yes" }, "OK"));
  const { closed } = open(title, form, note ? el("p", { class: "note" }, note) : null);
  input.select();
  return (await closed) === "yes" ? input.value : null;
}

/** Lets one of `items` (`{text, value}`) be picked; `null` when none was. */
export async function pick(title, items, empty) {
  const list = el("ul", { class: "choices", role: "listbox", "aria-label": title, tabIndex: 0 });
  let at = 0;
  const rows = items.map((item, index) => {
    const row = el("li", { role: "option" }, item.text);
    row.addEventListener("click", () => choose(index));
    return row;
  });
  list.append(...rows);
  const { dialog, closed } = open(title, items.length ? list : el("p", {}, empty));
  const mark = () => rows.forEach((row, index) => {
    row.setAttribute("aria-selected", String(index === at));
    if (index === at) row.scrollIntoView({ block: "nearest" });
  });
  const choose = (index) => dialog.close(String(index));
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "j") at = Math.min(at + 1, rows.length - 1);
    else if (event.key === "ArrowUp" || event.key === "k") at = Math.max(at - 1, 0);
    else if (event.key === "Enter" && rows.length) return choose(at);
    else return;
    event.preventDefault();
    mark();
  });
  mark();
  list.focus();
  const answer = await closed;
  return answer !== "" && items[Number(answer)] ? items[Number(answer)].value : null;
}

/** Shows rows of key and meaning. */
export function show(title, rows) {
  const list = el("dl", { class: "keys" });
  for (const [key, meaning] of rows) list.append(el("dt", {}, key), el("dd", {}, meaning));
  const { dialog } = open(title, list, el("form", { method: "dialog" }, el("button", {}, "Close")));
  return dialog;
}
