//! Instructions as text: written (`wa`), turned into bytes (`pa`), and out of bytes (`pad`).

use farad_arch::{Assembler, Instruction, PATCHES};
use farad_io::Effects;

use super::write::{put, put_on};
use super::{decoder, instruction};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::{hex_bytes, hex_digits, read_file};
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, maybe, need};
use crate::render::printable;

/// The groups.
pub(super) const GROUPS: [Group; 2] = [
    Group { prefix: "pa", brief: "turn instructions into bytes and back", rows: PRINT },
    Group { prefix: "wa", brief: "write instructions", rows: WRITE },
];

/// Most bytes of a file that is assembled.
const SOURCE: u64 = 4 << 20;
/// Columns of an instruction's bytes.
const BYTES: usize = 20;

const fn row(name: &'static str, brief: &'static str, run: crate::registry::Run) -> Row {
    const PARAMS: &[Param] = &[need("instructions", Kind::Text)];
    Row::new(name, brief, run).params(PARAMS).effects(Effects::WRITE)
}

static PRINT: &[Row] = &[
    row("pa", "The bytes of instructions, as they would be here", print_bytes)
        .effects(Effects::READ)
        .examples(&["pa nop", "\"pa push rax;ret\""]),
    row("pae", "What instructions do, in ESIL", print_esil)
        .effects(Effects::READ)
        .examples(&["pae nop", "\"pae push rax;ret\""]),
    Row::new("pade", "What the instructions of hex digits do, in ESIL", print_esil_of)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["pade 90c3"]),
    Row::new("pad", "The instructions of hex digits", print_instructions)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["pad 90c3"]),
    Row::new("paD", "The instructions of hex digits, with addresses and bytes", print_listing)
        .params(&[need("hex", Kind::Hex)])
        .examples(&["paD 90c3"]),
];

static WRITE: &[Row] = &[
    row("wa", "Write instructions; separate several by ; between quotes", write)
        .modes(&[Mode::Script])
        .examples(&["wa nop", "\"wa nop;ret\"", "wa* nop"]),
    row("wa+", "Write instructions and move behind them", write_on).glue(Glue::Rest).examples(&["wa+ nop"]),
    row(
        "wai",
        "Write instructions in place of the one here, filled up; they must not be longer",
        write_inside,
    )
    .examples(&["wai nop"]),
    row("wan", "Write instructions and fill up the last one that they cover in part", write_filled)
        .examples(&["wan nop"]),
    Row::new("wao", "Patch the instruction here; without a name, list the patches", patch)
        .params(&[maybe("patch", Kind::Word)])
        .effects(Effects::READ.union(Effects::WRITE))
        .examples(&["wao", "wao nop"]),
    Row::new("waf", "Assemble a file and write its bytes", write_file)
        .params(&[need("file", Kind::File)])
        .modes(&[Mode::Script])
        .effects(Effects::WRITE.union(Effects::FILES)),
    Row::new("waF", "Assemble a file, write its bytes and show the wx that does", write_file_shown)
        .params(&[need("file", Kind::File)])
        .modes(&[Mode::Script])
        .effects(Effects::WRITE.union(Effects::FILES)),
];

/// An assembler with the settings that a decoder has.
fn assembler(env: &Env<'_>) -> Result<Assembler> {
    Assembler::new(&instruction::settings(env)).map_err(failed)
}

fn failed(error: farad_arch::Error) -> Error {
    Error::failed(printable(&error.to_string()))
}

/// The bytes of instructions at the current address; flags stand for their addresses.
pub(crate) fn assembled(env: &Env<'_>, text: &str) -> Result<Vec<u8>> {
    let names = |name: &str| env.session.flags.find(name).map(|flag| flag.addr);
    assembler(env)?.assemble(text, env.view.seek, &names).map_err(failed)
}

fn print_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = assembled(env, args.required("the instruction")?)?;
    Ok(writeln!(env.out, "{}", hex_digits(&bytes))?)
}

/// Decodes bytes as if they were here; `show` gets each instruction, or `None` for what is none, and
/// its bytes.
fn each(
    env: &mut Env<'_>,
    bytes: &[u8],
    mut show: impl FnMut(&mut Env<'_>, u64, Option<&Instruction>, &[u8]) -> Result<()>,
) -> Result<()> {
    let decoder = decoder(env)?;
    let mut instruction = Instruction::default();
    let mut at = 0;
    while at < bytes.len() {
        env.ctx.check()?;
        let addr = env.view.seek.wrapping_add(at as u64);
        let rest = &bytes[at..bytes.len().min(at + decoder.max_size())];
        let is_valid = decoder.decode_into(rest, addr, &mut instruction);
        let size = if is_valid { instruction.size } else { decoder.invalid_size() };
        let size = size.clamp(1, rest.len());
        show(env, addr, is_valid.then_some(&instruction), &rest[..size])?;
        at += size;
    }
    Ok(())
}

fn print_instructions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = hex_bytes(args.required("the hex digits")?)?;
    each(env, &bytes, |env, _, instruction, _| match instruction {
        Some(instruction) => Ok(writeln!(env.out, "{}", instruction.text())?),
        None => Ok(writeln!(env.out, "invalid")?),
    })
}

fn print_esil(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = assembled(env, args.required("the instruction")?)?;
    each_esil(env, &bytes)
}

fn print_esil_of(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = hex_bytes(args.required("the hex digits")?)?;
    each_esil(env, &bytes)
}

fn each_esil(env: &mut Env<'_>, bytes: &[u8]) -> Result<()> {
    let decoder = decoder(env)?;
    each(env, bytes, |env, addr, instruction, bytes| {
        let esil = instruction.and_then(|_| decoder.esil(bytes, addr)).map(|(esil, _)| esil);
        Ok(writeln!(env.out, "{}", esil.unwrap_or_default())?)
    })
}

fn print_listing(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = hex_bytes(args.required("the hex digits")?)?;
    each(env, &bytes, |env, addr, instruction, bytes| {
        let text = instruction.map_or("invalid".to_owned(), Instruction::text);
        Ok(writeln!(env.out, "{addr:#010x} {:>BYTES$}  {text}", hex_digits(bytes))?)
    })
}

fn write(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = assembled(env, args.required("the instruction")?)?;
    if args.mode == Mode::Script {
        return Ok(writeln!(env.out, "wx {}", hex_digits(&bytes))?);
    }
    put(env, &bytes)
}

fn write_on(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = assembled(env, args.required("the instruction")?)?;
    put_on(env, &bytes)
}

/// The instructions here that so many bytes reach into, with their bytes.
fn covered(env: &mut Env<'_>, len: usize) -> Result<Vec<(Instruction, Vec<u8>)>> {
    let decoder = decoder(env)?;
    let mut bytes = vec![0; len.saturating_add(decoder.max_size())];
    env.read(env.view.seek, &mut bytes)?;
    let mut all = Vec::new();
    let mut at = 0;
    while at < len.max(1) {
        let addr = env.view.seek.wrapping_add(at as u64);
        let rest = &bytes[at..bytes.len().min(at + decoder.max_size())];
        let Some(instruction) = decoder.decode(rest, addr) else {
            return Err(Error::failed(format!("there is no instruction at {addr:#x}")));
        };
        let size = instruction.size;
        all.push((instruction, rest[..size].to_vec()));
        at += size;
    }
    Ok(all)
}

/// Appends to the bytes what fills them up to `len`.
fn fill(env: &Env<'_>, bytes: &mut Vec<u8>, len: usize) -> Result<()> {
    let addr = env.view.seek.wrapping_add(bytes.len() as u64);
    let left = len.saturating_sub(bytes.len());
    bytes.extend(assembler(env)?.fill(left, addr).map_err(failed)?);
    Ok(())
}

fn write_inside(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut bytes = assembled(env, args.required("the instruction")?)?;
    let here = covered(env, 1)?[0].1.len();
    if bytes.len() > here {
        return Err(Error::failed(format!(
            "{} bytes do not fit into the instruction here, which has {here}: wan writes over the next",
            bytes.len()
        )));
    }
    fill(env, &mut bytes, here)?;
    put(env, &bytes)
}

fn write_filled(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut bytes = assembled(env, args.required("the instruction")?)?;
    let len = covered(env, bytes.len())?.iter().map(|(_, bytes)| bytes.len()).sum();
    fill(env, &mut bytes, len)?;
    put(env, &bytes)
}

fn patch(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        let rows = PATCHES.iter().map(|(name, _, brief)| format!("wao {name:9} {brief}\n"));
        return Ok(env.out.write_all(rows.collect::<String>().as_bytes())?);
    }
    let known = PATCHES.iter().find(|(name, ..)| *name == args.text);
    let (_, patch, _) = known.ok_or_else(|| args.wrong(format!("no patch is named '{}'", args.text)))?;
    let (instruction, bytes) = covered(env, 1)?.swap_remove(0);
    let made = assembler(env)?.patch(*patch, &instruction, &bytes).map_err(failed)?;
    put(env, &made)
}

fn source(env: &mut Env<'_>, args: &Args<'_>) -> Result<Vec<u8>> {
    let path = crate::lang::unquote(args.required("the file")?);
    let text = read_file(&path, SOURCE, env.ctx)?;
    let names = |name: &str| env.session.flags.find(name).map(|flag| flag.addr);
    let text = String::from_utf8_lossy(&text);
    assembler(env)?.assemble_file(&text, env.view.seek, &names).map_err(failed)
}

fn write_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = source(env, args)?;
    if args.mode == Mode::Script {
        return Ok(writeln!(env.out, "wx {}", hex_digits(&bytes))?);
    }
    put(env, &bytes)
}

fn write_file_shown(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let bytes = source(env, args)?;
    writeln!(env.out, "wx {}", hex_digits(&bytes))?;
    if args.mode == Mode::Script { Ok(()) } else { put(env, &bytes) }
}

#[cfg(test)]
mod tests {
    use crate::cmd::print::tests::{capture, output};

    const URI: &str = "malloc://64";

    #[test]
    fn instructions_are_written() {
        for (line, shown) in [
            ("wa jmp 0x10;p8 4", "eb0e0000\n"),
            ("\"wa nop;ret\";p8 4", "90c30000\n"),
            ("f there=0x20;wa call there @ 4;p8 5 @ 4", "e817000000\n"),
            ("wa* mov eax, 33", "wx b821000000\n"),
            ("wa+ nop;wa+ ret;p8 2 @ 0;s", "90c3\n0x2\n"),
            ("wx 48c7c001000000c3;wai nop;p8 8", "90909090909090c3\n"),
            ("wx c00000c3;wan ret;p8 4", "c39090c3\n"),
            ("wx 7410;wao recj;p8 2", "7510\n"),
            ("wx 7410c3;wao nop;p8 3", "9090c3\n"),
            ("e asm.syntax=att;wa movl $1, %eax;p8 5", "b801000000\n"),
            ("wao~trap", "wao trap      stop for a debugger\n"),
        ] {
            assert_eq!(output(URI, line), shown, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (line, said) in [
            ("pa bogus", "no instruction is named `bogus`"),
            ("wx c3;wai mov eax, 1", "do not fit"),
            ("wx c3;wao jz", "no conditional branch"),
            ("wao bogus", "no patch"),
            ("wx 0f0b;wx ffff;wai nop", "no instruction at"),
            ("e asm.arch=sparc;e asm.bits=32;pa nop", "no assembler for `sparc`"),
            ("pad 9", "odd number"),
        ] {
            let out = capture(URI, line);
            assert!(out.reports.iter().any(|report| report.contains(said)), "{line}: {:?}", out.reports);
        }
    }

    #[test]
    fn bytes_are_shown_as_instructions() {
        assert_eq!(output(URI, "pad eb0eff @ 4"), "jmp 0x14\ninvalid\n");
        assert_eq!(
            output(URI, "paD 90ff"),
            format!("0x00000000 {:>20}  nop\n0x00000001 {:>20}  invalid\n", "90", "ff")
        );
    }

    #[test]
    fn files_have_labels_and_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("source");
        std::fs::write(&path, "; count\nagain: dec ecx ; one less\njnz again\nret\n").unwrap();
        assert_eq!(output(URI, &format!("waF* {}", path.display())), "wx ffc975fcc3\n");
        assert_eq!(output(URI, &format!("waf {};p8 5", path.display())), "ffc975fcc3\n");
    }
}
