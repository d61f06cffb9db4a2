// The debugger's panel shows the process; s steps, b and c run to a breakpoint, registers follow.

import { check, open, same, serve, until } from "../harness.mjs";

export default async function () {
  const server = await serve(["-e", "http.debug=true", "-e", "dbg.onlost=kill", "-d", "./loop"]);
  const { page, workspace, view, go, run, place, messages, close } = await open(server.url);
  await view(6);
  const register = (name) => workspace.locator(`.register:has(b:text-is("${name}"))`);
  const counter = () => register("rip").innerText().then((text) => BigInt(text.replace("rip", "").trim()));
  const start = await until(counter, "the registers are shown");
  await until(async () => BigInt(await place()) === start, "the place is where the process is");
  await page.keyboard.press("s");
  const next = await until(async () => (await counter()) !== start && (await counter()), "it stepped");
  check(next - start > 0n && next - start < 16n, `by an instruction: ${next - start}`);
  await until(async () => BigInt(await place()) === next, "the place follows");
  await until(async () => (await workspace.locator(".debugger .row.counter").count()) === 1, "the instruction is marked");
  check((await workspace.locator(".stack .place").count()) > 8, "the stack is shown");
  same(await workspace.locator(".threads .place").count(), 1, "threads");

  await go("main");
  const main = await until(async () => BigInt(await place()) !== next && BigInt(await place()), "main is gone to");
  await page.keyboard.press("b");
  await until(async () => (await workspace.locator(".breakpoints .breakpoint").count()) === 1, "the breakpoint is listed");
  await page.keyboard.press("c");
  await until(async () => (await counter()) === main, "it ran to the breakpoint");
  check((await workspace.locator(".frames .place").count()) > 0, "frames are shown");
  await page.keyboard.press("b");
  await until(async () => (await workspace.locator(".breakpoints .breakpoint").count()) === 0, "the breakpoint is gone");
  // What the console does to the process is seen in the panel.
  await run("ds 2");
  await until(async () => (await counter()) !== main, "stepped by the console");

  // At its end nothing is made up: no bytes, and what begins it again is said.
  await run("dck 9");
  await until(async () => /do starts it again/.test(await workspace.locator(".state").innerText()), "the end is told");
  check(await workspace.locator(".debugger .tools button").first().isDisabled(), "nothing can step");
  await view(2);
  await until(async () => /nothing provides these/.test(await workspace.locator(".hexdump .rows").innerText()), "no bytes are there");
  same(await messages(), "", "messages");
  await close();
}
