// The bytes that a listing shows: fetched by blocks where they are seen, kept, and given up where
// they scrolled away before they came.

import { word } from "./address.js";
import { covering } from "./ranges.js";
import { complain } from "./target.js";

const BLOCK = 1024n;
const KEPT = 512;
/** So small are the pieces that are asked for where not all of a block can be read. */
const PIECE = 16n;

export class Bytes {
  #target;
  #facts;
  #blocks = new Map();
  #changed;

  /** `changed` is called when bytes came. */
  constructor(target, facts, changed) {
    this.#target = target;
    this.#facts = facts;
    this.#changed = changed;
  }

  forget() {
    for (const block of this.#blocks.values()) block.job?.cancel();
    this.#blocks.clear();
  }

  /** The bytes changed: they are asked for again when they are seen, and shown as they were until then. */
  spoil() {
    for (const block of this.#blocks.values()) block.stale = true;
  }

  /** The byte at an address: a number, `null` when nothing provides it, `undefined` while it is not here. */
  at(address) {
    const range = covering(this.#facts.ranges, address);
    if (!range) return null;
    const block = this.#blocks.get(address / BLOCK);
    if (!block?.bytes) return undefined;
    return block.bytes[Number(address % BLOCK)];
  }

  /** Puts a byte there until the server is asked again. */
  put(address, value) {
    const block = this.#blocks.get(address / BLOCK);
    if (block?.bytes) block.bytes[Number(address % BLOCK)] = value;
  }

  /** Asks for what is in these stretches (`{from, to}`), and gives up what is asked for elsewhere. */
  want(stretches) {
    const numbers = new Set();
    for (const { from, to } of stretches) {
      for (let number = from / BLOCK; number <= to / BLOCK; number += 1n) numbers.add(number);
    }
    for (const [number, block] of this.#blocks) {
      if (numbers.has(number)) continue;
      block.job?.cancel();
      if (!block.bytes || block.stale) this.#blocks.delete(number);
    }
    for (const number of numbers) {
      const block = this.#blocks.get(number);
      if (!block || (block.stale && !block.job)) this.#fetch(number, block);
    }
    this.#trim();
  }

  #trim() {
    for (const number of this.#blocks.keys()) {
      if (this.#blocks.size <= KEPT) return;
      this.#blocks.delete(number);
    }
  }

  /** The parts of a block that the target says it has. */
  #parts(number) {
    const start = number * BLOCK;
    const end = start + BLOCK - 1n;
    return this.#facts.ranges.filter(({ from, to }) => from <= end && to >= start)
      .map(({ from, to }) => ({ from: from > start ? from : start, to: to < end ? to : end }));
  }

  async #fetch(number, old) {
    const parts = this.#parts(number);
    if (parts.length === 0) return;
    const block = old ?? { bytes: null };
    block.stale = false;
    this.#blocks.set(number, block);
    try {
      const bytes = new Array(Number(BLOCK)).fill(null);
      if (!(await this.#read(block, parts, bytes, number * BLOCK))) await this.#read(block, pieces(parts), bytes, number * BLOCK);
      block.bytes = bytes;
    } catch (error) {
      if (this.#blocks.get(number) === block) this.#blocks.delete(number);
      complain(error);
    }
    block.job = null;
    this.#changed();
  }

  /** Reads parts, a line of output each; says whether all of them could be read. */
  async #read(block, parts, bytes, start) {
    const cmd = parts.map(({ from, to }) => `p8 ${to - from + 1n} @ ${word(from)} @e:io.ff=false;?e`).join(";");
    block.job = this.#target.run(cmd);
    const lines = (await block.job.promise).out.split("\n");
    let whole = true;
    let line = 0;
    for (const { from } of parts) {
      const digits = /^[0-9a-f]+$/i.test(lines[line] ?? "") ? lines[line++] : "";
      // The empty line that the `?e` behind each part printed.
      line += 1;
      whole &&= digits !== "";
      for (let i = 0; i * 2 < digits.length; i += 1) bytes[Number(from - start) + i] = parseInt(digits.slice(i * 2, i * 2 + 2), 16);
    }
    return whole;
  }
}

function pieces(parts) {
  const small = [];
  for (const { from, to } of parts) {
    for (let at = from; at <= to; at += PIECE) small.push({ from: at, to: at + PIECE - 1n < to ? at + PIECE - 1n : to });
  }
  return small;
}
