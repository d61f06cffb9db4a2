// The hosts that the server is connected to: adding one, hanging up, going to its tab.

import { el } from "../dom.js";
import { complain } from "../target.js";
import { shown } from "../text.js";

export class Connections {
  #workspace;

  constructor(workspace) {
    this.#workspace = workspace;
    this.uri = el("input", { "aria-label": "Host to connect to", placeholder: "rap://host:port/ or http://host:port/", spellcheck: false, size: 44 });
    this.form = el("form", {}, el("label", {}, "=+ "), this.uri, el("button", {}, "Connect"));
    this.said = el("pre", { class: "said", role: "status" });
    this.hosts = el("div", { class: "hosts" });
    this.servers = el("pre", { class: "servers" });
    this.element = el("section", { class: "connections", "aria-label": "Connections" },
      el("h2", {}, "Hosts"), this.form, this.said, this.hosts, el("h2", {}, "Servers of this process"), this.servers);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#add().catch(complain);
    });
    workspace.app.addEventListener("hosts", () => this.#show());
    this.#show();
  }

  focus() {
    this.uri.focus();
  }

  shown() {
    this.#workspace.app.refreshHosts();
    this.#servers().catch(complain);
  }

  async #servers() {
    const out = await this.#workspace.app.local.ask("=l");
    this.servers.textContent = shown(out.trim()) || "none";
  }

  async #add() {
    const uri = this.uri.value.trim();
    if (uri === "") return;
    if (/[;|`@~>\s]/.test(uri)) throw new Error(`${uri}: an address of a host has no blanks and none of ; | \` @ ~ >`);
    this.said.textContent = shown(`connecting to ${uri} …`);
    try {
      const answer = await this.#workspace.app.local.run(`=+ ${uri}`).promise;
      // The error is the last report, and what would allow it.
      const reports = answer.ok ? answer.reports : [...answer.reports.slice(0, -1), answer.error || "the command failed"];
      this.said.textContent = shown([answer.out.trim(), ...reports].filter(Boolean).join("\n"));
      this.said.classList.toggle("bad", !answer.ok);
      if (answer.ok) this.uri.value = "";
    } catch (error) {
      this.said.textContent = "";
      throw error;
    } finally {
      await this.#workspace.app.refreshHosts();
    }
  }

  #show() {
    const hosts = this.#workspace.app.hosts;
    if (hosts.length === 0) {
      this.hosts.replaceChildren(el("p", { class: "note" }, "none: =+ connects to a farad or radare2 that serves rap or HTTP"));
      return;
    }
    this.hosts.replaceChildren(el("table", {},
      el("thead", {}, el("tr", {}, ...["number", "name", "address", "session", ""].map((title) => el("th", {}, title)))),
      el("tbody", {}, ...hosts.map((host) => this.#row(host)))));
  }

  #row(host) {
    const app = this.#workspace.app;
    return el("tr", {}, el("td", {}, String(host.id)), el("td", {}, host.name ?? ""), el("td", {}, host.uri), el("td", {}, host.session ?? ""),
      el("td", {}, el("button", { type: "button", onclick: () => app.choose(host.id) }, "Show"), " ",
        el("button", { type: "button", onclick: () => this.#hangUp(host) }, "Hang up")));
  }

  async #hangUp(host) {
    await this.#workspace.app.local.ask(`=- ${host.id}`).catch(complain);
    await this.#workspace.app.refreshHosts();
  }

  key() {
    return false;
  }
}
