//! Putting an operand into a place that an encoding has for one.

use iced_x86::{Code, Instruction, MemorySize, OpCodeOperandKind as Kind, OpKind, Register};

use super::operand::{Immediate, Memory, Operand, width};

/// The fixed register that an encoding has there without its being encoded.
pub(super) fn fixed(kind: Kind) -> Option<Register> {
    Some(match kind {
        Kind::es => Register::ES,
        Kind::cs => Register::CS,
        Kind::ss => Register::SS,
        Kind::ds => Register::DS,
        Kind::fs => Register::FS,
        Kind::gs => Register::GS,
        Kind::al => Register::AL,
        Kind::cl => Register::CL,
        Kind::ax => Register::AX,
        Kind::dx => Register::DX,
        Kind::eax => Register::EAX,
        Kind::rax => Register::RAX,
        Kind::st0 => Register::ST0,
        _ => return None,
    })
}

/// Whether an operand of this kind may be left out of the text.
pub(super) fn is_implied(kind: Kind) -> bool {
    matches!(kind, Kind::seg_rSI | Kind::es_rDI | Kind::seg_rDI | Kind::seg_rBX_al | Kind::st0)
}

/// Fills a place whose operand the text leaves out.
pub(super) fn imply(instruction: &mut Instruction, index: u32, kind: Kind, bits: u32) -> Option<()> {
    if let Some(register) = fixed(kind) {
        instruction.set_op_kind(index, OpKind::Register);
        instruction.set_op_register(index, register);
        return Some(());
    }
    let (source, destination, segment_destination, base) = match bits {
        64 => (OpKind::MemorySegRSI, OpKind::MemoryESRDI, OpKind::MemorySegRDI, Register::RBX),
        32 => (OpKind::MemorySegESI, OpKind::MemoryESEDI, OpKind::MemorySegEDI, Register::EBX),
        _ => (OpKind::MemorySegSI, OpKind::MemoryESDI, OpKind::MemorySegDI, Register::BX),
    };
    match kind {
        Kind::seg_rSI => instruction.set_op_kind(index, source),
        Kind::es_rDI => instruction.set_op_kind(index, destination),
        Kind::seg_rDI => instruction.set_op_kind(index, segment_destination),
        Kind::seg_rBX_al => {
            instruction.set_op_kind(index, OpKind::Memory);
            instruction.set_memory_base(base);
            instruction.set_memory_index(Register::AL);
        }
        _ => return None,
    }
    Some(())
}

/// Puts an operand into a place of this kind. `None` when it does not fit.
pub(super) fn put(
    instruction: &mut Instruction,
    index: u32,
    kind: Kind,
    operand: &Operand,
    bits: u32,
) -> Option<()> {
    match operand {
        Operand::Register(register) => put_register(instruction, index, kind, *register),
        Operand::Immediate(immediate) => put_immediate(instruction, index, kind, *immediate, bits),
        Operand::Memory(memory) => put_memory(instruction, index, kind, memory, bits),
        Operand::Far(selector, offset) => {
            let kind = match kind {
                Kind::farbr2_2 if *offset <= 0xffff => OpKind::FarBranch16,
                Kind::farbr4_2 => OpKind::FarBranch32,
                _ => return None,
            };
            instruction.set_op_kind(index, kind);
            instruction.set_far_branch_selector(*selector);
            match kind {
                OpKind::FarBranch16 => instruction.set_far_branch16(*offset as u16),
                _ => instruction.set_far_branch32(*offset),
            }
            Some(())
        }
    }
}

fn put_register(instruction: &mut Instruction, index: u32, kind: Kind, register: Register) -> Option<()> {
    let fits = match kind {
        Kind::r8_or_mem | Kind::r8_reg | Kind::r8_opcode => register.is_gpr8(),
        Kind::r16_or_mem | Kind::r16_reg | Kind::r16_reg_mem | Kind::r16_rm | Kind::r16_opcode => {
            register.is_gpr16()
        }
        Kind::r32_or_mem
        | Kind::r32_or_mem_mpx
        | Kind::r32_reg
        | Kind::r32_reg_mem
        | Kind::r32_rm
        | Kind::r32_opcode
        | Kind::r32_vvvv => register.is_gpr32(),
        Kind::r64_or_mem
        | Kind::r64_or_mem_mpx
        | Kind::r64_reg
        | Kind::r64_reg_mem
        | Kind::r64_rm
        | Kind::r64_opcode
        | Kind::r64_vvvv => register.is_gpr64(),
        Kind::mm_or_mem | Kind::mm_reg | Kind::mm_rm => register.is_mm(),
        Kind::xmm_or_mem
        | Kind::xmm_reg
        | Kind::xmm_rm
        | Kind::xmm_vvvv
        | Kind::xmmp3_vvvv
        | Kind::xmm_is4
        | Kind::xmm_is5 => register.is_xmm(),
        Kind::ymm_or_mem | Kind::ymm_reg | Kind::ymm_rm | Kind::ymm_vvvv | Kind::ymm_is4 | Kind::ymm_is5 => {
            register.is_ymm()
        }
        Kind::zmm_or_mem | Kind::zmm_reg | Kind::zmm_rm | Kind::zmm_vvvv | Kind::zmmp3_vvvv => {
            register.is_zmm()
        }
        Kind::bnd_or_mem_mpx | Kind::bnd_reg => register.is_bnd(),
        Kind::k_or_mem | Kind::k_reg | Kind::kp1_reg | Kind::k_rm | Kind::k_vvvv => register.is_k(),
        Kind::seg_reg => register.is_segment_register(),
        Kind::cr_reg => register.is_cr(),
        Kind::dr_reg => register.is_dr(),
        Kind::tr_reg => register.is_tr(),
        Kind::tmm_reg | Kind::tmm_rm | Kind::tmm_vvvv => register.is_tmm(),
        Kind::sti_opcode => register.is_st(),
        _ => fixed(kind) == Some(register),
    };
    if !fits {
        return None;
    }
    instruction.set_op_kind(index, OpKind::Register);
    instruction.set_op_register(index, register);
    Some(())
}

/// The value as `bits` bits, when it has no more. Negative ones may be written as 64 bits.
fn unsigned(value: i128, bits: u32) -> Option<u64> {
    const WHOLE: i128 = 1 << 64;
    let is_negative = bits < 64 && (WHOLE - (1i128 << (bits - 1))..WHOLE).contains(&value);
    let value = if is_negative { value - WHOLE } else { value };
    let fits = value < 1i128 << bits && value >= -(1i128 << (bits - 1));
    fits.then(|| (value & ((1i128 << bits) - 1)) as u64)
}

/// The value as a signed number of `narrow` bits that is extended to `wide`.
fn extended(value: i128, narrow: u32, wide: u32) -> Option<i64> {
    let value = ((unsigned(value, wide)? << (64 - wide)) as i64) >> (64 - wide);
    let limit = 1i64 << (narrow - 1);
    (-limit..limit).contains(&value).then_some(value)
}

fn put_immediate(
    instruction: &mut Instruction,
    index: u32,
    kind: Kind,
    Immediate { value, .. }: Immediate,
    bits: u32,
) -> Option<()> {
    match kind {
        // The second of two such operands is kept elsewhere.
        Kind::imm8 if (0..index).any(|before| is_immediate(instruction.op_kind(before))) => {
            instruction.set_immediate8_2nd(unsigned(value, 8)? as u8);
            instruction.set_op_kind(index, OpKind::Immediate8_2nd);
        }
        Kind::imm8 => {
            instruction.set_immediate8(unsigned(value, 8)? as u8);
            instruction.set_op_kind(index, OpKind::Immediate8);
        }
        Kind::imm4_m2z => {
            instruction.set_immediate8(unsigned(value, 4)? as u8);
            instruction.set_op_kind(index, OpKind::Immediate8);
        }
        Kind::imm8_const_1 => {
            if value != 1 {
                return None;
            }
            instruction.set_immediate8(1);
            instruction.set_op_kind(index, OpKind::Immediate8);
        }
        Kind::imm8sex16 => {
            instruction.set_immediate8to16(extended(value, 8, 16)? as i16);
            instruction.set_op_kind(index, OpKind::Immediate8to16);
        }
        Kind::imm8sex32 => {
            instruction.set_immediate8to32(extended(value, 8, 32)? as i32);
            instruction.set_op_kind(index, OpKind::Immediate8to32);
        }
        Kind::imm8sex64 => {
            instruction.set_immediate8to64(extended(value, 8, 64)?);
            instruction.set_op_kind(index, OpKind::Immediate8to64);
        }
        Kind::imm16 => {
            instruction.set_immediate16(unsigned(value, 16)? as u16);
            instruction.set_op_kind(index, OpKind::Immediate16);
        }
        Kind::imm32 => {
            instruction.set_immediate32(unsigned(value, 32)? as u32);
            instruction.set_op_kind(index, OpKind::Immediate32);
        }
        Kind::imm32sex64 => {
            instruction.set_immediate32to64(extended(value, 32, 64)?);
            instruction.set_op_kind(index, OpKind::Immediate32to64);
        }
        Kind::imm64 => {
            instruction.set_immediate64(unsigned(value, 64)?);
            instruction.set_op_kind(index, OpKind::Immediate64);
        }
        Kind::br16_1 | Kind::br16_2 => {
            // Within a segment, which the address may be in as well.
            instruction.set_near_branch16(unsigned(value, 32)? as u16);
            instruction.set_op_kind(index, OpKind::NearBranch16);
        }
        Kind::br32_1 | Kind::br32_4 => {
            instruction.set_near_branch32(unsigned(value, 32)? as u32);
            instruction.set_op_kind(index, OpKind::NearBranch32);
        }
        Kind::br64_1 | Kind::br64_4 => {
            instruction.set_near_branch64(unsigned(value, 64)?);
            instruction.set_op_kind(index, OpKind::NearBranch64);
        }
        Kind::xbegin_2 | Kind::xbegin_4 => match bits {
            64 => {
                instruction.set_near_branch64(unsigned(value, 64)?);
                instruction.set_op_kind(index, OpKind::NearBranch64);
            }
            _ => {
                instruction.set_near_branch32(unsigned(value, 32)? as u32);
                instruction.set_op_kind(index, OpKind::NearBranch32);
            }
        },
        _ => return None,
    }
    Some(())
}

fn is_immediate(kind: OpKind) -> bool {
    matches!(kind, OpKind::Immediate8 | OpKind::Immediate16)
}

/// The size of memory that an instruction of this code accesses, in bytes, if it has one.
pub(super) fn memory_size(code: Code, broadcast: bool) -> Option<usize> {
    let size = match broadcast {
        true => code.op_code().broadcast_memory_size(),
        false => code.op_code().memory_size(),
    };
    Some(size).filter(|&size| size != MemorySize::Unknown).map(MemorySize::size).filter(|&size| size > 0)
}

fn put_memory(
    instruction: &mut Instruction,
    index: u32,
    kind: Kind,
    memory: &Memory,
    bits: u32,
) -> Option<()> {
    let code = instruction.code();
    let size = memory_size(code, memory.broadcast);
    if memory.broadcast && size.is_none() {
        return None;
    }
    let fits = match (memory.size, size) {
        // An area that has no word for its size is said to have any.
        (Some(_), Some(size)) if size > 64 || !matches!(size, 1 | 2 | 4 | 6 | 8 | 10 | 16 | 32 | 64) => true,
        (Some(said), Some(size)) => said == size,
        // What only names an address has no size to differ from.
        (Some(_), None) | (None, _) => true,
    };
    if !fits {
        return None;
    }
    let string = |wide, middle, narrow| match memory.base {
        Register::RSI | Register::RDI => Some(wide),
        Register::ESI | Register::EDI => Some(middle),
        Register::SI | Register::DI => Some(narrow),
        _ => None,
    };
    let is_source = [Register::RSI, Register::ESI, Register::SI].iter().any(|&at| memory.is_at(at));
    let is_destination = [Register::RDI, Register::EDI, Register::DI].iter().any(|&at| memory.is_at(at));
    let vsib = |is_kind: fn(Register) -> bool| is_kind(memory.index);
    let op_kind = match kind {
        Kind::seg_rSI if is_source => {
            string(OpKind::MemorySegRSI, OpKind::MemorySegESI, OpKind::MemorySegSI)?
        }
        Kind::es_rDI if is_destination => {
            string(OpKind::MemoryESRDI, OpKind::MemoryESEDI, OpKind::MemoryESDI)?
        }
        Kind::seg_rDI if is_destination => {
            string(OpKind::MemorySegRDI, OpKind::MemorySegEDI, OpKind::MemorySegDI)?
        }
        Kind::seg_rSI | Kind::es_rDI | Kind::seg_rDI => return None,
        Kind::mem_vsib32x | Kind::mem_vsib64x if !vsib(|index| index.is_xmm()) => return None,
        Kind::mem_vsib32y | Kind::mem_vsib64y if !vsib(|index| index.is_ymm()) => return None,
        Kind::mem_vsib32z | Kind::mem_vsib64z if !vsib(|index| index.is_zmm()) => return None,
        Kind::mem_vsib32x
        | Kind::mem_vsib64x
        | Kind::mem_vsib32y
        | Kind::mem_vsib64y
        | Kind::mem_vsib32z
        | Kind::mem_vsib64z => OpKind::Memory,
        _ if !(memory.index.is_gpr() || memory.index == Register::None) => return None,
        Kind::mem_offs if memory.base != Register::None || memory.index != Register::None => return None,
        Kind::mem_offs
        | Kind::mem
        | Kind::mem_mpx
        | Kind::mem_mib
        | Kind::sibmem
        | Kind::r8_or_mem
        | Kind::r16_or_mem
        | Kind::r32_or_mem
        | Kind::r32_or_mem_mpx
        | Kind::r64_or_mem
        | Kind::r64_or_mem_mpx
        | Kind::mm_or_mem
        | Kind::xmm_or_mem
        | Kind::ymm_or_mem
        | Kind::zmm_or_mem
        | Kind::bnd_or_mem_mpx
        | Kind::k_or_mem => OpKind::Memory,
        _ => return None,
    };
    instruction.set_op_kind(index, op_kind);
    if kind == Kind::es_rDI {
        // Its segment is not encoded, and cannot be another.
        return matches!(memory.segment, Register::None | Register::ES).then_some(());
    }
    if memory.segment != Register::None {
        instruction.set_segment_prefix(memory.segment);
    }
    if op_kind == OpKind::Memory {
        instruction.set_memory_base(memory.base);
        instruction.set_memory_index(memory.index);
        instruction.set_memory_index_scale(memory.scale);
        instruction.set_is_broadcast(memory.broadcast);
        displacement(instruction, memory, kind == Kind::mem_offs, bits)?;
    }
    Some(())
}

/// Sets the displacement and how many bytes it has.
fn displacement(instruction: &mut Instruction, memory: &Memory, is_offset: bool, bits: u32) -> Option<()> {
    let index = if memory.index.is_gpr() { memory.index } else { Register::None };
    let wide = match if memory.base == Register::None { index } else { memory.base } {
        Register::None => bits,
        register => width(register),
    };
    let has_register = memory.base != Register::None || memory.index != Register::None;
    let is_ip = matches!(memory.base, Register::RIP | Register::EIP);
    let value = match wide {
        64 if is_offset || is_ip => unsigned(memory.displacement, 64)?,
        64 => extended(memory.displacement, 32, 64)? as u64,
        _ => unsigned(memory.displacement, wide)?,
    };
    let size = match wide / 8 {
        _ if value == 0 && has_register => 0,
        // The encoder takes the whole where a byte is not enough.
        _ if memory.base != Register::None && !is_ip => 1,
        whole => whole,
    };
    instruction.set_memory_displacement64(value);
    instruction.set_memory_displ_size(size);
    Some(())
}
