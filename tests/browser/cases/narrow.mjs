// At 1024 pixels nothing has to be scrolled sideways, in any view; and the strip can be clicked.

import { open, same, serve, until } from "../harness.mjs";

export default async function () {
  const server = await serve(["-e", "http.debug=true", "-e", "dbg.onlost=kill", "-d", "./loop"]);
  const { page, workspace, view, place, close } = await open(server.url, { width: 1024, height: 700 });
  for (const number of [1, 2, 3, 4, 5, 6]) {
    await view(number);
    await page.waitForTimeout(300);
    const wide = await page.evaluate(() => [...document.querySelectorAll("html, body, .workspace, .bar, #head, .panels, .panels > *, .tools, .columns, .parts")]
      .filter((element) => element.offsetParent !== null && element.scrollWidth > element.clientWidth + 1).map((element) => element.className || element.id || element.tagName));
    same(wide.join(" "), "", `what is too wide in view ${number}`);
    const cut = await page.evaluate(() => [...document.querySelectorAll("button, input")]
      .filter((element) => element.offsetParent !== null && element.getBoundingClientRect().right > innerWidth).map((element) => element.textContent));
    same(cut.join(" "), "", `what is cut off in view ${number}`);
  }
  const before = await place();
  const strip = await workspace.locator(".strip").boundingBox();
  await page.mouse.click(strip.x + strip.width * 0.02, strip.y + 10);
  await until(async () => (await place()) !== before, "the strip was followed");
  // The bytes of a row fit.
  await view(2);
  const row = workspace.locator(".hexdump .row").first();
  await until(async () => (await row.innerText()).length > 40, "a row");
  const fits = await row.evaluate((element) => element.querySelector(".text").getBoundingClientRect().right <= element.getBoundingClientRect().right);
  same(fits, true, "a row of the hexdump fits");
  await close();
}
