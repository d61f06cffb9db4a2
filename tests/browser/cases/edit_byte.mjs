// A byte is edited by clicking and typing, is in the file afterwards, and is read only where it may not be.

import fs from "node:fs";

import { check, open, same, serve, until } from "../harness.mjs";

export default async function () {
  fs.writeFileSync("notes", Buffer.from("0123456789abcdef0123456789abcdef"));
  const server = await serve(["-e", "http.files=true", "-w", "notes"]);
  const { page, workspace, view, close, messages } = await open(server.url);
  await view(2);
  const cell = (at) => workspace.locator(`.hexdump .b[data-at="${at}"]`);
  await until(async () => (await cell(4).innerText()) === "34", "the bytes are shown");
  const box = await cell(4).boundingBox();
  await page.mouse.click(box.x + 2, box.y + 5);
  await page.keyboard.type("9f");
  await until(async () => (await cell(4).innerText()) === "9f", "the byte is shown as typed");
  await until(() => fs.readFileSync("notes")[4] === 0x9f, "the byte is in the file");
  // In the column of text, a character is a byte.
  await workspace.locator('.hexdump .c[data-at="8"]').click();
  await page.keyboard.type("Z1");
  await until(() => fs.readFileSync("notes").subarray(8, 10).toString() === "Z1", "text is in the file");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+Digit1");
  await until(() => workspace.locator(".tabs.views [aria-selected=true] kbd").innerText().then((text) => text === "1"), "keys are keys again");
  same(await messages(), "", "messages");
  await close();
  await server.stop();

  // Without leave to write files, nothing is typed and the page says why.
  const before = fs.readFileSync("notes");
  const closed = await serve(["-w", "notes"]);
  const other = await open(closed.url);
  await other.view(2);
  const first = other.workspace.locator('.hexdump .b[data-at="0"]');
  await until(async () => (await first.innerText()) === "30", "the bytes are shown");
  await until(async () => /read only/.test(await other.workspace.locator(".hexdump .mode").innerText()), "read only is said");
  await first.click();
  await other.page.keyboard.press("i");
  await until(async () => /http\.files/.test(await other.messages()), "and what would allow it");
  const refused = await other.run("wx ff @ 0");
  check(/http\.files/.test(refused), `the server refuses, too: ${refused}`);
  check(before.equals(fs.readFileSync("notes")), "the file is as it was");
  await other.close();
}
