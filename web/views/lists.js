// Lists of what is known: functions, symbols, sections, strings, flags and what searches found.

import { address, hex, size } from "../address.js";
import { el } from "../dom.js";
import { complain } from "../target.js";
import { Table } from "./table.js";

/** The address of a row; radare2 5.7 calls that of flags and functions `offset`. */
const place = (row, field) => address(row[field] ?? row.offset ?? 0);
const at = (field) => ({ title: "address", width: "12.5em", kind: "address", text: (row) => hex(place(row, field)) });
const column = (title, width, field, kind) => ({ title, width, kind, text: (row) => String(row[field] ?? "") });
const length = (field) => ({ title: "size", width: "7em", kind: "right", text: (row) => size(address(row[field] ?? 0)) });

/** Each list: its command, its columns, and the field with the address. */
const LISTS = [
  { name: "Functions", cmd: "aflj", field: "addr", empty: "no functions are known (aa finds them)",
    columns: [at("addr"), length("size"), column("name", "1fr", "name", "name")] },
  { name: "Symbols", cmd: "isj", field: "vaddr", empty: "there are no symbols",
    columns: [at("vaddr"), length("size"), column("type", "6em", "type"), column("bind", "6em", "bind"), column("name", "1fr", "name", "name")] },
  { name: "Sections", cmd: "iSj", field: "vaddr", empty: "there are no sections",
    columns: [at("vaddr"), { title: "offset", width: "9em", kind: "address", text: (row) => hex(address(row.paddr ?? 0)) },
      length("vsize"), column("perm", "5em", "perm"), column("name", "1fr", "name", "name")] },
  { name: "Strings", cmd: "izj", field: "vaddr", empty: "there are no strings",
    columns: [at("vaddr"), { title: "length", width: "6em", kind: "right", text: (row) => String(row.length ?? "") },
      column("type", "7em", "type"), column("section", "9em", "section"), column("string", "1fr", "string", "string")] },
  { name: "Flags", cmd: "fj", field: "addr", empty: "there are no flags",
    columns: [at("addr"), length("size"), column("name", "1fr", "name", "name")] },
  { name: "Hits", cmd: "fj", field: "addr", empty: "nothing was found yet: type above what to search",
    keep: (row) => /^hit\d+_/.test(row.name), columns: [at("addr"), length("size"), column("name", "1fr", "name", "name")] },
];

export class Lists {
  #workspace;
  #tables = new Map();
  #current = LISTS[1];
  #stale = new Set(LISTS);
  #rows = new Map();

  constructor(workspace) {
    this.#workspace = workspace;
    this.tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Lists" });
    this.filter = el("input", { class: "filter", type: "search", placeholder: "filter (f)", "aria-label": "Filter the list", spellcheck: false });
    this.count = el("span", { class: "count", role: "status" });
    this.search = el("input", { class: "search", placeholder: "text, or hex digits behind x:", "aria-label": "Search for", spellcheck: false });
    this.form = el("form", { class: "searching", hidden: true }, this.search, el("button", {}, "Search"));
    this.place = el("div", { class: "list" });
    this.element = el("section", { class: "lists", "aria-label": "Lists" },
      el("div", { class: "tools" }, this.tabs, this.filter, this.count), this.form, this.place);
    this.filter.addEventListener("input", () => this.#applyFilter());
    this.filter.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "ArrowDown") return;
      event.preventDefault();
      this.#table.focus();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#find().catch(complain);
    });
    for (const change of ["flags", "ranges"]) workspace.facts.addEventListener(change, () => this.#spoil());
    this.#choose(this.#current);
  }

  focus() {
    this.#table.focus();
  }

  shown() {
    if (this.#stale.has(this.#current)) this.#load(this.#current);
    this.#table.redraw();
  }

  get #table() {
    return this.#tables.get(this.#current);
  }

  #spoil() {
    this.#stale = new Set(LISTS);
    if (this.element.offsetParent !== null) this.#load(this.#current);
  }

  #choose(list) {
    this.#current = list;
    if (!this.#tables.has(list)) this.#tables.set(list, new Table(list.name, list.columns, (row) => this.#open(row)));
    this.tabs.replaceChildren(...LISTS.map((other) => el("button", { type: "button", role: "tab", "aria-selected": String(other === list),
      onclick: () => this.#choose(other) }, other.name)));
    this.form.hidden = list.name !== "Hits";
    this.place.replaceChildren(this.#table.element);
    this.#applyFilter();
    if (this.element.offsetParent !== null) this.shown();
  }

  async #load(list) {
    this.#stale.delete(list);
    this.count.textContent = "…";
    try {
      const rows = (await this.#workspace.target.json(list.cmd)) ?? [];
      this.#rows.set(list, list.keep ? rows.filter(list.keep) : rows);
      this.#tables.get(list).set(this.#rows.get(list));
    } catch (error) {
      this.#stale.add(list);
      complain(error);
    }
    this.#applyFilter();
  }

  #applyFilter() {
    const shown = this.#table.filter(this.filter.value);
    const all = this.#rows.get(this.#current)?.length;
    if (all === undefined) this.count.textContent = "";
    else if (all === 0) this.count.textContent = this.#current.empty;
    else this.count.textContent = shown === all ? `${all}` : `${shown} of ${all}`;
  }

  async #find() {
    const text = this.search.value;
    if (text === "") return;
    const digits = /^x:\s*([0-9a-f?\s]+)$/i.exec(text);
    if (!digits && /[;|`@~>"]/.test(text)) {
      // Such text is hex digits for the command, so that nothing in it is taken for the language.
      const bytes = Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
      await this.#workspace.target.ask(`/x ${bytes}`);
    } else {
      await this.#workspace.target.ask(digits ? `/x ${digits[1].replace(/\s/g, "")}` : `/ ${text}`);
    }
    await this.#load(this.#current);
  }

  /** Code is gone to in the disassembly, data in the hexdump. */
  #open(row) {
    const to = place(row, this.#current.field);
    const code = this.#current.name === "Functions" || /FUNC/.test(row.type ?? "") || /x/.test(row.perm ?? "")
      || /^(sym|fcn|entry|main|loc)/.test(row.name ?? "");
    this.#workspace.target.go(to).catch(complain);
    this.#workspace.show(code ? "disassembly" : "hexdump");
  }

  key(event) {
    if (event.key === "f") {
      this.filter.focus();
      this.filter.select();
      return true;
    }
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const step = event.key === "ArrowLeft" ? LISTS.length - 1 : 1;
      this.#choose(LISTS[(LISTS.indexOf(this.#current) + step) % LISTS.length]);
      this.focus();
      return true;
    }
    return this.#table.key(event);
  }
}
