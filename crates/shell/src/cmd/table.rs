//! A table of one's own: read from a file or put together by hand, asked of as any list can be.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::unquote;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::printable;
use crate::table::{Column, Form, Kind as CellKind, ROWS as LIMIT, Table, from_csv};

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: ",", brief: "tables and what can be asked of them", rows: ROWS };

/// Most bytes of a file of rows.
const FILE: u64 = 64 << 20;
/// Most columns of a table made by hand.
const COLUMNS: usize = 256;

static ROWS: &[Row] = &[
    Row::new(",", "Show the table, or do what a query says to it and show it", show)
        .glue(Glue::Rest)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("query", Kind::Text)])
        .effects(Effects::VIEW.union(Effects::ANNOTATE))
        .examples(&[",h xs addr name;,r 0x10 foo;, addr/gt/4,:csv", ",h s a;,r b;,j"]),
    Row::new(",/", "Ask the table something and leave it as it is", ask)
        .glue(Glue::Rest)
        .params(&[maybe("query", Kind::Text)])
        .effects(Effects::empty())
        .examples(&[",h xs addr name;,r 0x10 foo;,/name/eq/bar;,"]),
    Row::new(",,", "Show the table as CSV", show_csv)
        .effects(Effects::empty())
        .examples(&[",h xs addr name;,r 0x10 foo;,,"]),
    Row::new(",-", "Forget the table", forget).effects(Effects::VIEW).examples(&[",h s a;,-"]),
    Row::new(",.", "Read the table from a CSV file", read)
        .params(&[need("file", Kind::File)])
        .effects(Effects::FILES),
    Row::new(
        ",h",
        "Begin a table: a letter a column (x number, s text, b true or false), then headings",
        begin,
    )
    .params(&[need("letters", Kind::Word), need("headings", Kind::Text)])
    .effects(Effects::VIEW)
    .examples(&[",h xsb addr name seen"]),
    Row::new(",r", "Add a row to the table", add)
        .params(&[need("cells", Kind::Text)])
        .effects(Effects::VIEW.union(Effects::ANNOTATE))
        .examples(&[",h xs addr name;,r 0x10 \"two words\""]),
];

/// The table at hand.
#[derive(Default)]
struct Current(Option<Table>);

/// Takes the table out, so that it can be asked; what takes it puts it back.
fn take(env: &mut Env<'_>) -> Result<Table> {
    let table = env.session.extensions.of::<Current>().0.take();
    table.ok_or_else(|| Error::failed("there is no table: ,h begins one, and ,. reads one from a file"))
}

fn put(env: &mut Env<'_>, table: Table) {
    env.session.extensions.of::<Current>().0 = Some(table);
}

fn show(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() && env.session.extensions.of::<Current>().0.is_none() {
        return Ok(());
    }
    let mut table = take(env)?;
    let asked = match args.mode {
        Mode::Json => Ok(Form::Json),
        Mode::Script => Ok(Form::Script),
        _ if args.is_empty() => Ok(Form::Fancy),
        _ => table.query(env, args.text).map(|form| form.unwrap_or(Form::Simple)),
    };
    let shown = asked.and_then(|form| table.write(env, form));
    put(env, table);
    shown
}

fn ask(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let table = take(env)?;
    let mut asked = table.clone();
    put(env, table);
    let form = asked.query(env, args.text)?.unwrap_or(Form::Simple);
    asked.write(env, form)
}

fn show_csv(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let table = take(env)?;
    let shown = table.write(env, Form::Csv);
    put(env, table);
    shown
}

fn forget(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.session.extensions.of::<Current>().0 = None;
    Ok(())
}

fn read(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = unquote(args.required("the file")?);
    let bytes = crate::parse::read_file(&path, FILE, env.ctx)?;
    let table = from_csv("data", &String::from_utf8_lossy(&bytes))?;
    put(env, table);
    Ok(())
}

fn begin(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let (letters, names) = words.split_first().ok_or_else(|| args.wrong("the letters are missing"))?;
    if letters.chars().count() != names.len() || names.len() > COLUMNS {
        return Err(args.wrong(format!("there must be a heading a letter, and {COLUMNS} at most")));
    }
    let columns = letters.chars().zip(names).map(|(letter, name)| {
        let kind = CellKind::of_letter(letter);
        let kind = kind.ok_or_else(|| {
            args.wrong(format!("'{}' is no kind of column", printable(&letter.to_string())))
        })?;
        Ok(Column::new(name, kind))
    });
    let table = Table::new("data", columns.collect::<Result<Vec<Column>>>()?);
    put(env, table);
    Ok(())
}

fn add(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let cells = args.words();
    let mut table = take(env)?;
    let added = match (cells.len(), table.columns().len()) {
        (given, wanted) if given != wanted => {
            Err(args.wrong(format!("{given} cells are given, and a row has {wanted}")))
        }
        _ if table.len() == LIMIT => {
            Err(Error::Limit { what: "the number of rows", limit: LIMIT.to_string() })
        }
        _ => {
            table.push(cells);
            Ok(())
        }
    };
    put(env, table);
    added
}
