// A host is added in the page, gets a tab of its own, and is read from; hanging up takes the tab away.

import { check, farad, open, same, serve, until } from "../harness.mjs";

export default async function () {
  const far = farad("-c", "=: 127.0.0.1:0", "vault.i386.elf");
  const [, port] = await far.said(/Serving rap on 127\.0\.0\.1:(\d+)/);
  const server = await serve(["-e", "http.local=true", "vault.x86_64.elf"]);
  const { page, workspace, view, run, go, place, messages, close } = await open(server.url);
  await view(5);
  await page.keyboard.type(`rap://127.0.0.1:${port}`);
  await page.keyboard.press("Enter");
  const tabs = page.locator("#targets button");
  await until(async () => (await tabs.count()) === 2, "the host has a tab");
  check((await tabs.nth(1).innerText()).includes(port), "it is named");
  await tabs.nth(1).click();
  await until(async () => /vault\.i386\.elf/.test(await workspace.locator(".file").innerText()), "the file there is named");
  await view(3);
  await until(async () => /0x[0-9a-f]+/.test(await workspace.locator(".panels > .disassembly .row.here").innerText()), "its code is listed");
  same((await run("?e far; ?e away")).trim(), "far\naway", "a line is run there as a whole");
  await go("sym.fib");
  const there = await until(async () => /^0x/.test(await place()) && (await place()), "a name of there");
  await view(2);
  const hex = () => workspace.locator(".hexdump .row:has(.cursor)").innerText();
  await until(async () => (await hex()).startsWith(there) && !/··/.test(await hex()), "its bytes are shown");
  await view(4);
  await until(async () => (await workspace.locator(".lists .row[data-index]").count()) > 5, "its symbols are listed");
  check((await run("iI~bits")).includes("32"), "it is another file");
  await tabs.first().click();
  await until(async () => /x86_64/.test(await workspace.locator(".file").innerText()), "here is as it was");
  same(await messages(), "", "messages");
  await view(5);
  await workspace.locator(".hosts button:text-is('Hang up')").click();
  await until(async () => (await tabs.count()) === 1, "the tab is gone");
  // A host that is not there is an error that is shown.
  await workspace.locator(".connections input").fill("rap://127.0.0.1:1");
  await page.keyboard.press("Enter");
  await until(async () => /refused|cannot connect/i.test(await workspace.locator(".said").innerText()), "why it is not there");
  await close();
}
