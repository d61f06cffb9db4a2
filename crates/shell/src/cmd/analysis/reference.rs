//! References: `ax`.

use farad_analysis::{Access, Reference, ReferenceKind};
use farad_arch::Instruction;
use farad_io::Effects;
use serde_json::{Map, Value};

use super::function_of;
use crate::analysis::name_at;
use crate::cmd::{decoder, operand_name};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::{padding, printable};
use crate::table::{self, Table, number, text};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "ax", brief: "references", rows: ROWS };

/// Columns of the name of the address that refers.
const NAME: usize = 40;

const ADDS: &[crate::registry::Param] = &[need("to", Kind::Address), maybe("from", Kind::Address)];

/// A row that adds a reference.
const fn adds(name: &'static str, brief: &'static str, examples: &'static [&'static str]) -> Row {
    Row::new(name, brief, add).params(ADDS).effects(Effects::ANNOTATE).examples(examples)
}

static ROWS: &[Row] = &[
    Row::new("ax", "List all references, or add one to an address from here or another", list_or_add)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet, Mode::Table])
        .params(&[maybe("to", Kind::Address), maybe("from", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["ax", "ax 0x10 0x20", "axj", "ax*", "axq", "ax,"]),
    Row::new("axl", "List all references", list)
        .modes(&[Mode::Json, Mode::Quiet])
        .examples(&["axl", "axlj", "axlq"]),
    Row::new("axlc", "How many references there are", count).examples(&["axlc"]),
    adds("axc", "Add a reference of code that goes to an address", &["axc 0x10 0x20"]),
    adds("axC", "Add a call of an address", &["axC 0x10 0x20"]),
    adds("axd", "Add a reference to data", &["axd 0x10 0x20"]),
    adds("axr", "Add a reference to data that is read", &["axr 0x10 0x20"]),
    adds("axw", "Add a reference to data that is written", &["axw 0x10 0x20"]),
    adds("axs", "Add a reference to a string", &["axs 0x10 0x20"]),
    Row::new("ax-", "Remove the references to an address, or one from another; * is all", remove)
        .glue(Glue::Rest)
        .params(&[maybe("to|*", Kind::Address), maybe("from", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["ax 0x10 0x20; ax- 0x10", "ax-*"]),
    Row::new("ax.", "List the references to and from an address", list_both)
        .params(&[maybe("addr", Kind::Address)])
        .examples(&["ax 0x10 0x20; ax. 0x10"]),
    Row::new("axt", "List what refers to an address", list_to)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
        .params(&[maybe("addr", Kind::Address)])
        .examples(&["ax 0x10 0x20; axt 0x10", "ax 0x10 0x20; axtj 0x10"]),
    Row::new("axf", "List what an address refers to", list_from)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
        .params(&[maybe("addr", Kind::Address)])
        .examples(&["ax 0x10 0x20; axf 0x20", "ax 0x10 0x20; axfj 0x20"]),
    Row::new("axff", "List what the function here refers to", list_function)
        .modes(&[Mode::Json, Mode::Quiet])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx e8fbffffff; af; axff"]),
    Row::new("afx", "List what the function here refers to", list_function)
        .modes(&[Mode::Json, Mode::Quiet])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx e8fbffffff; af; afx"]),
    Row::new("axm", "Let what refers to an address refer to here, or to another, as well", copy)
        .params(ADDS)
        .effects(Effects::ANNOTATE)
        .examples(&["ax 0x10 0x20; axm 0x10 0x30"]),
];

fn list_or_add(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.mode == Mode::Table {
        return list_table(env, args);
    }
    if !args.is_empty() && args.mode == Mode::Text {
        return add(env, args);
    }
    list(env, args)
}

/// The kind and access that a command's letters name.
fn kind_of(name: &str) -> (ReferenceKind, Access) {
    match name {
        "axC" => (ReferenceKind::Call, Access::Execute),
        "axd" | "axr" => (ReferenceKind::Data, Access::Read),
        "axw" => (ReferenceKind::Data, Access::Write),
        "axs" => (ReferenceKind::Text, Access::Read),
        _ => (ReferenceKind::Code, Access::Execute),
    }
}

fn add(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (to, from) = ends(env, args)?;
    let (kind, access) = kind_of(args.row.name);
    env.session.analysis.references.add(Reference { from, to, kind, access });
    Ok(())
}

/// The two addresses of a command: the second is the seek when it is not given.
fn ends(env: &mut Env<'_>, args: &Args<'_>) -> Result<(u64, u64)> {
    let (first, second) = args.split_first();
    if first.is_empty() {
        return Err(args.wrong("the address is missing"));
    }
    let second = if second.is_empty() { env.view.seek } else { env.number(second)? };
    Ok((env.number(first)?, second))
}

fn remove(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.text == "*" {
        env.session.analysis.references.clear();
        return Ok(());
    }
    let (to, from) = args.split_first();
    let to = if to.is_empty() { env.view.seek } else { env.number(to)? };
    let from = if from.is_empty() { None } else { Some(env.number(from)?) };
    let references = &mut env.session.analysis.references;
    let gone: Vec<u64> = references.to(to).map(|reference| reference.from).collect();
    for source in gone.into_iter().filter(|source| from.is_none_or(|from| from == *source)) {
        references.remove(source, to);
    }
    Ok(())
}

fn copy(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (to, also) = ends(env, args)?;
    let references = &mut env.session.analysis.references;
    let all: Vec<Reference> = references.to(to).collect();
    all.into_iter().for_each(|reference| references.add(Reference { to: also, ..reference }));
    Ok(())
}

fn named(env: &Env<'_>, addr: u64) -> String {
    name_at(env, addr).map_or(String::new(), |name| printable(&name))
}

/// What kind a reference is and what for, as listings have it.
fn label(reference: &Reference) -> String {
    format!("{}:{}", reference.kind.name(), reference.access.permission())
}

fn list(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let references = &env.session.analysis.references;
    match args.mode {
        Mode::Json => {
            let row = |reference: Reference| {
                let mut row = Map::new();
                let name = named(env, reference.from);
                if !name.is_empty() {
                    row.insert("name".to_owned(), name.into());
                }
                row.insert("from".to_owned(), reference.from.into());
                row.insert("type".to_owned(), reference.kind.name().into());
                row.insert("perm".to_owned(), reference.access.permission().into());
                row.insert("addr".to_owned(), reference.to.into());
                let name = named(env, reference.to);
                if !name.is_empty() {
                    row.insert("refname".to_owned(), name.into());
                }
                Value::Object(row)
            };
            let rows: Vec<Value> = references.all().map(row).collect();
            writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
        }
        Mode::Script => {
            for reference in references.all() {
                writeln!(env.out, "{}", script(&reference))?;
            }
        }
        Mode::Quiet => {
            for reference in references.all() {
                let Reference { from, to, .. } = reference;
                writeln!(env.out, "{from:#010x} -> {to:#010x}  {}", label(&reference))?;
            }
        }
        _ => {
            for reference in references.all() {
                let Reference { from, to, .. } = reference;
                let name = named(env, from);
                let blanks = padding(&name, NAME);
                let refers = format!("{from:#x} > {} > {to:#x} {}", label(&reference), named(env, to));
                writeln!(env.out, "{blanks}{name} {}", refers.trim_end())?;
            }
        }
    }
    Ok(())
}

/// The command that adds a reference again.
fn script(reference: &Reference) -> String {
    let command = match (reference.kind, reference.access) {
        (ReferenceKind::Code, _) => "axc",
        (ReferenceKind::Call, _) => "axC",
        (ReferenceKind::Text, _) => "axs",
        (ReferenceKind::Data, Access::Write | Access::ReadWrite) => "axw",
        (ReferenceKind::Data, _) => "axd",
    };
    format!("{command} {:#x} {:#x}", reference.to, reference.from)
}

fn list_table(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let columns = [number("from"), number("to"), text("type"), text("perm"), text("name"), text("refname")];
    let mut table = Table::new("xrefs", columns);
    for reference in env.session.analysis.references.all() {
        table.push([
            format!("{:#010x}", reference.from),
            format!("{:#010x}", reference.to),
            reference.kind.name().to_owned(),
            reference.access.permission().to_owned(),
            named(env, reference.from),
            named(env, reference.to),
        ]);
    }
    table::print(env, args, table)
}

fn count(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", env.session.analysis.references.len())?)
}

/// The text of the instruction at an address.
fn opcode(env: &mut Env<'_>, addr: u64) -> Result<String> {
    let decoder = decoder(env)?;
    let mut bytes = vec![0; decoder.max_size()];
    env.read(addr, &mut bytes)?;
    let mut instruction = Instruction::default();
    let text = match decoder.decode_into(&bytes, addr, &mut instruction) {
        true => instruction.render(true, |target| operand_name(env, target)),
        false => "invalid".to_owned(),
    };
    Ok(printable(&text))
}

fn list_to(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let all: Vec<Reference> = env.session.analysis.references.to(addr).collect();
    let mut rows = Vec::new();
    for reference in &all {
        env.ctx.check()?;
        let from = reference.from;
        let function = env.session.analysis.of(from).map(|function| (function.addr, function.name.clone()));
        match args.mode {
            Mode::Json => rows.push(json_to(env, reference, function)?),
            Mode::Script => writeln!(env.out, "{}", script(reference))?,
            Mode::Quiet => writeln!(env.out, "{from:#x}")?,
            _ => {
                let name = function.map_or("(nofunc)".to_owned(), |(_, name)| printable(&name));
                let opcode = opcode(env, from)?;
                writeln!(env.out, "{name} {from:#x} [{}] {opcode}", label(reference))?;
            }
        }
    }
    if args.is_json() {
        // As the peer has it, nothing is no array.
        if !rows.is_empty() || args.is_empty() {
            writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
        }
    }
    Ok(())
}

fn json_to(env: &mut Env<'_>, reference: &Reference, function: Option<(u64, String)>) -> Result<Value> {
    let opcode = opcode(env, reference.from)?;
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| {
        row.insert(name.to_owned(), value);
    };
    put("from", reference.from.into());
    put("type", reference.kind.name().into());
    put("perm", reference.access.permission().into());
    put("opcode", opcode.into());
    if let Some((addr, name)) = function {
        put("fcn_addr", addr.into());
        let real = env.session.flags.find(&name).and_then(|flag| flag.real_name.clone());
        put("fcn_name", name.into());
        if let Some(real) = real {
            put("realname", real.into());
        }
    }
    if let Some(name) = name_at(env, reference.to) {
        put("refname", name.into());
    }
    Ok(Value::Object(row))
}

fn list_from(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let all: Vec<Reference> = env.session.analysis.references.from(addr).collect();
    let mut rows = Vec::new();
    for reference in &all {
        let to = reference.to;
        match args.mode {
            Mode::Json => {
                let opcode = opcode(env, to)?;
                let (kind, perm) = (reference.kind.name(), reference.access.permission());
                let name = named(env, to);
                rows.push(serde_json::json!({
                    "from": addr, "to": to, "type": kind, "perm": perm, "opcode": opcode, "name": name,
                }));
            }
            Mode::Script => writeln!(env.out, "{}", script(reference))?,
            Mode::Quiet => writeln!(env.out, "{to:#x}")?,
            _ => {
                let line = format!("{} {to:#x} {}", reference.kind.name(), named(env, to));
                writeln!(env.out, "{}", line.trim_end())?;
            }
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
    }
    Ok(())
}

fn list_both(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    list_to(env, args)?;
    list_from(env, args)
}

fn list_function(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = function_of(env, args.text)?.clone();
    let near = super::info::Neighbours::of(env, &function);
    let mut rows = Vec::new();
    for reference in near.from {
        let Reference { from, to, .. } = reference;
        let name = named(env, to);
        match args.mode {
            Mode::Json => rows.push(serde_json::json!({
                "type": reference.kind.name(), "at": from, "ref": to, "name": name,
            })),
            _ => writeln!(env.out, "{} {from:#010x} {to:#010x} {name}", reference.kind.name())?,
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
    }
    Ok(())
}
