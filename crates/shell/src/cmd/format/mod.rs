//! Formatted data: `pf`. A format string says what lies in memory; formats can have names.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Param, Row, Run, maybe, need};

mod extended;
mod graph;
mod json;
mod number;
mod parse;
mod script;
mod store;
mod text;
mod tree;
mod value;
mod walk;
mod write;

pub(in crate::cmd) use number::{civil, days_before};
use store::Formats;
use text::{Lines, Style};
use tree::Format;
use walk::{Place, Selector, Sink, Walk};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "pf", brief: "print formatted data", rows: ROWS };

const FORMAT: &[Param] = &[need("format|name", Kind::Text)];

/// A row whose argument is a format or, behind a dot or a blank, a name.
const fn form(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).glue(Glue::Rest).params(FORMAT)
}

static ROWS: &[Row] = &[
    Row::new("pf", "Data as a format says: letters (b byte, w d q words, i n N numbers, f F floats, c char, z Z s S strings, t time, u uleb128, X bytes, p * pointers, ? record), then names", print)
        .params(FORMAT)
        .examples(&["pf xwz a b c", "pf 2[3]bi", "pf 0iq a b", "pf *z", "pf ? (pf xw a b)c", "pf {2}i"]),
    Row::new("pf.", "Show, define or remove named formats, show one field, or how to write it", print_named)
        .glue(Glue::Rest)
        .params(&[maybe("name[.field][=value]", Kind::Text)])
        .effects(Effects::READ.union(Effects::ANNOTATE))
        .examples(&["pf.", "pf.foo xw a b; pf.foo; pf.foo.a; pf.foo.b=3", "pf.foo x; pf.-foo", "pf.-*"]),
    Row::new("pf?", "The definition of a named format", print_definition)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Word)])
        .examples(&["pf.foo x; pf?foo"]),
    form("pfj", "Formatted data in JSON", print_json).examples(&["pfj xw a b", "pf.foo z; pfj.foo"]),
    form("pf*", "Commands that flag formatted data", print_flags).examples(&["pf* xw a b"]),
    form("pfq", "Formatted data without names and addresses", print_quiet).examples(&["pfq xw"]),
    form("pfv", "The values of formatted data alone", print_values).examples(&["pf.foo x a; pfv.foo.a"]),
    form("pfc", "Formatted data as a structure of C", print_c).examples(&["pfc xwz a b c"]),
    form("pfd", "Formatted data as a graph of Graphviz", print_graph).examples(&["pfd xw a b"]),
    form("pfs", "The size of a format, in bytes", print_size).examples(&["pfs xw"]),
    Row::new("pfw", "Write a field of a named format", write_field)
        .glue(Glue::Rest)
        .params(&[need(".name.field=value", Kind::Text)])
        .effects(Effects::READ.union(Effects::WRITE))
        .examples(&["pf.foo xw a b; pfw.foo.b=3"]),
];

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    show(env, args, &mut Lines::new(Style::Full))
}

fn print_json(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    show(env, args, &mut json::Json::default())
}

fn print_flags(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    show(env, args, &mut script::Flags)
}

fn print_quiet(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    show(env, args, &mut Lines::new(Style::Quiet))
}

fn print_values(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    show(env, args, &mut Lines::new(Style::Values))
}

fn print_c(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    show(env, args, &mut script::C::default())
}

fn print_graph(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    show(env, args, &mut graph::Dot)
}

fn print_size(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (format, _, path) = target(env, args)?;
    if !path.is_empty() {
        return Err(args.wrong("fields have no size of their own here"));
    }
    let size = walk::size(env, &format)?;
    Ok(writeln!(env.out, "{size}")?)
}

/// Shows what an argument asks for: a format, or a named one and perhaps a field of it.
fn show(env: &mut Env<'_>, args: &Args<'_>, sink: &mut dyn Sink) -> Result<()> {
    let (format, name, path) = target(env, args)?;
    let addr = env.view.seek;
    Walk::new(env, sink).run(&format, name.as_deref(), addr, &path).map(|_| ())
}

/// The format that an argument stands for, its name, and the field of it.
fn target(env: &mut Env<'_>, args: &Args<'_>) -> Result<(Format, Option<String>, Vec<Selector>)> {
    let text = args.required("the format")?;
    if args.glued {
        let Some(named) = text.strip_prefix('.') else {
            return Err(args.wrong(format!("'{}' sticks to the command", crate::render::excerpt(text))));
        };
        let (name, path) = path(env, named)?;
        return Ok((walk::named(env, &name)?, Some(name), path));
    }
    if Formats::of(env.session).has(text) {
        return Ok((walk::named(env, text)?, Some(text.to_owned()), Vec::new()));
    }
    Ok((parse::parse(text, &mut |number| env.number(number))?, None, Vec::new()))
}

/// A format's name and the fields behind it: `name.field[2].field`.
fn path(env: &mut Env<'_>, text: &str) -> Result<(String, Vec<Selector>)> {
    let mut steps = text.trim().split('.');
    let name = steps.next().unwrap_or("").to_owned();
    let mut path = Vec::new();
    for step in steps {
        let (field, index) = match step.split_once('[') {
            None => (step, None),
            Some((field, index)) => {
                let index = index.strip_suffix(']').ok_or_else(|| {
                    Error::failed(format!("the bracket of '{}' is not closed", crate::render::excerpt(step)))
                })?;
                (field, Some(env.number(index)?))
            }
        };
        path.push(Selector { name: field.to_owned(), index });
    }
    Ok((name, path))
}

fn print_named(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        let rows: Vec<String> = Formats::of(env.session)
            .all()
            .map(|(name, text)| crate::render::printable(&format!("pf.{name} {text}")))
            .collect();
        for row in rows {
            writeln!(env.out, "{row}")?;
        }
        return Ok(());
    }
    if !args.glued {
        return Err(args.wrong("the name sticks to the dot"));
    }
    if let Some(name) = args.text.strip_prefix('-') {
        return remove(env, name);
    }
    let head = args.text.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(args.text.len());
    let (name, rest) = args.text.split_at(head);
    let value = rest.trim_start().strip_prefix('=').map(str::trim);
    match (rest.is_empty(), value) {
        (true, _) => {
            let (name, path) = path(env, name)?;
            let format = walk::named(env, &name)?;
            let addr = env.view.seek;
            Walk::new(env, &mut Lines::new(Style::Full)).run(&format, Some(&name), addr, &path).map(|_| ())
        }
        (false, Some(value)) if name.contains('.') => {
            let place = place(env, name)?;
            let command = write::command(env, &place, value)?;
            Ok(writeln!(env.out, "{command}")?)
        }
        (false, value) => define(env, name, value.unwrap_or(rest.trim())),
    }
}

/// Where a field is: `name.field`.
fn place(env: &mut Env<'_>, text: &str) -> Result<Place> {
    let (name, path) = path(env, text)?;
    let format = walk::named(env, &name)?;
    let addr = env.view.seek;
    let mut unseen = crate::out::Capture::new();
    let place = Walk::new(&mut env.with_out(&mut unseen), &mut Lines::new(Style::Values))
        .run(&format, None, addr, &path)?;
    place.ok_or_else(|| Error::failed(format!("'{}' is no single field", crate::render::excerpt(text))))
}

fn define(env: &mut Env<'_>, name: &str, text: &str) -> Result<()> {
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(Error::failed(format!(
            "'{}' is no name for a format: use letters, digits and _",
            crate::render::excerpt(name)
        )));
    }
    // What could not be shown is not kept.
    parse::parse(text, &mut |number| env.number(number))?;
    Formats::of(env.session).set(name, text);
    Ok(())
}

fn remove(env: &mut Env<'_>, name: &str) -> Result<()> {
    let formats = Formats::of(env.session);
    if name == "*" {
        formats.clear();
        return Ok(());
    }
    formats.find(name)?;
    formats.remove(name);
    Ok(())
}

fn print_definition(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the format's name")?.trim_start_matches('.');
    let text = crate::render::printable(Formats::of(env.session).find(name)?);
    Ok(writeln!(env.out, "{text}")?)
}

fn write_field(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("the field")?.trim_start_matches('.');
    let Some((name, value)) = text.split_once('=') else { return Err(args.wrong("the value is missing")) };
    let place = place(env, name.trim())?;
    let bytes = write::bytes(env, &place, value.trim())?;
    Ok(env.write(place.addr, &bytes)?)
}

#[cfg(test)]
mod tests;
