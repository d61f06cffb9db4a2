// The page's modules by themselves: rows over holes against a plain model, JSON's wide numbers, colours in pieces.

import { check, open, same, serve } from "../harness.mjs";

export default async function () {
  const server = await serve(["-"]);
  const { page, close } = await open(server.url);

  const wrong = await page.evaluate(async () => {
    const { join, covering, hole, Rows } = await import("/ranges.js");
    let seed = 7;
    const random = (below) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    const wrong = [];
    for (let round = 0; round < 300; round += 1) {
      const ranges = join(Array.from({ length: random(5) }, () => {
        const from = BigInt(random(400));
        return { from, to: from + BigInt(random(90)) };
      }));
      const inside = (at) => ranges.some(({ from, to }) => from <= at && at <= to);
      const rows = new Rows(ranges, 16);
      const say = (what, at) => wrong.push(`${what} at ${at} of ${JSON.stringify(ranges.map(({ from, to }) => [Number(from), Number(to)]))}`);
      let next = 0n;
      for (let number = 0n; number < rows.total; number += 1n) {
        const row = rows.row(number);
        const from = row.gap ? row.gap.from : row.at;
        if (from !== next) say("rows do not follow each other", from);
        next = row.gap ? row.gap.to + 1n : row.at + 16n;
        if (row.gap && row.gap.to < 1000n) for (let at = row.gap.from; at <= row.gap.to; at += 1n) if (inside(at)) say("a byte is in a hole", at);
      }
      if (next !== 1n << 64n) say("rows end early", next);
      for (let at = 0n; at < 520n; at += 1n) {
        const row = rows.row(rows.number(at));
        if (row.gap ? at < row.gap.from || at > row.gap.to : at < row.at || at >= row.at + 16n) say("the row of an address", at);
        if ((covering(ranges, at) !== null) !== inside(at)) say("covering", at);
        const gap = inside(at) ? null : hole(ranges, at);
        if (gap && (gap.from > at || gap.to < at || inside(gap.from) || (gap.to < 1000n && inside(gap.to)))) say("hole", at);
      }
    }
    return wrong.slice(0, 3);
  });
  same(wrong.join("\n"), "", "rows");

  const numbers = await page.evaluate(async () => {
    const { parse } = await import("/json.js");
    const { address } = await import("/address.js");
    const text = '{"a":18446744073709551615,"b":12,"c":"1234567890123456789 \\"18446744073709551615","d":[-1,0.5]}';
    const { a, b, c, d } = parse(text);
    return [address(a).toString(16), b, c, d.join()];
  });
  same(JSON.stringify(numbers), JSON.stringify(["ffffffffffffffff", 12, '1234567890123456789 "18446744073709551615', "-1,0.5"]), "numbers");

  const painted = await page.evaluate(async () => {
    const { Painter } = await import("/ansi.js");
    const text = "plain \x1b[31mred \x1b[1mbold\x1b[0m \x1b[38;5;196mmany\x1b[39m\x1b[2J\x1b]0;title\x07 <b>end</b>";
    const whole = document.createElement("pre");
    new Painter().paint(whole, text);
    const pieces = document.createElement("pre");
    const painter = new Painter();
    for (const letter of text) painter.paint(pieces, letter);
    return { text: whole.textContent, pieces: pieces.textContent, red: whole.querySelector(".f1").textContent, bold: whole.querySelector(".bold").textContent };
  });
  same(painted.text, "plain red bold many <b>end</b>", "text without sequences");
  same(painted.pieces, painted.text, "the same in pieces");
  check(painted.red === "red " && painted.bold === "bold", "colours");
  await close();
}
