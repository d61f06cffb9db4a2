// The strip: the whole of what is open from left to right, how its bytes are made up and how much
// they are mixed (entropy). A click goes there.
//
// What is large is sampled: so many bytes of each column, which the title says.

import { address, clamp, hex, size, word } from "../address.js";
import { eachFrame, el } from "../dom.js";
import { colour } from "../theme.js";
import { complain } from "../target.js";
import { classOf } from "./hexrow.js";

const COLUMNS = 256;
const SAMPLE = 1024n;
/** Columns that are asked for at once: little enough for others to come in between. */
const AT_ONCE = 16;
const KINDS = ["zero", "printable", "other", "high"];

export class Strip {
  #target;
  #facts;
  /** Stretches laid beside each other: `{from, size, base, file}`; `file` counts in the file, not in addresses. */
  #stretches = [];
  #total = 0n;
  #columns = [];
  #generation = 0;
  #draw = eachFrame(() => this.#paint());

  constructor(workspace) {
    this.#target = workspace.target;
    this.#facts = workspace.facts;
    this.canvas = el("canvas", { class: "map" });
    this.element = el("div", { class: "strip", tabIndex: 0, role: "slider", "aria-label": "The whole file: entropy and kinds of bytes", "aria-valuemin": "0" }, this.canvas);
    this.element.addEventListener("click", (event) => this.#press(event));
    this.element.addEventListener("keydown", (event) => this.#key(event));
    new ResizeObserver(this.#draw).observe(this.element);
    document.addEventListener("theme", this.#draw);
    this.#target.addEventListener("seek", this.#draw);
    this.#facts.addEventListener("file", () => this.#lay() && this.#load());
    let later = 0;
    this.#facts.addEventListener("bytes", () => {
      // A process changes with every step.
      if (this.#facts.running) return;
      clearTimeout(later);
      later = setTimeout(() => this.#load(), 1000);
    });
  }

  /** A file is shown as it lies on disk; what has no end, by its maps. Says whether that is new. */
  #lay() {
    const file = this.#facts.file;
    const whole = file && !this.#facts.running && address(file.size) > 0n;
    const parts = whole ? [{ from: 0n, size: address(file.size), file: true }]
      : this.#facts.ranges.map(({ from, to }) => ({ from, size: to - from + 1n, file: false }));
    const before = this.#stretches;
    this.#total = 0n;
    this.#stretches = parts.map((part) => {
      const laid = { ...part, base: this.#total };
      this.#total += part.size;
      return laid;
    });
    const same = ({ from, size: length, file: whole }, at) => before[at]?.from === from && before[at].size === length && before[at].file === whole;
    return before.length !== this.#stretches.length || !this.#stretches.every(same);
  }

  async #load() {
    const generation = ++this.#generation;
    const count = Number(clamp(this.#total, 0n, BigInt(COLUMNS)));
    this.#columns = Array.from({ length: count }, (_, index) => ({ from: (this.#total * BigInt(index)) / BigInt(count), bytes: null }));
    const each = count > 0 ? this.#total / BigInt(count) : 0n;
    this.sampled = each > SAMPLE;
    this.element.title = this.#total === 0n ? "nothing is open"
      : `${size(this.#total)} bytes${this.sampled ? `, of each ${size(each)} the first ${SAMPLE} are looked at` : ""}`;
    this.#draw();
    for (let first = 0; first < count; first += AT_ONCE) {
      try {
        await this.#read(this.#columns.slice(first, first + AT_ONCE), each);
      } catch (error) {
        complain(error);
        return;
      }
      if (generation !== this.#generation) return;
      this.#draw();
    }
  }

  async #read(columns, each) {
    const length = clamp(each, 1n, SAMPLE);
    const cmd = columns.map(({ from }) => {
      const { at, file } = this.#at(from);
      return `p8 ${length} @ ${word(at)} @e:io.ff=false${file ? ",io.va=false" : ""};?e`;
    }).join(";");
    const lines = (await this.#target.run(cmd, { when: "idle" }).promise).out.split("\n");
    let line = 0;
    for (const column of columns) {
      const digits = /^[0-9a-f]+$/i.test(lines[line] ?? "") ? lines[line++] : "";
      line += 1;
      Object.assign(column, summary(digits));
    }
  }

  /** Where a point of the strip is. */
  #at(point) {
    const stretch = this.#stretches.findLast(({ base }) => base <= point) ?? this.#stretches[0];
    return { at: stretch.from + (point - stretch.base), file: stretch.file };
  }

  /** The point of the strip where the seek is, or null. */
  #point() {
    for (const { from, size: length, base, file } of this.#stretches) {
      const at = file ? this.#facts.offset(this.#target.seek) : this.#target.seek;
      if (at !== null && from <= at && at < from + length) return base + (at - from);
    }
    return null;
  }

  #paint() {
    const ratio = devicePixelRatio || 1;
    const width = Math.round(this.element.clientWidth * ratio);
    const height = Math.round(this.element.clientHeight * ratio);
    if (width === 0 || height === 0) return;
    this.canvas.width = width;
    this.canvas.height = height;
    const paper = this.canvas.getContext("2d");
    const colours = Object.fromEntries(["strip-zero", "strip-printable", "strip-other", "strip-high", "strip-entropy", "strip-here", "raised"].map((name) => [name, colour(name)]));
    paper.fillStyle = colours.raised;
    paper.fillRect(0, 0, width, height);
    const split = Math.round(height * 0.5);
    this.#columns.forEach(({ parts, entropy }, index) => {
      if (!parts) return;
      const left = Math.floor((index * width) / this.#columns.length);
      const wide = Math.ceil(((index + 1) * width) / this.#columns.length) - left;
      paper.fillStyle = colours["strip-entropy"];
      paper.fillRect(left, split - Math.round(split * entropy), wide, Math.round(split * entropy));
      let top = split;
      KINDS.forEach((kind, at) => {
        const high = at === KINDS.length - 1 ? height - top : Math.round((height - split) * parts[at]);
        paper.fillStyle = colours[`strip-${kind}`];
        if (parts[at] > 0) paper.fillRect(left, top, wide, high);
        top += parts[at] > 0 ? high : 0;
      });
    });
    this.#mark(paper, width, height, ratio, colours["strip-here"]);
  }

  #mark(paper, width, height, ratio, paint) {
    const point = this.#point();
    this.element.setAttribute("aria-valuemax", String(this.#columns.length));
    this.element.setAttribute("aria-valuetext", point === null ? "the place is not in the file" : hex(this.#target.seek));
    if (point === null) return;
    const part = Number((point * 100000n) / this.#total) / 100000;
    this.element.setAttribute("aria-valuenow", String(Math.round(part * this.#columns.length)));
    paper.fillStyle = paint;
    paper.fillRect(Math.round(part * width) - ratio, 0, 2 * ratio, height);
  }

  #press(event) {
    const box = this.element.getBoundingClientRect();
    const part = clamp((event.clientX - box.left) / box.width, 0, 1);
    this.#goTo((this.#total * BigInt(Math.round(part * 1e6))) / 1000000n);
  }

  #goTo(point) {
    if (this.#total === 0n) return;
    const { at, file } = this.#at(clamp(point, 0n, this.#total - 1n));
    const to = file ? this.#facts.mapped(at) : at;
    if (to === null) complain(new Error(`the byte at ${hex(at)} of the file is mapped at no address (e io.va=false shows the file as it lies)`));
    else this.#target.go(to).catch(complain);
  }

  #key(event) {
    const step = { ArrowLeft: -1n, ArrowRight: 1n }[event.key];
    if (step === undefined || this.#total === 0n) return;
    event.preventDefault();
    event.stopPropagation();
    const column = this.#total / BigInt(this.#columns.length || 1) || 1n;
    this.#goTo(clamp((this.#point() ?? 0n) + step * column, 0n, this.#total - 1n));
  }
}

/** Of hex digits: the parts that are of each kind, and the entropy, from 0 to 1. */
function summary(digits) {
  const count = digits.length / 2;
  if (count === 0) return { parts: null, entropy: 0 };
  const seen = new Array(256).fill(0);
  for (let i = 0; i < digits.length; i += 2) seen[parseInt(digits.slice(i, i + 2), 16)] += 1;
  const parts = KINDS.map((kind) => seen.reduce((sum, times, value) => (classOf(value) === kind ? sum + times : sum), 0) / count);
  const bits = seen.reduce((sum, times) => (times ? sum - (times / count) * Math.log2(times / count) : sum), 0);
  return { parts, entropy: bits / Math.min(8, Math.max(1, Math.log2(count))) };
}
