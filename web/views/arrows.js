// Lines from jumps to where they go, in the gutter of the disassembly.

import { svg } from "../dom.js";

export const LANES = 8;
const LANE = 7;
export const GUTTER = LANES * LANE + 12;

/** Which jumps get a line: of the rows that are loaded, those that pass what is seen; short ones inside. */
export function lanes(rows, first, last, index) {
  const jumps = [];
  rows.forEach((row, from) => {
    if (row.jump === null || row.jump === undefined || !/jmp/.test(row.type ?? "")) return;
    const to = index(row.jump);
    const end = to >= 0 ? to : row.jump < row.at ? -1 : rows.length;
    // A jump out of what is loaded is shown where it leaves from only.
    if (to < 0 && (from < first || from > last)) return;
    if (Math.max(from, end) < first || Math.min(from, end) > last) return;
    jumps.push({ from, to: end, known: to >= 0, conditional: /cjmp/.test(row.type), low: Math.min(from, end), high: Math.max(from, end) });
  });
  jumps.sort((a, b) => a.high - a.low - (b.high - b.low));
  const taken = Array.from({ length: LANES }, () => []);
  for (const jump of jumps) {
    const lane = taken.findIndex((others) => others.every((other) => other.high < jump.low || other.low > jump.high));
    jump.lane = lane < 0 ? LANES - 1 : lane;
    taken[jump.lane].push(jump);
  }
  return jumps;
}

/** Draws jumps; `y(row)` is the middle of a row in pixels, off the picture for those that are not seen. */
export function draw(picture, jumps, y, height, current) {
  picture.setAttribute("height", String(height));
  picture.replaceChildren(...jumps.flatMap((jump) => {
    const x = GUTTER - 8 - (jump.lane + 1) * LANE;
    const start = y(jump.from);
    const end = jump.known ? y(jump.to) : jump.to < jump.from ? -20 : height + 20;
    const marked = current === jump.from || current === jump.to ? " current" : "";
    const line = `M${GUTTER - 2} ${start}H${x}V${end}${jump.known ? `H${GUTTER - 3}` : ""}`;
    const head = jump.known ? [svg("path", { d: `M${GUTTER - 7} ${end - 3}l5 3l-5 3`, class: `arrow${marked}` })] : [];
    return [svg("path", { d: line, class: `arrow${jump.conditional ? " conditional" : ""}${marked}` }), ...head];
  }));
}
