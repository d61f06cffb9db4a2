// A session the page looks at: the server's own, or that of a host the server is connected to.
//
// Knows how a command is put to either, and where the reader is (the seek, which all views of a
// workspace share). Views ask through this and never see the socket.

import { address, word } from "./address.js";
import { parse } from "./json.js";
import { Cancelled, CommandError } from "./socket.js";
import { fail } from "./status.js";

/** Events: `seek` (the place changed), `ran` (a line of the console ended, which may have changed anything). */
export class Target extends EventTarget {
  #socket;
  #moving = 0;
  #moveTo = null;
  seek = 0n;

  /** `host` is a row of `=j`, or null for the session of the server itself. */
  constructor(socket, host) {
    super();
    this.#socket = socket;
    this.host = host;
    this.name = host ? `${host.id}: ${host.name ?? host.host}${host.port ? ":" + host.port : ""}` : "local";
  }

  get allow() {
    return this.#socket.hello?.allow ?? [];
  }

  /** A line as the server must be given it: a host gets all of it, `@` and `;` too. */
  line(cmd) {
    return this.host ? `'=${this.host.id} ${cmd}` : cmd;
  }

  /** Runs a command: `{promise, cancel}`, see `Socket.run`. */
  run(cmd, options) {
    return this.#socket.run(this.line(cmd), options);
  }

  /** What a command prints; fails with what was reported where the command failed. */
  async ask(cmd, options) {
    const answer = await this.run(cmd, options).promise;
    if (!answer.ok) throw new CommandError(answer.error || answer.reports.join("\n") || `'${cmd}' failed`);
    return answer.out;
  }

  async json(cmd, options) {
    const out = await this.ask(cmd, options);
    try {
      return parse(out.trim() === "" ? "null" : out);
    } catch {
      throw new CommandError(`'${cmd}' printed what is no JSON: ${out.slice(0, 80)}`);
    }
  }

  /** Goes where an expression says, to come back from with `back`. */
  go(where) {
    return this.#travel(`s ${typeof where === "bigint" ? word(where) : where};s`);
  }

  back() {
    return this.#travel("s-;s");
  }

  forward() {
    return this.#travel("s+;s");
  }

  /** Moves the cursor a little: at once here, a moment later there, and nothing to go back to. */
  move(to) {
    this.arrive(to);
    this.#moveTo = to;
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => this.settle().catch(fail), 120);
  }

  /** Tells the session of a move that was not told yet; commands that mean "here" need that. */
  async settle() {
    clearTimeout(this.#moving);
    const to = this.#moveTo;
    this.#moveTo = null;
    if (to !== null) await this.ask(`ss ${word(to)}`, { when: "urgent" });
  }

  async #travel(cmd) {
    await this.settle();
    const answer = await this.run(cmd, { when: "urgent" }).promise;
    if (answer.reports.length > 0 || !answer.ok) fail(answer.reports.join("\n") || answer.error);
    this.#heard(answer.out);
  }

  /** Asks where the session is. */
  async locate() {
    this.#heard(await this.ask("s"));
  }

  #heard(out) {
    const line = out.trim().split("\n").pop();
    if (/^0x[0-9a-f]+$/i.test(line)) this.arrive(address(line));
  }

  /** The place is `to`, whoever moved it. */
  arrive(to) {
    if (to === this.seek) return;
    this.seek = to;
    this.dispatchEvent(new CustomEvent("seek"));
  }

  /** Another client, or a command, moved the view; a move of ours that is on its way is newer. */
  moved(to) {
    if (this.#moveTo === null) this.arrive(to);
  }

  ran() {
    this.dispatchEvent(new CustomEvent("ran"));
  }
}

/** Shows what went wrong; what the page itself cancelled is nothing. */
export function complain(error) {
  if (!(error instanceof Cancelled)) fail(error);
}
