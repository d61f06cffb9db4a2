// The disassembly: a listing with names, comments and the lines of jumps; what is at the cursor can
// be followed.

import { hex, size, TOP } from "../address.js";
import { eachFrame, el, measure, svg, under } from "../dom.js";
import { Rows } from "../ranges.js";
import { Scrollbar, wheel } from "../scrollbar.js";
import { complain } from "../target.js";
import { draw, GUTTER, lanes } from "./arrows.js";
import { shown } from "../text.js";
import { destination, Listing } from "./listing.js";

const BYTES_SHOWN = 8;

export class Disassembly {
  #target;
  #facts;
  #listing;
  #top = 0;
  /** Of a row, in pixels; not known before it is seen. */
  #height = 0;
  #stale = true;
  /** The listing that is wanted, and whether one is asked for. */
  #next = null;
  #busy = false;
  #bytes = new Rows([], 1);
  #draw = eachFrame(() => this.#paint());

  constructor(workspace) {
    this.workspace = workspace;
    this.#target = workspace.target;
    this.#facts = workspace.facts;
    this.#listing = new Listing(this.#target, this.#facts);
    this.lines = el("div", { class: "lines" });
    this.picture = svg("svg", { class: "arrows", width: GUTTER, "aria-hidden": "true" });
    this.body = el("div", { class: "rows", tabIndex: 0, role: "application", "aria-roledescription": "disassembly", "aria-label": "Disassembly" },
      this.picture, this.lines);
    this.bar = new Scrollbar("Where in the disassembly", (at) => this.#jumpTo(at));
    this.about = el("span", { class: "about", role: "status", "aria-live": "polite" });
    this.element = el("section", { class: "disassembly", "aria-label": "Disassembly" },
      el("div", { class: "scrolled" }, this.body, this.bar.element), el("div", { class: "foot" }, this.about));
    wheel(this.body, () => this.#height || 16, (rows) => this.#scroll(rows));
    this.body.addEventListener("click", (event) => this.#press(event));
    this.body.addEventListener("dblclick", (event) => this.#press(event) && this.follow());
    new ResizeObserver(() => this.#draw()).observe(this.body);
    for (const change of ["ranges", "flags", "bytes"]) this.#facts.addEventListener(change, () => this.#spoil());
    this.#target.addEventListener("seek", () => this.#arrive());
  }

  focus() {
    this.body.focus();
  }

  shown() {
    this.#arrive();
    this.#draw();
  }

  redraw() {
    this.#draw();
  }

  get #visible() {
    return this.body.offsetParent !== null;
  }

  /** What is shown is no longer so: it is asked for again, now or when it is seen. */
  #spoil() {
    this.#bytes = new Rows(this.#facts.ranges, 1);
    const first = this.#listing.rows[this.#top];
    // The reader stays where they are, unless they are on their way.
    if (first && this.#visible && !this.#next?.seek) {
      this.#open({ at: first.at, above: 0 });
      return;
    }
    this.#stale = true;
    this.#arrive();
  }

  /** Shows the seek: where it is, or listed anew from there. */
  #arrive() {
    if (!this.#visible) return;
    const at = this.#target.seek;
    const index = this.#listing.index(at);
    const row = this.#listing.rows[index];
    if (this.#stale || !row || (row.at !== at && !row.hole)) {
      this.#open({ at, above: row ? index - this.#top : -1, seek: true });
      return;
    }
    const count = this.#count;
    if (index < this.#top || index >= this.#top + count - 2) this.#top = Math.max(0, index - Math.floor(count / 3));
    this.#draw();
  }

  /**
   * Lists from `at`, with `above` rows above it. One listing is asked for at a time, and of those
   * wanted meanwhile the last: news that comes fast must not keep any from being shown.
   */
  async #open(wanted) {
    this.#next = wanted;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#next) {
      const { at, above } = this.#next;
      const now = this.#next;
      this.#stale = false;
      try {
        await this.#listing.open(at);
        const index = Math.max(0, this.#listing.index(at));
        const rows = above >= 0 && above < this.#count ? above : Math.floor(this.#count / 3);
        this.#top = Math.max(0, index - rows);
        this.#draw();
      } catch (error) {
        complain(error);
      }
      if (this.#next === now) this.#next = null;
    }
    this.#busy = false;
  }

  #measure() {
    if (this.body.offsetParent !== null) this.#height = Math.max(8, measure(this.body).height);
  }

  get #count() {
    if (this.#height === 0) this.#measure();
    return Math.max(3, Math.floor(this.body.clientHeight / (this.#height || 16)));
  }

  #scroll(rows) {
    this.#top = Math.min(Math.max(0, this.#top + rows), Math.max(0, this.#listing.rows.length - 1));
    this.#draw();
  }

  /** The scrollbar was moved to a byte: listed from there, the cursor stays where it is. */
  #jumpTo(number) {
    const row = this.#bytes.row(number);
    if (row) this.#open({ at: row.at ?? row.gap.from, above: 0 });
  }

  #paint() {
    if (!this.#visible) return;
    this.#measure();
    const rows = this.#listing.rows;
    const count = this.#count;
    const middles = new Map();
    const lines = [];
    let last = this.#top;
    for (let index = this.#top; index < rows.length && lines.length < count; index += 1) {
      for (const label of this.#labels(rows[index])) lines.push(label);
      middles.set(index, (lines.length + 0.5) * this.#height);
      lines.push(this.#line(rows[index]));
      last = index;
    }
    this.lines.replaceChildren(...lines);
    this.#drawArrows(rows, last, middles, lines.length * this.#height);
    this.#showPlace(rows, last);
    this.#more(rows, last);
  }

  #drawArrows(rows, last, middles, height) {
    const jumps = lanes(rows, this.#top, last, (at) => {
      const index = this.#listing.index(at);
      return index >= 0 && rows[index].at === at ? index : -1;
    });
    const off = (index) => (index < this.#top ? -20 : height + 20);
    draw(this.picture, jumps, (index) => middles.get(index) ?? off(index), height, this.#listing.index(this.#target.seek));
  }

  #showPlace(rows, last) {
    const first = rows[this.#top];
    if (first) {
      const number = this.#bytes.number(first.at);
      const end = this.#bytes.number(rows[last].at) + 1n;
      this.bar.show(number, end > number ? end - number : 1n, this.#bytes.total);
    }
    const row = rows[this.#listing.index(this.#target.seek)];
    const leads = destination(row, this.#facts.ranges);
    const text = shown([hex(this.#target.seek), row?.text ?? "", leads === null ? "" : `Enter goes to ${this.name(leads)}`].filter(Boolean).join("  "));
    if (this.about.textContent !== text) this.about.textContent = text;
  }

  /** Asks for more where the end of what is here comes near. */
  #more(rows, last) {
    const count = this.#count;
    if (rows.length === 0 || this.#busy) return;
    if (last + count > rows.length) this.#listing.grow().then((more) => more && this.#trimmed());
    if (this.#top < count) {
      this.#listing.growBack().then((more) => {
        if (!more) return;
        this.#top += more;
        this.#trimmed();
      });
    }
  }

  #trimmed() {
    this.#top -= this.#listing.trim(this.#top);
    this.#draw();
  }

  #labels(row) {
    const names = row.hole ? [] : (this.#facts.names.get(row.at) ?? []);
    const labels = row.above.map((text) => el("div", { class: "row above", "data-at": String(row.at) }, text));
    if (names.length > 0) labels.push(el("div", { class: "row label", "data-at": String(row.at) }, names.join(", ") + ":"));
    return labels;
  }

  #line(row) {
    const here = row.at <= this.#target.seek && this.#target.seek < row.at + row.size;
    const line = el("div", { class: `row${here ? " here" : ""}${row.at === this.#facts.counter ? " counter" : ""}`, "data-at": String(row.at) },
      el("span", { class: "address" }, hex(row.at)));
    if (row.hole) {
      line.append(el("span", { class: "gap" }, `… ${hex(row.at + row.size - 1n)}  nothing provides these ${size(row.size)} bytes`));
      return line;
    }
    line.append(el("span", { class: "bytes" }, shorten(row.bytes ?? "")), code(row));
    if (row.comment) line.append(el("span", { class: "comment" }, row.comment));
    return line;
  }

  /** An address by its name, where it has one. */
  name(at) {
    return this.#facts.names.get(at)?.[0] ?? hex(at);
  }

  #press(event) {
    const line = under(event, "[data-at]");
    if (!line) return false;
    this.#moveTo(BigInt(line.dataset.at));
    return true;
  }

  follow() {
    const to = destination(this.#listing.rows[this.#listing.index(this.#target.seek)], this.#facts.ranges);
    if (to === null) complain(new Error(`nothing at ${hex(this.#target.seek)} leads anywhere`));
    else this.#target.go(to).catch(complain);
  }

  key(event) {
    const page = Math.max(1, this.#count - 3);
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page };
    if (event.key in steps) this.#step(steps[event.key]);
    else if (event.key === "Enter") this.follow();
    else if (event.key === "Home") this.#moveTo(this.#facts.ranges[0]?.from ?? 0n);
    else if (event.key === "End") this.#moveTo(this.#facts.ranges.at(-1)?.to ?? TOP);
    else return false;
    return true;
  }

  /** Moves the cursor, and shows it even where it was there before. */
  #moveTo(at) {
    this.#target.move(at);
    this.#arrive();
  }

  #step(by) {
    const rows = this.#listing.rows;
    const index = this.#listing.index(this.#target.seek);
    if (index < 0) return;
    const row = rows[Math.min(Math.max(0, index + by), rows.length - 1)];
    this.#moveTo(row.at);
  }
}

function shorten(bytes) {
  return bytes.length > BYTES_SHOWN * 2 ? bytes.slice(0, BYTES_SHOWN * 2 - 2) + "…" : bytes;
}

const KINDS = [[/call/, "call"], [/jmp|switch/, "jump"], [/ret/, "return"], [/push|pop|upush/, "stack"], [/invalid|ill|swi|trap/, "trap"], [/nop/, "dim"]];

/** The text of a row with its parts told apart. */
function code(row) {
  const kind = KINDS.find(([test]) => test.test(row.type ?? ""))?.[1] ?? (row.type ? "" : "data");
  const [, mnemonic, operands] = /^(\S+)(.*)$/s.exec(row.text) ?? [null, row.text, ""];
  const span = el("span", { class: `code${row.bad ? " trap" : ""}` }, el("b", { class: kind }, mnemonic));
  for (const part of operands.split(/(0x[0-9a-f]+|\b[a-z]{2,6}\.[^\s,\]]+|"(?:[^"\\]|\\.)*")/i)) {
    if (/^0x/.test(part)) span.append(el("span", { class: "number" }, part));
    else if (/^"/.test(part)) span.append(el("span", { class: "string" }, part));
    else if (/^[a-z]{2,6}\./i.test(part)) span.append(el("span", { class: "name" }, part));
    else if (part) span.append(shown(part));
  }
  return span;
}
