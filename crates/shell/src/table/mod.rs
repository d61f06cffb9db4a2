//! Tables: rows of cells under typed headings, and what can be asked of any of them.
//!
//! A command fills a [`Table`] and hands it to [`print`](print()), which gives it as text, as JSON, or
//! filtered and in another form by the query behind a comma (`is,size/gt/50,:csv`). Must not know
//! what the cells mean.

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::paint::Role;
use crate::registry::{Args, Mode};
use crate::render::printable;

mod form;
mod import;
mod query;
#[cfg(test)]
mod tests;

pub(crate) use form::{FORMS, Form};
pub(crate) use import::from_csv;
pub(crate) use query::OPERATORS;

/// Most rows of a table that is put together by hand or read from a file.
pub(crate) const ROWS: usize = 1 << 20;

/// What a column's cells are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number as it is written, in any base; what is none stands for a number that is not there.
    Number,
    /// Any text.
    Text,
    /// `true` or `false`.
    Bool,
}

/// The side that a column's cells stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Blanks behind the text.
    Left,
    /// Blanks before the text, one more than it needs.
    Right,
}

/// A heading and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// The heading.
    pub(crate) name: String,
    /// What the cells are.
    pub(crate) kind: Kind,
    align: Align,
}

impl Column {
    /// A column at the left.
    pub(crate) fn new(name: &str, kind: Kind) -> Column {
        Column { name: printable(name), kind, align: Align::Left }
    }

    /// The same at the right.
    pub(crate) fn right(self) -> Column {
        Column { align: Align::Right, ..self }
    }

    /// What a cell is to a reader: an address, another number, a name, or nothing in particular.
    fn role(&self, cell: &str) -> Option<Role> {
        match self.kind {
            Kind::Number if cell.starts_with("0x") => Some(Role::Offset),
            Kind::Number => Some(Role::Number),
            Kind::Text if self.name.ends_with("name") || self.name == "string" => Some(Role::Flag),
            Kind::Text | Kind::Bool => None,
        }
    }
}

/// A column of numbers.
pub(crate) fn number(name: &str) -> Column {
    Column::new(name, Kind::Number)
}

/// A column of text.
pub(crate) fn text(name: &str) -> Column {
    Column::new(name, Kind::Text)
}

/// Rows under headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// What the rows are, in one word; SQL calls the table so.
    name: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(name: &str, columns: impl IntoIterator<Item = Column>) -> Table {
        Table { name: name.to_owned(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row, a cell a column. What could break a line or steer a terminal is escaped.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row: Vec<String> = cells.into_iter().map(|cell| printable(&cell)).collect();
        debug_assert_eq!(row.len(), self.columns.len());
        row.resize(self.columns.len(), String::new());
        self.rows.push(row);
    }

    /// Whether it has no rows.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The headings.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The place of a column.
    fn column(&self, name: &str) -> Result<usize> {
        self.columns.iter().position(|column| column.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            Error::failed(format!("no column '{}': there are {}", printable(name), known.join(", ")))
        })
    }

    /// Filters and sorts it by a query, and gives the form that the query asks for, if any.
    ///
    /// # Errors
    /// A query that is none, or names a column that is not there.
    pub(crate) fn query(&mut self, env: &mut Env<'_>, text: &str) -> Result<Option<Form>> {
        query::run(self, text, &mut |number| env.number(number).ok())
    }

    /// Writes it in a form; those that people read in the reader's colours.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub(crate) fn write(&self, env: &mut Env<'_>, form: Form) -> Result<()> {
        let paint = env.paint();
        form::write(self, env.out, &paint, form)
    }
}

/// Prints a command's table in the form its letters ask for.
///
/// # Errors
/// A wrong query, or output that cannot be written.
pub(crate) fn print(env: &mut Env<'_>, args: &Args<'_>, mut table: Table) -> Result<()> {
    let form = match args.mode {
        Mode::Table => table.query(env, args.text)?.unwrap_or(Form::Simple),
        Mode::Json => Form::Json,
        Mode::Text | Mode::Script | Mode::Quiet => Form::Simple,
    };
    table.write(env, form)
}

/// The number in a cell, if it is one: decimal, or hex behind `0x`.
fn cell_number(cell: &str) -> Option<u64> {
    match cell.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => match cell.strip_prefix('-') {
            Some(digits) => digits.parse::<u64>().ok().map(u64::wrapping_neg),
            None => cell.parse().ok(),
        },
    }
}
