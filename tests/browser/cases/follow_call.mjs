// Enter follows a call, u comes back, U goes forward again; the hexdump follows the disassembly.

import { check, open, serve, until } from "../harness.mjs";

export default async function () {
  const server = await serve(["vault.x86_64.elf"]);
  const { page, workspace, view, go, place, close } = await open(server.url);
  await view(3);
  const here = workspace.locator(".panels > .disassembly .row.here");
  await until(async () => /push\s*rax/.test(await here.innerText()), "the entry is listed");
  check(/sym\._start/.test(await workspace.locator(".panels > .disassembly .label").allInnerTexts().then((all) => all.join(" "))), "names are shown");
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowDown");
  await until(async () => /call\s*sym\.unlock/.test(await here.innerText()), "the cursor is at the call");
  await page.keyboard.press("Enter");
  await until(async () => (await place()) === "0x002012d0" && /push\s*rbp/.test(await here.innerText()), "the call is followed");
  await page.keyboard.press("u");
  await until(async () => (await place()) === "0x002013bd" && /call/.test(await here.innerText()), "back at the call");
  await page.keyboard.press("U");
  await until(async () => (await place()) === "0x002012d0", "forward again");
  await until(async () => (await workspace.locator(".panels > .disassembly .arrow").count()) > 0, "jumps have lines");

  // A comment, whatever is in it, and a name.
  await page.keyboard.press(";");
  await page.keyboard.type("mind; the @gap");
  await page.keyboard.press("Enter");
  await until(async () => /mind; the @gap/.test(await here.innerText()), "the comment is shown");
  await page.keyboard.press("n");
  await page.keyboard.type("sym.opened");
  await page.keyboard.press("Enter");
  const labels = () => workspace.locator(".panels > .disassembly .label").allInnerTexts().then((all) => all.join(" "));
  await until(async () => /sym\.opened/.test(await labels()), "the name is shown");
  await view(2);
  await until(async () => /^0x002012d0/.test(await workspace.locator(".hexdump .row:has(.cursor)").innerText()), "the hexdump is there, too");

  // A place that is gone to before its view was ever seen is in sight there.
  await page.reload();
  await until(() => page.locator("#link[data-state=up]").count(), "connected again");
  await go("obj.table");
  await view(2);
  await until(async () => (await workspace.locator(".hexdump .row:has(.cursor)").innerText()).startsWith("0x00202420"), "the row of a table");

  // Up and down through the whole of the code.
  await view(3);
  await go("0x2011f0");
  await until(async () => /sym\.checksum/.test(await labels()), "the first function");
  await page.keyboard.press("End");
  await until(async () => (await place()) === "0x00202447", "the last byte");
  await page.keyboard.press("Home");
  await until(async () => (await place()) === "0x00200000", "the first byte");
  await close();
}
