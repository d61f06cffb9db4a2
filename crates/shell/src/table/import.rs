//! Tables out of CSV text (RFC 4180).

use super::{Column, Kind, ROWS, Table, cell_number};
use crate::error::{Error, Result};

/// A table of CSV text whose first line has the headings. A column all of whose cells are numbers
/// is one of numbers. Short rows are filled up with empty cells, long ones are an error.
///
/// # Errors
/// Text without headings, a quote that is never closed, a row with too many cells, or too many rows.
pub(crate) fn from_csv(name: &str, text: &str) -> Result<Table> {
    let mut records = Records { rest: text, line: 1 };
    let headings =
        records.next()?.ok_or_else(|| Error::failed("there are no headings: the text is empty"))?;
    let columns = headings.len();
    let mut rows = Vec::new();
    loop {
        let line = records.line;
        let Some(record) = records.next()? else { break };
        if record.len() > columns {
            return Err(Error::failed(format!(
                "line {line} has {} cells, and there are {columns} headings",
                record.len()
            )));
        }
        if rows.len() == ROWS {
            return Err(Error::Limit { what: "the number of rows", limit: ROWS.to_string() });
        }
        let mut record = record;
        record.resize(columns, String::new());
        rows.push(record);
    }
    let kind = |at: usize| {
        let all = !rows.is_empty() && rows.iter().all(|row| cell_number(&row[at]).is_some());
        if all { Kind::Number } else { Kind::Text }
    };
    let columns: Vec<Column> =
        headings.iter().enumerate().map(|(at, name)| Column::new(name, kind(at))).collect();
    let mut table = Table::new(name, columns);
    rows.into_iter().for_each(|row| table.push(row));
    Ok(table)
}

struct Records<'a> {
    rest: &'a str,
    line: usize,
}

impl Records<'_> {
    /// The cells of the next record; empty lines are passed over.
    fn next(&mut self) -> Result<Option<Vec<String>>> {
        while let Some(rest) = self.rest.strip_prefix('\n').or_else(|| self.rest.strip_prefix("\r\n")) {
            self.rest = rest;
            self.line += 1;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            let rest = self.rest.strip_prefix('\r').unwrap_or(self.rest);
            self.rest = rest.strip_prefix('\n').unwrap_or(rest);
            self.line += 1;
            return Ok(Some(cells));
        }
    }

    fn cell(&mut self) -> Result<String> {
        let Some(mut inside) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
            let (cell, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(cell.trim_end_matches('\r').to_owned());
        };
        let (mut cell, line) = (String::new(), self.line);
        loop {
            let Some(end) = inside.find('"') else {
                return Err(Error::failed(format!("the quote in line {line} is never closed")));
            };
            cell.push_str(&inside[..end]);
            inside = &inside[end + 1..];
            match inside.strip_prefix('"') {
                Some(more) => {
                    cell.push('"');
                    inside = more;
                }
                None => break,
            }
        }
        self.line += cell.matches('\n').count();
        // What stands between the closing quote and the comma is kept as it is.
        let end = inside.find([',', '\n']).unwrap_or(inside.len());
        cell.push_str(inside[..end].trim_end_matches('\r'));
        self.rest = &inside[end..];
        Ok(cell)
    }
}
