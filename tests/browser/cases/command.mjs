// A command's output is shown as it is, errors too; history and completion work.

import { check, open, same, serve, until } from "../harness.mjs";

export default async function () {
  const server = await serve(["vault.x86_64.elf"]);
  const { page, workspace, run, place, close } = await open(server.url);
  same((await run("?e one two")).trim(), "one two", "output");
  check(/no command 'nonsense'/.test(await run("nonsense")), "an error is shown");
  check((await run("pd 2")).includes("push rax"), "a listing");
  check((await workspace.locator(".entry").nth(2).locator(".output span").count()) > 0, "a listing is coloured");
  await run("s sym.fib");
  await until(async () => (await place()) === "0x002012a0", "the place follows the command");

  const line = workspace.locator(".console .line");
  await line.press("ArrowUp");
  same(await line.inputValue(), "s sym.fib", "the last line");
  await line.press("ArrowUp");
  same(await line.inputValue(), "pd 2", "the one before");
  await line.press("ArrowDown");
  await line.press("ArrowDown");
  same(await line.inputValue(), "", "back at what was typed");
  await line.fill("?e");
  await line.press("ArrowUp");
  same(await line.inputValue(), "?e one two", "the last that begins so");

  await line.fill("pd");
  await line.press("Tab");
  await until(() => workspace.locator(".choices li").count(), "choices");
  await line.press("Escape");
  await line.fill("pd 2 @ sym.unl");
  await line.press("Tab");
  await until(async () => (await line.inputValue()) === "pd 2 @ sym.unlock", "a name is completed");
  await line.fill("e asm.synta");
  await line.press("Tab");
  await until(async () => (await line.inputValue()) === "e asm.syntax", "a setting is completed");

  // The history is there when the page is loaded again.
  await page.reload();
  await until(() => page.locator("#link[data-state=up]").count(), "connected again");
  const again = page.locator(".workspace .console .line");
  await again.press("ArrowUp");
  same(await again.inputValue(), "s sym.fib", "history after loading again");
  await close();
}
