// Where the page begins: the connection, a workspace for each host, and the keys of them all.

import { address } from "./address.js";
import { show } from "./dialog.js";
import { el } from "./dom.js";
import { HELP, isTyping } from "./keys.js";
import { Socket } from "./socket.js";
import { clearMessages, fail, link } from "./status.js";
import { complain, Target } from "./target.js";
import { startTheme } from "./theme.js";
import { shown } from "./text.js";
import { Workspace } from "./workspace.js";

/** Events: `hosts` (one was added or hung up). */
class App extends EventTarget {
  #socket = new Socket(viewName());
  #workspaces = new Map();
  #current = null;
  #file = null;
  hosts = [];

  constructor() {
    super();
    this.local = new Target(this.#socket, null);
    this.#socket.addEventListener("up", ({ detail }) => this.#up(detail));
    this.#socket.addEventListener("down", ({ detail }) => this.#down(detail));
    this.#socket.addEventListener("trouble", ({ detail }) => fail(detail));
    this.#socket.addEventListener("seek", ({ detail }) => this.local.moved(address(detail.seek)));
    this.#socket.addEventListener("flags", () => this.#own?.facts.flagsChanged());
    this.#socket.addEventListener("bytes", () => this.#own?.facts.bytesChanged());
    this.#socket.addEventListener("stop", () => this.#own?.stopped());
    this.#socket.addEventListener("listeners", () => this.#own?.views.connections.shown());
    document.addEventListener("keydown", (event) => this.#key(event));
    document.getElementById("keys").addEventListener("click", () => show("Keys", HELP));
    document.getElementById("link").addEventListener("click", () => this.#socket.retry());
    this.#socket.connect();
  }

  get #own() {
    return this.#workspaces.get(null);
  }

  #up(hello) {
    const again = this.#own !== undefined;
    link("up", again ? "connected again" : "connected");
    document.title = `${shown(hello.file?.split("/").pop() || "no file")} - farad`;
    // A server that began anew does not know where we were in the same file.
    const stay = again && hello.file === this.#file;
    this.#file = hello.file;
    if (stay) this.local.move(this.local.seek);
    else this.local.arrive(address(hello.seek));
    if (!again) this.choose(null);
    else for (const workspace of this.#workspaces.values()) workspace.refresh().catch(complain);
    this.refreshHosts();
  }

  #down({ was, wait }) {
    const seconds = wait < 1000 ? "at once" : `in ${Math.round(wait / 1000)} s`;
    link("down", `${was ? "connection lost" : "no connection"}: trying again ${seconds}`);
  }

  /** Asks which hosts there are; tabs of those that are gone go. */
  async refreshHosts() {
    try {
      this.hosts = (await this.local.json("=j")) ?? [];
    } catch (error) {
      complain(error);
      return;
    }
    for (const [id, workspace] of this.#workspaces) {
      if (id === null || this.hosts.some((host) => host.id === id && host.uri === workspace.target.host.uri)) continue;
      workspace.element.remove();
      this.#workspaces.delete(id);
      if (this.#current === id) this.choose(null);
    }
    this.#showTabs();
    this.dispatchEvent(new CustomEvent("hosts"));
  }

  /** Shows the tab of a host, by its number, or the server's own (null). */
  choose(id) {
    let workspace = this.#workspaces.get(id);
    if (!workspace) {
      const host = id === null ? null : this.hosts.find((host) => host.id === id);
      if (host === undefined) return;
      workspace = new Workspace(this, id === null ? this.local : new Target(this.#socket, host));
      this.#workspaces.set(id, workspace);
      workspace.element.hidden = true;
      document.getElementById("workspaces").append(workspace.element);
      workspace.refresh().catch(complain);
    }
    this.#current = id;
    for (const [other, { element }] of this.#workspaces) element.hidden = other !== id;
    workspace.show(workspace.current);
    this.#showTabs();
  }

  #showTabs() {
    const tab = (id, name) => el("button", { type: "button", role: "tab", "aria-selected": String(id === this.#current), title: name, onclick: () => this.choose(id) }, name);
    const hosts = this.hosts.map((host) => tab(host.id, new Target(this.#socket, host).name));
    document.getElementById("targets").replaceChildren(tab(null, "local"), ...hosts);
  }

  #step(by) {
    const ids = [null, ...this.hosts.map((host) => host.id)];
    this.choose(ids[(ids.indexOf(this.#current) + by + ids.length) % ids.length]);
  }

  #key(event) {
    const workspace = this.#workspaces.get(this.#current);
    if (!workspace || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.altKey && /^Digit[1-6]$/.test(event.code)) workspace.key({ key: event.code.slice(-1) });
    else if (event.ctrlKey || event.altKey || event.metaKey) return;
    else if (event.key === "Escape") this.#escape(workspace);
    else if (isTyping(event.target)) return;
    // A button that is focused takes Enter itself.
    else if (event.target.matches?.("button") && (event.key === "Enter" || event.key === " ")) return;
    else if (event.key === "?") show("Keys", HELP);
    else if (event.key === "[" || event.key === "]") this.#step(event.key === "[" ? -1 : 1);
    else if (!workspace.key(event)) return;
    event.preventDefault();
  }

  #escape(workspace) {
    if (clearMessages()) return;
    if (workspace.current === "console") workspace.views.console.log.focus();
    else workspace.views[workspace.current].focus();
  }
}

/** Each tab of the browser is a view of its own, which it keeps when it is loaded again. */
function viewName() {
  let name = sessionStorage.getItem("farad-view");
  if (!name) {
    name = "page-" + Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("farad-view", name);
  }
  return name;
}

// Mistakes of the page itself are shown like any other.
window.addEventListener("error", (event) => fail(event.message));
window.addEventListener("unhandledrejection", (event) => complain(event.reason));
startTheme(document.getElementById("theme"));
new App();
