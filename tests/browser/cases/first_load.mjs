// The page is served by farad alone, under its policy, and shows the file and where it begins.

import { check, open, same, serve, until } from "../harness.mjs";

export default async function () {
  const server = await serve(["vault.x86_64.elf"]);
  const { page, response, workspace, place, messages, close } = await open(server.url);
  same(response.status(), 200, "status");
  check(/default-src 'none'/.test(response.headers()["content-security-policy"]), "a strict policy is sent");
  await until(async () => (await place()) === "0x002013b0", "the entry point is shown");
  await until(async () => /vault\.x86_64\.elf/.test(await workspace.locator(".file").innerText()), "the file is named");
  same(await page.title(), "vault.x86_64.elf - farad", "title");
  // Everything comes from the server itself.
  const foreign = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.name)
    .filter((name) => new URL(name).origin.replace("ws", "http") !== location.origin));
  same(foreign.join(" "), "", "resources from elsewhere");
  same(await messages(), "", "messages");
  await until(() => page.evaluate(() => {
    const map = document.querySelector(".strip canvas");
    const pixels = new Set(new Uint32Array(map.getContext("2d").getImageData(0, 0, map.width, map.height).data.buffer));
    return pixels.size >= 5;
  }), "the strip is drawn");
  await close();
}
