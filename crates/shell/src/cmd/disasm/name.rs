//! Which of the flags at an address stands for it in an operand.

use crate::eval::Env;
use crate::flag::{Flag, Flags};

/// Flag spaces whose names are preferred, best first.
const PREFERRED: [&str; 6] = ["classes", "symbols", "imports", "relocs", "strings", "functions"];

/// The flag to write for an address: of the best space, else the oldest.
pub(super) fn best(flags: &Flags, addr: u64) -> Option<&Flag> {
    let rank = |flag: &&Flag| {
        let place = PREFERRED.iter().position(|space| flag.space.as_deref() == Some(space));
        place.unwrap_or(PREFERRED.len())
    };
    flags.at(addr).min_by_key(rank)
}

/// The name to write for an address in an operand. Zero stays a number.
pub(crate) fn operand(env: &Env<'_>, addr: u64) -> Option<String> {
    if addr == 0 {
        return None;
    }
    best(&env.session.flags, addr).map(|flag| flag.name.clone())
}

/// The flags at an address in the order a listing shows them: those of the file's layout
/// first, then strings, then all others by age.
pub(super) fn listed<'a>(env: &'a Env<'_>, addr: u64) -> Vec<&'a Flag> {
    let mut flags: Vec<&Flag> = env.session.flags.at(addr).collect();
    flags.sort_by_key(|flag| match flag.space.as_deref() {
        Some("sections") => 0,
        Some("segments") => 1,
        Some("strings") => 2,
        _ => 3,
    });
    flags
}
