//! Bytes and integers out of text, and files with a limit.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use farad_io::Ctx;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::render::excerpt;

/// How often a silent pipe is left to look whether the command was cancelled.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
/// Bytes read between two looks.
const PIECE: u64 = 4 << 20;
/// Bytes of hex digits; blanks between them are skipped, and so is a leading `0x`.
///
/// # Errors
/// What is no hex digit, or an odd number of them.
pub fn hex_bytes(text: &str) -> Result<Vec<u8>> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut nibbles = Vec::with_capacity(digits.len());
    for c in digits.chars().filter(|c| !c.is_whitespace()) {
        let nibble = c
            .to_digit(16)
            .ok_or_else(|| Error::failed(format!("'{c}' is no hex digit in '{}'", excerpt(text))))?;
        nibbles.push(nibble as u8);
    }
    if nibbles.len() % 2 != 0 {
        return Err(Error::failed(format!("'{}' has an odd number of hex digits", excerpt(text))));
    }
    Ok(nibbles.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// Lower-case hex digits of bytes.
pub fn hex_digits(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
    }
    text
}

/// The unsigned integer in up to 8 bytes.
pub fn integer(bytes: &[u8], big_endian: bool) -> u64 {
    let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    if big_endian { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
}

/// The low `size` (up to 8) bytes of an integer.
pub fn integer_bytes(value: u64, size: usize, big_endian: bool) -> Vec<u8> {
    let mut bytes = value.to_le_bytes()[..size.min(8)].to_vec();
    if big_endian {
        bytes.reverse();
    }
    bytes
}

/// Bytes of base64 text, with or without its padding.
///
/// # Errors
/// What is no base64 digit.
pub fn base64_bytes(text: &str) -> Result<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() * 3 / 4), 0u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => {
                return Err(Error::failed(format!(
                    "'{}' is no base64 digit",
                    char::from(c).escape_default()
                )));
            }
        };
        bits = bits << 6 | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Ok(bytes)
}

/// Base64 text of bytes, with padding.
pub fn base64_digits(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            match digit <= group.len() {
                true => text.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63])),
                false => text.push('='),
            }
        }
    }
    text
}

/// A whole file of this machine, which may have `limit` bytes. A pipe or terminal is read to its
/// end, which may take as long as the context allows.
///
/// # Errors
/// When it cannot be read or is larger; an interrupt.
pub fn read_file(path: &(impl AsRef<Path> + ?Sized), limit: u64, ctx: &Ctx) -> Result<Vec<u8>> {
    let path = path.as_ref();
    let failed = |source| Error::File { path: path.display().to_string(), source };
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
    let mut file = options.open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    while bytes.len() as u64 <= limit {
        ctx.check()?;
        let mut ends = [PollFd::new(&file, PollFlags::IN)];
        match poll(&mut ends, Some(&TICK)) {
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
            Err(errno) => return Err(failed(errno.into())),
        }
        match (&mut file).take(PIECE).read_to_end(&mut bytes) {
            Ok(0) => return Ok(bytes),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(Error::Limit { what: "a file read whole", limit: format!("{limit} bytes") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_that_do_not_end_are_limited_and_pipes_can_be_left() {
        let ctx = Ctx::owner();
        assert!(matches!(read_file("/dev/zero", 1 << 20, &ctx), Err(Error::Limit { .. })));
        assert_eq!(read_file("/dev/null", 0, &ctx).unwrap(), b"");
        let folder = tempfile::tempdir().unwrap();
        let (file, pipe) = (folder.path().join("file"), folder.path().join("pipe"));
        std::fs::write(&file, b"text").unwrap();
        assert_eq!(read_file(file.to_str().unwrap(), 4, &ctx).unwrap(), b"text");
        assert!(read_file(file.to_str().unwrap(), 3, &ctx).is_err());
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let limited = ctx.within(std::time::Duration::from_millis(50));
        assert!(read_file(pipe.to_str().unwrap(), 4, &limited).unwrap_err().is_interrupt());
        let writer = pipe.clone();
        std::thread::spawn(move || std::fs::write(writer, b"late").unwrap());
        assert_eq!(read_file(pipe.to_str().unwrap(), 4, &ctx).unwrap(), b"late");
    }

    proptest! {
        #[test]
        fn hex_and_integers_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..40), value: u64, big: bool) {
            prop_assert_eq!(hex_bytes(&hex_digits(&bytes)).unwrap(), bytes);
            prop_assert_eq!(integer(&integer_bytes(value, 8, big), big), value);
        }
    }

    #[test]
    fn wrong_text_is_named() {
        assert_eq!(hex_bytes("90 90\t0x").unwrap_err().to_string(), "'x' is no hex digit in '90 90\t0x'");
        assert!(hex_bytes("909").is_err());
        assert_eq!(base64_bytes("Zm9v").unwrap(), b"foo");
        assert_eq!(base64_bytes("Zm8=").unwrap(), b"fo");
        assert!(base64_bytes("Z!").is_err());
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64_digits(bytes.as_bytes()), text);
        }
    }
}
