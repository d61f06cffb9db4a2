// What is known of a target as a whole: its descriptors, the addresses that hold bytes, and the names
// of addresses. Asked once and again when the server says that it changed.

import { address } from "./address.js";
import { parseLines } from "./json.js";
import { join } from "./ranges.js";
import { complain } from "./target.js";

/** A descriptor that claims so much has no size of its own: a process, whose maps say what is there. */
const ENDLESS = 1n << 63n;

/** Events: `file` (the descriptor was looked at), `ranges` (they are others), `flags`, `bytes`. */
export class Facts extends EventTarget {
  #target;
  #later = 0;
  #known = null;
  ranges = [];
  /** Maps as `{from, to, delta, fd, perm}`. */
  maps = [];
  /** The current descriptor, as `oj` has it. */
  file = null;
  /** Why nothing can be written; null where something can. */
  locked = "nothing is open";
  running = false;
  /** Address to names, in the order of the listing. */
  names = new Map();
  flags = [];

  constructor(target) {
    super();
    this.#target = target;
  }

  async refresh() {
    await Promise.all([this.refreshRanges(), this.refreshFlags()]);
  }

  async refreshRanges() {
    try {
      const answer = await this.#target.run("oj;omj;e io.va;e io.cache").promise;
      const lines = answer.out.split("\n");
      const [files, maps] = parseLines(lines.filter((line) => line.startsWith("[")).join("\n"));
      const [va, cache] = lines.filter((line) => line === "true" || line === "false");
      this.file = (files ?? []).find((file) => file.raised) ?? null;
      this.maps = (maps ?? []).map((map) => ({ ...map, from: address(map.from), to: address(map.to), delta: address(map.delta) }));
      this.virtual = va !== "false";
      this.locked = this.#whyLocked(cache === "true");
      this.running = this.file !== null && address(this.file.size) >= ENDLESS;
      this.ranges = join(this.running ? await this.#processMaps() : this.#staticRanges());
    } catch (error) {
      complain(error);
    }
    this.dispatchEvent(new CustomEvent("file"));
    const ranges = this.ranges.map(({ from, to }) => `${from}-${to}`).join();
    if (ranges !== this.#known) this.dispatchEvent(new CustomEvent("ranges"));
    this.#known = ranges;
  }

  get writable() {
    return this.locked === null;
  }

  #whyLocked(cached) {
    const { allow, host } = this.#target;
    if (!this.file) return "nothing is open";
    if (!allow.includes("write")) return "read only: this server lets nobody write";
    if (cached) return null;
    if (!this.file.writable) return "read only: oo+ opens it for writing";
    // What a host's files are, that host decides.
    const local = !host && !this.file.uri.includes("://");
    return local && !allow.includes("files") ? "read only: farad -e http.files=true lets the page write files" : null;
  }

  #staticRanges() {
    if (this.virtual && this.maps.length > 0) return this.maps;
    if (!this.file || address(this.file.size) === 0n) return [];
    return [{ from: 0n, to: address(this.file.size) - 1n }];
  }

  async #processMaps() {
    const answer = await this.#target.run("dmj").promise;
    const maps = answer.ok ? (parseLines(answer.out)[0] ?? []) : [];
    // Of a process that ended there is nothing; what was never one, is as large as it says.
    if (maps.length === 0) return /no process/.test(answer.error) ? [] : this.#staticRanges();
    this.processMaps = maps.map((map) => ({ ...map, from: address(map.addr), to: address(map.addr_end) - 1n }));
    return this.processMaps;
  }

  async refreshFlags() {
    try {
      const flags = (await this.#target.json("fj")) ?? [];
      this.flags = flags.map((flag) => ({ ...flag, at: address(flag.addr ?? flag.offset) }));
      this.names = new Map();
      for (const { at, name } of this.flags) {
        const there = this.names.get(at);
        if (there) there.push(name);
        else this.names.set(at, [name]);
      }
    } catch (error) {
      complain(error);
    }
    this.dispatchEvent(new CustomEvent("flags"));
  }

  /** Names, comments, maps or settings changed: asked for a moment later, since such news comes in bursts. */
  flagsChanged() {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.refresh(), 150);
  }

  bytesChanged() {
    this.dispatchEvent(new CustomEvent("bytes"));
  }

  /** The address where a byte of the file is mapped. */
  mapped(offset) {
    if (!this.virtual || this.maps.length === 0) return offset;
    const fd = this.file?.fd;
    const map = this.maps.find((map) => map.fd === fd && map.delta <= offset && offset - map.delta <= map.to - map.from);
    return map ? map.from + (offset - map.delta) : null;
  }

  /** The offset in the file of what is at an address. */
  offset(at) {
    if (!this.virtual || this.maps.length === 0) return at;
    const map = this.maps.find((map) => map.fd === this.file?.fd && map.from <= at && at <= map.to);
    return map ? map.delta + (at - map.from) : null;
  }
}
