//! Thumb: the capstone engine, with the conditions of IT blocks. The library carries a block's
//! conditions from one call to the next, whatever the addresses; here each call stands alone but for
//! one thing, which is radare2's habit: the instruction right behind an `it` just decoded is printed
//! with its condition.

use std::cell::Cell;

use super::capstone::Capstone;
use crate::detail::Detail;
use crate::instruction::Instruction;

/// The longest block an `it` opens, in instructions.
const BLOCK: usize = 4;

/// The bytes of an `it`, and of a `nop`.
const SHORT: usize = 2;

/// A Thumb decoder.
pub(crate) struct Thumb {
    capstone: Capstone,
    big_endian: bool,
    /// The last `it` decoded, and the address behind it.
    pending: Cell<Option<(u64, [u8; SHORT])>>,
}

impl Thumb {
    /// Over a library opened in Thumb mode.
    pub(crate) fn new(capstone: Capstone, big_endian: bool) -> Self {
        Self { capstone, big_endian, pending: Cell::new(None) }
    }

    /// Decodes one instruction; see [`Engine::decode`](super::Engine::decode).
    pub(crate) fn decode(&self, bytes: &[u8], addr: u64, instruction: &mut Instruction) -> Option<usize> {
        let block = self.pending.take().filter(|(behind, _)| *behind == addr);
        if let Some((_, block)) = block {
            // Decoding the `it` again leaves its condition in the library.
            self.capstone.skip(&block, addr.wrapping_sub(SHORT as u64));
        }
        let size = self.capstone.decode(bytes, addr, instruction);
        let opens = size == Some(SHORT) && instruction.mnemonic.starts_with("it");
        if opens && let Some(&block) = bytes.first_chunk() {
            self.pending.set(Some((addr.wrapping_add(SHORT as u64), block)));
        }
        if opens || block.is_some() {
            self.drain();
        }
        size
    }

    /// Makes the library tell all it knows, for [`Thumb::explain`].
    pub(crate) fn tell(&mut self) {
        self.capstone.tell();
    }

    /// As [`Thumb::decode`], with what the library knows beyond the text.
    pub(crate) fn explain(
        &self,
        bytes: &[u8],
        addr: u64,
        instruction: &mut Instruction,
    ) -> Option<(usize, Detail)> {
        let size = self.decode(bytes, addr, instruction)?;
        let (_, detail) = self.capstone.explain(bytes, addr, &mut Instruction::default())?;
        self.drain();
        Some((size, detail))
    }

    /// Uses up the conditions left in the library.
    fn drain(&self) {
        let nop = if self.big_endian { [0xbf, 0x00] } else { [0x00, 0xbf] };
        for _ in 0..BLOCK {
            self.capstone.skip(&nop, 0);
        }
    }
}
