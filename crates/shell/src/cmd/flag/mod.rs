//! Flags: names for addresses. Setting and changing them.
//!
//! A peer's text may run these: they leave notes and nothing else.

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::{Flag, Flags};
use crate::registry::{Glue, Group, Kind, Mode, Param, Row, Run, maybe, need};

mod change;
mod color;
mod list;
mod space;
mod tag;
mod zone;

/// The groups.
pub(super) const GROUPS: [Group; 2] =
    [Group { prefix: "f", brief: "name addresses", rows: ROWS }, space::GROUP];

/// A row whose effect is a note at most; a peer's text may run it.
const fn row(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run).effects(Effects::ANNOTATE)
}

const ADDR: &[Param] = &[maybe("addr", Kind::Address)];
const NAME: &[Param] = &[need("name", Kind::Flag)];
const PATTERN: &[Param] = &[maybe("pattern", Kind::Flag)];

static ROWS: &[Row] = &[
    row("f", "List flags, or set one (also name=addr, name+=n, name-=n)", change::flag)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet, Mode::Table])
        .params(&[
            maybe("name", Kind::Flag),
            maybe("size", Kind::Number),
            maybe("addr", Kind::Address),
            maybe("comment", Kind::Text),
        ])
        .examples(&["f", "f foo 4 0x10", "f foo=0x20; f foo+=4", "fj", "f*", "f,:csv"]),
    row("f+", "Set a flag unless one of that name is there", change::add)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Flag), maybe("size", Kind::Number), maybe("addr", Kind::Address)])
        .examples(&["f+ foo 4 0x10"]),
    row("f-", "Remove a flag by name, pattern or address; without one, those here", change::remove)
        .glue(Glue::Rest)
        .params(&[maybe("name|addr", Kind::Flag)])
        .examples(&["f foo; f-foo", "f-*"]),
    row("f--", "Remove all flags and flag spaces", change::remove_all).examples(&["f--"]),
    row("f?", "Say in $? whether there is a flag of that name", change::exists)
        .glue(Glue::Rest)
        .params(NAME)
        .examples(&["f? foo"]),
    row("f=", "List flags, or those a pattern names, as bars", list::bars).params(PATTERN).examples(&["f="]),
    row("fa", "Let a name stand for an expression", change::alias)
        .params(&[need("name", Kind::Flag), need("expr", Kind::Address)])
        .examples(&["fa foo 0x10", "f foo 4 0x10; fa bar foo+4; ?v bar"]),
    row(
        "fb",
        "Count the addresses of new flags from here or an address, or move those a pattern names by so much",
        change::set_base,
    )
    .params(&[maybe("addr", Kind::Address), maybe("pattern", Kind::Flag)])
    .examples(&["fb 0x100; f foo 1 4", "f foo; fb 0x100 fo*"]),
    row(
        "fc",
        "List colours, show that of a flag, or set one (name=colour; colour for those here)",
        color::color,
    )
    .modes(&[Mode::Script])
    .params(&[maybe("[name=]colour", Kind::Text)])
    .examples(&["f foo; fc red", "f foo; fc foo=red; fc*", "fc"]),
    row("fc.", "List the colours of the flags here", color::here)
        .modes(&[Mode::Script])
        .examples(&["f foo; fc red; fc."]),
    row("fc-", "Take the colour from a flag, from those here, or from all (*)", color::remove)
        .glue(Glue::Rest)
        .params(&[maybe("name", Kind::Flag)])
        .examples(&["f foo; fc red; fc-foo", "fc-*"]),
    row("fC", "Show or set the comment of a flag", change::comment)
        .params(&[maybe("name", Kind::Flag), maybe("text", Kind::Text)])
        .examples(&["f foo; fC foo what it is; fC foo"]),
    row("fd", "Name an address by the nearest flag at or below it", list::describe)
        .modes(&[Mode::Json])
        .params(ADDR)
        .examples(&["f foo 4 0x10; fd 0x12", "fdj"]),
    row("fd.", "List the flags at an address", list::here).params(ADDR).examples(&["fd."]),
    row("fdd", "Name an address by the nearest flag of any space at or below it", list::describe)
        .params(ADDR)
        .examples(&["f foo 4 0x10; fs sym; fdd 0x12"]),
    row("fdw", "Show the flag with a text in its name that is nearest to here", list::nearest)
        .params(&[need("text", Kind::Text)])
        .examples(&["f foo 4 0x10; fdw fo"]),
    row("fe", "Set a flag here whose name ends in the next number", change::enumerate)
        .params(NAME)
        .examples(&["fe loop"]),
    row("fe-", "Begin with 0 again in fe", change::restart).examples(&["fe loop; fe-"]),
    row("ff", "Show how many bytes there are to the next flag", list::distance)
        .params(PATTERN)
        .examples(&["f foo 4 0x10; ff"]),
    row("fg", "Show the names of flags as a tree of their parts between dots", list::graph)
        .modes(&[Mode::Script])
        .params(&[maybe("prefix", Kind::Flag)])
        .examples(&["f a.b; f a.c; fg; fg*"]),
    row("fi", "List the flags of the block, or between two addresses", list::range)
        .params(&[maybe("from", Kind::Address), maybe("to", Kind::Address)])
        .examples(&["fi 0 0x20"]),
    row("fl", "Show or set the size of a flag, or set that of the one here", change::resize)
        .params(&[maybe("name", Kind::Flag), maybe("size", Kind::Number)])
        .examples(&["f foo; fl foo 8"]),
    row("fla", "Let flags without a size reach to the next flag", change::resize_all)
        .params(PATTERN)
        .examples(&["f foo 0 4; f bar 1 9; fla"]),
    row("fm", "Move the flags here to another address", change::relocate)
        .params(&[need("addr", Kind::Address)])
        .examples(&["f foo; fm 0x40"]),
    row("fn", "List flags under the names that files have for them", list::real_names)
        .modes(&[Mode::Json])
        .examples(&["fn"]),
    row("fN", "Show or set the name that the file has for a flag, or for the one here", change::real_name)
        .params(&[maybe("name", Kind::Flag), maybe("real", Kind::Text)])
        .examples(&["f foo; fN foo main()"]),
    row("fO", "Name the flags that a pattern fits by its text and a number", change::number)
        .params(&[need("pattern", Kind::Flag)])
        .examples(&["f sym.a; f sym.b; fO sym.*"]),
    row("fr", "Give a flag, or the one here, another name", change::rename)
        .params(&[need("name", Kind::Flag), maybe("new", Kind::Word)])
        .examples(&["f foo; fr foo bar"]),
    row(
        "fR",
        "Move the flags whose address, less its masked bits, is that of the first to the second",
        change::rebase,
    )
    .params(&[need("from", Kind::Address), need("to", Kind::Address), maybe("mask", Kind::Number)])
    .examples(&["fR 0x1000 0x2000 0xfff"]),
    row("ft", "List tags, the addresses of the flags that one finds, or set the patterns of one", tag::tag)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("tag", Kind::Word), maybe("patterns", Kind::Text)])
        .examples(&["ft", "ft str sym.str* sym.mem*; ft str", "ftj", "ft*"]),
    row("ftn", "List the flags that a tag finds", tag::names)
        .params(&[need("tag", Kind::Word)])
        .examples(&["f foo; ft t fo*; ftn t"]),
    row("ftw", "List the flags that each tag finds", tag::everywhere).examples(&["ftw"]),
    Row::new("fx", "Show the bytes at a flag", list::dump).params(NAME).examples(&["f foo; fx foo"]),
    Row::new("fxd", "Show the code of a flag", list::dump).params(NAME).examples(&["f foo 4; fxd foo"]),
    row("fz", "List zones, or let one begin here, or reach to here", zone::zone)
        .modes(&[Mode::Script])
        .params(&[maybe("name", Kind::Word)])
        .examples(&["fz math; fz", "fz*"]),
    row("fz-", "Remove a zone, or all (*)", zone::remove)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Word)])
        .examples(&["fz math; fz-math", "fz-*"]),
    row("fz.", "Show the zones before and behind this address", zone::around).examples(&["fz math; fz."]),
];

fn checked(name: &str) -> Result<&str> {
    if Flags::is_name(name) {
        return Ok(name);
    }
    let name = crate::render::printable(name);
    Err(Error::failed(format!(
        "'{name}' cannot name a flag: begin with a letter, without blanks or operators"
    )))
}

fn missing(name: &str) -> Error {
    Error::failed(format!("no flag '{}' (f lists them)", crate::render::printable(name)))
}

/// The name of the last flag set here.
fn name_here(env: &Env<'_>) -> Result<String> {
    let here = env.session.flags.at(env.view.seek).next_back();
    here.map(|flag| flag.name.clone())
        .ok_or_else(|| Error::failed(format!("no flag is at {:#x}", env.view.seek)))
}

fn change(env: &mut Env<'_>, name: &str, change: impl FnOnce(&mut Flag)) -> Result<()> {
    if env.session.flags.change(name, change) { Ok(()) } else { Err(missing(name)) }
}

#[cfg(test)]
mod tests;
