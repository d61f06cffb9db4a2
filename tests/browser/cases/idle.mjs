// A page that nobody uses asks for nothing: what it lists is no news to itself or to others.

import { check, open, serve, until } from "../harness.mjs";

const QUIET = 1500;

export default async function () {
  const server = await serve(["-e", "http.debug=true", "-e", "dbg.onlost=kill", "-d", "./loop"]);
  const one = await open(server.url);
  const two = await open(server.url);
  await one.page.evaluate(() => {
    window.asked = [];
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (text) {
      window.asked.push(text);
      return send.call(this, text);
    };
  });
  for (const number of [3, 4, 6]) {
    let asked = [];
    await one.view(number);
    await two.view(number);
    const since = () => one.page.evaluate(() => window.asked.splice(0));
    // The strip is drawn in the background, which ends.
    await until(async () => {
      await since();
      await one.page.waitForTimeout(QUIET);
      asked = await since();
      return asked.every((text) => !/"cmd":"p8 /.test(text));
    }, "the strip is drawn", 60_000);
    check(asked.length === 0, `view ${number} asks for nothing: ${asked.slice(0, 4).join(" ")}`);
  }
  await one.close();
  await two.close();
}
