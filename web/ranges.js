// Which addresses hold bytes, and rows over them: a listing scrolls over what is there, and a hole
// of any size is one row.

import { TOP } from "./address.js";

/** Ranges in order, those that touch joined; `to` is the last address. */
export function join(ranges) {
  const sorted = ranges.filter(({ from, to }) => from <= to).sort((a, b) => (a.from < b.from ? -1 : 1));
  const joined = [];
  for (const { from, to } of sorted) {
    const last = joined[joined.length - 1];
    if (last && from <= last.to + 1n) last.to = to > last.to ? to : last.to;
    else joined.push({ from, to });
  }
  return joined;
}

/** The range with `at` in it. */
export function covering(ranges, at) {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle].to < at) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range && range.from <= at ? range : null;
}

/** The hole that `at` is in: from behind the range before it to the one after it. */
export function hole(ranges, at) {
  let from = 0n;
  for (const range of ranges) {
    if (range.from > at) return { from, to: range.from - 1n };
    from = range.to + 1n;
  }
  return { from, to: TOP };
}

/** Rows of `width` bytes over the whole of the address space. Row numbers are BigInt. */
export class Rows {
  #parts = [];
  total = 0n;

  constructor(ranges, width) {
    this.width = BigInt(width);
    let next = 0n;
    for (const { from, to } of ranges) {
      const first = from - (from % this.width);
      // Two ranges may share a row.
      const start = first < next ? next : first;
      if (start > next) this.#add({ gap: { from: next, to: start - 1n }, rows: 1n });
      const rows = (to - start) / this.width + 1n;
      if (to >= start) this.#add({ first: start, rows });
      next = to >= start ? start + rows * this.width : next;
    }
    if (next <= TOP) this.#add({ gap: { from: next, to: TOP }, rows: 1n });
  }

  #add(part) {
    this.#parts.push({ ...part, row: this.total });
    this.total += part.rows;
  }

  /** `{at}` or `{gap}` of a row. */
  row(number) {
    const part = this.#find((part) => part.row + part.rows > number);
    if (!part) return null;
    return part.gap ? { gap: part.gap } : { at: part.first + (number - part.row) * this.width };
  }

  /** The row with an address in it. */
  number(at) {
    const end = (part) => (part.gap ? part.gap.to : part.first + part.rows * this.width - 1n);
    const part = this.#find((part) => end(part) >= at);
    if (!part) return this.total - 1n;
    return part.gap ? part.row : part.row + (at - part.first) / this.width;
  }

  #find(test) {
    let low = 0;
    let high = this.#parts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (test(this.#parts[middle])) high = middle;
      else low = middle + 1;
    }
    return this.#parts[low] ?? null;
  }
}
