// A row of the hexdump: address, bytes, characters. Its elements are made once and written anew as
// the reader scrolls.

import { el } from "../dom.js";
import { hex, size } from "../address.js";
import { shown } from "../text.js";

export const WIDTH = 16;

export class HexRow {
  #address = el("span", { class: "address" });
  #cells = [];
  #characters = [];
  #notes = el("span", { class: "label" });
  #gap = el("span", { class: "gap", hidden: true });

  constructor() {
    const bytes = el("span", { class: "bytes" });
    const text = el("span", { class: "text" });
    for (let i = 0; i < WIDTH; i += 1) {
      this.#cells.push(el("span", { class: "b" }));
      this.#characters.push(el("span", { class: "c" }));
    }
    bytes.append(...this.#cells);
    text.append(...this.#characters);
    this.bytes = bytes;
    this.text = text;
    this.element = el("div", { class: "row" }, this.#address, bytes, text, this.#notes, this.#gap);
  }

  /** Shows a row of `Rows`; `cursor` is `{at, edit}`. */
  show(row, cursor, bytes, names) {
    const gap = row?.gap;
    this.bytes.hidden = this.text.hidden = row === null || Boolean(gap);
    this.#gap.hidden = !gap;
    this.element.classList.toggle("here", Boolean(gap) && gap.from <= cursor.at && cursor.at <= gap.to);
    if (row === null) {
      this.#address.textContent = this.#notes.textContent = "";
      return;
    }
    this.#address.textContent = hex(gap ? gap.from : row.at);
    const called = gap ? "" : this.#names(row.at, names);
    const notes = shown(called);
    if (this.#notes.textContent !== notes) this.#notes.textContent = notes;
    if (gap) {
      this.#gap.textContent = `… ${hex(gap.to)}  nothing provides these ${size(gap.to - gap.from + 1n)} bytes`;
      return;
    }
    for (let i = 0; i < WIDTH; i += 1) this.#cell(i, row.at + BigInt(i), cursor, bytes, names);
  }

  /** The names in a row, one for each address. */
  #names(from, names) {
    const found = [];
    for (let i = 0; i < WIDTH; i += 1) {
      const there = names.get(from + BigInt(i));
      if (there) found.push(there[there.length - 1]);
    }
    return found.join(" ");
  }

  #cell(index, at, cursor, bytes, names) {
    const value = bytes.at(at);
    const kind = classOf(value);
    const here = at === cursor.at;
    const named = names.has(at) ? " named" : "";
    const edit = here && cursor.edit ? (cursor.edit.text ? " edittext" : cursor.edit.low ? " editlow" : " edithigh") : "";
    const classes = `${kind}${named}${here ? " cursor" : ""}${edit}`;
    write(this.#cells[index], `b ${classes}`, digits(value), at);
    write(this.#characters[index], `c ${classes}`, character(value), at);
  }
}

/** What kind of byte it is, as the strip has it. */
export function classOf(value) {
  if (value === undefined) return "wait";
  if (value === null) return "hole";
  if (value === 0) return "zero";
  if (value >= 0x20 && value < 0x7f) return "printable";
  return value >= 0x80 ? "high" : "other";
}

function digits(value) {
  if (value === undefined) return "··";
  return value === null ? "--" : value.toString(16).padStart(2, "0");
}

function character(value) {
  if (value === undefined || value === null) return " ";
  return value >= 0x20 && value < 0x7f ? String.fromCharCode(value) : ".";
}

function write(cell, classes, text, at) {
  if (cell.className !== classes) cell.className = classes;
  if (cell.textContent !== text) cell.textContent = text;
  cell.dataset.at = String(at);
}
