//! Decoding at an address with the settings in force, for whoever needs an instruction.

use farad_arch::{Decoder, Instruction, Settings, Syntax};

use crate::error::{Error, Result};
use crate::eval::Env;

/// Most instructions skipped at once.
const SKIPPED: u64 = 1 << 20;

/// What `asm.arch`, `asm.bits`, `asm.cpu`, `asm.syntax` and `cfg.bigendian` say of instructions.
pub(crate) fn settings(env: &Env<'_>) -> Settings {
    let cpu = env.setting("asm.cpu");
    Settings {
        arch: env.setting("asm.arch").to_owned(),
        bits: env.setting_number("asm.bits") as u32,
        big_endian: env.big_endian(),
        cpu: (!cpu.is_empty()).then(|| cpu.to_owned()),
        syntax: Syntax::parse(env.setting("asm.syntax")).unwrap_or(Syntax::Intel),
    }
}

/// A decoder of these settings.
///
/// # Errors
/// When the architecture has no such width or byte order.
pub(crate) fn decoder(env: &Env<'_>) -> Result<Decoder> {
    decoder_with(env, None)
}

/// The same in another syntax than `asm.syntax` names.
///
/// # Errors
/// When the architecture has no such width or byte order.
pub(crate) fn decoder_with(env: &Env<'_>, syntax: Option<Syntax>) -> Result<Decoder> {
    let mut settings = settings(env);
    settings.syntax = syntax.unwrap_or(settings.syntax);
    Decoder::new(&settings).map_err(|error| Error::failed(error.to_string()))
}

/// The instruction at an address, if there is one.
fn at(env: &mut Env<'_>, decoder: &Decoder, addr: u64) -> Result<Option<Instruction>> {
    let mut bytes = vec![0; decoder.max_size()];
    env.read(addr, &mut bytes)?;
    Ok(decoder.decode(&bytes, addr))
}

/// The address `count` instructions on, or back when it is negative.
///
/// # Errors
/// When nothing can be decoded or read.
pub(crate) fn skip_instructions(env: &mut Env<'_>, addr: u64, count: i64) -> Result<u64> {
    let decoder = decoder(env)?;
    if count < 0 {
        return super::disasm::instructions_before(env, &decoder, addr, count.unsigned_abs());
    }
    if count.unsigned_abs() > SKIPPED {
        return Err(Error::Limit { what: "the number of instructions skipped", limit: SKIPPED.to_string() });
    }
    let mut addr = addr;
    for _ in 0..count {
        env.ctx.check()?;
        let size = at(env, &decoder, addr)?.map_or(decoder.invalid_size(), |instruction| instruction.size);
        addr = addr.wrapping_add(size as u64);
    }
    Ok(addr)
}

/// The `$` variables that tell of the instruction at the seek: `l` its length, `j` where it
/// jumps, `f` what follows it, `m` what it points at, `v` the number in it.
pub(crate) fn instruction_variable(env: &mut Env<'_>, name: &str) -> Option<u64> {
    let decoder = decoder(env).ok()?;
    let instruction = at(env, &decoder, env.view.seek).ok()??;
    match name {
        "l" => Some(instruction.size as u64),
        "j" => instruction.jump,
        "f" => instruction.fail,
        "m" => instruction.pointer,
        "v" => instruction.value,
        _ => None,
    }
}
