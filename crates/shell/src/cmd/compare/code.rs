//! The code of the block beside the code elsewhere.
//!
//! An instruction is the same when its text is: a jump to another address is another one.

use farad_arch::{Decoder, Instruction};

use super::address;
use crate::cmd::decoder;
use crate::cmd::print::Range;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Width of the text in the left column.
const WIDTH: usize = 32;

/// The instructions of a block. What is cut off by its end is none.
struct Code<'a> {
    decoder: &'a Decoder,
    addr: u64,
    bytes: &'a [u8],
    instruction: Instruction,
}

impl Code<'_> {
    /// The next one's address and text.
    fn next(&mut self) -> Option<(u64, String)> {
        if self.bytes.is_empty() {
            return None;
        }
        let (addr, window) = (self.addr, &self.bytes[..self.bytes.len().min(self.decoder.max_size())]);
        let (size, text) = match self.decoder.decode_text(window, addr, &mut self.instruction) {
            true => (self.instruction.size, self.instruction.text()),
            false => (self.decoder.invalid_size(), "invalid".to_owned()),
        };
        let size = size.clamp(1, self.bytes.len());
        self.bytes = &self.bytes[size..];
        self.addr = addr.wrapping_add(size as u64);
        Some((addr, text))
    }
}

/// Takes an instruction of each side: where it is, and its text.
type Each<'a> = &'a mut dyn FnMut(&mut Env<'_>, (u64, &str), (u64, &str)) -> Result<()>;

/// Goes through both sides instruction by instruction, as long as both have one.
fn walk(env: &mut Env<'_>, args: &Args<'_>, each: Each<'_>) -> Result<()> {
    let (decoder, to) = (decoder(env)?, address(env, args)?);
    let (here, len) = (env.view.seek, env.view.block as u64);
    let (ours, theirs) = (Range { addr: here, len }.read(env)?, Range { addr: to, len }.read(env)?);
    let code = |addr, bytes| Code { decoder: &decoder, addr, bytes, instruction: Instruction::default() };
    let (mut ours, mut theirs) = (code(here, &ours[..]), code(to, &theirs[..]));
    while let (Some((addr, text)), Some((other, other_text))) = (ours.next(), theirs.next()) {
        env.ctx.check()?;
        each(env, (addr, &text), (other, &other_text))?;
    }
    Ok(())
}

/// `ccd`.
pub(super) fn side_by_side(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    walk(env, args, &mut |env, (addr, text), (other, other_text)| {
        let mark = if text == other_text { '=' } else { '!' };
        writeln!(env.out, " {addr:#010x}  {text:WIDTH$} {mark} {other:#010x}  {other_text}")?;
        Ok(())
    })
}

/// `cud`.
pub(super) fn unified(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    walk(env, args, &mut |env, (addr, text), (other, other_text)| {
        match text == other_text {
            true => writeln!(env.out, " {addr:#010x}  {text}")?,
            false => writeln!(env.out, "-{addr:#010x}  {text}\n+{other:#010x}  {other_text}")?,
        }
        Ok(())
    })
}
