//! Instructions up to one of a kind: `pdu` and `piu`.

use farad_arch::{Instruction, Kind as Class};

use super::listing;
use super::short;
use super::stream::{Extent, Stream};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Mode, Param, Row, need};

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: "pdu", brief: "print instructions up to one of a kind", rows: ROWS };

/// Most instructions looked at.
const LIMIT: u64 = 1 << 16;
/// So many bytes in a row that are no instruction end the search: this is no code.
const STRANGE: usize = 256;

const ADDR: &[Param] = &[need("addr", Kind::Address)];
const TEXT: &[Param] = &[need("instruction", Kind::Text)];
const WORD: &[Param] = &[need("mnemonic", Kind::Word)];
const TYPE: &[Param] = &[need("type", Kind::Word)];

/// A listing that ends with an instruction.
const fn row(
    name: &'static str,
    brief: &'static str,
    params: &'static [Param],
    examples: &'static [&'static str],
) -> Row {
    Row::new(name, brief, print).params(params).modes(&[Mode::Json]).examples(examples)
}

static ROWS: &[Row] = &[
    row("pdua", "A listing up to an address", ADDR, &["pdua 8", "pduaj 8"]),
    row("pduc", "A listing up to the next call", &[], &["wx 90e800000000; pduc"]),
    row("pdui", "A listing up to an instruction", TEXT, &["wx 9090c3; pdui ret"]),
    row("pduo", "A listing up to a mnemonic", WORD, &["wx 9090c3; pduo ret"]),
    row("pdus", "A listing up to the next system call", &[], &["wx 900f05; pdus"]),
    Row::new("piu", "The instructions up to one of a type, as /atl lists them", print_short)
        .params(TYPE)
        .modes(&[Mode::Quiet])
        .examples(&["wx 9090c3; piu ret", "wx 9090c3; piuq ret"]),
];

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let seek = env.view.seek;
    let size = match args.row.name {
        "pdua" => {
            let addr = env.number(args.required("the address")?)?;
            let behind = "the address to end at is not behind here: seek before it, or use pd -N";
            addr.checked_sub(seek).filter(|size| *size > 0).ok_or_else(|| Error::failed(behind))?
        }
        "pduc" => size(env, "call", |instruction| instruction.kind.is_call())?,
        "pdus" => size(env, "system call", |instruction| instruction.kind == Class::Interrupt)?,
        "pdui" => {
            let text = args.required("the instruction")?;
            size(env, text, |instruction| instruction.text() == text)?
        }
        _ => {
            let word = args.required("the mnemonic")?;
            size(env, word, |instruction| instruction.text().split(' ').next() == Some(word))?
        }
    };
    match args.is_json() {
        true => listing::print_json(env, seek, Extent::Bytes(size)),
        false => listing::print(env, seek, Extent::Bytes(size)),
    }
}

fn print_short(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let word = args.required("the type")?;
    let extent = Extent::Bytes(size(env, word, |instruction| instruction.kind.name() == word)?);
    match args.mode {
        Mode::Quiet => short::print(env, env.view.seek, extent),
        _ => short::print_with_addresses(env, env.view.seek, extent),
    }
}

/// How many bytes there are up to the end of the first instruction that is wanted.
fn size(env: &mut Env<'_>, what: &str, is_wanted: impl Fn(&Instruction) -> bool) -> Result<u64> {
    let seek = env.view.seek;
    let mut stream = Stream::new(env, seek, Extent::Count(LIMIT))?;
    let mut instruction = Instruction::default();
    let mut strange = 0;
    while let Some(item) = stream.next(env, &mut instruction, true)? {
        let (size, is_valid) = (item.bytes.len(), item.is_valid);
        env.ctx.check()?;
        strange = if is_valid { 0 } else { strange + size };
        if is_valid && is_wanted(&instruction) {
            return Ok(stream.addr().wrapping_sub(seek));
        }
        if strange >= STRANGE {
            break;
        }
    }
    let last = stream.addr();
    Err(Error::failed(format!("no {what} between {seek:#010x} and {last:#010x}, where looking for it ended")))
}
