// The process under the debugger: registers, stack, frames, breakpoints and threads beside the
// disassembly, and the keys that let it run.

import { address, hex, word } from "../address.js";
import { ask } from "../dialog.js";
import { el } from "../dom.js";
import { parseLines } from "../json.js";
import { complain } from "../target.js";
import { Disassembly } from "./disassembly.js";
import { shown } from "../text.js";

const STACK_WORDS = 24;
const RUNS = [
  ["Step", "s", "ds", "into calls"], ["Over", "o", "dso", "calls run to their end"], ["Continue", "c", "dc", "until something stops it"],
  ["Return", "", "dsf", "until the function returns"],
];

export class Debugger {
  #workspace;
  #target;
  #facts;
  #registers = new Map();
  #before = new Map();
  #run = null;
  #ended = false;

  constructor(workspace) {
    this.#workspace = workspace;
    this.#target = workspace.target;
    this.#facts = workspace.facts;
    this.code = new Disassembly(workspace);
    this.buttons = RUNS.map(([name, key, cmd, title]) => el("button", { type: "button", title: `${title}${key ? ` (${key})` : ""}`, onclick: () => this.run(cmd) }, name));
    this.stop = el("button", { type: "button", disabled: true, onclick: () => this.#run?.cancel() }, "Stop");
    this.state = el("span", { class: "state", role: "status", "aria-live": "polite" });
    this.registers = el("div", { class: "registers" });
    this.stack = el("div", { class: "stack" });
    this.frames = el("div", { class: "frames" });
    this.breakpoints = el("div", { class: "breakpoints" });
    this.threads = el("div", { class: "threads" });
    const part = (title, body) => el("section", { "aria-label": title }, el("h2", {}, title), body);
    this.element = el("section", { class: "debugger", "aria-label": "Debugger" },
      el("div", { class: "tools" }, ...this.buttons, this.stop, this.state),
      el("div", { class: "columns" },
        el("div", { class: "running" }, this.code.element,
          el("div", { class: "below parts" }, part("Frames", this.frames), part("Breakpoints", this.breakpoints), part("Threads", this.threads))),
        el("div", { class: "beside parts" }, part("Registers", this.registers), part("Stack", this.stack))));
    workspace.target.addEventListener("ran", () => this.#visible && this.refresh());
    this.#facts.addEventListener("file", () => this.#enable());
    this.#enable();
  }

  focus() {
    this.code.focus();
  }

  shown() {
    this.code.shown();
    this.refresh();
  }

  get #visible() {
    return this.element.offsetParent !== null;
  }

  #enable() {
    const can = this.#facts.running && this.#run === null && !this.#ended;
    for (const button of this.buttons) button.disabled = !can;
    this.stop.disabled = this.#run === null;
    if (!this.#facts.running) this.state.textContent = "nothing is being debugged (farad -d FILE, or o dbg://FILE, starts a program)";
  }

  /** Lets the process run by a command, and shows where it stopped. */
  async run(cmd) {
    if (this.#run !== null || !this.#facts.running) return;
    this.state.textContent = "running";
    try {
      await this.#target.settle();
      this.#run = this.#target.run(cmd);
      this.#enable();
      const answer = await this.#run.promise;
      if (!answer.ok) complain(answer.error || answer.reports.join("\n"));
      this.said = answer.reports.join(" ");
    } catch (error) {
      complain(error);
    }
    this.#run = null;
    await this.#workspace.stopped();
  }

  /** Asks for all that is shown. */
  async refresh() {
    this.#enable();
    if (!this.#facts.running) {
      for (const part of [this.registers, this.stack, this.frames, this.breakpoints, this.threads]) part.replaceChildren();
      return;
    }
    try {
      const answer = await this.#target.run(`dij;drj;pxrj ${STACK_WORDS * 8} @ SP;dbtj;dbj;dptj`).promise;
      this.#show(parseLines(answer.out), answer);
    } catch (error) {
      complain(error);
    }
  }

  #show(values, answer) {
    if (values.length < 6) complain(answer.error || answer.reports.join("\n"));
    const [info, registers, stack, frames, breakpoints, threads] = values;
    this.state.textContent = info ? shown(state(info)) : "";
    this.#ended = info?.type === "dead";
    this.#enable();
    const thread = (threads ?? []).find((row) => row.current);
    this.#facts.counter = thread ? address(thread.pc) : null;
    this.code.redraw();
    this.#showRegisters(registers ?? {});
    this.stack.replaceChildren(...(stack ?? []).map((row) => this.#place(row.addr, hex(address(row.value), 16), meaning(row.refstr ?? ""))));
    this.frames.replaceChildren(...(frames ?? []).map((row) => this.#place(row.pc, row.desc || row.fname || "", "")));
    this.breakpoints.replaceChildren(...(breakpoints ?? []).map((row) => this.#breakpoint(row)));
    if (!breakpoints?.length) this.breakpoints.replaceChildren(el("p", { class: "note" }, "none (b sets one at the cursor)"));
    this.threads.replaceChildren(...(threads ?? []).map((row) => this.#thread(row)));
  }

  #showRegisters(registers) {
    const now = new Map(Object.entries(registers).map(([name, value]) => [name, address(value)]));
    // Asked for twice at one stop, they are no less changed.
    if ([...now].some(([name, value]) => this.#registers.get(name) !== value)) this.#before = this.#registers;
    this.#registers = now;
    const before = this.#before;
    this.registers.replaceChildren(...[...this.#registers].map(([name, value]) => {
      const changed = before.has(name) && before.get(name) !== value;
      return el("button", { type: "button", class: `register${changed ? " changed" : ""}`, title: `${name}: Enter goes there, Shift-Enter changes it`,
        onclick: (event) => (event.shiftKey ? this.#change(name, value) : this.#target.go(value).catch(complain)) },
      el("b", {}, name), hex(value, 16));
    }));
  }

  async #change(name, value) {
    const text = await ask(`${name} =`, { value: word(value) });
    if (text === null || text.trim() === "") return;
    await this.#target.ask(`dr ${name}=${text.trim()}`).catch(complain);
    await this.#workspace.stopped();
  }

  #place(at, ...texts) {
    return el("button", { type: "button", class: "place", onclick: () => this.#target.go(address(at)).catch(complain) },
      el("span", { class: "address" }, hex(address(at))), ...texts.map((text) => el("span", { title: text }, text)));
  }

  #breakpoint(row) {
    const at = word(address(row.addr));
    const change = (cmd) => this.#target.ask(`${cmd} ${at}`).catch(complain).then(() => this.refresh());
    const box = el("input", { type: "checkbox", checked: row.enabled, "aria-label": `Breakpoint at ${at}`, onchange: () => change("dbs") });
    return el("div", { class: "breakpoint" }, box, this.#place(row.addr, row.name ?? "", `${row.hits ?? 0} hits`),
      el("button", { type: "button", "aria-label": `Remove the breakpoint at ${at}`, onclick: () => change("db-") }, "×"));
  }

  #thread(row) {
    const choose = () => this.#target.ask(`dpt= ${row.pid}`).catch(complain).then(() => this.#workspace.stopped());
    return el("button", { type: "button", class: `place${row.current ? " current" : ""}`, onclick: choose },
      el("b", {}, String(row.pid)), el("span", {}, row.status ?? ""), el("span", { class: "address" }, hex(address(row.pc ?? 0))), el("span", {}, row.path ?? ""));
  }

  /** Sets a breakpoint at an address, or removes the one there. */
  async toggle(at) {
    const there = ((await this.#target.json("dbj")) ?? []).some((row) => address(row.addr) === at);
    await this.#target.ask(`${there ? "db-" : "db"} ${word(at)}`);
    if (this.#visible) await this.refresh();
  }

  key(event) {
    const run = RUNS.find(([, key]) => key && key === event.key);
    if (run) this.run(run[2]);
    else return this.code.key(event);
    return true;
  }
}

function state({ pid, tid, type, reason }) {
  const said = `process ${pid}, thread ${tid}: ${type}${reason ? `, ${reason}` : ""}`;
  return type === "dead" ? `${said} (do starts it again)` : said;
}

/** What a word on the stack may be, without what is said of each. */
function meaning(text) {
  return text.replace("R W X ", "").replace("'invalid'", "").trim();
}
