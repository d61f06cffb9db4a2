// Text of a target as it may be seen: what would be seen as nothing, or change the order in which its neighbours are
// seen, is written out, as it is at a terminal.

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\r(?=[^\n])/g;
const DECEPTIVE = /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** `text` with control, bidirectional and invisible characters as `\x9b` and `\u{202e}`; ends of lines and tabs stay. */
export function shown(text) {
  return text
    .replace(CONTROL, (c) => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0"))
    .replace(DECEPTIVE, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}
