// JSON as farad prints it, with whole numbers that keep all their digits.
//
// Addresses are 64 bits wide and JavaScript's numbers are not: what has 16 digits or more
// becomes a string, which `address.js` takes like a number.

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** Parses `text`; numbers of 16 digits or more are strings. */
export function parse(text) {
  return JSON.parse(text.replace(TOKENS, (token) => (token[0] === '"' ? token : `"${token}"`)));
}

/** The values of output that holds one JSON value a line; a line that is none is `null`. */
export function parseLines(text) {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => {
    try {
      return parse(line);
    } catch {
      return null;
    }
  });
}
