// Whatever a file holds is text on the page: strings, comments, names of sections and files.

import { check, open, same, serve, until } from "../harness.mjs";

const NASTY = "<img src=x onerror=alert(1)>";

export default async function () {
  const server = await serve(["./<i>markup"]);
  const { page, workspace, view, run, go, close } = await open(server.url);
  await view(4);
  const tab = (name) => workspace.locator(`.lists [role=tab]:text-is("${name}")`).click();
  const list = () => workspace.locator(".lists .window").innerText();
  await tab("Strings");
  await until(async () => (await list()).includes(NASTY), "the string is listed as it is");
  check((await list()).includes("</script><script>alert(2)</script>"), "the other one, too");
  await tab("Sections");
  await until(async () => (await list()).includes("<b>bold</b>"), "the section is named as it is");
  await workspace.locator(".lists .filter").fill("bold");
  await until(async () => (await workspace.locator(".lists .row[data-index]").count()) === 1, "and can be filtered");
  check((await run(`iz~img`)).includes(NASTY), "in the console");
  same((await run("?e a\u202eb\u200bc\u009b2Jd")).trim(), "a\\u{202e}b\\u{200b}c\\x9b2Jd", "what hides is shown");
  const hidden = /[\u0080-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069]/;
  check(!hidden.test(await page.locator("body").innerText()), "nothing on the page hides");
  check((await run(`?e ${NASTY.replace(">", "\\>").replace("<", "\\<")}`)).length > 0, "typed");
  check((await workspace.locator(".file").innerText()).includes("<i>markup"), "the file's name");
  await go("main");
  await view(3);
  await page.keyboard.press(";");
  await page.keyboard.type(NASTY);
  await page.keyboard.press("Enter");
  await until(async () => (await workspace.locator(".panels > .disassembly .row.here .comment").innerText()).includes(NASTY), "a comment");
  await view(2);
  await until(async () => (await workspace.locator(".hexdump .row").first().innerText()).length > 40, "the hexdump");
  same(await page.locator("img, script:not([src]), i, .window b, .output b").count(), 0, "elements that the page did not make");
  await close();
}
