// When the server ends, the page says so; when it is there again, the page goes on where it was.

import { check, open, serve, until } from "../harness.mjs";

export default async function () {
  const server = await serve(["vault.x86_64.elf"]);
  const { page, workspace, view, run, go, place, close } = await open(server.url);
  await go("sym.fib");
  await until(async () => (await place()) === "0x002012a0", "somewhere");
  await view(3);
  await server.stop();
  await until(() => page.locator("#link[data-state=down]").count(), "the loss is told");
  check(/lost|no connection/.test(await page.locator("#link").innerText()), "in words");
  const again = await serve(["vault.x86_64.elf"], server.port);
  await until(() => page.locator("#link[data-state=up]").count(), "connected again");
  check(/again/.test(await page.locator("#link").innerText()), "which is told");
  await until(async () => (await place()) === "0x002012a0", "still there");
  check((await run("?v $$")).includes("0x2012a0"), "the server's view is there, too");
  await until(async () => /push/.test(await workspace.locator(".panels > .disassembly .row.here").innerText()), "the listing is fresh");
  await again.stop();
  await close({ expect: [/WebSocket connection to .* failed/, /ERR_CONNECTION_REFUSED/] });
}
