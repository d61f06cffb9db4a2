// A host's tab: the views of one target, the tabs between them, and the keys that mean the same in
// all of them.

import { hex, word } from "./address.js";
import { ask, pick } from "./dialog.js";
import { el } from "./dom.js";
import { Facts } from "./facts.js";
import { address } from "./address.js";
import { complain } from "./target.js";
import { Connections } from "./views/connections.js";
import { Console } from "./views/console.js";
import { Debugger } from "./views/debugger.js";
import { Disassembly } from "./views/disassembly.js";
import { Hexdump } from "./views/hexdump.js";
import { Lists } from "./views/lists.js";
import { Strip } from "./views/strip.js";
import { shown } from "./text.js";

const VIEWS = [["console", "Console"], ["hexdump", "Hexdump"], ["disassembly", "Disassembly"], ["lists", "Lists"], ["connections", "Connections"], ["debugger", "Debugger"]];

export class Workspace {
  constructor(app, target) {
    this.app = app;
    this.target = target;
    this.facts = new Facts(target);
    this.strip = new Strip(this);
    this.views = {
      console: new Console(this), hexdump: new Hexdump(this), disassembly: new Disassembly(this),
      lists: new Lists(this), connections: new Connections(this), debugger: new Debugger(this),
    };
    this.current = "console";
    this.split = false;
    this.#build();
    target.addEventListener("seek", () => this.#showPlace());
    target.addEventListener("ran", () => this.#ran());
    this.facts.addEventListener("file", () => this.#showFile());
    this.show(sessionStorage.getItem("farad-tab") ?? "console");
  }

  #build() {
    this.tabs = el("nav", { class: "tabs views", role: "tablist", "aria-label": "Views" }, ...VIEWS.map(([name, title], index) =>
      el("button", { type: "button", role: "tab", "data-view": name, title: `${title} (${index + 1})`, onclick: () => this.show(name, true) },
        el("kbd", {}, String(index + 1)), title)));
    this.where = el("input", { class: "where", "aria-label": "Address", title: "Go to an address, a name or an expression (g)", spellcheck: false, size: 20 });
    this.where.addEventListener("keydown", (event) => this.#whereKey(event));
    this.file = el("span", { class: "file" });
    const { console, ...others } = this.views;
    this.panels = el("div", { class: "panels" }, ...Object.entries(others).map(([name, view]) => {
      view.element.dataset.view = name;
      return view.element;
    }));
    this.element = el("section", { class: "workspace", "aria-label": this.target.name },
      el("div", { class: "bar" }, this.tabs, this.where, this.file), this.strip.element, this.panels, console.element);
  }

  /** Asks for everything, as when the connection is new. */
  async refresh() {
    if (this.target.host) await this.target.locate().catch(complain);
    await this.facts.refresh();
    this.facts.bytesChanged();
    this.views[this.current].shown?.();
  }

  show(name, focus) {
    if (!this.views[name]) name = "console";
    this.current = name;
    sessionStorage.setItem("farad-tab", name);
    this.element.dataset.view = name;
    const both = this.split && (name === "hexdump" || name === "disassembly");
    this.element.classList.toggle("split", both);
    for (const [other, view] of Object.entries(this.views)) {
      if (other === "console") continue;
      view.element.hidden = !(other === name || (both && (other === "hexdump" || other === "disassembly")));
    }
    for (const tab of this.tabs.children) tab.setAttribute("aria-selected", String(tab.dataset.view === name));
    if (!this.element.isConnected || this.element.hidden) return;
    this.views[name].shown?.();
    if (both) this.views[name === "hexdump" ? "disassembly" : "hexdump"].shown();
    if (focus !== false) this.views[name].focus();
  }

  #showPlace() {
    if (document.activeElement !== this.where) this.where.value = hex(this.target.seek);
  }

  #showFile() {
    const { file, writable } = this.facts;
    this.file.textContent = file ? `${shown(file.uri)}${writable ? "" : " (read only)"}` : "no file";
    this.file.title = shown(file?.uri ?? "");
    this.#showPlace();
  }

  /** A line of the console may have changed anything. Of the server's own session it tells by itself, but of what is open. */
  #ran() {
    if (this.target.host) {
      this.facts.flagsChanged();
      this.facts.bytesChanged();
    } else {
      this.facts.refreshRanges();
    }
    if (/[=!]/.test(this.target.lastRan ?? "")) this.app.refreshHosts();
  }

  /** The process ran: its bytes, maps and place are others. News of one stop may come twice. */
  stopped() {
    this.stopping ??= this.#stopped().finally(() => (this.stopping = null));
    return this.stopping;
  }

  async #stopped() {
    await this.target.locate().catch(complain);
    await this.facts.refreshRanges();
    this.facts.bytesChanged();
    this.facts.flagsChanged();
    if (this.current === "debugger") await this.views.debugger.refresh();
  }

  #whereKey(event) {
    if (event.key === "Enter") {
      this.target.go(this.where.value.trim() || "$$").catch(complain).then(() => this.#showPlace());
      this.views[this.current].focus();
    } else if (event.key === "Escape") {
      this.where.value = hex(this.target.seek);
      this.views[this.current].focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** A key that no field took; says whether it was one of ours. */
  key(event) {
    if (/^[1-6]$/.test(event.key)) this.show(VIEWS[Number(event.key) - 1][0], true);
    else if (this.views[this.current].key?.(event)) return true;
    else if (event.key === ":" || event.key === "/") this.views.console.focus();
    else if (event.key === "g") this.where.select();
    else if (event.key === "u" || event.key === "Backspace") this.target.back().catch(complain);
    else if (event.key === "U") this.target.forward().catch(complain);
    else if (event.key === "x") this.#references().catch(complain);
    else if (event.key === ";") this.#comment().catch(complain);
    else if (event.key === "n") this.#name().catch(complain);
    else if (event.key === "b") this.views.debugger.toggle(this.target.seek).catch(complain);
    else if (event.key === "v") this.#toggleSplit();
    else return false;
    return true;
  }

  #toggleSplit() {
    this.split = !this.split;
    this.show(this.current === "hexdump" ? "hexdump" : "disassembly", true);
  }

  async #references() {
    const at = this.target.seek;
    const [to, from] = await Promise.all([this.target.json(`axtj ${word(at)}`), this.target.json(`axfj ${word(at)}`)]);
    const row = (arrow, end, { type, opcode, fcn_name: name }) => {
      const there = address(end);
      return { value: there, text: `${arrow} ${hex(there)}  ${type ?? ""}  ${this.facts.names.get(there)?.[0] ?? name ?? ""}  ${opcode ?? ""}` };
    };
    const items = [...(to ?? []).map((ref) => row("from", ref.from, ref)), ...(from ?? []).map((ref) => row("to", ref.to ?? ref.addr ?? ref.at, ref))];
    const choice = await pick(`References of ${hex(at)}`, items, "no references are known (aa finds them)");
    if (choice !== null) await this.target.go(choice);
  }

  async #comment() {
    const at = this.target.seek;
    let old = null;
    const there = this.target.run(`CC. ${word(at)}`, { when: "urgent" }).promise.then(({ out }) => (old = out.trim()));
    const text = await ask(`Comment at ${hex(at)}`, { value: there, note: "An empty line removes it." });
    // Who answered before the comment was seen did not mean to remove it.
    if (text === null || (text === "" && !old)) return;
    // In base64, so that nothing in the text is taken for the language.
    const bytes = String.fromCharCode(...new TextEncoder().encode(text));
    await this.target.ask(`CC- @ ${word(at)}${text ? `;CCu base64:${btoa(bytes)} @ ${word(at)}` : ""}`);
    if (this.target.host) await this.facts.refreshFlags();
  }

  async #name() {
    const at = this.target.seek;
    const old = this.facts.names.get(at)?.at(-1);
    const name = await ask(`Name of ${hex(at)}`, { value: old ?? "", note: old ? "An empty line removes it." : "" });
    if (name === null || name === (old ?? "")) return;
    if (name !== "" && !/^[\w.:$+?-]+$/.test(name)) throw new Error(`${name}: a name has letters, digits and . : $ _ + ? - only`);
    if (name === "") await this.target.ask(`f- ${old}`);
    else await this.target.ask(old ? `fr ${old} ${name}` : `f ${name} 1 ${word(at)}`);
    await this.facts.refreshFlags();
  }
}
