//! radare2's notation of register profiles: a line a register or role.

use std::fmt::{self, Write as _};

use super::{Bank, Profile, Slot};

/// Most registers of a profile that is read.
const REGISTERS: usize = 4096;
/// The widest register that is read, in bits.
const WIDTH: u32 = 4096;
/// Most bytes of a bank that is read.
const BYTES: u32 = 1 << 16;

/// Reads a profile; see [`Profile::parse`].
pub(super) fn parse(text: &str) -> Result<Profile, String> {
    let mut profile = Profile::default();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
        let wrong = |why: &str| format!("`{line}` is no line of a register profile: {why}");
        let mut words = line.split_ascii_whitespace();
        let Some(first) = words.next() else { continue };
        if let Some(role) = first.strip_prefix('=') {
            let name = words.next().ok_or_else(|| wrong("the register is missing"))?;
            profile.roles.push((role.to_owned(), name.to_owned()));
            continue;
        }
        // `xmm@fpu` is a view of the bytes of another bank.
        let sort = first.split('@').next().unwrap_or(first);
        let bank = match sort {
            "xmm" | "ymm" | "mmx" => Bank::Vector,
            other => Bank::parse(other).ok_or_else(|| wrong("no sort of registers has that name"))?,
        };
        let (Some(name), Some(size), Some(place)) = (words.next(), words.next(), words.next()) else {
            return Err(wrong("a register has a sort, a name, a size and an offset"));
        };
        let bits = bits(size).filter(|bits| (1..=WIDTH).contains(bits));
        let bits = bits.ok_or_else(|| wrong("the size is no number of bits such as `.64`"))?;
        let offset = match place {
            "?" => None,
            place => {
                let offset = offset(place).filter(|offset| *offset <= BYTES * 8);
                Some(offset.ok_or_else(|| wrong("the offset is no number of bytes"))?)
            }
        };
        if profile.slots.len() >= REGISTERS {
            return Err(format!("a profile has at most {REGISTERS} registers"));
        }
        profile.push(Slot { name: name.to_owned(), bank, bits, offset });
    }
    Ok(profile)
}

/// `.64` is bits, `8` is bytes.
fn bits(text: &str) -> Option<u32> {
    match text.strip_prefix('.') {
        Some(bits) => bits.parse().ok(),
        None => text.parse::<u32>().ok()?.checked_mul(8),
    }
}

/// `80` is bytes, `.448` is bits, `144.2` is bytes and bits.
fn offset(text: &str) -> Option<u32> {
    match text.split_once('.') {
        None => text.parse::<u32>().ok()?.checked_mul(8),
        Some(("", bits)) => bits.parse().ok(),
        Some((bytes, bits)) => {
            bytes.parse::<u32>().ok()?.checked_mul(8)?.checked_add(bits.parse::<u32>().ok()?)
        }
    }
}

/// Writes a profile.
pub(super) fn write(profile: &Profile, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (role, name) in profile.roles() {
        writeln!(f, "={role}\t{name}")?;
    }
    for slot in profile.slots() {
        let mut place = String::new();
        match slot.offset {
            None => place.push('?'),
            Some(bit) if bit % 8 == 0 && slot.bits >= 8 => write!(place, "{}", bit / 8)?,
            Some(bit) => write!(place, ".{bit}")?,
        }
        writeln!(f, "{}\t{}\t.{}\t{place}\t0", slot.bank.name(), slot.name, slot.bits)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_wrong_ones_named() {
        let text = "=PC\trip\n\n# a comment\ngpr rip .64 128 0\nflg zf .1 144.6 0 zero\ngpr riz 8 ? 0\n";
        let profile = Profile::parse(text).unwrap();
        assert_eq!(profile.find("PC").map(|slot| slot.offset), Some(Some(1024)));
        assert_eq!(profile.find("zf").map(|slot| (slot.bank, slot.offset)), Some((Bank::Flag, Some(1158))));
        assert_eq!(profile.find("riz").map(|slot| (slot.bits, slot.offset)), Some((64, None)));
        for wrong in
            ["=PC", "gpr rax", "abc rax .64 0 0", "gpr rax .x 0 0", "gpr rax .64 z 0", "gpr a 99999 0 0"]
        {
            assert!(Profile::parse(wrong).is_err(), "{wrong}");
        }
    }
}
