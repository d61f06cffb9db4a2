//! What a cell of a hex dump is: how many bytes it takes, and how it is written.

use super::ascii::{push_byte, push_decimal, push_hex};
use crate::parse::integer;

/// The kind of cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Two hex digits.
    Byte,
    /// Three octal digits.
    Octal,
    /// One character, and no column of characters besides.
    Char,
    /// A hex number of so many bytes.
    Hex(usize),
    /// A signed decimal number of so many bytes.
    Signed(usize),
    /// An unsigned decimal number of so many bytes.
    Unsigned(usize),
}

impl Unit {
    /// Bytes of a cell.
    pub(crate) fn size(self) -> usize {
        match self {
            Unit::Byte | Unit::Octal | Unit::Char => 1,
            Unit::Hex(size) | Unit::Signed(size) | Unit::Unsigned(size) => size,
        }
    }

    /// Whether a line with the columns' numbers stands above the rows.
    pub(crate) fn has_header(self) -> bool {
        !matches!(self, Unit::Hex(_))
    }

    /// The width of a column's number, and after how many of them a blank follows.
    pub(crate) fn header(self, pairs: bool) -> (usize, usize) {
        match self {
            Unit::Char => (1, usize::MAX),
            Unit::Byte | Unit::Hex(_) => (2, if pairs { 2 } else { 1 }),
            Unit::Octal => (3, 2),
            Unit::Signed(1) | Unit::Unsigned(1) => (4, 1),
            Unit::Signed(2) | Unit::Unsigned(2) => (3, 1),
            Unit::Signed(4) | Unit::Unsigned(4) => (3, 2),
            Unit::Signed(_) | Unit::Unsigned(_) => (2, 1),
        }
    }

    /// The columns that a byte missing from the last row takes, at place `index` of the row.
    pub(crate) fn gap(self, index: usize) -> usize {
        let last_of_word = index % 4 == 3;
        let more = match self {
            Unit::Hex(2 | 4) if last_of_word => 1,
            Unit::Signed(4) | Unit::Unsigned(4) if last_of_word => 4,
            _ => 0,
        };
        2 + index % 2 + more
    }

    /// Writes a cell of [`Unit::size`] bytes, at place `index` of its row. A blank follows each
    /// `run` single bytes.
    pub(crate) fn write(self, line: &mut Vec<u8>, bytes: &[u8], index: usize, run: usize, big: bool) {
        match self {
            Unit::Byte => {
                bytes.iter().for_each(|&byte| push_byte(line, byte));
                if index % run == run - 1 {
                    line.push(b' ');
                }
            }
            Unit::Octal => {
                for &byte in bytes {
                    line.extend_from_slice(&[b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)]);
                }
                if index % run == run - 1 {
                    line.push(b' ');
                }
            }
            Unit::Char => line.extend(bytes.iter().map(|&byte| super::ascii::shown(byte))),
            Unit::Hex(size) => {
                line.extend_from_slice(b"0x");
                push_hex(line, integer(bytes, big), size * 2);
                line.extend_from_slice(if size == 8 { b"  " } else { b" " });
            }
            Unit::Signed(size) | Unit::Unsigned(size) => {
                let width = match size {
                    1 => 4,
                    2 => 7,
                    4 => 13,
                    _ => 23,
                };
                push_decimal(line, self.value(bytes, big), width);
                line.push(b' ');
            }
        }
    }

    /// The number in a cell.
    pub(crate) fn value(self, bytes: &[u8], big: bool) -> i128 {
        let value = integer(bytes, big);
        match self {
            Unit::Signed(size) => {
                let unused = 64 - 8 * size.min(8) as u32;
                i128::from(((value << unused) as i64) >> unused)
            }
            _ => i128::from(value),
        }
    }
}
