// Text with ANSI colours as elements. Colours of the palette are the style sheet's, so that they
// can be read in either theme; anything but colours is left out.

import { el } from "./dom.js";
import { shown } from "./text.js";

const SEQUENCE = /\x1b\[([\d;]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b./g;

/** A sequence that no further text can be part of. */
const COMPLETE = /^\x1b(?:\[[\d;]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^[\]])/;

/** `text` without colours. */
export function strip(text) {
  return text.includes("\x1b") ? text.replace(SEQUENCE, "") : text;
}

/** Keeps the colours from one piece of output to the next. */
export class Painter {
  #fore = null;
  #back = null;
  #styles = new Set();
  #rest = "";

  /** Appends `text` to `element`. */
  paint(element, text) {
    text = this.#rest + text;
    // A sequence that the next piece may end.
    const cut = text.lastIndexOf("\x1b");
    const open = cut >= 0 && cut > text.length - 24 && !COMPLETE.test(text.slice(cut));
    this.#rest = open ? text.slice(cut) : "";
    if (open) text = text.slice(0, cut);
    let from = 0;
    for (const match of text.matchAll(SEQUENCE)) {
      this.#write(element, text.slice(from, match.index));
      if (match[2] === "m") this.#select(match[1]);
      from = match.index + match[0].length;
    }
    this.#write(element, text.slice(from));
  }

  #write(element, text) {
    if (text === "") return;
    if (this.#fore === null && this.#back === null && this.#styles.size === 0) {
      element.append(shown(text));
      return;
    }
    const span = el("span", {}, text);
    for (const style of this.#styles) span.classList.add(style);
    paintColour(span, "f", "color", this.#fore);
    paintColour(span, "b", "backgroundColor", this.#back);
    element.append(span);
  }

  #select(parameters) {
    const codes = parameters === "" ? [0] : parameters.split(";").map(Number);
    for (let i = 0; i < codes.length; i += 1) {
      const code = codes[i];
      if (code === 0) [this.#fore, this.#back, this.#styles] = [null, null, new Set()];
      else if (code === 1) this.#styles.add("bold");
      else if (code === 4) this.#styles.add("underline");
      else if (code === 7) this.#styles.add("inverse");
      else if (code === 22) this.#styles.delete("bold");
      else if (code === 24) this.#styles.delete("underline");
      else if (code === 27) this.#styles.delete("inverse");
      else if (code >= 30 && code <= 37) this.#fore = code - 30;
      else if (code >= 90 && code <= 97) this.#fore = code - 82;
      else if (code >= 40 && code <= 47) this.#back = code - 40;
      else if (code >= 100 && code <= 107) this.#back = code - 92;
      else if (code === 39) this.#fore = null;
      else if (code === 49) this.#back = null;
      else if (code === 38 || code === 48) {
        const [colour, used] = extended(codes.slice(i + 1));
        if (code === 38) this.#fore = colour;
        else this.#back = colour;
        i += used;
      }
    }
  }
}

function paintColour(span, prefix, property, colour) {
  if (typeof colour === "number") span.classList.add(`${prefix}${colour}`);
  else if (colour) span.style[property] = colour;
}

/** A colour of 256 or of 16 million, and how many numbers it took. */
function extended([kind, a, b, c]) {
  if (kind === 2) return [`rgb(${a || 0} ${b || 0} ${c || 0})`, 4];
  if (kind !== 5) return [null, 1];
  if (a < 16) return [a, 2];
  if (a >= 232) return [`rgb(${Array(3).fill(8 + (a - 232) * 10).join(" ")})`, 2];
  const cube = (n) => (n === 0 ? 0 : 55 + n * 40);
  const index = (a || 16) - 16;
  return [`rgb(${cube(Math.floor(index / 36))} ${cube(Math.floor(index / 6) % 6)} ${cube(index % 6)})`, 2];
}
