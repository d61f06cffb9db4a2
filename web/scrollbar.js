// A scrollbar for any number of rows: it says where in the whole the reader is, and asks to go
// elsewhere. An element tall enough for 2^60 rows does not exist, so none is made.

import { el } from "./dom.js";

const SHORTEST = 24;
/** Steps of a thumb: finer than pixels. */
const SCALE = 1_000_000n;

export class Scrollbar {
  #thumb;
  #position = 0n;
  #span = 1n;
  #grip = null;

  /** `go` is told the row to put first. */
  constructor(label, go) {
    this.#thumb = el("div", { class: "thumb" });
    this.element = el("div", { class: "scrollbar", role: "scrollbar", "aria-orientation": "vertical", "aria-label": label,
      "aria-valuemin": "0", "aria-valuemax": "1000" }, this.#thumb);
    this.element.addEventListener("pointerdown", (event) => this.#press(event, go));
    this.element.addEventListener("pointermove", (event) => this.#grip !== null && go(this.#row(event)));
    this.element.addEventListener("pointerup", () => (this.#grip = null));
    this.element.addEventListener("pointercancel", () => (this.#grip = null));
  }

  /** Row `first` of `total` is the first of `shown` that are seen. */
  show(first, shown, total) {
    const height = this.element.clientHeight;
    this.#span = total > shown ? total - shown : 0n;
    this.#position = first > this.#span ? this.#span : first;
    const thumb = total > 0n ? Math.max(SHORTEST, Number((BigInt(height) * shown * 1000n) / total) / 1000) : height;
    const size = Math.min(thumb, height);
    const part = this.#span > 0n ? Number((this.#position * SCALE) / this.#span) / Number(SCALE) : 0;
    this.#thumb.style.height = `${size}px`;
    this.#thumb.style.transform = `translateY(${part * (height - size)}px)`;
    this.element.setAttribute("aria-valuenow", String(Math.round(part * 1000)));
  }

  #press(event, go) {
    event.preventDefault();
    this.element.setPointerCapture(event.pointerId);
    const thumb = this.#thumb.getBoundingClientRect();
    const inside = event.clientY >= thumb.top && event.clientY <= thumb.bottom;
    this.#grip = inside ? event.clientY - thumb.top : thumb.height / 2;
    if (!inside) go(this.#row(event));
  }

  #row(event) {
    const box = this.element.getBoundingClientRect();
    const room = box.height - this.#thumb.offsetHeight;
    const part = room > 0 ? Math.min(1, Math.max(0, (event.clientY - box.top - this.#grip) / room)) : 0;
    return (this.#span * BigInt(Math.round(part * Number(SCALE)))) / SCALE;
  }
}

/** Turns the wheel's movement into whole rows; keeps what is left over. */
export function wheel(element, rowHeight, scroll) {
  let left = 0;
  element.addEventListener("wheel", (event) => {
    if (event.ctrlKey) return;
    event.preventDefault();
    left += event.deltaMode === 1 ? event.deltaY : event.deltaY / rowHeight();
    const rows = Math.trunc(left);
    left -= rows;
    if (rows !== 0) scroll(rows);
  }, { passive: false });
}
