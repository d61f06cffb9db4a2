//! Rows of a dump of which only the address, the digits and the characters change: most of a large
//! one.

use super::ascii::{HEX, SHOWN, addr_digits, push_blanks};
use super::dump::{Extra, Style};
use super::unit::Unit;

/// A whole row of bytes as digits and characters, of which only those change from row to row. Most
/// of a large dump is such rows.
pub(super) struct Template {
    line: Vec<u8>,
    addr_digits: usize,
    cells: Vec<usize>,
    characters: Option<usize>,
}

impl Template {
    /// The row of a dump, where it is as simple as that.
    pub(super) fn new(style: &Style, unit: Unit, columns: usize, extra: Extra) -> Option<Template> {
        let is_plain = style.absent.is_none() && !style.section && !style.paint.is_on();
        let is_simple = unit == Unit::Byte && extra == Extra::None && is_plain;
        if !is_simple {
            return None;
        }
        let mut template = Template { line: Vec::new(), addr_digits: 0, cells: Vec::new(), characters: None };
        template.lay(style.addr.then_some(8), style, columns);
        Some(template)
    }

    fn lay(&mut self, addr_digits: Option<usize>, style: &Style, columns: usize) {
        self.addr_digits = addr_digits.unwrap_or(0);
        if addr_digits.is_some() {
            self.line.extend_from_slice(b"0x");
            push_blanks(&mut self.line, self.addr_digits);
        }
        push_blanks(&mut self.line, if style.compact || !style.addr { 1 } else { 2 });
        let run = style.run();
        for index in 0..columns {
            self.cells.push(self.line.len());
            push_blanks(&mut self.line, if index % run == run - 1 { 3 } else { 2 });
        }
        self.line.push(b' ');
        if style.ascii {
            self.characters = Some(self.line.len());
            push_blanks(&mut self.line, columns);
        }
        self.line.push(b'\n');
    }

    /// Appends a row, if it is a whole one with an address of the usual width.
    pub(super) fn push_row(&self, text: &mut Vec<u8>, addr: u64, bytes: &[u8]) -> bool {
        if bytes.len() != self.cells.len() || self.addr_digits > 0 && addr_digits(addr) != self.addr_digits {
            return false;
        }
        let from = text.len();
        text.extend_from_slice(&self.line);
        let row = &mut text[from..];
        let addr = addr.to_be_bytes();
        if self.addr_digits > 0 {
            for (cell, byte) in row[2..10].chunks_exact_mut(2).zip(&addr[4..]) {
                cell.copy_from_slice(&HEX[usize::from(*byte)]);
            }
        }
        for (&at, &byte) in self.cells.iter().zip(bytes) {
            row[at..at + 2].copy_from_slice(&HEX[usize::from(byte)]);
        }
        if let Some(at) = self.characters {
            for (character, &byte) in row[at..at + bytes.len()].iter_mut().zip(bytes) {
                *character = SHOWN[usize::from(byte)];
            }
        }
        true
    }
}
