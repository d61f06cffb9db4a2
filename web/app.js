// Where the page begins: the connection, and a workspace for each host.

import { Socket } from "./socket.js";
import { fail, link } from "./status.js";
import { startTheme } from "./theme.js";

startTheme(document.getElementById("theme"));

const socket = new Socket(viewName());
socket.addEventListener("up", ({ detail }) => {
  link("up", "connected");
  document.title = `${detail.file.split("/").pop() || "no file"} - farad`;
});
socket.addEventListener("down", ({ detail }) => link("down", detail.was ? "connection lost" : "no connection"));
socket.addEventListener("trouble", ({ detail }) => fail(detail));
socket.connect();

/** Each tab of the browser is a view of its own, which it keeps when it is loaded again. */
function viewName() {
  let name = sessionStorage.getItem("farad-view");
  if (!name) {
    name = "page-" + Array.from(crypto.getRandomValues(new Uint8Array(6)), (b) => b.toString(16).padStart(2, "0")).join("");
    sessionStorage.setItem("farad-view", name);
  }
  return name;
}
