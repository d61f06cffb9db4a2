//! x86: reads the text, finds the encodings that its operands fit, and takes the shortest of what
//! iced's encoder makes of them.

mod att;
mod condition;
mod mnemonic;
mod operand;
mod place;

use iced_x86::{
    Code, Encoder, EncodingKind, Instruction, Mnemonic, OpCodeInfo, OpCodeOperandKind as Kind, Register,
};

use self::mnemonic::{Meaning, meaning};
use self::operand::{Decoration, Operand};
use super::{Assembly, Fault, Idioms, Site, split_mnemonic, split_operands};
use crate::settings::Syntax;

/// What there is for assembling x86.
pub(crate) static ASSEMBLY: Assembly =
    Assembly { assemble, idioms: |_| &IDIOMS, recondition: condition::recondition };

static IDIOMS: Idioms = Idioms {
    nops: &["nop"],
    trap: "int3",
    jump: "jmp",
    returns: ["xor eax, eax; ret", "mov eax, 1; ret", "mov eax, -1; ret"],
};

/// What stands before a mnemonic.
#[derive(Debug, Clone, Copy, Default)]
struct Prefixes {
    lock: bool,
    repe: bool,
    repne: bool,
    notrack: bool,
    data16: bool,
}

/// What is to be encoded.
struct Request {
    prefixes: Prefixes,
    meaning: Meaning,
    operands: Vec<Operand>,
    decoration: Decoration,
}

impl Request {
    fn new(prefixes: Prefixes, meaning: Meaning) -> Self {
        Self { prefixes, meaning, operands: Vec::new(), decoration: Decoration::default() }
    }

    fn push(&mut self, operand: Operand, decoration: Decoration) {
        self.operands.push(operand);
        self.decoration.mask = self.decoration.mask.or(decoration.mask);
        self.decoration.zeroing |= decoration.zeroing;
    }
}

/// Assembles one instruction.
fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let mut prefixes = Prefixes::default();
    let mut rest = text;
    let (name, operands) = loop {
        let (word, behind) = split_mnemonic(rest);
        match word.to_ascii_lowercase().as_str() {
            "lock" => prefixes.lock = true,
            "rep" | "repe" | "repz" | "xrelease" => prefixes.repe = true,
            "repne" | "repnz" | "xacquire" | "bnd" => prefixes.repne = true,
            "notrack" => prefixes.notrack = true,
            "data16" => prefixes.data16 = true,
            name => break (name.to_owned(), behind),
        }
        if behind.is_empty() {
            return only_prefixes(prefixes);
        }
        rest = behind;
    };
    let operands = split_operands(operands);
    match site.settings.syntax {
        Syntax::Att => assemble_att(&name, &operands, prefixes, site),
        Syntax::Intel | Syntax::Masm => {
            let meaning = meaning(&name).ok_or_else(|| Fault::unknown(&name))?;
            let mut request = Request::new(prefixes, meaning);
            for text in operands {
                let (is_far, text) = match text.strip_prefix("far ") {
                    Some(text) => (true, text),
                    None => (false, text),
                };
                let (operand, decoration) = operand::read(text, site)?;
                request.push(operand, decoration);
                if is_far {
                    request.meaning.select = mnemonic::Select::Far;
                }
            }
            encode(&name, request, site)
        }
    }
}

/// The bytes of prefixes without an instruction, as the decoder prints them.
fn only_prefixes(prefixes: Prefixes) -> Result<Vec<u8>, Fault> {
    let all = [
        (prefixes.lock, 0xf0),
        (prefixes.repe, 0xf3),
        (prefixes.repne, 0xf2),
        (prefixes.notrack, 0x3e),
        (prefixes.data16, 0x66),
    ];
    Ok(all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, byte)| byte).collect())
}

fn assemble_att(
    name: &str,
    operands: &[&str],
    prefixes: Prefixes,
    site: &Site<'_>,
) -> Result<Vec<u8>, Fault> {
    let mut fault = Fault::unknown(name);
    for (name, size) in att::mnemonics(name) {
        let Some(meaning) = meaning(&name) else { continue };
        let is_branch =
            name.starts_with('j') || matches!(&*name, "call" | "loop" | "loope" | "loopne" | "xbegin");
        let mut request = Request::new(prefixes, meaning);
        for text in operands.iter().rev() {
            let (mut operand, decoration) = att::read(text, is_branch, site)?;
            match &mut operand {
                Operand::Memory(memory) if name != "lea" => memory.size = size,
                Operand::Immediate(immediate) => immediate.size = size,
                _ => {}
            }
            request.push(operand, decoration);
        }
        match encode(&name, request, site) {
            Ok(bytes) => return Ok(bytes),
            Err(other) => fault = other,
        }
    }
    Err(fault)
}

/// One encoding of an instruction.
struct Candidate {
    /// Less is better.
    rank: (bool, usize),
    /// The size of the memory it accesses, where the text says none.
    open_size: Option<usize>,
    bytes: Vec<u8>,
}

fn encode(name: &str, mut request: Request, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    let bits = site.settings.bits;
    complete(name, &mut request);
    let said = request.operands.iter().find_map(|operand| match operand {
        Operand::Memory(memory) => memory.size,
        _ => None,
    });
    let mut candidates = Vec::new();
    let mut refused = None;
    let mut fits_mode = false;
    for &code in request.meaning.codes {
        let row = code.op_code();
        if !is_mode(row, bits) || !request.meaning.select.takes(code, bits, said) {
            continue;
        }
        fits_mode = true;
        let orders = [Some(request.operands.clone()), swapped(code.mnemonic(), &request.operands)];
        for operands in orders.into_iter().flatten() {
            let Some(instruction) = build(code, &operands, &request, bits) else { continue };
            match finish(instruction, &operands, &request, site) {
                Ok(bytes) => {
                    let rank = (row.encoding() == EncodingKind::EVEX, bytes.len());
                    candidates.push(Candidate { rank, open_size: open_size(code, &operands), bytes });
                }
                Err(reason) => refused = Some(reason),
            }
        }
    }
    match (choose(candidates, bits)?, refused) {
        (Some(bytes), _) => Ok(bytes),
        (None, Some(reason)) => Err(Fault::new(reason)),
        (None, None) if !fits_mode => Err(Fault::new(format!("`{name}` is not there in {bits} bits"))),
        (None, None) => Err(Fault::new(format!("no form of `{name}` takes these operands"))),
    }
}

/// The best of the candidates. Where they differ in the size of memory that the text does not say, it
/// is that of a register, or that of the only shortest.
fn choose(mut candidates: Vec<Candidate>, bits: u32) -> Result<Option<Vec<u8>>, Fault> {
    let whole = Some(bits as usize / 8);
    if candidates.iter().any(|candidate| candidate.open_size == whole) {
        candidates.retain(|candidate| candidate.open_size == whole);
    }
    let best = candidates.iter().map(|candidate| candidate.rank).min();
    candidates.retain(|candidate| Some(candidate.rank) == best);
    let mut sizes = candidates.iter().filter_map(|candidate| candidate.open_size);
    let first = sizes.next();
    if sizes.any(|size| Some(size) != first) {
        return Err(Fault::new("say the size of what is in memory: byte, word, dword or qword"));
    }
    Ok(candidates.into_iter().next().map(|candidate| candidate.bytes))
}

/// The size of memory that an encoding accesses, when the text leaves it open.
fn open_size(code: Code, operands: &[Operand]) -> Option<usize> {
    let is_open =
        operands.iter().any(|operand| matches!(operand, Operand::Memory(memory) if memory.size.is_none()));
    let is_fixed = code.op_code().op_kinds().iter().any(|&kind| place::is_implied(kind) && kind != Kind::st0);
    if is_open && !is_fixed { place::memory_size(code, false) } else { None }
}

fn is_mode(row: &OpCodeInfo, bits: u32) -> bool {
    let has_mode = match bits {
        64 => row.mode64(),
        32 => row.mode32(),
        _ => row.mode16(),
    };
    // A branch of another width cuts the instruction pointer.
    let branch = row.op_kinds().first().and_then(|kind| match kind {
        Kind::br16_1 | Kind::br16_2 => Some(16),
        Kind::br32_1 | Kind::br32_4 => Some(32),
        Kind::br64_1 | Kind::br64_4 => Some(64),
        Kind::farbr2_2 => Some(16),
        Kind::farbr4_2 => Some(32),
        Kind::xbegin_2 => Some(16),
        Kind::xbegin_4 => Some(bits.max(32)),
        _ => None,
    });
    has_mode && branch.is_none_or(|width| width == bits)
}

/// Adds what a text may leave out or says with the name.
fn complete(name: &str, request: &mut Request) {
    let operands = &mut request.operands;
    let one = Operand::Immediate(operand::Immediate { value: 1, size: None });
    match (name, operands.len()) {
        ("shl" | "sal" | "shr" | "sar" | "rol" | "ror" | "rcl" | "rcr", 1) => operands.push(one),
        ("imul", 2) if matches!(operands[1], Operand::Immediate(_)) => {
            operands.insert(1, operands[0].clone())
        }
        _ => {}
    }
    if let (mnemonic::Select::Far, [Operand::Immediate(selector), Operand::Immediate(offset)]) =
        (request.meaning.select, operands.as_slice())
        && let (Ok(selector), Ok(offset)) = (selector.value.try_into(), offset.value.try_into())
    {
        *operands = vec![Operand::Far(selector, offset)];
    }
    operands.extend(request.meaning.last.take());
}

/// The operands in the other order, for what does the same then.
fn swapped(mnemonic: Mnemonic, operands: &[Operand]) -> Option<Vec<Operand>> {
    match (mnemonic, operands) {
        (Mnemonic::Xchg | Mnemonic::Test, [one, other]) if one != other => {
            Some(vec![other.clone(), one.clone()])
        }
        _ => None,
    }
}

/// The instruction of an encoding with these operands, if they fit it.
fn build(code: Code, operands: &[Operand], request: &Request, bits: u32) -> Option<Instruction> {
    let row = code.op_code();
    let kinds = row.op_kinds();
    let mut instruction = Instruction::default();
    instruction.set_code(code);
    place_all(&mut instruction, kinds, operands, bits)?;
    // `xchg eax, eax` clears the upper half of rax; its short form is a nop, which does not.
    if bits == 64 && code == Code::Xchg_r32_EAX && instruction.op0_register() == Register::EAX {
        return None;
    }
    let sizes = operands.iter().filter_map(|operand| match operand {
        Operand::Immediate(immediate) => immediate.size,
        _ => None,
    });
    let operand_size = row.operand_size();
    let is_wrong_size =
        |size: usize| matches!(size, 2 | 4 | 8) && operand_size != 0 && size as u32 * 8 != operand_size;
    let is_pushed = row.mnemonic() == Mnemonic::Push && matches!(operands, [Operand::Immediate(_)]);
    match sizes.max() {
        Some(size) if is_wrong_size(size) => return None,
        // What is pushed is as wide as the stack unless it is said.
        None if is_pushed && operand_size != bits => return None,
        _ => {}
    }
    if let Some(mask) = request.decoration.mask {
        if !row.can_use_op_mask_register() {
            return None;
        }
        instruction.set_op_mask(mask);
    }
    if request.decoration.zeroing && !row.can_use_zeroing_masking() {
        return None;
    }
    instruction.set_zeroing_masking(request.decoration.zeroing);
    Some(instruction)
}

/// Puts the operands into the places of an encoding, which may have some that need no text.
fn place_all(instruction: &mut Instruction, kinds: &[Kind], operands: &[Operand], bits: u32) -> Option<()> {
    if operands.len() > kinds.len() {
        return None;
    }
    // Of what a string instruction works on, text has all or none.
    let omits_all = operands.is_empty() && kinds.iter().any(|&kind| place::is_implied(kind));
    let may_omit =
        |kind| kind == Kind::st0 || omits_all && (place::is_implied(kind) || place::fixed(kind).is_some());
    place_rest(instruction, kinds, 0, operands, &may_omit, bits)
}

fn place_rest(
    instruction: &mut Instruction,
    kinds: &[Kind],
    index: usize,
    operands: &[Operand],
    may_omit: &dyn Fn(Kind) -> bool,
    bits: u32,
) -> Option<()> {
    let Some(&kind) = kinds.get(index) else { return operands.is_empty().then_some(()) };
    if let Some((first, rest)) = operands.split_first() {
        let is_put = place::put(instruction, index as u32, kind, first, bits).is_some();
        if is_put && place_rest(instruction, kinds, index + 1, rest, may_omit, bits).is_some() {
            return Some(());
        }
    }
    if operands.len() > kinds.len() - index - 1 || !may_omit(kind) {
        return None;
    }
    place::imply(instruction, index as u32, kind, bits)?;
    place_rest(instruction, kinds, index + 1, operands, may_omit, bits)
}

/// Encodes an instruction with its prefixes.
fn finish(
    mut instruction: Instruction,
    operands: &[Operand],
    request: &Request,
    site: &Site<'_>,
) -> Result<Vec<u8>, String> {
    let prefixes = request.prefixes;
    instruction.set_has_lock_prefix(prefixes.lock);
    instruction.set_has_repe_prefix(prefixes.repe);
    instruction.set_has_repne_prefix(prefixes.repne);
    if prefixes.notrack {
        instruction.set_segment_prefix(Register::DS);
    }
    let start = site.addr.wrapping_add(u64::from(prefixes.data16));
    let relative = operands.iter().find_map(|operand| match operand {
        Operand::Memory(memory) if matches!(memory.base, Register::RIP | Register::EIP) => Some(memory),
        _ => None,
    });
    let mut bytes = Vec::new();
    if prefixes.data16 {
        bytes.push(0x66);
    }
    match relative {
        None => bytes.extend(encoded(&instruction, site.settings.bits, start)?),
        Some(memory) => {
            // The displacement counts from the end, which its own length does not change.
            instruction.set_memory_displacement64(start);
            let size = encoded(&instruction, site.settings.bits, start)?.len();
            let base = if memory.is_target { 0 } else { start.wrapping_add(size as u64) };
            let target = base.wrapping_add(memory.displacement as u64);
            instruction.set_memory_displacement64(target);
            bytes.extend(encoded(&instruction, site.settings.bits, start)?);
        }
    }
    Ok(bytes)
}

fn encoded(instruction: &Instruction, bits: u32, addr: u64) -> Result<Vec<u8>, String> {
    let mut encoder = Encoder::new(bits);
    encoder.encode(instruction, addr).map_err(|error| {
        // Its words without the numbers behind them.
        let reason = error.to_string();
        reason.split(": next_ip").next().unwrap_or_default().to_ascii_lowercase()
    })?;
    Ok(encoder.take_buffer())
}

#[cfg(test)]
mod tests;
