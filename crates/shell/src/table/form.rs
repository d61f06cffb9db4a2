//! The forms in which a table is written.

use serde_json::{Map, Value};

use super::{Align, Column, Kind, Table, cell_number};
use crate::error::{Error, Result};
use crate::out::Out;
use crate::paint::{Paint, Role};
use crate::render::{json_text, padding, printable};

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Headings, a rule, and rows in columns as wide as their widest cell.
    Simple,
    /// The same in a frame.
    Fancy,
    /// The rows alone.
    Quiet,
    /// Values with commas between.
    Csv,
    /// Values with tabs between.
    Tsv,
    /// An array of objects.
    Json,
    /// Statements that make the table in a database.
    Sql,
    /// A table of a web page.
    Html,
    /// Commands that make the table again.
    Script,
}

/// Forms by the name a query has for them, and what they are, in the order help shows them.
pub(crate) const FORMS: &[(&str, Form, &str)] = &[
    ("simple", Form::Simple, "headings, a rule and rows"),
    ("fancy", Form::Fancy, "the same in a frame"),
    ("quiet", Form::Quiet, "rows without headings"),
    ("csv", Form::Csv, "values with commas between"),
    ("tsv", Form::Tsv, "values with tabs between"),
    ("json", Form::Json, "an array of objects"),
    ("sql", Form::Sql, "statements for a database"),
    ("html", Form::Html, "a table of a web page"),
    ("r2", Form::Script, "commands that make the table again"),
];

impl Form {
    /// The form of that name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn find(name: &str) -> Result<Form> {
        let found = FORMS.iter().find(|(known, ..)| *known == name);
        found.map(|&(_, form, _)| form).ok_or_else(|| {
            let known: Vec<&str> = FORMS.iter().map(|(known, ..)| *known).collect();
            Error::failed(format!("no form ':{}' of a table: use {}", printable(name), known.join(", ")))
        })
    }
}

/// Writes a table. Lines end with their last text.
///
/// # Errors
/// When the output cannot be written.
pub(super) fn write(table: &Table, out: &mut dyn Out, paint: &Paint, form: Form) -> Result<()> {
    match form {
        Form::Simple => {
            let lines = Lines::of(table, paint);
            let heading = lines.line(table.columns.iter().map(|column| column.name.as_str()), |_, _| None);
            let rule = "-".repeat(heading.chars().count());
            writeln!(out, "{}\n{rule}", paint.of(Role::Heading, &heading))?;
            write_rows(table, out, &lines)
        }
        Form::Quiet => write_rows(table, out, &Lines::of(table, paint)),
        Form::Fancy => write_fancy(table, out, paint),
        Form::Csv => write_separated(table, out, ',', quoted),
        Form::Tsv => write_separated(table, out, '\t', str::to_owned),
        Form::Json => {
            let rows = table.rows.iter().map(|row| object(&table.columns, row));
            Ok(writeln!(out, "{}", json_text(&Value::Array(rows.collect())))?)
        }
        Form::Sql => write_sql(table, out),
        Form::Html => write_html(table, out),
        Form::Script => write_script(table, out),
    }
}

/// Cells side by side, as wide as the widest of their column.
struct Lines<'a> {
    columns: &'a [Column],
    widths: Vec<usize>,
    paint: &'a Paint,
}

impl<'a> Lines<'a> {
    fn of(table: &'a Table, paint: &'a Paint) -> Lines<'a> {
        let mut widths: Vec<usize> = table.columns.iter().map(|column| column.name.chars().count()).collect();
        for row in &table.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for (width, column) in widths.iter_mut().zip(&table.columns) {
            *width += usize::from(column.align == Align::Right);
        }
        Lines { columns: &table.columns, widths, paint }
    }

    /// A row's line in a frame: cells with a blank at each side.
    fn framed<'c>(
        &self,
        cells: impl Iterator<Item = &'c str>,
        role: impl Fn(&Column, &str) -> Option<Role>,
    ) -> String {
        let mut line = "|".to_owned();
        for ((cell, &width), column) in cells.zip(&self.widths).zip(self.columns) {
            // Cells at the left have a blank more behind them, as those at the right have before them.
            let blanks = padding(cell, width + usize::from(column.align == Align::Left));
            let (before, behind) = match column.align {
                Align::Left => ("", blanks.as_str()),
                Align::Right => (blanks.as_str(), ""),
            };
            line += &format!(" {before}");
            match role(column, cell) {
                Some(role) => self.paint.push(&mut line, role, cell),
                None => line.push_str(cell),
            }
            line += &format!("{behind} |");
        }
        line
    }

    /// A row's line. Blanks are made when something stands behind them: the last column may be thousands wide.
    fn line<'c>(
        &self,
        cells: impl Iterator<Item = &'c str>,
        role: impl Fn(&Column, &str) -> Option<Role>,
    ) -> String {
        let mut line = String::new();
        let mut blanks = 0;
        for ((cell, &width), column) in cells.zip(&self.widths).zip(self.columns) {
            let room = width.saturating_sub(cell.chars().count());
            let (before, behind) = match column.align {
                Align::Left => (0, room),
                Align::Right => (room, 0),
            };
            blanks += before;
            if !cell.is_empty() {
                line.extend(std::iter::repeat_n(' ', blanks));
                match role(column, cell) {
                    Some(role) => self.paint.push(&mut line, role, cell),
                    None => line.push_str(cell),
                }
                blanks = 0;
            }
            blanks += behind + 1;
        }
        line.truncate(line.trim_end().len());
        line
    }
}

fn write_rows(table: &Table, out: &mut dyn Out, lines: &Lines<'_>) -> Result<()> {
    for row in &table.rows {
        writeln!(out, "{}", lines.line(row.iter().map(String::as_str), Column::role))?;
    }
    Ok(())
}

fn write_fancy(table: &Table, out: &mut dyn Out, paint: &Paint) -> Result<()> {
    let lines = Lines::of(table, paint);
    let names = || table.columns.iter().map(|column| column.name.as_str());
    let rule = "-".repeat(lines.framed(names(), |_, _| None).chars().count().saturating_sub(2));
    let heading = lines.framed(names(), |_, _| Some(Role::Heading));
    writeln!(out, ".{rule}.\n{heading}\n){rule}(")?;
    for cells in &table.rows {
        writeln!(out, "{}", lines.framed(cells.iter().map(String::as_str), Column::role))?;
    }
    Ok(writeln!(out, "`{rule}'")?)
}

fn write_separated(table: &Table, out: &mut dyn Out, mark: char, spell: fn(&str) -> String) -> Result<()> {
    let mark = mark.to_string();
    let heading: Vec<String> = table.columns.iter().map(|column| spell(&column.name)).collect();
    writeln!(out, "{}", heading.join(&mark))?;
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| spell(cell)).collect();
        writeln!(out, "{}", cells.join(&mark))?;
    }
    Ok(())
}

/// A value of CSV (RFC 4180): in quotes where it holds a comma or a quote.
fn quoted(cell: &str) -> String {
    match cell.contains([',', '"']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

/// A row as JSON. As the peer has it, what is empty or 0 is left out.
fn object(columns: &[Column], row: &[String]) -> Value {
    let mut object = Map::new();
    for (column, cell) in columns.iter().zip(row) {
        let value = match (column.kind, cell_number(cell)) {
            (_, _) if cell.is_empty() => continue,
            (Kind::Number, Some(0)) => continue,
            (Kind::Number, Some(number)) => number.into(),
            (Kind::Bool, _) => (cell == "true").into(),
            _ => cell.clone().into(),
        };
        object.insert(column.name.clone(), value);
    }
    Value::Object(object)
}

fn write_sql(table: &Table, out: &mut dyn Out) -> Result<()> {
    let name = if table.name.is_empty() { "data" } else { &table.name };
    let columns = table.columns.iter().enumerate().map(|(index, column)| {
        let kind = match column.kind {
            Kind::Number => "NUMERIC(20)",
            Kind::Text => "VARCHAR",
            Kind::Bool => "BOOLEAN",
        };
        let key = if index == 0 { " PRIMARY KEY" } else { "" };
        format!("{} {kind}{key}", sql_name(&column.name))
    });
    writeln!(out, "CREATE TABLE {name} ({});", columns.collect::<Vec<String>>().join(", "))?;
    let names: Vec<String> = table.columns.iter().map(|column| sql_name(&column.name)).collect();
    let names = names.join(", ");
    for row in &table.rows {
        let values = table.columns.iter().zip(row).map(|(column, cell)| match column.kind {
            Kind::Text => format!("'{}'", cell.replace('\'', "''")),
            Kind::Number if cell_number(cell).is_none() => "NULL".to_owned(),
            Kind::Bool if cell.is_empty() => "NULL".to_owned(),
            Kind::Number | Kind::Bool => cell.clone(),
        });
        let values = values.collect::<Vec<String>>().join(", ");
        writeln!(out, "INSERT INTO {name} ({names}) VALUES ({values});")?;
    }
    Ok(())
}

/// A column's name for SQL: in quotes where it is no plain word.
fn sql_name(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn write_html(table: &Table, out: &mut dyn Out) -> Result<()> {
    let row = |tag: &str, cells: &mut dyn Iterator<Item = &str>| -> String {
        let cells: String = cells.map(|cell| format!("<{tag}>{}</{tag}>", html(cell))).collect();
        format!("<tr>{cells}</tr>")
    };
    let heading = row("th", &mut table.columns.iter().map(|column| column.name.as_str()));
    writeln!(out, "<table>\n{heading}")?;
    for cells in &table.rows {
        writeln!(out, "{}", row("td", &mut cells.iter().map(String::as_str)))?;
    }
    Ok(writeln!(out, "</table>")?)
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn write_script(table: &Table, out: &mut dyn Out) -> Result<()> {
    let kinds: String = table.columns.iter().map(|column| column.kind.letter()).collect();
    let names = table.columns.iter().map(|column| word(&column.name));
    writeln!(out, "{}", script_line(&format!(",h {kinds}"), names))?;
    for row in &table.rows {
        writeln!(out, "{}", script_line(",r", row.iter().map(|cell| word(cell))))?;
    }
    Ok(())
}

/// A line that does what its command says and nothing else, whatever is in its words.
fn script_line(command: &str, words: impl Iterator<Item = String>) -> String {
    let line = words.fold(command.to_owned(), |line, word| line + " " + &word);
    let plain = |c: char| c.is_alphanumeric() || " _-.:/+,=".contains(c);
    if line.chars().all(plain) { line } else { format!("'{line}") }
}

/// A cell as one word of a command line: in quotes where it is empty, or blanks or quotes are in it.
fn word(cell: &str) -> String {
    let plain = !cell.is_empty() && !cell.contains([' ', '"', '\'']);
    if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\\\"")) }
}

impl Kind {
    /// The letter of a kind in `,h`.
    pub(crate) fn letter(self) -> char {
        match self {
            Kind::Number => 'x',
            Kind::Text => 's',
            Kind::Bool => 'b',
        }
    }

    /// The kind of a letter in `,h`.
    pub(crate) fn of_letter(letter: char) -> Option<Kind> {
        match letter {
            'x' | 'd' | 'n' => Some(Kind::Number),
            's' | 'z' => Some(Kind::Text),
            'b' => Some(Kind::Bool),
            _ => None,
        }
    }
}
