//! What stands beside the rows of a dump: flags above them (`pxa`), flags and comments behind them
//! (`pxc`).

use super::dump::Dump;
use crate::eval::Env;
use crate::note::Kind;
use crate::paint::Role;
use crate::render::printable;

/// The flags in a row, each above the byte it begins at, and a comment at its first byte.
pub(super) fn push_flags(env: &Env<'_>, dump: &Dump, text: &mut Vec<u8>, addr: u64, len: usize) {
    let mut line: Vec<char> = Vec::new();
    for index in 0..len {
        let at = addr.wrapping_add(index as u64);
        let name = env.session.flags.at(at).next().map(|flag| format!("/{}", printable(&flag.name)));
        let comment = env.session.notes.find(at, Kind::Comment).filter(|_| index == 0);
        let comment = comment.map(|note| format!(";{}", printable(&note.text)));
        let Some(remark) = name.or(comment) else { continue };
        let column = dump.column(addr, index);
        line.resize(line.len().max(column), ' ');
        // As the peer has it, a name is written over the one that reaches into it.
        for (at, c) in remark.chars().enumerate() {
            match line.get_mut(column + at) {
                Some(place) => *place = c,
                None => line.push(c),
            }
        }
    }
    if !line.is_empty() {
        let names: String = line.into_iter().collect();
        text.extend_from_slice(env.painted(Role::Flag, &names).as_bytes());
        text.push(b'\n');
    }
}

/// The comments in a row, and its flags where those are wanted.
pub(super) fn push_comments(env: &Env<'_>, text: &mut Vec<u8>, addr: u64, len: usize, with_flags: bool) {
    for index in 0..len {
        let at = addr.wrapping_add(index as u64);
        if let Some(flag) = env.session.flags.at(at).next_back().filter(|_| with_flags) {
            let name = env.painted(Role::Flag, &format!("; {}", printable(&flag.name)));
            text.extend_from_slice(format!("  {name}").as_bytes());
        }
        if let Some(note) = env.session.notes.find(at, Kind::Comment) {
            let note = env.painted(Role::UserComment, &format!("; {}", printable(&note.text)));
            text.extend_from_slice(format!(" {note}").as_bytes());
        }
    }
}
