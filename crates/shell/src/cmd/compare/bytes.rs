//! Bytes here held against others: text, numbers, hex digits, a file, bytes elsewhere.

use serde_json::{Value, json};

use super::{address, width};
use crate::cmd::print::Range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::lang::{Unknown, unescape, unquote};
use crate::parse::{integer, integer_bytes, read_file};
use crate::registry::{Args, Mode};
use crate::render::printable;
use crate::view::BLOCK_LIMIT;

/// Most bytes of a file that is compared.
const FILE: u64 = BLOCK_LIMIT as u64;

/// A byte to compare with: its value, and which of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    value: u8,
    mask: u8,
}

impl Wanted {
    fn exactly(value: u8) -> Wanted {
        Wanted { value, mask: 0xff }
    }

    fn is(self, byte: u8) -> bool {
        (byte ^ self.value) & self.mask == 0
    }
}

/// Compares the bytes at the seek, prints what differs, and leaves how many do in `$?`.
fn compare(env: &mut Env<'_>, wanted: &[Wanted], mode: Mode) -> Result<()> {
    let addr = env.view.seek;
    let bytes = Range { addr, len: wanted.len() as u64 }.read(env)?;
    let pairs = || bytes.iter().copied().zip(wanted.iter().copied()).enumerate();
    let different = || pairs().filter(|(_, (byte, wanted))| !wanted.is(*byte));
    let (total, differ) = (bytes.len(), different().count());
    env.view.value = differ as u64;
    let place = |at: usize| addr.wrapping_add(at as u64);
    match mode {
        Mode::Json => {
            let rows = different().map(|(at, (byte, wanted))| {
                json!({
                    "offset": place(at),
                    "rel_offset": at,
                    "value": byte,
                    "cmp_value": wanted.value,
                })
            });
            let whole = json!({
                "diff_bytes": rows.collect::<Vec<Value>>(),
                "equal_bytes": total - differ,
                "total_bytes": total,
            });
            writeln!(env.out, "{whole}")?;
        }
        Mode::Script => {
            for (at, (byte, wanted)) in different() {
                let value = byte & !wanted.mask | wanted.value;
                writeln!(env.out, "wx {value:02x} @ {:#010x}", place(at))?;
            }
        }
        _ => {
            let percent = (total - differ) * 100 / total.max(1);
            env.out.report(&format!("Compare {}/{total} equal bytes ({percent}%)", total - differ));
            for (at, (byte, wanted)) in different() {
                let (addr, nth) = (place(at), at + 1);
                let (one, other) = (letter(byte), letter(wanted.value));
                let value = wanted.value;
                writeln!(
                    env.out,
                    "{addr:#010x} (byte={nth:02})   {byte:02x} '{one}'  ->  {value:02x} '{other}'"
                )?;
            }
        }
    }
    Ok(())
}

fn letter(byte: u8) -> char {
    if (0x20..0x7f).contains(&byte) { char::from(byte) } else { ' ' }
}

fn with_bytes(env: &mut Env<'_>, bytes: &[u8], mode: Mode) -> Result<()> {
    let wanted: Vec<Wanted> = bytes.iter().map(|byte| Wanted::exactly(*byte)).collect();
    compare(env, &wanted, mode)
}

pub(super) fn with_text(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = unquote(args.required("the text")?);
    with_bytes(env, &unescape(&text, Unknown::Keep), args.mode)
}

pub(super) fn with_value(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let value = env.number(args.required("the number")?)?;
    let bytes = integer_bytes(value, width(env, args), env.big_endian());
    with_bytes(env, &bytes, args.mode)
}

pub(super) fn with_digits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let wanted = masked(args.required("the hex digits")?)?;
    compare(env, &wanted, args.mode)
}

/// Bytes of hex digits, any of which may be a dot that stands for all.
fn masked(text: &str) -> Result<Vec<Wanted>> {
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits = text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '.' => Ok((0, 0)),
        c => c.to_digit(16).map(|digit| (digit as u8, 0xf)).ok_or_else(|| {
            Error::failed(format!("'{}' is neither a hex digit nor a dot", printable(&c.to_string())))
        }),
    });
    let digits = digits.collect::<Result<Vec<(u8, u8)>>>()?;
    if digits.len() % 2 != 0 {
        return Err(Error::failed(format!("there are {} hex digits, and a byte has two", digits.len())));
    }
    let pairs = digits.chunks_exact(2);
    Ok(pairs
        .map(|pair| Wanted { value: pair[0].0 << 4 | pair[1].0, mask: pair[0].1 << 4 | pair[1].1 })
        .collect())
}

pub(super) fn with_block(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("the address")?)?;
    let bytes = Range { addr, len: env.view.block as u64 }.read(env)?;
    with_bytes(env, &bytes, args.mode)
}

pub(super) fn with_file(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let path = unquote(args.required("the file")?);
    let mut bytes = read_file(&path, FILE, env.ctx)?;
    bytes.truncate(env.view.block);
    with_bytes(env, &bytes, args.mode)
}

pub(super) fn files(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [one, other] = &words[..] else { return Err(args.wrong("two files are compared")) };
    let (one, other) = (content(env, one)?, content(env, other)?);
    env.view.value = u64::from(one != other);
    Ok(())
}

fn content(env: &Env<'_>, name: &str) -> Result<Vec<u8>> {
    let Some(alias) = name.strip_prefix('$') else { return read_file(name, FILE, env.ctx) };
    let alias = env.session.aliases.get(alias);
    let missing = || Error::failed(format!("no alias '{}' ($* lists them)", printable(name)));
    Ok(alias.ok_or_else(missing)?.text.clone().into_bytes())
}

pub(super) fn bits(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let to = env.number(args.required("the address")?)?;
    writeln!(env.out, "- offset -  7 6 5 4 3 2 1 0")?;
    for addr in [env.view.seek, to] {
        let byte = Range { addr, len: 1 }.read(env)?[0];
        let bits: Vec<String> = (0..8).rev().map(|bit| (byte >> bit & 1).to_string()).collect();
        writeln!(env.out, "{addr:#010x}  {}", bits.join(" "))?;
    }
    Ok(())
}

/// The number of so many bytes at an address.
fn number_at(env: &mut Env<'_>, addr: u64, width: usize) -> Result<u64> {
    let bytes = Range { addr, len: width as u64 }.read(env)?;
    Ok(integer(&bytes, env.big_endian()))
}

pub(super) fn is_value(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let width = width(env, args);
    let wanted = env.number(args.required("the number")?)?;
    let addr = env.view.seek;
    let here = number_at(env, addr, width)?;
    // The number is as wide as the bytes: -1 is what four bytes of ff are.
    let is_same = integer_bytes(wanted, width, false) == integer_bytes(here, width, false);
    env.view.value = u64::from(!is_same);
    if is_same {
        writeln!(env.out, "{addr:#010x}")?;
    }
    Ok(())
}

pub(super) fn is_like(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let width = width(env, args);
    args.required("the address")?;
    let to = address(env, args)?;
    let here = number_at(env, env.view.seek, width)?;
    env.view.value = u64::from(number_at(env, to, width)? != here);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::hex_digits;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_without_dots_are_their_bytes(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let wanted = masked(&hex_digits(&bytes)).unwrap();
            prop_assert_eq!(wanted, bytes.iter().map(|byte| Wanted::exactly(*byte)).collect::<Vec<_>>());
        }

        #[test]
        fn any_text_is_taken_or_refused(text in "\\PC{0,12}") {
            let _ = masked(&text);
        }
    }

    #[test]
    fn dots_stand_for_any_digit() {
        let wanted = masked("1. .2").unwrap();
        assert!(wanted[0].is(0x1f) && !wanted[0].is(0x2f) && wanted[1].is(0xf2) && !wanted[1].is(0xf3));
        assert!(masked("1").is_err() && masked("1g").is_err());
    }
}
