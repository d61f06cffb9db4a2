//! Tables for people: a row of headings, a rule, rows in columns as wide as their widest cell.
//!
//! Knows text and widths, not what the cells mean.

use std::io::Write;

use crate::error::Result;
use crate::render::{padding, printable};

/// The side that a column's cells stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Blanks behind the text.
    Left,
    /// Blanks before the text.
    Right,
}

/// Rows under headings.
pub(crate) struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table of these columns. A heading with `>` in front is for a column whose cells stand
    /// at the right, one blank further from what is before them.
    pub(crate) fn new(headings: &[&'static str]) -> Table {
        let column = |heading: &&'static str| match heading.strip_prefix('>') {
            Some(name) => (name, Align::Right),
            None => (*heading, Align::Left),
        };
        Table { columns: headings.iter().map(column).collect(), rows: Vec::new() }
    }

    /// Adds a row, a cell a column. What could break a line or steer a terminal is escaped.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = String>) {
        let row: Vec<String> = cells.into_iter().map(|cell| printable(&cell)).collect();
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes headings, rule and rows. Lines end with their last text.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(crate) fn write(&self, out: &mut (impl Write + ?Sized)) -> Result<()> {
        let headings = || self.columns.iter().map(|(name, _)| *name);
        let mut widths: Vec<usize> = headings().map(str::len).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let aligned = widths.iter_mut().zip(&self.columns);
        aligned.for_each(|(width, (_, align))| *width += usize::from(*align == Align::Right));
        let heading = self.line(&widths, headings());
        writeln!(out, "{heading}\n{}", "-".repeat(heading.chars().count()))?;
        for row in &self.rows {
            writeln!(out, "{}", self.line(&widths, row.iter().map(String::as_str)))?;
        }
        Ok(())
    }

    fn line<'a>(&self, widths: &[usize], cells: impl Iterator<Item = &'a str>) -> String {
        let mut line = String::new();
        for ((cell, &width), (_, align)) in cells.zip(widths).zip(&self.columns) {
            if !line.is_empty() {
                line.push(' ');
            }
            match align {
                Align::Left => line.extend([cell, &padding(cell, width)]),
                Align::Right => line.extend([&padding(cell, width), cell]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_can_be_longer_than_the_formatter_pads() {
        let mut table = Table::new(&["name"]);
        table.push(["x".repeat(100_000)]);
        let mut text = Vec::new();
        table.write(&mut text).unwrap();
        assert_eq!(text.len(), "name\n----\n".len() + 100_001);
    }

    #[test]
    fn columns_fit_their_widest_cell() {
        let mut table = Table::new(&["nth", ">size", "name"]);
        table.push(["0".into(), "0x12345".into(), "a\x1b[2J".into()]);
        table.push(["10".into(), "0x1".into(), String::new()]);
        let mut text = Vec::new();
        table.write(&mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "nth     size name\n-----------------\n0    0x12345 a\\x1b[2J\n10       0x1\n"
        );
    }
}
