// A command in an address that somebody typed, or followed from elsewhere, is not run; the page's own requests are.

import { check, open, same, serve } from "../harness.mjs";

export default async function () {
  const server = await serve(["vault.x86_64.elf"]);
  const { page, run, close } = await open(server.url);
  const other = await page.context().newPage();
  const response = await other.goto(`${server.url}cmd/s%200x42`);
  same(response.status(), 403, "status");
  check((await other.locator("body").innerText()).includes(server.url), "the page is named");
  same((await other.goto(server.url)).status(), 200, "pages open");
  same((await run("s")).trim(), "0x2013b0", "nothing ran");
  const asked = await page.evaluate(async () => {
    const text = async (headers) => (await (await fetch("/cmd/%3Fe%20asked", { headers })).text()).trim();
    return [await text({}), await text({ "X-Farad-Page": "1" })];
  });
  same(asked.join(), "asked,asked", "requests of the page itself");
  await other.close();
  await close();
}
