// usage: FARAD_BIN=… FARAD_BROWSER=… node screenshots.mjs FOLDER
// Draws every view of the page in both themes as PNG files into FOLDER (docs/screenshots). The working
// folder has vault.x86_64.elf, vault.i386.elf and loop (tests/debug/loop.c, built), as for the cases.

import fs from "node:fs";
import path from "node:path";

import { farad, open, serve, until } from "./harness.mjs";

const [folder] = process.argv.slice(2);
// What the debugger shows of the environment is nobody's.
for (const name of Object.keys(process.env)) if (!/^(PATH|HOME|FARAD_.*)$/.test(name)) delete process.env[name];
const SIZE = { width: 1100, height: 680 };

async function draw(theme) {
  const far = farad("-c", "=: 127.0.0.1:0", "vault.i386.elf");
  const [, port] = await far.said(/Serving rap on 127\.0\.0\.1:(\d+)/);
  const file = await serve(["-e", "http.local=true", "-e", "http.files=true", "-w", "vault.x86_64.elf"]);
  const { page, workspace, run, view, go, close } = await open(file.url, { ...SIZE, theme });
  const shoot = async (name) => {
    await page.waitForTimeout(500);
    await page.screenshot({ path: path.join(folder, `${name}-${theme}.png`) });
  };
  await run("aa");
  await run("pd 14 @ sym.unlock");
  await run("px 64 @ obj.banner");
  await run("wx zz");
  await workspace.locator(".line").fill("ax");
  await workspace.locator(".line").press("Tab");
  await shoot("console");
  await page.keyboard.press("Escape");
  await workspace.locator(".line").fill("");
  await page.keyboard.press("Control+l");
  await run("afl");
  await go("sym.compare+0x10");
  await view(3);
  await page.keyboard.press(";");
  await page.keyboard.type("the loop: no byte of the password is left out");
  await page.keyboard.press("Enter");
  await shoot("disassembly");
  await go("obj.table");
  await view(2);
  await page.keyboard.press("i");
  await shoot("hexdump");
  await page.keyboard.press("Escape");
  await view(4);
  await workspace.locator(".lists .filter").fill("func");
  await page.keyboard.press("Enter");
  await shoot("lists");
  await view(5);
  await page.keyboard.type(`rap://127.0.0.1:${port}`);
  await page.keyboard.press("Enter");
  await until(async () => (await page.locator("#targets button").count()) === 2, "the host has a tab");
  await shoot("connections");
  await close();

  const process = await serve(["-e", "http.debug=true", "-e", "dbg.onlost=kill", "-d", "./loop"]);
  const other = await open(process.url, { ...SIZE, theme });
  await other.run("dcu main");
  await other.run("ds 3");
  await other.page.keyboard.press("Control+l");
  await other.view(6);
  await until(() => other.workspace.locator(".register").count(), "registers");
  await other.page.keyboard.press("b");
  await other.page.keyboard.press("o");
  await other.page.waitForTimeout(800);
  await other.page.screenshot({ path: path.join(folder, `debugger-${theme}.png`) });
  await other.close();
  await Promise.all([far.stop(), file.stop(), process.stop()]);
}

fs.mkdirSync(folder, { recursive: true });
await draw("light");
await draw("dark");
process.exit(0);
