// The lines that were typed, kept from one visit to the next.

const KEPT = 500;
const PLACE = "farad-history";

export class History {
  #lines;
  #at;
  #draft = "";

  constructor() {
    this.#lines = load();
    this.#at = this.#lines.length;
  }

  add(line) {
    // Another tab may have added lines meanwhile.
    this.#lines = load().filter((other) => other !== line);
    this.#lines.push(line);
    this.#lines = this.#lines.slice(-KEPT);
    this.#at = this.#lines.length;
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.#lines));
    } catch {
      // No room: the history of this visit is kept here all the same.
    }
  }

  /** The line `step` before (-1) or behind the present one that begins as what was typed does. */
  move(step, typed) {
    if (this.#at === this.#lines.length) this.#draft = typed;
    for (let at = this.#at + step; at >= 0 && at <= this.#lines.length; at += step) {
      if (at === this.#lines.length) {
        this.#at = at;
        return this.#draft;
      }
      if (this.#lines[at].startsWith(this.#draft)) {
        this.#at = at;
        return this.#lines[at];
      }
    }
    return null;
  }

  /** What was typed is new: moving begins at the end again. */
  reset() {
    this.#at = this.#lines.length;
  }
}

function load() {
  try {
    const lines = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(lines) ? lines.filter((line) => typeof line === "string") : [];
  } catch {
    return [];
  }
}
