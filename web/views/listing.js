// The rows of a disassembly: a stretch of the listing that grows at either end as it is read.
//
// `pdJ` says what stands in each row, data as data; `pdj` says of instructions where they go. A hole
// is a row of its own.

import { address, clamp, TOP, word } from "../address.js";
import { parseLines } from "../json.js";
import { strip } from "../ansi.js";
import { covering, hole } from "../ranges.js";
import { complain } from "../target.js";

const PIECE = 96;
const KEPT = 4000;
const PLAIN = "@e:asm.addr=false,asm.bytes=false,asm.flags=false,asm.lines=false,asm.xrefs=false,asm.functions=false,"
  + "asm.var=false,asm.marks=false,asm.cmt.col=0";

export class Listing {
  #target;
  #facts;
  #generation = 0;
  #growing = new Set();
  rows = [];

  constructor(target, facts) {
    this.#target = target;
    this.#facts = facts;
  }

  /** Begins anew at an address, with some rows before it. */
  async open(at) {
    const [before, after] = await Promise.all([this.#backward(at), this.#forward(at)]);
    // What was to be added to the old rows does not fit these.
    this.#generation += 1;
    this.#growing.clear();
    this.rows = [...before, ...after];
  }

  /** The index of the row that an address is in, or -1. */
  index(at) {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].at <= at) low = middle + 1;
      else high = middle;
    }
    const row = this.rows[low - 1];
    return row && at < row.at + row.size ? low - 1 : -1;
  }

  /** Adds rows behind the last; says how many. */
  async grow() {
    const last = this.rows.at(-1);
    if (!last || last.at + last.size > TOP) return 0;
    return this.#extend("end", () => this.#forward(last.at + last.size), (rows) => {
      this.rows.push(...rows);
      return rows.length;
    });
  }

  /** Adds rows before the first; says how many there are more before what was there. */
  async growBack() {
    const first = this.rows[0];
    if (!first || first.at === 0n) return 0;
    return this.#extend("start", () => this.#backward(first.at), (rows) => {
      this.rows.unshift(...rows);
      return rows.length;
    });
  }

  /** Lets rows go that are far from the one at `index`; says how many of them were before it. */
  trim(index) {
    if (this.rows.length <= KEPT) return 0;
    const from = clamp(index - KEPT / 4, 0, this.rows.length);
    this.rows = this.rows.slice(from, from + KEPT / 2);
    return from;
  }

  async #extend(end, fetch, take) {
    if (this.#growing.has(end)) return 0;
    const generation = this.#generation;
    this.#growing.add(end);
    try {
      const rows = await fetch();
      return generation === this.#generation ? take(rows) : 0;
    } catch (error) {
      complain(error);
      return 0;
    } finally {
      if (generation === this.#generation) this.#growing.delete(end);
    }
  }

  async #forward(at) {
    const range = covering(this.#facts.ranges, at);
    if (!range) return [this.#hole(at)];
    const rows = await this.#ask(PIECE, at);
    const inside = rows.filter((row) => row.at >= at && row.at <= range.to);
    const last = inside.at(-1);
    if (!last) return [unread(at, range.to)];
    // How long the last row is, only the one behind it could tell.
    if (last.size === null && inside.length > 1 && rows.at(-1) === last) inside.pop();
    for (const row of inside) row.size ??= range.to + 1n - row.at;
    return inside;
  }

  async #backward(at) {
    if (at === 0n) return [];
    const range = covering(this.#facts.ranges, at - 1n);
    if (!range) return [this.#hole(at - 1n)];
    const rows = await this.#ask(-PIECE, at);
    const inside = rows.filter((row) => row.at >= range.from && row.at < at);
    for (const row of inside) row.size ??= at - row.at;
    return inside.length > 0 ? inside : [unread(range.from, at - 1n)];
  }

  #hole(at) {
    const gap = hole(this.#facts.ranges, at);
    return { at: gap.from, size: gap.to - gap.from + 1n, hole: true, text: "", above: [] };
  }

  async #ask(count, at) {
    const from = `${count} @ ${word(at)}`;
    const answer = await this.#target.run(`pdj ${from};pdJ ${from} ${PLAIN}`).promise;
    const [instructions, lines] = parseLines(answer.out);
    if (!instructions && !lines) complain(answer.error || answer.reports.join("\n") || `nothing can be listed at ${word(at)}`);
    return merge(instructions ?? [], lines ?? []);
  }
}

function unread(from, to) {
  return { at: from, size: to - from + 1n, text: "cannot be read", above: [], bad: true };
}

/** Rows of what both commands said; a size that is not known yet is `null`. */
function merge(instructions, lines) {
  // radare2 5.7 calls it `offset`, farad and later ones `addr`.
  const known = new Map(instructions.map((row) => [address(row.addr ?? row.offset), row]));
  const rows = [];
  for (const { addr, offset, text: painted } of lines) {
    const at = address(addr ?? offset);
    // A radare2 that knows no `asm.addr` puts the address first.
    const text = strip(painted).trim().replace(/^0x[0-9a-f]+\s+/i, (words) => (address(words.trim()) === at ? "" : words));
    const last = rows.at(-1);
    if (last?.at === at) {
      last.above.push(last.text);
      last.text = text;
    } else {
      rows.push({ at, size: null, text, above: [] });
    }
  }
  if (rows.length === 0) {
    for (const [at, row] of known) rows.push({ at, size: null, text: row.disasm ?? row.opcode ?? row.type ?? "?", above: [] });
  }
  rows.sort((a, b) => (a.at < b.at ? -1 : 1));
  rows.forEach((row, index) => {
    const next = rows[index + 1];
    describe(row, known.get(row.at), next ? next.at - row.at : null);
  });
  return rows;
}

function describe(row, instruction, size) {
  const cut = row.text.search(/\s*; /);
  row.comment = cut >= 0 ? row.text.slice(cut).trim() : "";
  row.text = cut >= 0 ? row.text.slice(0, cut) : row.text;
  row.size = size;
  if (!instruction) return;
  const length = BigInt(instruction.size);
  // What `pdj` decodes where data is, is not what stands there.
  if (size !== null && length !== size) return;
  row.size = length;
  row.bytes = instruction.bytes ?? "";
  row.type = instruction.type ?? "";
  row.jump = instruction.jump === undefined ? null : address(instruction.jump);
  row.pointer = instruction.ptr === undefined ? null : address(instruction.ptr);
}

/** Where a row leads: a jump or call, else data or the first address that stands in it, where there are bytes. */
export function destination(row, ranges) {
  if (!row || row.hole) return null;
  if (row.jump !== null && row.jump !== undefined) return row.jump;
  const words = `${row.text} ${row.comment ?? ""}`.match(/\b0x[0-9a-f]{3,16}\b/gi) ?? [];
  const places = [row.pointer, ...words.map(address)];
  return places.find((at) => at !== null && at !== undefined && covering(ranges, at)) ?? null;
}
