// What the cases share: farad serving a folder's file, Chromium on its page, and how to wait.
//
// FARAD_BIN is the program, FARAD_BROWSER the folder that playwright-core is installed in; the
// working folder is scratch. What is started here ends with this process's group, which the Rust
// side kills.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.FARAD_BROWSER ?? ".", "package.json"));
const { chromium } = require("playwright-core");

const PATIENCE = 20_000;
const CHROMIUM = process.env.FARAD_CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

export function check(truth, what) {
  if (!truth) throw new Error(`not so: ${what}`);
}

export function same(seen, wanted, what) {
  if (seen !== wanted) throw new Error(`${what}: saw ${JSON.stringify(seen)}, wanted ${JSON.stringify(wanted)}`);
}

/** Waits until `test` gives something true, and gives that. */
export async function until(test, what, patience = PATIENCE) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try {
      last = await test();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  throw new Error(`in vain for ${patience} ms: ${what} (last: ${last})`);
}

/** Runs farad in the background; `said(pattern)` waits for what it writes to standard error. */
export function farad(...words) {
  const child = spawn(process.env.FARAD_BIN, ["-N", "-q", "-e", "scr.color=0", ...words], { stdio: ["pipe", "ignore", "pipe"] });
  let log = "";
  child.stderr.on("data", (data) => (log += data));
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const said = (pattern) => until(() => {
    if (child.exitCode !== null) throw new Error(`farad ended: ${log}`);
    return pattern.exec(log);
  }, `farad says ${pattern}: ${log}`);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  return { said, stop, child };
}

/** Serves a target over HTTP on loopback; `port` 0 is any. */
export async function serve(words, port = 0) {
  const server = farad(...words.slice(0, -1), "-c", `=h 127.0.0.1:${port}`, words.at(-1));
  const [, at] = await server.said(/Serving http on 127\.0\.0\.1:(\d+)/);
  return { ...server, port: Number(at), url: `http://127.0.0.1:${at}/` };
}

/** Opens the page and waits until it is connected. What the page logs as an error fails the case at `close`. */
export async function open(url, { width = 1280, height = 800, theme = "light" } = {}) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("dialog", (dialog) => {
    errors.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  const response = await page.goto(url);
  await until(() => page.locator("#link[data-state=up]").count(), "the page is connected");
  const close = async ({ expect = [] } = {}) => {
    await browser.close();
    const surprises = errors.filter((error) => !expect.some((pattern) => pattern.test(error)));
    same(surprises.join("\n"), "", "errors of the page");
  };
  return { browser, page, response, errors, close, ...helpers(page) };
}

function helpers(page) {
  const workspace = page.locator(".workspace:not([hidden])");
  /** Types a line into the console and gives what it printed, once it ended. */
  const run = async (line) => {
    const before = await workspace.locator(".entry").count();
    await workspace.locator(".console .line").fill(line);
    await workspace.locator(".console .line").press("Enter");
    const entry = workspace.locator(".entry").nth(before);
    await entry.waitFor();
    await until(() => entry.locator(".output:not(.running)").count(), `'${line}' ends`);
    return entry.locator(".output").innerText();
  };
  /** Shows a view by its key. */
  const view = async (number) => {
    await page.keyboard.press(`Alt+Digit${number}`);
    await until(() => workspace.locator(`.tabs.views [aria-selected=true] kbd`).innerText().then((text) => text === String(number)), `view ${number}`);
  };
  /** Goes where an expression says, by `g`. */
  const go = async (where) => {
    await workspace.locator(".where").fill(where);
    await workspace.locator(".where").press("Enter");
  };
  const place = () => workspace.locator(".where").inputValue();
  const messages = () => page.locator("#messages").innerText();
  return { workspace, run, view, go, place, messages };
}
