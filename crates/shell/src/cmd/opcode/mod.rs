//! What one instruction is: `ao` and its kin.

use farad_arch::Decoder;

use crate::cmd::decoder;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe};

mod record;

use record::Record;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "ao", brief: "explain instructions", rows: ROWS };

const COUNT: &[Param] = &[maybe("count", Kind::Number)];

/// Most instructions explained at once.
const COUNTED: u64 = 1 << 16;

static ROWS: &[Row] = &[
    Row::new("ao", "All that is known of so many instructions", explain)
        .glue(Glue::Number)
        .params(COUNT)
        .modes(&[Mode::Json])
        .examples(&["ao", "ao 2", "aoj"]),
    Row::new("aoe", "What so many instructions do, in ESIL", print_esil)
        .glue(Glue::Number)
        .params(COUNT)
        .modes(&[Mode::Quiet])
        .examples(&["aoe", "aoeq 2"]),
    Row::new("aos", "How many bytes so many instructions have", print_size)
        .glue(Glue::Number)
        .params(COUNT)
        .examples(&["aos 3"]),
    Row::new("aot", "The type of the instruction", print_type).examples(&["aot"]),
    Row::new("aod", "What a mnemonic does, or that of the instruction here", describe)
        .params(&[maybe("mnemonic", Kind::Word)])
        .examples(&["aod push", "aod"]),
    Row::new("aoda", "What each mnemonic does that there is a line on", describe_all)
        .examples(&["aoda~^push"]),
    Row::new("?d", "What a mnemonic does, or that of the instruction here", describe)
        .params(&[maybe("mnemonic", Kind::Word)])
        .examples(&["?d push"]),
];

/// How many instructions an argument asks for: one when it is empty.
fn count(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    let count = if args.is_empty() { 1 } else { env.number(args.text)? };
    if count > COUNTED {
        return Err(Error::Limit { what: "the number of instructions", limit: COUNTED.to_string() });
    }
    Ok(count)
}

/// The bytes that an instruction at an address may have.
fn bytes(env: &mut Env<'_>, decoder: &Decoder, addr: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![0; decoder.max_size()];
    env.read_filled(addr, &mut bytes)?;
    Ok(bytes)
}

/// Does something with each of `count` instructions from the seek on, up to the first that is none; says
/// so when there is one.
fn each(
    env: &mut Env<'_>,
    count: u64,
    mut act: impl FnMut(&mut Env<'_>, &Decoder, &[u8], u64) -> Result<Option<usize>>,
) -> Result<()> {
    let decoder = decoder(env)?;
    let mut addr = env.view.seek;
    for _ in 0..count {
        env.ctx.check()?;
        let bytes = bytes(env, &decoder, addr)?;
        let Some(size) = act(env, &decoder, &bytes, addr)? else {
            return Err(Error::failed(format!("there is no instruction at {addr:#010x}")));
        };
        addr = addr.wrapping_add(size.max(1) as u64);
    }
    Ok(())
}

fn explain(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = count(env, args)?;
    let mut separator = "[";
    let json = args.is_json();
    let result = each(env, count, |env, decoder, bytes, addr| {
        let Some(record) = Record::of(env, decoder, bytes, addr) else { return Ok(None) };
        if json {
            write!(env.out, "{separator}{}", record.json()?)?;
            separator = ",";
        } else {
            env.out.write_all(record.text().as_bytes())?;
        }
        Ok(Some(record.size))
    });
    if json {
        writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?;
    }
    result
}

fn print_esil(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = count(env, args)?;
    let quiet = args.mode == Mode::Quiet;
    each(env, count, |env, decoder, bytes, addr| {
        let Some((esil, size)) = decoder.esil(bytes, addr) else { return Ok(None) };
        match quiet {
            true => writeln!(env.out, "{esil}")?,
            false => writeln!(env.out, "{addr:#x} {esil}")?,
        }
        Ok(Some(size))
    })
}

fn print_size(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = count(env, args)?;
    let mut total = 0u64;
    let result = each(env, count, |_, decoder, bytes, addr| {
        let Some(instruction) = decoder.decode(bytes, addr) else { return Ok(None) };
        total = total.saturating_add(instruction.size as u64);
        Ok(Some(instruction.size))
    });
    writeln!(env.out, "{total}")?;
    result
}

fn print_type(env: &mut Env<'_>, _: &Args<'_>) -> Result<()> {
    each(env, 1, |env, decoder, bytes, addr| {
        let Some(instruction) = decoder.decode(bytes, addr) else { return Ok(None) };
        writeln!(env.out, "{}", instruction.kind.name())?;
        Ok(Some(instruction.size))
    })
}

fn describe(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let decoder = decoder(env)?;
    let mnemonic = if args.is_empty() {
        let addr = env.view.seek;
        let bytes = bytes(env, &decoder, addr)?;
        let explanation = decoder.explain(&bytes, addr);
        let none = || Error::failed(format!("there is no instruction at {addr:#010x}; name a mnemonic"));
        explanation.ok_or_else(none)?.instruction.mnemonic
    } else {
        args.text.to_ascii_lowercase()
    };
    let line = decoder.describe(&mnemonic).ok_or_else(|| {
        let arch = &decoder.settings().arch;
        Error::failed(format!("there is no line on '{mnemonic}' of {arch}; aoda lists those there are"))
    })?;
    Ok(writeln!(env.out, "{mnemonic}: {line}")?)
}

fn describe_all(env: &mut Env<'_>, _: &Args<'_>) -> Result<()> {
    for (mnemonic, line) in decoder(env)?.descriptions() {
        writeln!(env.out, "{mnemonic}: {line}")?;
    }
    Ok(())
}
