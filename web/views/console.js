// The console: a line to type a command in, and what came of it.

import { Painter } from "../ansi.js";
import { address, hex } from "../address.js";
import { el, measure } from "../dom.js";
import { complain } from "../target.js";
import { common, Completion } from "./completion.js";
import { History } from "./history.js";

/** Answers that stay on the page, and characters of each that are shown. */
const ANSWERS = 200;
const SHOWN = 400_000;

export class Console {
  #target;
  #completion;
  #history = new History();
  #running = [];
  #choice = -1;

  constructor(workspace) {
    this.#target = workspace.target;
    this.#completion = new Completion(workspace.target, workspace.facts);
    this.log = el("div", { class: "log", role: "log", "aria-label": "Output", tabIndex: 0 });
    this.prompt = el("label", { class: "prompt" });
    this.input = el("input", { class: "line", "aria-label": "Command", spellcheck: false, autocomplete: "off",
      autocapitalize: "off", role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list" });
    this.choices = el("ul", { class: "choices", role: "listbox", "aria-label": "Completions", hidden: true });
    this.element = el("section", { class: "console", "aria-label": "Console" }, this.log, this.choices,
      el("div", { class: "typing" }, this.prompt, this.input));
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("input", () => {
      this.#history.reset();
      this.#closeChoices();
    });
    this.log.addEventListener("dblclick", () => this.#followSelection());
    this.log.addEventListener("keydown", (event) => event.key === "c" && event.ctrlKey && this.#interrupt(event));
    // Between a page of its own and a few lines below another view, the end stays in sight.
    new ResizeObserver(() => this.#bottom(true)).observe(this.log);
    this.#target.addEventListener("seek", () => this.#showPrompt());
    this.#showPrompt();
  }

  focus() {
    this.input.focus();
  }

  #showPrompt() {
    this.prompt.textContent = `[${hex(this.#target.seek)}]>`;
  }

  /** An address that was clicked twice is gone to. */
  #followSelection() {
    const word = String(getSelection()).trim();
    if (/^0x[0-9a-f]+$/i.test(word)) this.#target.go(address(word)).catch(complain);
  }

  #key(event) {
    const { key, ctrlKey } = event;
    const open = !this.choices.hidden;
    if (key === "Enter") {
      if (open && this.#choice >= 0) this.#take(this.#choice);
      else this.submit(this.input.value);
    } else if (key === "Tab" && !event.shiftKey && this.input.value !== "") {
      this.#complete().catch(complain);
    } else if (key === "ArrowUp" || key === "ArrowDown") {
      const step = key === "ArrowUp" ? -1 : 1;
      if (open) this.#mark(this.#choice + step);
      else this.#recall(step);
    } else if (key === "Escape") {
      if (!open) return;
      this.#closeChoices();
    } else if (ctrlKey && key === "c" && this.input.selectionStart === this.input.selectionEnd) {
      this.#interrupt(event);
    } else if (ctrlKey && key === "l") {
      this.log.replaceChildren();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #recall(step) {
    const line = this.#history.move(step, this.input.value);
    if (line !== null) this.input.value = line;
  }

  #interrupt(event) {
    if (this.#running.length === 0) return;
    event.preventDefault();
    for (const run of this.#running) run.stop();
  }

  /** Runs a line, and shows it with what it prints and reports. */
  async submit(line) {
    this.#closeChoices();
    this.input.value = "";
    if (line.trim() === "") return;
    this.#history.add(line);
    const output = el("pre", { class: "output running" });
    const entry = el("article", { class: "entry", "aria-label": line },
      el("div", { class: "asked" }, el("span", { class: "prompt" }, this.prompt.textContent), " ", line), output);
    this.log.append(entry);
    while (this.log.children.length > ANSWERS) this.log.firstElementChild.remove();
    this.#bottom(true);
    await this.#run(line, output).catch((error) => this.#report(output, error.message));
    output.classList.remove("running");
  }

  async #run(line, output) {
    await this.#target.settle();
    const painter = new Painter();
    let shown = 0;
    const run = this.#target.run(line, {
      columns: this.#columns(), color: 1, when: "urgent",
      out: (text) => {
        const room = SHOWN - shown;
        shown += text.length;
        if (room > 0) this.#print(() => painter.paint(output, text.slice(0, room)));
      },
      report: (text) => this.#report(output, text),
    });
    const entry = { stop: () => run.cancel() };
    this.#running.push(entry);
    try {
      const answer = await run.promise;
      if (shown > SHOWN) this.#report(output, `${shown - SHOWN} more characters are not shown`);
      if (answer.truncated) this.#report(output, "the server cut the output");
      if (!answer.ok) this.#report(output, untold(answer));
      this.#target.lastRan = line;
      if (this.#target.host) await this.#target.locate();
      else if (answer.seek) this.#target.arrive(address(answer.seek));
      this.#target.ran();
    } finally {
      this.#running.splice(this.#running.indexOf(entry), 1);
    }
  }

  #report(output, text) {
    const kind = /^error\b/i.test(text) || /failed|lost|cancel/.test(text) ? "bad" : "said";
    if (text === "") return;
    this.#print(() => output.append(el("span", { class: `report ${kind}` }, text + "\n")));
  }

  #print(write) {
    const following = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 40;
    write();
    this.#bottom(following);
  }

  #bottom(following) {
    if (following) this.log.scrollTop = this.log.scrollHeight;
  }

  #columns() {
    return Math.max(40, Math.floor((this.log.clientWidth - 24) / measure(this.log).width));
  }

  async #complete() {
    if (!this.choices.hidden) {
      this.#mark(this.#choice + 1);
      return;
    }
    const line = this.input.value;
    const cursor = this.input.selectionStart;
    const { start, choices } = await this.#completion.at(line, cursor);
    if (this.input.value !== line || choices.length === 0) return;
    const shared = common(choices);
    this.input.setRangeText(shared, start, cursor, "end");
    if (choices.length > 1) this.#offer(start, choices);
  }

  #offer(start, choices) {
    this.#choice = -1;
    this.start = start;
    this.choices.replaceChildren(...choices.map(({ text, usage, note }, index) => {
      const row = el("li", { role: "option", id: `choice-${index}`, "data-text": text },
        el("b", {}, usage ?? text), el("span", {}, note));
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.#take(index);
      });
      return row;
    }));
    this.choices.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  #mark(index) {
    const rows = [...this.choices.children];
    this.#choice = (index + rows.length) % rows.length;
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === this.#choice)));
    rows[this.#choice].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", rows[this.#choice].id);
  }

  #take(index) {
    const text = this.choices.children[index].dataset.text;
    this.input.setRangeText(text, this.start, this.input.selectionStart, "end");
    this.#closeChoices();
  }

  #closeChoices() {
    this.choices.hidden = true;
    this.#choice = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** What an answer says of a failure beyond what was reported: what would allow it, or all of it. */
function untold({ error, reports }) {
  const last = reports.at(-1) ?? "";
  if (!error) return last ? "" : "the command failed";
  return error.startsWith(last) ? error.slice(last.length).replace(/^; /, "") : error;
}
