//! Patterns to be found again in memory: `pp`.

use super::range::Range;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::parse::hex_digits;
use crate::registry::Args;

/// Letters of De Bruijn's sequence, and how many of them make a place unique.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz1234567890";
const ORDER: usize = 3;
/// Digits of a word.
const WORD: usize = 4;

/// So many numbers, each one more than the last, big endian; the command's digit is their size, and 0
/// are bytes of nothing.
pub(super) fn print_numbers(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = length(env, args)?;
    let size = args.row.name.bytes().last().map_or(1, |digit| usize::from(digit - b'0'));
    let first = env.view.seek;
    for index in 0..count {
        if index % 4096 == 0 {
            env.ctx.check()?;
        }
        let value = if size == 0 { 0 } else { first.wrapping_add(index) };
        let bytes = value.to_be_bytes();
        env.out.write_all(hex_digits(&bytes[8 - size.max(1)..]).as_bytes())?;
    }
    Ok(writeln!(env.out)?)
}

/// So many bytes with all bits set.
pub(super) fn print_filled(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = length(env, args)?;
    for index in 0..count {
        if index % 4096 == 0 {
            env.ctx.check()?;
        }
        env.out.write_all(b"ff")?;
    }
    Ok(writeln!(env.out)?)
}

/// So many words of letters or digits, counted up from the left.
pub(super) fn print_words(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let letters: &[u8] = match args.row.name {
        "ppn" => b"0123456789",
        "ppal" => &LETTERS[26..52],
        "ppau" => &LETTERS[..26],
        _ => &LETTERS[..52],
    };
    let count = length(env, args)?;
    for index in 0..count {
        if index % 4096 == 0 {
            env.ctx.check()?;
        }
        let mut rest = index;
        let mut word = Vec::with_capacity(WORD + 1);
        for _ in 0..WORD {
            word.push(letters[(rest % letters.len() as u64) as usize]);
            rest /= letters.len() as u64;
        }
        word.push(b' ');
        env.out.write_all(&word)?;
    }
    Ok(writeln!(env.out)?)
}

/// So many bytes in which three letters are never found twice, as hex digits.
pub(super) fn print_de_bruijn(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = length(env, args)?;
    let limit = LETTERS.len().pow(ORDER as u32) as u64;
    if count > limit {
        return Err(Error::Limit { what: "a pattern that never repeats", limit: format!("{limit} bytes") });
    }
    let sequence = de_bruijn(LETTERS, ORDER, count as usize);
    Ok(writeln!(env.out, "{}", hex_digits(&sequence))?)
}

/// How many are wanted: a block when it is not said.
fn length(env: &mut Env<'_>, args: &Args<'_>) -> Result<u64> {
    let count = Range::count(env, args.text)?.unwrap_or(env.view.block as i64);
    u64::try_from(count).map_err(|_| args.wrong("the length is negative"))
}

/// The first bytes of De Bruijn's sequence: the Lyndon words whose lengths divide the order, in order
/// (H. Fredricksen and J. Maiorana, 1978; the words after J.-P. Duval, 1988).
fn de_bruijn(letters: &[u8], order: usize, limit: usize) -> Vec<u8> {
    let mut sequence = Vec::with_capacity(limit);
    let mut word = vec![0usize];
    while sequence.len() < limit && !word.is_empty() {
        if order.is_multiple_of(word.len()) {
            sequence.extend(word.iter().map(|letter| letters[*letter]));
        }
        let period = word.len();
        while word.len() < order {
            word.push(word[word.len() - period]);
        }
        while word.last() == Some(&(letters.len() - 1)) {
            word.pop();
        }
        if let Some(last) = word.last_mut() {
            *last += 1;
        }
    }
    sequence.truncate(limit);
    sequence
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_part_of_the_sequence_is_found_twice() {
        assert_eq!(de_bruijn(LETTERS, ORDER, 20), b"AAABAACAADAAEAAFAAGA");
        let whole = de_bruijn(b"abcd", 3, usize::MAX >> 1 & 0xffff);
        assert_eq!(whole.len(), 64);
        let parts: HashSet<&[u8]> = whole.windows(3).collect();
        assert_eq!(parts.len(), 62);
    }
}
