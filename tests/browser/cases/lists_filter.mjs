// Lists are filtered as one types, searches fill one, and Enter goes to what is picked.

import { check, open, same, serve, until } from "../harness.mjs";

export default async function () {
  const server = await serve(["vault.x86_64.elf"]);
  const { page, workspace, view, place, messages, close } = await open(server.url);
  await view(4);
  const rows = workspace.locator(".lists .row[data-index]");
  const tab = (name) => workspace.locator(`.lists [role=tab]:text-is("${name}")`).click();
  await until(async () => (await rows.count()) === 15, "all symbols");
  await page.keyboard.press("f");
  await page.keyboard.type("func FIB");
  await until(async () => (await rows.count()) === 1, "those with both words");
  same(await workspace.locator(".lists .count").innerText(), "1 of 15", "how many");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await until(async () => (await place()) === "0x002012a0", "it is gone to");
  same(await workspace.locator(".tabs.views [aria-selected=true] kbd").innerText(), "3", "as code");
  await view(4);
  await workspace.locator(".lists .filter").fill("");
  await tab("Flags");
  await until(async () => (await rows.count()) > 20, "flags");
  await tab("Strings");
  await until(async () => /speak, friend/.test(await workspace.locator(".lists .window").innerText()), "strings");
  await tab("Hits");
  await workspace.locator(".lists .search").fill("friend, and");
  await page.keyboard.press("Enter");
  await until(async () => (await rows.count()) === 1, "what was found");
  await rows.first().dblclick();
  await until(async () => (await place()) === "0x00200172", "it is gone to");
  same(await workspace.locator(".tabs.views [aria-selected=true] kbd").innerText(), "2", "as data");
  check((await messages()) === "", "no messages");
  await close();
}
