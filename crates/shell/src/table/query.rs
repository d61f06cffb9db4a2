//! The query behind a comma: expressions with commas between, done from left to right.
//!
//! `column/operator/operand`, or `:form`. Operators on whole rows take any column, or `*`.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::form::Form;
use super::{Kind, Table, cell_number, number};
use crate::error::{Error, Result};
use crate::render::{human_size, printable};

/// Operators, what they take and what they do, in the order help shows them.
pub(crate) const OPERATORS: &[(&str, Operator, &str, &str)] = &[
    ("eq", Operator::Equal, "value", "keep rows whose cell is this"),
    ("ne", Operator::Unequal, "value", "keep rows whose cell is not this"),
    ("gt", Operator::Greater, "value", "keep rows whose cell is greater"),
    ("ge", Operator::AtLeast, "value", "keep rows whose cell is this or greater"),
    ("lt", Operator::Less, "value", "keep rows whose cell is less"),
    ("le", Operator::AtMost, "value", "keep rows whose cell is this or less"),
    ("str", Operator::Contains, "text", "keep rows whose cell has this in it"),
    ("nostr", Operator::Lacks, "text", "keep rows whose cell has it not"),
    ("strlen", Operator::Length, "n", "keep rows whose cell has n characters"),
    ("minlen", Operator::Longer, "n", "keep rows whose cell has more than n characters"),
    ("maxlen", Operator::Shorter, "n", "keep rows whose cell has fewer than n characters"),
    ("sort", Operator::Sort, "inc|dec", "sort by the column"),
    ("sortlen", Operator::SortLength, "inc|dec", "sort by the length of the cells"),
    ("uniq", Operator::Unique, "", "keep the first row of each different cell"),
    ("cols", Operator::Columns, "b/c", "show this column and these only"),
    ("sum", Operator::Sum, "", "add up the column"),
    ("head", Operator::Head, "n", "keep the first n rows"),
    ("tail", Operator::Tail, "n", "keep the last n rows"),
    ("skip", Operator::Skip, "n", "leave out the first n rows"),
    ("page", Operator::Page, "p/n", "keep the p-th n rows, counted from 1"),
    ("rev", Operator::Reverse, "", "turn the order of the rows round"),
];

/// What is done to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    Unequal,
    Greater,
    AtLeast,
    Less,
    AtMost,
    Contains,
    Lacks,
    Length,
    Longer,
    Shorter,
    Sort,
    SortLength,
    Unique,
    Columns,
    Sum,
    Head,
    Tail,
    Skip,
    Page,
    Reverse,
}

/// Gives the value of a number expression, if it is one.
pub(super) type Numbers<'a> = &'a mut dyn FnMut(&str) -> Option<u64>;

/// Does what a query says to a table, and gives the form it asks for, if any.
///
/// # Errors
/// An unknown column, operator or form; an operand that is missing or no number.
pub(super) fn run(table: &mut Table, text: &str, numbers: Numbers<'_>) -> Result<Option<Form>> {
    let mut form = None;
    for expression in text.split(',').map(str::trim).filter(|expression| !expression.is_empty()) {
        match expression.strip_prefix(':') {
            Some(name) => form = Some(Form::find(name)?),
            None if !expression.contains('/') && Form::find(expression).is_ok() => {
                form = Some(Form::find(expression)?);
            }
            None => apply(table, expression, numbers)?,
        }
    }
    Ok(form)
}

fn apply(table: &mut Table, expression: &str, numbers: Numbers<'_>) -> Result<()> {
    let mut parts = expression.splitn(3, '/');
    let (column, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let operand = parts.next().unwrap_or_default();
    let found = OPERATORS.iter().find(|(known, ..)| *known == name);
    let &(_, operator, takes, _) = found.ok_or_else(|| {
        let known: Vec<&str> = OPERATORS.iter().map(|(known, ..)| *known).collect();
        let known = known.join(" ");
        let shown = printable(expression);
        Error::failed(format!("'{shown}' is no column/operator/operand: operators are {known} (,? explains)"))
    })?;
    let mut count = |text: &str| {
        let value = leading(text, numbers);
        value.and_then(|value| usize::try_from(value).ok()).ok_or_else(|| {
            Error::failed(format!("{name} takes {takes}, and '{}' is no number", printable(text)))
        })
    };
    match operator {
        Operator::Head => table.rows.truncate(count(operand)?),
        Operator::Tail => {
            let gone = table.rows.len().saturating_sub(count(operand)?);
            table.rows.drain(..gone);
        }
        Operator::Skip => {
            let gone = count(operand)?.min(table.rows.len());
            table.rows.drain(..gone);
        }
        Operator::Page => {
            let (page, size) = operand.split_once('/').unwrap_or((operand, "10"));
            let (page, size) = (count(page)?, count(size)?);
            let from = page.saturating_sub(1).saturating_mul(size).min(table.rows.len());
            let to = from.saturating_add(size).min(table.rows.len());
            table.rows.truncate(to);
            table.rows.drain(..from);
        }
        Operator::Reverse => table.rows.reverse(),
        Operator::Length | Operator::Longer | Operator::Shorter => {
            let (at, wanted) = (table.column(column)?, count(operand)?);
            table.rows.retain(|row| {
                let order = row[at].chars().count().cmp(&wanted);
                order
                    == match operator {
                        Operator::Longer => Ordering::Greater,
                        Operator::Shorter => Ordering::Less,
                        _ => Ordering::Equal,
                    }
            });
        }
        Operator::Contains | Operator::Lacks => {
            let at = table.column(column)?;
            table.rows.retain(|row| row[at].contains(operand) == (operator == Operator::Contains));
        }
        Operator::Sort => {
            let at = table.column(column)?;
            sort(table, operand, |row, other| compare(&row[at], &other[at]));
        }
        Operator::SortLength => {
            let at = table.column(column)?;
            sort(table, operand, |row, other| row[at].chars().count().cmp(&other[at].chars().count()));
        }
        Operator::Unique => {
            let at = table.column(column)?;
            let mut seen = HashSet::new();
            table.rows.retain(|row| seen.insert(row[at].clone()));
        }
        Operator::Columns => {
            let names = std::iter::once(column).chain(operand.split('/').filter(|name| !name.is_empty()));
            let places = names.map(|name| table.column(name)).collect::<Result<Vec<usize>>>()?;
            choose(table, &places);
        }
        Operator::Sum => {
            let at = table.column(column)?;
            let sum = table
                .rows
                .iter()
                .filter_map(|row| cell_number(&row[at]))
                .fold(0_u64, |sum, value| sum.wrapping_add(value));
            table.columns = vec![number(column)];
            table.rows = vec![vec![human_size(sum)]];
        }
        Operator::Equal
        | Operator::Unequal
        | Operator::Greater
        | Operator::AtLeast
        | Operator::Less
        | Operator::AtMost => {
            let at = table.column(column)?;
            let wanted = wanted(table, at, name, operand, numbers)?;
            table.rows.retain(|row| keeps(operator, wanted.compare(&row[at])));
        }
    }
    Ok(())
}

/// What cells are compared with.
enum Wanted<'a> {
    Number(u64),
    Text(&'a str),
}

impl Wanted<'_> {
    /// How a cell stands to it; a cell without a number stands in no order to one.
    fn compare(&self, cell: &str) -> Option<Ordering> {
        match self {
            Wanted::Number(wanted) => cell_number(cell).map(|number| number.cmp(wanted)),
            Wanted::Text(wanted) => Some(compare(cell, wanted)),
        }
    }
}

fn wanted<'a>(
    table: &Table,
    at: usize,
    name: &str,
    operand: &'a str,
    numbers: Numbers<'_>,
) -> Result<Wanted<'a>> {
    if table.columns[at].kind != Kind::Number {
        return Ok(Wanted::Text(operand));
    }
    leading(operand, numbers).map(Wanted::Number).ok_or_else(|| {
        let column = &table.columns[at].name;
        Error::failed(format!(
            "{column}/{name} compares numbers, and '{}' is none (column/str compares text)",
            printable(operand)
        ))
    })
}

fn keeps(operator: Operator, order: Option<Ordering>) -> bool {
    match operator {
        Operator::Unequal => order != Some(Ordering::Equal),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::Less => order == Some(Ordering::Less),
        Operator::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        _ => order == Some(Ordering::Equal),
    }
}

/// The value of an expression; of the number that it begins with where the whole is none.
fn leading(text: &str, numbers: Numbers<'_>) -> Option<u64> {
    let text = text.trim();
    numbers(text).or_else(|| {
        let (digits, base) = match text.strip_prefix("0x") {
            Some(digits) => (digits, 16),
            None => (text, 10),
        };
        let end = digits.find(|digit: char| !digit.is_digit(base)).unwrap_or(digits.len());
        u64::from_str_radix(&digits[..end], base).ok()
    })
}

/// Numbers by value, before text by its bytes.
fn compare(cell: &str, other: &str) -> Ordering {
    match (cell_number(cell), cell_number(other)) {
        (Some(number), Some(other)) => number.cmp(&other),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => cell.cmp(other),
    }
}

/// Sorts rows, equal ones in the order they have; upwards unless the operand says otherwise.
fn sort(table: &mut Table, operand: &str, compare: impl Fn(&[String], &[String]) -> Ordering) {
    let descends = operand == "dec";
    table.rows.sort_by(|row, other| {
        let order = compare(row, other);
        if descends { order.reverse() } else { order }
    });
}

/// Keeps the columns at these places, in this order.
fn choose(table: &mut Table, places: &[usize]) {
    table.columns = places.iter().map(|&place| table.columns[place].clone()).collect();
    for row in &mut table.rows {
        *row = places.iter().map(|&place| row[place].clone()).collect();
    }
}
