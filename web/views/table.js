// A table of any length with a filter: rows are made for what is seen only.

import { eachFrame, el, measure, under } from "../dom.js";

export class Table {
  #columns;
  #rows = [];
  #shown = [];
  #top = 0;
  #current = 0;
  #height = 18;
  #draw = eachFrame(() => this.#paint());

  /** `columns` are `{title, width, text(row), kind}`; `open(row)` is called on Enter and double click. */
  constructor(label, columns, open) {
    this.#columns = columns;
    this.open = open;
    this.heading = el("div", { class: "row heading", role: "row" }, ...columns.map(({ title, kind }) => el("span", { role: "columnheader", class: kind ?? "" }, title)));
    this.spacer = el("div", { class: "spacer" });
    this.window = el("div", { class: "window" });
    this.body = el("div", { class: "rows", tabIndex: 0, role: "grid", "aria-label": label }, this.spacer, this.window);
    this.element = el("div", { class: "table" }, this.heading, this.body);
    this.element.style.setProperty("--columns", columns.map(({ width }) => width).join(" "));
    this.body.addEventListener("scroll", this.#draw);
    this.body.addEventListener("click", (event) => this.#press(event));
    this.body.addEventListener("dblclick", (event) => this.#press(event) && this.#enter());
    new ResizeObserver(this.#draw).observe(this.body);
  }

  set(rows) {
    this.#rows = rows;
    this.filter(this.word ?? "");
  }

  /** Shows rows in whose texts all words of `text` are, whatever their case. */
  filter(text) {
    this.word = text;
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const match = (row) => {
      const line = this.#columns.map((column) => column.text(row)).join(" ").toLowerCase();
      return words.every((word) => line.includes(word));
    };
    this.#shown = words.length ? this.#rows.filter(match) : this.#rows;
    this.#current = Math.min(this.#current, Math.max(0, this.#shown.length - 1));
    this.body.setAttribute("aria-rowcount", String(this.#shown.length));
    this.#draw();
    return this.#shown.length;
  }

  get length() {
    return this.#shown.length;
  }

  get current() {
    return this.#shown[this.#current] ?? null;
  }

  focus() {
    this.body.focus();
  }

  redraw() {
    this.#draw();
  }

  #paint() {
    if (this.body.offsetParent === null) return;
    this.#height = Math.ceil(measure(this.body).height) + 2;
    // Browsers make no element taller than some ten million pixels.
    const tallest = 8_000_000;
    this.spacer.style.height = `${Math.min(tallest, this.#shown.length * this.#height)}px`;
    const count = Math.ceil(this.body.clientHeight / this.#height) + 1;
    const room = this.body.scrollHeight - this.body.clientHeight;
    const whole = this.#shown.length * this.#height <= tallest;
    const part = room > 0 ? this.body.scrollTop / room : 0;
    this.#top = whole ? Math.floor(this.body.scrollTop / this.#height) : Math.floor(part * Math.max(0, this.#shown.length - count + 1));
    this.window.style.transform = `translateY(${whole ? this.#top * this.#height : this.body.scrollTop}px)`;
    const rows = this.#shown.slice(this.#top, this.#top + count).map((row, index) => this.#line(row, this.#top + index));
    this.window.replaceChildren(...rows);
  }

  #line(row, index) {
    const line = el("div", { class: "row", role: "row", "data-index": String(index), "aria-selected": String(index === this.#current), "aria-rowindex": String(index + 1) });
    line.style.height = `${this.#height}px`;
    for (const { text, kind } of this.#columns) line.append(el("span", { role: "gridcell", class: kind ?? "", title: text(row) }, text(row)));
    return line;
  }

  #press(event) {
    const line = under(event, "[data-index]");
    if (!line) return false;
    this.#select(Number(line.dataset.index));
    return true;
  }

  #select(index) {
    this.#current = Math.min(Math.max(0, index), Math.max(0, this.#shown.length - 1));
    const top = this.#current * this.#height;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top + this.#height > this.body.scrollTop + this.body.clientHeight) this.body.scrollTop = top + this.#height - this.body.clientHeight;
    this.#draw();
  }

  #enter() {
    if (this.current) this.open(this.current);
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.#height) - 1);
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
    if (event.key in steps) this.#select(this.#current + steps[event.key]);
    else if (event.key === "Enter") this.#enter();
    else return false;
    return true;
  }
}
