//! The rows of a listing: what stands at each address, an instruction or what a note says.

use farad_arch::Instruction;

use super::super::stream::Stream;
use crate::error::Result;
use crate::eval::Env;
use crate::flag::Flag;
use crate::note::Note;

/// Rows laid out together: jump lines do not cross from one page to the next.
const PAGE: usize = 1 << 14;

/// What one row shows.
pub(super) enum Row {
    /// An instruction, or bytes that are none.
    /// `is_split` when a flag is inside, where the next row begins.
    Code { instruction: Instruction, bytes: Vec<u8>, is_valid: bool, is_split: bool },
    /// What a note says of bytes. The row begins `skipped` bytes into them.
    Note { addr: u64, skipped: u64, note: Note },
}

impl Row {
    /// Where it is.
    pub(super) fn addr(&self) -> u64 {
        match self {
            Row::Code { instruction, .. } => instruction.addr,
            Row::Note { addr, .. } => *addr,
        }
    }

    /// Bytes.
    pub(super) fn size(&self) -> u64 {
        match self {
            Row::Code { bytes, .. } => bytes.len() as u64,
            Row::Note { skipped, note, .. } => note.size - skipped,
        }
    }

    /// Its jump, if it is one: the target.
    pub(super) fn jump(&self, calls: bool) -> Option<u64> {
        match self {
            // As the peer has it, a jump to 0 is none.
            Row::Code { instruction, is_valid: true, .. }
                if instruction.kind.is_jump() || calls && instruction.kind.is_call() =>
            {
                instruction.jump.filter(|to| *to != 0)
            }
            _ => None,
        }
    }
}

/// Decodes the next rows.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(super) fn page(env: &mut Env<'_>, stream: &mut Stream) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    while rows.len() < PAGE {
        let addr = stream.addr();
        if let Some(note) = env.session.notes.body(addr) {
            if !stream.has_left() {
                break;
            }
            let skipped = addr - note.addr;
            stream.skip(note.size - skipped);
            rows.push(Row::Note { addr, skipped, note: note.clone() });
            continue;
        }
        let mut instruction = Instruction::default();
        let Some(item) = stream.next(env, &mut instruction, true)? else { break };
        let (bytes, is_valid) = (item.bytes.to_vec(), item.is_valid);
        if !is_valid {
            instruction = Instruction { addr: item.addr, size: bytes.len(), ..Instruction::default() };
        }
        let inside = flag_inside(env, instruction.addr, bytes.len());
        if let Some(at) = inside {
            stream.unread(bytes.len() - at);
        }
        rows.push(Row::Code { instruction, bytes, is_valid, is_split: inside.is_some() });
    }
    Ok(rows)
}

/// Where in `size` bytes at an address the first flag is, one at the address aside.
fn flag_inside(env: &Env<'_>, addr: u64, size: usize) -> Option<usize> {
    let flags = &env.session.flags;
    let is_mark = |flag: &Flag| flag.space.as_deref() != Some("search");
    let last = addr.checked_add(size.checked_sub(1)? as u64)?;
    if flags.before(last, is_mark)?.addr <= addr {
        return None;
    }
    (1..size).find(|at| flags.at(addr + *at as u64).any(is_mark))
}
