// What Tab offers: commands with what they do, settings, names of addresses; by where the cursor is,
// as at farad's prompt.

import { parse } from "../json.js";

const OFFERED = 200;

export class Completion {
  #target;
  #facts;
  #commands = null;
  #settings = null;

  constructor(target, facts) {
    this.#target = target;
    this.#facts = facts;
  }

  /** `{start, choices}`: what may stand from `start` to `cursor`, as `{text, note}`. */
  async at(line, cursor) {
    const typed = line.slice(0, cursor);
    const command = commandStart(typed);
    const text = typed.slice(command);
    const word = Math.max(command, ...[..." @=+,:"].map((c) => typed.lastIndexOf(c) + 1));
    const prefix = typed.slice(word);
    if (/@e:[^ ]*$/.test(text) || /^e[a-z]?\s/.test(text)) {
      if (/=[^ ,]*$/.test(text)) return { start: word, choices: [] };
      return { start: word, choices: pickFrom(await this.#allSettings(), prefix) };
    }
    if (!/[\s@]/.test(text)) return { start: command, choices: pickFrom(await this.#allCommands(), text) };
    return { start: word, choices: this.#names(prefix) };
  }

  #names(prefix) {
    const choices = [];
    for (const { name, at } of this.#facts.flags) {
      if (name.startsWith(prefix)) choices.push({ text: name, note: "0x" + at.toString(16) });
      if (choices.length >= OFFERED) break;
    }
    return choices;
  }

  async #allCommands() {
    this.#commands ??= this.#target.ask("?*").then((out) => [...out.matchAll(/^\| (\S[^\n]*?)\s{2,}([^\n]*)$/gm)]
      .map(([, usage, note]) => ({ text: usage.split(/[[<\s]/)[0] || usage, usage, note })));
    return this.#keep("commands", this.#commands);
  }

  async #allSettings() {
    this.#settings ??= this.#target.ask("ej").then((out) => Object.entries(parse(out))
      .map(([text, value]) => ({ text, note: String(value) })));
    return this.#keep("settings", this.#settings);
  }

  /** A list that could not be had is asked for again the next time. */
  async #keep(what, list) {
    try {
      return await list;
    } catch (error) {
      if (what === "commands") this.#commands = null;
      else this.#settings = null;
      throw error;
    }
  }
}

function pickFrom(all, prefix) {
  return all.filter(({ text }) => text.startsWith(prefix)).slice(0, OFFERED);
}

/** Where the command that is being typed begins. */
export function commandStart(typed) {
  const start = Math.max(...[";", "|", "`", "("].map((c) => typed.lastIndexOf(c))) + 1;
  return start + (typed.slice(start).length - typed.slice(start).trimStart().length);
}

/** What all choices begin with. */
export function common(choices) {
  let shared = choices[0]?.text ?? "";
  for (const { text } of choices) {
    while (!text.startsWith(shared)) shared = shared.slice(0, -1);
  }
  return shared;
}
