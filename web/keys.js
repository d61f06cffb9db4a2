// The keys of the page: what each does, said in one table that the help shows.

export const HELP = [
  [": or /", "type a command (Tab completes, Up recalls, Ctrl-C stops, Ctrl-L clears)"],
  ["Escape", "leave the line, the editing, the messages"],
  ["1 … 6", "console, hexdump, disassembly, lists, connections, debugger (Alt-1 … Alt-6 while typing)"],
  ["v", "hexdump and disassembly beside each other"],
  ["[ and ]", "the host before, the next one"],
  ["g", "go to an address, a name or an expression"],
  ["Arrows, PageUp, PageDown", "move; Home and End go to the first and last byte"],
  ["Enter", "follow what is at the cursor"],
  ["u or Backspace", "back;  U  forward"],
  ["x", "what refers to this address, and what it refers to"],
  [";", "comment"],
  ["n", "name"],
  ["i", "edit bytes in the hexdump (Tab changes between digits and text)"],
  ["b", "set or remove a breakpoint here"],
  ["s, o, c", "in the debugger: step, step over, continue"],
  ["f", "filter the list"],
  ["?", "these keys"],
];

/** Whether a key belongs to a field that is typed in. */
export function isTyping(target) {
  return target.matches?.("input, textarea, select, [contenteditable]") ?? false;
}
