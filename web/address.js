// Addresses: 64 bits, as BigInt, and how they are written.

export const TOP = (1n << 64n) - 1n;

/** The address that a number, a string of digits or a BigInt stands for; negative ones wrap. */
export function address(value) {
  return BigInt.asUintN(64, BigInt(value));
}

/** As farad writes an address in a listing: eight digits or more. */
export function hex(value, digits = 8) {
  return "0x" + value.toString(16).padStart(digits, "0");
}

/** As short as can be, for a command. */
export function word(value) {
  return "0x" + value.toString(16);
}

export function clamp(value, low, high) {
  return value < low ? low : value > high ? high : value;
}

/** A number of bytes as people read it. */
export function size(bytes) {
  const units = ["", "K", "M", "G", "T", "P", "E"];
  let unit = 0;
  let value = Number(bytes);
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return String(Number(value.toFixed(1))) + units[unit];
}
