//! `x/4xw`: the count, format and size of a debugger's `x` in one word.

use super::dump;
use super::range::Range;
use super::unit::Unit;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Prints what the word says.
pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (word, rest) = args.split_first();
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (count, letters) = word.split_at(digits);
    let count = if count.is_empty() { 1 } else { env.number(count)? };
    let (mut format, mut size) = ('x', None);
    for letter in letters.chars() {
        match letter {
            'b' => size = Some(1),
            'h' => size = Some(2),
            'w' => size = Some(4),
            'g' | 'q' => size = Some(8),
            'x' | 'd' | 'u' | 'o' | 's' | 'i' => format = letter,
            _ => return Err(args.wrong(format!("'{letter}' is neither a format (xduosi) nor a size (bhwg)"))),
        }
    }
    if !rest.is_empty() {
        return Err(args.wrong(format!("'{rest}' is too much")));
    }
    let unit = match (format, size) {
        ('i', _) => return env.run_command(&format!("pid {count}")),
        ('s', _) => return env.run_command("psb"),
        ('o', _) => Unit::Octal,
        ('d', size) => Unit::Signed(size.unwrap_or(4)),
        ('u', size) => Unit::Unsigned(size.unwrap_or(4)),
        (_, None | Some(1)) => Unit::Byte,
        (_, Some(size)) => Unit::Hex(size),
    };
    let len = count.checked_mul(unit.size() as u64).ok_or_else(|| args.wrong("the count is too large"))?;
    dump::print(env, Range { addr: env.view.seek, len }, unit)
}
