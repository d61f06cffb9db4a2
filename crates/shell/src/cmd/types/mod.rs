//! Types of C: listing them, reading declarations, laying them over memory.

use farad_io::Effects;

use crate::ctype::{Definition, Model, Types};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Mode, Param, Row, Run, maybe, need};

mod aggregate;
mod declare;
mod link;
mod list;
mod value;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "t", brief: "types of C", rows: ROWS };

const JSON: &[Mode] = &[Mode::Json];
const FORMS: &[Mode] = &[Mode::Json, Mode::Script];
const NAME: &[Param] = &[maybe("name", Kind::Text)];
const TYPE: &[Param] = &[need("type", Kind::Text)];
const ADDR: &[Param] = &[maybe("addr", Kind::Address)];

/// A row that lists.
const fn row(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).effects(Effects::empty())
}

/// A row that changes what is known of types; a peer's text may run it.
const fn note(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).effects(Effects::ANNOTATE)
}

static ROWS: &[Row] = &[
    row("t", "List the types, or show one as a format of pf", list::types)
        .modes(FORMS)
        .params(NAME)
        .examples(&["t", "t int", "tj", "td struct p {int x\\; int y\\;}\\;; t p; t*"]),
    note("t-", "Forget a type, or all (*)", declare::forget)
        .glue(crate::registry::Glue::Rest)
        .params(&[need("name", Kind::Text)])
        .examples(&["td enum e {A}\\;; t- e", "t-*"]),
    note("td", "Define the types that a text of C declares", declare::text)
        .params(&[need("declarations", Kind::Text)])
        .examples(&["\"td struct p {int x; char *name;};\""]),
    Row::new("to", "Define the types that a header declares", declare::file)
        .params(&[need("file", Kind::File)])
        .effects(Effects::FILES),
    row("ts", "List the structs, or show one as a format of pf", aggregate::list)
        .modes(FORMS)
        .params(NAME)
        .examples(&["ts", "\"td struct p {int x;};\"; ts p; ts*", "tsj"]),
    row("tsc", "Show structs in C", list::in_c).params(NAME).examples(&["\"td struct p {int x;};\"; tsc p"]),
    row("tsd", "Show structs in C, a line each", list::in_c).params(NAME).examples(&["tsd"]),
    row("tss", "Show the size of a type in bytes", aggregate::size).params(TYPE).examples(&["tss int"]),
    row("tu", "List the unions, or show one as a format of pf", aggregate::list)
        .modes(FORMS)
        .params(NAME)
        .examples(&["tu", "\"td union u {int i; float f;};\"; tu u", "tuj"]),
    row("tuc", "Show unions in C", list::in_c).params(NAME).examples(&["tuc"]),
    row("tud", "Show unions in C, a line each", list::in_c).params(NAME).examples(&["tud"]),
    row("te", "List the enums, the cases of one, or the case of a value", aggregate::enums)
        .modes(JSON)
        .params(&[maybe("name", Kind::Word), maybe("value", Kind::Number)])
        .examples(&["te", "\"td enum e {A,B};\"; te e; te e 1; tej", "tej"]),
    row("teb", "Show the value of a case of an enum", aggregate::enum_value)
        .params(&[need("name", Kind::Word), need("case", Kind::Word)])
        .examples(&["\"td enum e {A,B};\"; teb e B"]),
    row("tec", "Show enums in C", list::in_c).params(NAME).examples(&["tec"]),
    row("ted", "Show enums in C, a line each", list::in_c).params(NAME).examples(&["ted"]),
    row("tt", "List the typedefs, or show what one stands for", aggregate::typedefs)
        .modes(JSON)
        .params(NAME)
        .examples(&["tt", "td typedef int number\\;; tt number; ttj"]),
    row("ttc", "Show typedefs in C", list::in_c).params(NAME).examples(&["ttc"]),
    row("tf", "List the functions that are declared, or show one", aggregate::functions)
        .modes(JSON)
        .params(NAME)
        .examples(&["tf", "\"td int f(int a, char *b);\"; tf f; tfj f", "tfj"]),
    row("tfc", "Show functions in C", list::in_c).params(NAME).examples(&["tfc"]),
    row("tc", "Show all types in C, or one", list::in_c).params(NAME).examples(&["tc"]),
    row("tcd", "Show all types in C, a line each", list::in_c).params(NAME).examples(&["tcd"]),
    Row::new("tp", "Show the bytes here or at an address as a type", value::print)
        .params(&[need("type", Kind::Text), maybe("addr", Kind::Address)])
        .examples(&["tp int", "\"td struct p {int x; char c[4];};\"; tp p 0x10"]),
    row("tpx", "Show hex digits as a type", value::print_digits)
        .params(&[need("type", Kind::Text), need("hex", Kind::Hex)])
        .examples(&["tpx int 01020304"]),
    note("tl", "List which addresses have a type, or give one here or to type = addr", link::link)
        .modes(FORMS)
        .params(&[maybe("type [= addr]", Kind::Text)])
        .examples(&["tl", "tl int; tl", "tl int = 0x10; tl*; tlj"]),
    Row::new("tll", "Show what is at the addresses that have a type", link::show_all)
        .examples(&["tl int; tll"]),
    Row::new("tls", "Show what is here or at an address, which has a type", link::show)
        .params(ADDR)
        .examples(&["tl int; tls"]),
    note("tl-", "Take the type from here, an address, or all (*)", link::remove)
        .glue(crate::registry::Glue::Rest)
        .params(ADDR)
        .examples(&["tl int; tl-", "tl-*"]),
];

/// The types of the session.
fn types<'a>(env: &'a mut Env<'_>) -> &'a mut Types {
    env.session.extensions.of::<Types>()
}

/// Widths as the settings in force have them: Windows keeps `long` at 4 bytes.
fn model(env: &Env<'_>) -> Model {
    let pointer = env.address_bytes() as u64;
    let long = if env.setting("asm.os") == "windows" { 4 } else { pointer.max(4) };
    Model { pointer, long }
}

/// Which definitions a command's letters name.
fn wanted(args: &Args<'_>) -> fn(&Definition) -> bool {
    match args.row.name.as_bytes().get(1) {
        Some(b's') => |definition| matches!(definition, Definition::Struct { .. }),
        Some(b'u') => |definition| matches!(definition, Definition::Union { .. }),
        Some(b'e') => |definition| matches!(definition, Definition::Enum { .. }),
        Some(b't') => |definition| matches!(definition, Definition::Typedef(_)),
        Some(b'f') => |definition| matches!(definition, Definition::Function(_)),
        _ => |_| true,
    }
}

/// Names and definitions of the kind that a command's letters name.
fn defined(env: &mut Env<'_>, args: &Args<'_>) -> Vec<(String, Definition)> {
    let wanted = wanted(args);
    let all = types(env).defined().filter(|(_, definition)| wanted(definition));
    all.map(|(name, definition)| (name.to_owned(), definition.clone())).collect()
}

/// The definition of a name, of the kind that a command's letters name.
fn find(env: &mut Env<'_>, args: &Args<'_>, name: &str) -> Result<Definition> {
    let wanted = wanted(args);
    let found = types(env).find(name).filter(|definition| wanted(definition)).cloned();
    found.ok_or_else(|| {
        let command = args.row.name.get(..2).unwrap_or(args.row.name);
        let name = crate::render::printable(name);
        crate::Error::failed(format!("no type '{name}' of this kind ({command} lists them)"))
    })
}

#[cfg(test)]
mod tests;
