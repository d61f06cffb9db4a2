// The hexdump reaches the end of a file of 4 GiB at once, and reads what it shows only.

import fs from "node:fs";

import { check, open, same, serve, until } from "../harness.mjs";

const SIZE = 4 * 1024 ** 3;

export default async function () {
  const file = fs.openSync("sparse", "w");
  fs.ftruncateSync(file, SIZE);
  fs.writeSync(file, "THE END", SIZE - 7);
  fs.closeSync(file);
  const server = await serve(["sparse"]);
  const { page, workspace, view, place, close } = await open(server.url);
  let frames = 0;
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => (frames += payload.length)));
  await page.reload();
  await until(() => page.locator("#link[data-state=up]").count(), "connected");
  await view(2);
  const rows = workspace.locator(".hexdump .row");
  await until(async () => (await rows.first().innerText()).startsWith("0x00000000"), "the beginning is shown");
  await page.keyboard.press("End");
  await until(async () => (await place()) === "0xffffffff", "the cursor is at the last byte");
  const text = () => workspace.locator(".hexdump .rows").innerText();
  await until(async () => /THE END/.test((await text()).replace(/\n/g, "")), "the end is shown");
  check((await text()).includes("0xfffffff0"), "the last row's address");

  // Dragging the scrollbar's thumb to the top and to the bottom.
  const bar = await workspace.locator(".hexdump .scrollbar").boundingBox();
  const thumb = await workspace.locator(".hexdump .thumb").boundingBox();
  await page.mouse.move(thumb.x + 4, thumb.y + 5);
  await page.mouse.down();
  await page.mouse.move(thumb.x + 4, bar.y, { steps: 5 });
  await until(async () => (await rows.first().innerText()).startsWith("0x00000000"), "the top is shown");
  await page.mouse.move(thumb.x + 4, bar.y + bar.height / 2, { steps: 5 });
  await until(async () => /^0x[78]/.test((await rows.first().innerText()).trim().slice(0, 4)), "the middle is shown");
  await page.mouse.up();
  check(frames < 4_000_000, `the file is not sent whole (${frames} bytes came)`);

  // What is behind the end is no byte.
  await page.keyboard.press("End");
  await page.mouse.move(bar.x - 100, bar.y + 50);
  await page.mouse.wheel(0, 5000);
  await until(async () => /nothing provides these/.test(await text()), "the hole behind the end is told");
  same(await page.locator("#messages").innerText(), "", "messages");
  await close();
}
