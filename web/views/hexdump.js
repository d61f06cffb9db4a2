// The hexdump: rows over every address, of which those that are seen are fetched; editing where
// writing is allowed.

import { clamp, hex, TOP, word } from "../address.js";
import { Bytes } from "../bytes.js";
import { eachFrame, el, measure } from "../dom.js";
import { Rows } from "../ranges.js";
import { Scrollbar, wheel } from "../scrollbar.js";
import { fail } from "../status.js";
import { shown } from "../text.js";
import { HexRow, WIDTH } from "./hexrow.js";

export class Hexdump {
  #target;
  #facts;
  #rows = new Rows([], WIDTH);
  #bytes;
  #top = 0n;
  #lines = [];
  #unseen = true;
  /** Of a row, in pixels; not known before it is seen. */
  #height = 0;
  /** While editing: whether in the `text` column, and whether the low digit of a byte is next. */
  #edit = null;
  #draw = eachFrame(() => this.#paint());

  constructor(workspace) {
    this.workspace = workspace;
    this.#target = workspace.target;
    this.#facts = workspace.facts;
    this.#bytes = new Bytes(this.#target, this.#facts, this.#draw);
    this.body = el("div", { class: "rows", tabIndex: 0, role: "application", "aria-roledescription": "hexdump", "aria-label": "Hexdump" });
    this.bar = new Scrollbar("Where in the hexdump", (row) => this.#scrollTo(row));
    this.mode = el("span", { class: "mode" });
    this.about = el("span", { class: "about", role: "status", "aria-live": "polite" });
    this.element = el("section", { class: "hexdump", "aria-label": "Hexdump" },
      el("div", { class: "scrolled" }, this.body, this.bar.element),
      el("div", { class: "foot" }, this.about, this.mode));
    wheel(this.body, () => this.#height || 16, (rows) => this.#scrollTo(this.#top + BigInt(rows)));
    this.body.addEventListener("mousedown", (event) => this.#press(event));
    this.body.addEventListener("keydown", (event) => this.#edit && this.#type(event));
    this.body.addEventListener("blur", () => this.#endEdit());
    new ResizeObserver(() => this.#draw()).observe(this.body);
    this.#facts.addEventListener("ranges", () => this.#relay());
    this.#facts.addEventListener("flags", this.#draw);
    this.#facts.addEventListener("bytes", () => {
      this.#bytes.spoil();
      this.#draw();
    });
    this.#target.addEventListener("seek", () => this.#reveal());
    this.#relay();
  }

  focus() {
    this.body.focus();
  }

  shown() {
    this.#reveal();
    this.#draw();
  }

  #relay() {
    this.#rows = new Rows(this.#facts.ranges, WIDTH);
    this.#bytes.forget();
    this.#reveal(true);
    this.#draw();
  }

  #measure() {
    if (this.body.offsetParent !== null) this.#height = Math.max(8, measure(this.body).height);
  }

  /** How many whole rows are seen. */
  get #count() {
    if (this.#height === 0) this.#measure();
    return Math.max(1, Math.floor(this.body.clientHeight / (this.#height || 16)));
  }

  #scrollTo(row) {
    const last = this.#rows.total - BigInt(this.#count);
    this.#top = clamp(row, 0n, last > 0n ? last : 0n);
    this.#draw();
  }

  /** Scrolls so far that the seek is seen. */
  #reveal(always) {
    // How much room there is, is not known before it is seen.
    if (this.body.offsetParent === null) {
      this.#unseen = true;
      return;
    }
    always ||= this.#unseen;
    this.#unseen = false;
    const row = this.#rows.number(this.#target.seek);
    const count = BigInt(this.#count);
    if (always || row < this.#top || row >= this.#top + count) this.#scrollTo(row - count / 4n);
    this.#draw();
  }

  #paint() {
    if (this.body.offsetParent === null) return;
    this.#measure();
    const count = this.#count;
    this.#top = clamp(this.#top, 0n, this.#rows.total > BigInt(count) ? this.#rows.total - BigInt(count) : 0n);
    while (this.#lines.length < count) {
      const line = new HexRow();
      this.#lines.push(line);
      this.body.append(line.element);
    }
    while (this.#lines.length > count) this.#lines.pop().element.remove();
    this.#fetch(count);
    const cursor = { at: this.#target.seek, edit: this.#edit };
    this.#lines.forEach((line, index) => {
      const row = this.#rows.row(this.#top + BigInt(index));
      line.show(row, cursor, this.#bytes, this.#facts.names);
    });
    this.bar.show(this.#top, BigInt(count), this.#rows.total);
    this.#tell();
  }

  #fetch(count) {
    const seen = [];
    for (let index = 0; index < count; index += 1) {
      const row = this.#rows.row(this.#top + BigInt(index));
      if (row?.at !== undefined) seen.push(row.at);
    }
    // A screen more at either end, so that a turn of the wheel finds its rows.
    const width = BigInt(WIDTH);
    const margin = BigInt(count) * width;
    const stretches = [];
    for (const at of seen) {
      const last = stretches[stretches.length - 1];
      if (last && at === last.to + 1n) last.to = at + width - 1n;
      else stretches.push({ from: at, to: at + width - 1n });
    }
    if (stretches.length > 0) {
      stretches[0].from = clamp(stretches[0].from - margin, 0n, TOP);
      stretches.at(-1).to = clamp(stretches.at(-1).to + margin, 0n, TOP);
    }
    this.#bytes.want(stretches);
  }

  /** The line below: what is at the cursor, and whether it can be changed. */
  #tell() {
    const at = this.#target.seek;
    const value = this.#bytes.at(at);
    const names = (this.#facts.names.get(at) ?? []).join(" ");
    const parts = [hex(at)];
    if (value === null) parts.push("nothing provides this byte");
    else if (value !== undefined) parts.push(numbers(this.#bytes, at));
    if (names) parts.push(names);
    const offset = this.#facts.offset(at);
    if (offset !== null && offset !== at) parts.push(`file ${word(offset)}`);
    const text = shown(parts.join("  "));
    if (this.about.textContent !== text) this.about.textContent = text;
    this.mode.textContent = this.#edit ? "EDIT: type, Escape ends" : (this.#facts.locked ?? "i or a click edits");
    this.element.classList.toggle("editing", this.#edit !== null);
  }

  #press(event) {
    const cell = event.target.closest("[data-at]");
    this.body.focus();
    if (!cell) return;
    event.preventDefault();
    const text = cell.classList.contains("c");
    const box = cell.getBoundingClientRect();
    const low = !text && event.clientX > box.left + box.width / 2;
    if (this.#facts.writable) this.#edit = { text, low };
    this.#moveTo(BigInt(cell.dataset.at));
    this.#draw();
  }

  #endEdit() {
    if (this.#edit === null) return;
    this.#edit = null;
    this.#draw();
  }

  /** Keys while editing: none of them is the page's. */
  #type(event) {
    const { key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    event.stopPropagation();
    if (key === "Escape" || key === "Enter") this.#endEdit();
    else if (key === "Tab") this.#edit = { text: !this.#edit.text, low: false };
    else if (key === "Backspace") this.#step(-1n);
    else if (this.#move(key)) this.#edit.low = false;
    else if (this.#edit.text && /^[\x20-\x7e]$/.test(key)) this.#put(key.charCodeAt(0), true);
    else if (!this.#edit.text && /^[0-9a-f]$/i.test(key)) this.#digit(parseInt(key, 16));
    else return;
    event.preventDefault();
    this.#draw();
  }

  #digit(digit) {
    const old = this.#bytes.at(this.#target.seek);
    if (typeof old !== "number") return fail(new Error(`nothing provides the byte at ${hex(this.#target.seek)}`));
    const low = this.#edit.low;
    this.#put(low ? (old & 0xf0) | digit : (old & 0x0f) | (digit << 4), low);
    if (this.#edit) this.#edit.low = !low;
  }

  #put(value, advance) {
    const at = this.#target.seek;
    this.#bytes.put(at, value);
    this.#target.ask(`wx ${value.toString(16).padStart(2, "0")} @ ${word(at)}`).catch((error) => {
      // Whatever the reason, who typed must know that it was not written.
      fail(error);
      this.#facts.bytesChanged();
    });
    if (advance) this.#step(1n);
  }

  #step(by) {
    this.#moveTo(clamp(this.#target.seek + by, 0n, TOP));
  }

  /** Moves the cursor, and shows it even where it was there before. */
  #moveTo(at) {
    this.#target.move(at);
    this.#reveal();
  }

  /** Keys outside of editing; says whether the key was one. */
  key(event) {
    if (event.key === "i" || event.key === "Insert") {
      if (this.#facts.writable) this.#edit = { text: false, low: false };
      else fail(new Error(this.#facts.locked));
      this.body.focus();
      this.#draw();
      return true;
    }
    return this.#move(event.key);
  }

  #move(key) {
    const width = BigInt(WIDTH);
    const page = width * BigInt(Math.max(1, this.#count - 1));
    const steps = { ArrowLeft: -1n, ArrowRight: 1n, ArrowUp: -width, ArrowDown: width, PageUp: -page, PageDown: page };
    if (key in steps) this.#hop(steps[key]);
    else if (key === "Home") this.#moveTo(this.#facts.ranges[0]?.from ?? 0n);
    else if (key === "End") this.#moveTo(this.#facts.ranges.at(-1)?.to ?? TOP);
    else return false;
    return true;
  }

  /** Moves by bytes, over a hole to what is behind it. */
  #hop(by) {
    const here = this.#rows.number(this.#target.seek);
    const to = clamp(this.#target.seek + by, 0n, TOP);
    const gap = this.#rows.row(this.#rows.number(to))?.gap;
    if (!gap) return this.#moveTo(to);
    const past = by > 0n ? gap.to + 1n : gap.from - 1n;
    const inside = past >= 0n && past <= TOP && this.#rows.number(past) !== here;
    if (inside) this.#moveTo(past);
    return undefined;
  }
}

/** The numbers that begin with a byte, least byte first. */
function numbers(bytes, at) {
  const texts = [];
  for (const count of [1, 2, 4, 8]) {
    let value = 0n;
    for (let i = count - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes.at(at + BigInt(i)) ?? -1);
    if (value >= 0n) texts.push(`u${count * 8} ${count < 4 ? value : word(value)}`);
  }
  return texts.join("  ");
}
