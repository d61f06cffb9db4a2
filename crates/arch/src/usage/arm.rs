//! Operands of ARM, Thumb and AArch64.

use std::borrow::Cow;

use super::{Access, Memory, Operand, Place, parts};
use crate::instruction::Instruction;
use crate::kind::Kind;
use crate::operand;
use crate::settings::Settings;

pub(super) fn operands<'a>(settings: &Settings, instruction: &'a Instruction) -> Vec<Operand<'a>> {
    let stores = matches!(instruction.kind, Kind::Store);
    let mnemonic = instruction.mnemonic.as_str();
    let pair = mnemonic.starts_with("ldp")
        || mnemonic.starts_with("ldrd")
        || mnemonic.starts_with("umull")
        || mnemonic.starts_with("smull");
    let pops = mnemonic.starts_with("pop") || mnemonic.starts_with("ldm");
    let pushes = mnemonic.starts_with("push") || mnemonic.starts_with("stm");
    let kind = instruction.kind;
    let only_reads = stores
        || pushes
        || kind.is_jump()
        || kind.is_call()
        || matches!(kind, Kind::Compare | Kind::AndCompare | Kind::Interrupt | Kind::Trap)
        || mnemonic.starts_with("tst")
        || mnemonic.starts_with("teq");
    let keeps = matches!(mnemonic, "movk" | "bfi" | "bfxil" | "movt");
    let status =
        settings.bits == 64 && matches!(mnemonic, "stxr" | "stlxr" | "stxrb" | "stlxrb" | "stxrh" | "stlxrh");
    let access = |index: usize, place: &Place<'_>| match place {
        Place::Memory(_) if stores => Access::Write,
        Place::Registers(_) if pops => Access::Write,
        Place::Memory(_) | Place::Immediate(_) | Place::Registers(_) => Access::Read,
        Place::Register(_) if status && index == 0 => Access::Write,
        Place::Register(_) if only_reads || pops => Access::Read,
        Place::Register(_) if index == 0 || pair && index == 1 => {
            if keeps {
                Access::ReadWrite
            } else {
                Access::Write
            }
        }
        Place::Register(_) => Access::Read,
    };
    let places = parts(&instruction.operands, memory).into_iter().enumerate();
    places
        .filter_map(|(index, place)| place.map(|place| Operand { access: access(index, &place), place }))
        .collect()
}

/// The memory operand that a part of the text is: `[x0, 0x10]!`, `[r0, r1, lsl 2]`.
fn memory(offset: usize, part: &str) -> Option<Memory<'_>> {
    let inside = part.strip_prefix('[')?;
    let inside = &inside[..inside.find(']')?];
    let mut terms = inside.split(',').map(str::trim);
    let base = terms.next();
    let mut memory = Memory {
        base,
        index: None,
        scale: 1,
        displacement: 0,
        segment: false,
        size: None,
        span: offset + 1..offset + 1 + inside.len(),
        parenthesized: false,
    };
    for term in terms {
        if let Some(number) = operand::immediate(term) {
            memory.displacement = number.value() as i64;
        } else if let Some(shift) = term.strip_prefix("lsl ") {
            let shift = operand::immediate(shift).map_or(0, |number| number.magnitude);
            memory.scale = 1u8.checked_shl(shift.min(7) as u32).unwrap_or(1);
        } else if memory.index.is_none() {
            memory.index = Some(term.trim_start_matches('-'));
        }
    }
    Some(memory)
}

/// The whole register of an AArch64 one: `x3` of `w3`.
pub(super) fn whole64(register: &str) -> Cow<'_, str> {
    match register {
        "wzr" => "xzr".into(),
        "wsp" => "sp".into(),
        "fp" => "x29".into(),
        "lr" => "x30".into(),
        _ => match register.strip_prefix('w') {
            Some(digits) if digits.parse::<u8>().is_ok() => format!("x{digits}").into(),
            _ => register.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accesses(kind: Kind, text: &str) -> Vec<(String, Access)> {
        let (mnemonic, operands) = text.split_once(' ').unwrap();
        let instruction = Instruction {
            mnemonic: mnemonic.into(),
            operands: operands.into(),
            kind,
            ..Instruction::default()
        };
        super::operands(&Settings::new("arm", 64), &instruction)
            .into_iter()
            .map(|operand| {
                let name = match operand.place {
                    Place::Register(name) => name.to_owned(),
                    Place::Registers(names) => names.join(" "),
                    Place::Memory(memory) => {
                        format!("{}{:+}", memory.base.unwrap_or("?"), memory.displacement)
                    }
                    Place::Immediate(value) => value.to_string(),
                };
                (name, operand.access)
            })
            .collect()
    }

    #[test]
    fn loads_write_registers_and_stores_write_memory() {
        let named = |name: &str, access| (name.to_owned(), access);
        assert_eq!(
            accesses(Kind::Store, "stp x29, x30, [sp, -0x30]!"),
            [named("x29", Access::Read), named("x30", Access::Read), named("sp-48", Access::Write)]
        );
        assert_eq!(
            accesses(Kind::Load, "ldp x0, x1, [x2]"),
            [named("x0", Access::Write), named("x1", Access::Write), named("x2+0", Access::Read)]
        );
        assert_eq!(accesses(Kind::Pop, "pop {r4, pc}"), [named("r4 pc", Access::Write)]);
        assert_eq!(accesses(Kind::Compare, "cmp w8, 0")[0], named("w8", Access::Read));
    }
}
