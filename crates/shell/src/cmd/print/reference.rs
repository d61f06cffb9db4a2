//! Numbers as addresses, and what is there: `pxr`.

use serde_json::{Map, Value, json};

use super::ascii::{push_addr, push_byte, push_hex, shown};
use super::range::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::parse::integer;
use crate::registry::{Args, Mode};
use crate::render::printable;

/// Numbers beyond this are shown without their decimal digits.
const DECIMAL: i64 = (1 << 40) - 1;
/// Longest string shown, and the shortest, in bytes.
const TEXT: (usize, usize) = (2, 128);

/// Bytes of a distance.
const DISTANCE: usize = 4;

/// What is known of a number.
#[derive(Default)]
struct Target {
    decimal: Option<i64>,
    section: String,
    flags: Vec<String>,
    is_text: bool,
    is_sequence: bool,
    perms: Vec<&'static str>,
    instruction: Option<String>,
    string: Option<String>,
}

/// Prints the numbers of a range, one in a line, each with what it points at.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let size = match args.row.name.as_bytes().last() {
        Some(digit @ (b'1' | b'2' | b'4' | b'8')) => usize::from(digit - b'0'),
        _ => env.address_bytes(),
    };
    let range = Range::parse(env, args.text)?;
    // What is left of a slot is not shown, unless there is nothing else.
    let whole = range.len - range.len % size as u64;
    let range = Range { len: if whole == 0 { range.len } else { whole }, ..range };
    let big = env.big_endian();
    let mut chunks = range.chunks(size);
    let mut was_zero = false;
    let mut is_first = true;
    if args.is_json() {
        write!(env.out, "[")?;
    }
    while let Some(chunk) = chunks.next(env)? {
        for (index, cell) in chunk.bytes.chunks(size).enumerate() {
            let addr = chunk.addr.wrapping_add((index * size) as u64);
            let value = integer(cell, big);
            let is_zero = value == 0 && size > 2;
            match args.mode {
                Mode::Script => writeln!(env.out, "f pxr.{value:x}={addr:#x}")?,
                Mode::Json => {
                    let separator = if std::mem::take(&mut is_first) { "" } else { "," };
                    let row = Target::of(env, value, cell)?.json(addr, value, value as u8);
                    write!(env.out, "{separator}{row}")?;
                }
                Mode::Quiet => {
                    let text = Target::of(env, value, cell)?.text(value as u8);
                    if !text.is_empty() {
                        writeln!(env.out, "{text}")?;
                    }
                }
                _ if is_zero && was_zero => {}
                _ => print_row(env, addr, value, cell, is_zero)?,
            }
            was_zero = is_zero;
        }
        env.ctx.check()?;
    }
    if args.is_json() {
        writeln!(env.out, "]")?;
    }
    Ok(())
}

/// Distances of 32 bits from the seek, one in a line, each with the address it leads to.
pub(super) fn print_distances(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let range = Range::parse(env, args.text)?;
    let (origin, big) = (env.view.seek, env.big_endian());
    let mut chunks = range.chunks(DISTANCE);
    while let Some(chunk) = chunks.next(env)? {
        for (index, cell) in chunk.bytes.chunks_exact(DISTANCE).enumerate() {
            let addr = chunk.addr.wrapping_add((index * DISTANCE) as u64);
            let distance = i64::from(integer(cell, big) as u32 as i32);
            writeln!(env.out, "{addr:#010x} -> {:#010x}", origin.wrapping_add_signed(distance))?;
        }
    }
    Ok(())
}

fn print_row(env: &mut Env<'_>, addr: u64, value: u64, cell: &[u8], is_zero: bool) -> Result<()> {
    let mut line = Vec::new();
    push_addr(&mut line, addr);
    let here = env.session.flags.at(addr).next_back().map(|flag| printable(&flag.name));
    if is_zero {
        line.extend_from_slice(b" ..[ null bytes ]..   00000000 ");
        line.extend_from_slice(here.unwrap_or_default().as_bytes());
    } else {
        line.push(b' ');
        match cell.len() {
            1 | 2 => cell.iter().for_each(|byte| push_byte(&mut line, *byte)),
            size => {
                line.extend_from_slice(b"0x");
                push_hex(&mut line, value, if size > 4 { 16 } else { 8 });
            }
        }
        line.extend_from_slice(if cell.len() > 4 { b"   " } else { b"  " });
        line.extend(cell.iter().map(|byte| shown(*byte)));
        if let Some(name) = here {
            line.extend_from_slice(format!(" @ {name}").as_bytes());
        }
        let text = if value == 0 { String::new() } else { Target::of(env, value, cell)?.text(value as u8) };
        if !text.is_empty() {
            line.push(b' ');
            line.extend_from_slice(text.as_bytes());
        }
    }
    line.push(b'\n');
    Ok(env.out.write_all(&line)?)
}

impl Target {
    fn of(env: &mut Env<'_>, value: u64, cell: &[u8]) -> Result<Target> {
        let mut target = Target {
            flags: env.session.flags.at(value).map(|flag| printable(&flag.name)).collect(),
            section: super::dump::section_name(env, value),
            is_text: is_text(value),
            is_sequence: is_sequence(cell),
            ..Target::default()
        };
        let map = env.session.io.maps.at(value).map(|map| map.perm);
        if let Some(perm) = map {
            let letters = [(farad_io::Perm::R, "R"), (farad_io::Perm::W, "W"), (farad_io::Perm::X, "X")];
            target.perms = letters
                .into_iter()
                .filter(|(bit, _)| perm.contains(*bit))
                .map(|(_, letter)| letter)
                .collect();
        }
        let signed = value as i64;
        let is_address = env.address_bytes() == 8 || map.is_some();
        if (-DECIMAL..DECIMAL).contains(&signed) && signed != -1 && is_address {
            target.decimal = Some(signed);
        }
        if target.perms.contains(&"X") {
            target.instruction = Some(instruction(env, value)?);
        }
        if target.perms.contains(&"R") {
            target.string = string(env, value)?;
        }
        Ok(target)
    }

    /// What kind of bytes it is, and what may be done there.
    fn attributes(&self) -> Vec<&'static str> {
        let text = self.is_text.then_some("ascii");
        let sequence = self.is_sequence.then_some("sequence");
        text.into_iter().chain(sequence).chain(self.perms.iter().copied()).collect()
    }

    /// All of it in words.
    fn text(&self, low: u8) -> String {
        let mut words: Vec<String> = Vec::new();
        words.extend(self.decimal.map(|decimal| decimal.to_string()));
        words.extend((!self.section.is_empty()).then(|| self.section.clone()));
        words.extend((!self.flags.is_empty()).then(|| self.flags.join(",")));
        for attribute in self.attributes() {
            match attribute {
                "ascii" => words.push(format!("ascii ('{}')", char::from(low))),
                _ => words.push(attribute.to_owned()),
            }
        }
        words.extend(self.instruction.as_ref().map(|text| format!("'{text}'")));
        words.extend(self.string.clone());
        words.join(" ")
    }

    fn json(&self, addr: u64, value: u64, low: u8) -> Value {
        let text = self.text(low);
        if text.is_empty() {
            return json!({ "addr": addr, "value": value });
        }
        let mut reference = Map::new();
        reference.insert("addr".to_owned(), value.into());
        if let Some(decimal) = self.decimal {
            reference.insert("value".to_owned(), decimal.to_string().into());
        }
        if !self.section.is_empty() {
            reference.insert("section".to_owned(), self.section.clone().into());
        }
        if !self.flags.is_empty() {
            reference.insert("flags".to_owned(), self.flags.clone().into());
        }
        reference.insert("attr".to_owned(), self.attributes().into());
        json!({ "addr": addr, "value": value, "refstr": text, "ref": reference })
    }
}

/// Whether the bytes of a number are printable, and zeros behind.
fn is_text(value: u64) -> bool {
    let bytes = value.to_le_bytes();
    let len = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    len > 0 && bytes[..len].iter().all(|byte| matches!(byte, 0x20..=0x7e | 0)) && bytes[0] != 0
}

/// Whether each byte is one more than the last, or each one less.
fn is_sequence(cell: &[u8]) -> bool {
    let steps = |step: u8| cell.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(step));
    cell.len() > 4 && (steps(1) || steps(u8::MAX))
}

fn instruction(env: &mut Env<'_>, addr: u64) -> Result<String> {
    let decoder = crate::cmd::decoder(env)?;
    let mut bytes = vec![0; decoder.max_size()];
    env.read(addr, &mut bytes)?;
    Ok(decoder.decode(&bytes, addr).map_or("invalid".to_owned(), |instruction| instruction.text()))
}

/// A string at an address.
fn string(env: &mut Env<'_>, addr: u64) -> Result<Option<String>> {
    let mut bytes = vec![0; TEXT.1];
    let coverage = env.read(addr, &mut bytes)?;
    bytes.truncate(coverage.runs().first().filter(|run| run.start == 0).map_or(0, |run| run.end));
    bytes.truncate(memchr::memchr(0, &bytes).unwrap_or(bytes.len()));
    let is_string = bytes.len() >= TEXT.0 && bytes.iter().all(|byte| matches!(byte, 0x20..=0x7e));
    Ok(is_string.then(|| String::from_utf8_lossy(&bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_by_how_they_look() {
        assert!(is_sequence(&[1, 2, 3, 4, 5, 6, 7, 8]) && is_sequence(&[8, 7, 6, 5, 4, 3, 2, 1]));
        assert!(!is_sequence(&[1; 8]) && !is_sequence(&[1, 2, 3, 4]));
        assert!(
            is_text(0x6f_6c6c_6568)
                && is_text(0x0069_0077)
                && !is_text(0)
                && !is_text(0x6f0a)
                && !is_text(0x6100)
        );
    }
}
