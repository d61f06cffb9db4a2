// The WebSocket: commands and their answers by number, events, and connecting again.
//
// Knows the messages of docs/protocol/http.md and nothing of what is shown. What waits is kept
// here, so that a command that is no longer wanted costs the server nothing.

/** Few, since what is sent is answered in order: what is urgent waits for so many. */
const IN_FLIGHT = 6;
const IDLE_IN_FLIGHT = 1;
const FIRST_WAIT = 250;
const LONGEST_WAIT = 8000;

/** A command failed or could not be asked; `report` lines are in the message. */
export class CommandError extends Error {}

/** The command was cancelled by the page itself: nothing to tell anybody. */
export class Cancelled extends Error {}

/** The connection ended first, which is told once and for all, where the connection is told. */
export class Lost extends Cancelled {}

export class Socket extends EventTarget {
  #socket = null;
  #view;
  #next = 1;
  /** What waits: urgent, as it comes, and when nothing else is to do. */
  #queues = { urgent: [], normal: [], idle: [] };
  #running = new Map();
  #wait = FIRST_WAIT;
  #timer = 0;
  /** The server's greeting, while connected. */
  hello = null;

  constructor(view) {
    super();
    this.#view = view;
  }

  connect() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws?view=${encodeURIComponent(this.#view)}`);
    this.#socket = socket;
    socket.addEventListener("message", (event) => this.#receive(event.data));
    socket.addEventListener("close", () => this.#lose(socket));
  }

  /** Tries again at once, whatever is left to wait. */
  retry() {
    if (this.hello || (this.#socket && this.#socket.readyState === WebSocket.CONNECTING)) return;
    this.connect();
  }

  /**
   * Runs a command. `promise` gives `{ok, out, error, reports, truncated, ms, seek}`, and fails
   * (`Lost`, `Cancelled`) only where the connection did or `cancel()` was called. `out` and `report` are told of each
   * piece as it comes. `when` is the queue to wait in.
   */
  run(cmd, { out, report, columns, color, when = "normal" } = {}) {
    const job = { id: this.#next++, cmd, out, report, columns, color, text: "", reports: [] };
    const promise = new Promise((resolve, reject) => Object.assign(job, { resolve, reject }));
    if (!this.hello) job.reject(new Lost(`there is no connection to run '${shorten(cmd)}' over`));
    else this.#queues[when].push(job);
    this.#pump();
    return { promise, cancel: () => this.#cancel(job) };
  }

  #take() {
    const { urgent, normal, idle } = this.#queues;
    if (this.#running.size < IN_FLIGHT) return urgent.shift() ?? normal.shift() ?? (this.#running.size < IDLE_IN_FLIGHT ? idle.shift() : undefined);
    return undefined;
  }

  #pump() {
    for (let job = this.hello && this.#take(); job; job = this.#take()) {
      this.#running.set(job.id, job);
      const message = { id: job.id, cmd: job.cmd };
      if (job.columns) message.columns = job.columns;
      // The view keeps what it was told last.
      message.color = job.color ?? 0;
      this.#socket.send(JSON.stringify(message));
    }
  }

  #cancel(job) {
    const queue = Object.values(this.#queues).find((queue) => queue.includes(job));
    if (queue) queue.splice(queue.indexOf(job), 1);
    else if (this.#running.has(job.id) && this.hello) this.#socket.send(JSON.stringify({ cancel: job.id }));
    job.reject(new Cancelled("cancelled"));
  }

  #receive(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      this.#tell("trouble", "the server sent what is no JSON");
      return;
    }
    if (message.event === "hello") this.#greet(message);
    else if (message.event) this.#tell(message.event, message);
    else if (message.id === undefined) this.#tell("trouble", message.error ?? "the server sent an empty message");
    else this.#answer(message);
  }

  #greet(hello) {
    this.hello = hello;
    this.#wait = FIRST_WAIT;
    this.#tell("up", hello);
    this.#pump();
  }

  #answer(message) {
    const job = this.#running.get(message.id);
    if (!job) return;
    const text = message.out ?? (message.b64 !== undefined ? readable(message.b64) : undefined);
    if (text !== undefined) {
      job.text += text;
      job.out?.(text);
    }
    if (message.report !== undefined) {
      job.reports.push(message.report);
      job.report?.(message.report);
    }
    if (!message.done) return;
    this.#running.delete(message.id);
    job.resolve({ ...message, out: job.text, reports: job.reports });
    this.#pump();
  }

  #lose(socket) {
    if (socket !== this.#socket) return;
    const was = this.hello !== null;
    this.hello = null;
    for (const job of [...this.#running.values(), ...Object.values(this.#queues).flat()]) {
      job.reject(new Lost(`the connection was lost before '${shorten(job.cmd)}' was answered`));
    }
    this.#running.clear();
    for (const queue of Object.values(this.#queues)) queue.length = 0;
    this.#tell("down", { was, wait: this.#wait });
    this.#timer = setTimeout(() => this.connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function shorten(text) {
  return text.length > 60 ? text.slice(0, 60) + "…" : text;
}

/** Bytes that are no text: each as a character, those that cannot be shown as `\xNN`. */
function readable(base64) {
  return Array.from(atob(base64), (c) => {
    const code = c.charCodeAt(0);
    const shown = c === "\n" || c === "\t" || code === 0x1b || (code >= 0x20 && code < 0x7f);
    return shown ? c : "\\x" + code.toString(16).padStart(2, "0");
  }).join("");
}
