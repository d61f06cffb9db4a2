//! Operands of x86 as they are written in Intel's order, which the decoder and masm share.

use std::collections::HashMap;
use std::sync::OnceLock;

use iced_x86::Register;

use crate::assemble::reader::Reader;
use crate::assemble::{Fault, Site};

/// An operand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// A register.
    Register(Register),
    /// A number; for a branch, where it goes.
    Immediate(Immediate),
    /// Something in memory.
    Memory(Memory),
    /// Selector and offset of a far branch.
    Far(u16, u32),
}

/// A number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Immediate {
    /// Its value.
    pub(super) value: i128,
    /// The size it was said to have, in bytes.
    pub(super) size: Option<usize>,
}

/// Something in memory.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Memory {
    /// The size it was said to have, in bytes.
    pub(super) size: Option<usize>,
    /// The segment it was said to be in.
    pub(super) segment: Register,
    /// Base register.
    pub(super) base: Register,
    /// Index register.
    pub(super) index: Register,
    /// What the index is multiplied by.
    pub(super) scale: u32,
    /// What is added.
    pub(super) displacement: i128,
    /// Whether `displacement` is where a base of `rip` leads, not what is added to it.
    pub(super) is_target: bool,
    /// Whether one element is used for all.
    pub(super) broadcast: bool,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            size: None,
            segment: Register::None,
            base: Register::None,
            index: Register::None,
            scale: 1,
            displacement: 0,
            is_target: false,
            broadcast: false,
        }
    }
}

impl Memory {
    /// Whether it is no more than a register, perhaps with a segment.
    pub(super) fn is_at(&self, register: Register) -> bool {
        self.base == register && self.index == Register::None && self.displacement == 0
    }

    /// Adds a register that is multiplied by `scale`.
    pub(super) fn add(&mut self, register: Register, scale: u32) -> Result<(), Fault> {
        if !matches!(scale, 1 | 2 | 4 | 8) {
            return Err(Fault::new(format!("an index is multiplied by 1, 2, 4 or 8, not by {scale}")));
        }
        let is_vector = register.is_xmm() || register.is_ymm() || register.is_zmm();
        if self.base == Register::None && scale == 1 && !is_vector {
            self.base = register;
        } else if self.index == Register::None {
            (self.index, self.scale) = (register, scale);
        } else if self.base == Register::None && self.scale == 1 {
            self.base = std::mem::replace(&mut self.index, register);
            self.scale = scale;
        } else {
            return Err(Fault::new("there are more than two registers in the address"));
        }
        Ok(())
    }

    /// Puts the registers where the machine can have them, and checks their widths.
    pub(super) fn settle(&mut self) -> Result<(), Fault> {
        let is_stack = |register| matches!(register, Register::RSP | Register::ESP);
        let needs_swap = is_stack(self.index)
            || matches!(self.base, Register::SI | Register::DI)
                && matches!(self.index, Register::BX | Register::BP);
        if needs_swap && self.scale == 1 {
            std::mem::swap(&mut self.base, &mut self.index);
        }
        if is_stack(self.index) {
            return Err(Fault::new("the stack pointer cannot be an index"));
        }
        let is_wide = |register: Register| register.is_gpr() || register == Register::None;
        let is_ip = matches!(self.base, Register::RIP | Register::EIP);
        if !(is_wide(self.base) || is_ip)
            || self.base.is_gpr8()
            || self.index.is_gpr8()
            || is_ip && self.index != Register::None
        {
            return Err(Fault::new("these registers make no address"));
        }
        if is_wide(self.index)
            && self.base != Register::None
            && self.index != Register::None
            && width(self.base) != width(self.index)
        {
            return Err(Fault::new("the registers of an address are of one width"));
        }
        Ok(())
    }
}

/// The bits of an address that a register makes.
pub(super) fn width(register: Register) -> u32 {
    match register {
        Register::RIP => 64,
        Register::EIP => 32,
        register if register.is_gpr64() => 64,
        register if register.is_gpr32() => 32,
        _ => 16,
    }
}

/// The register of this name, in any case.
pub(super) fn register(name: &str) -> Option<Register> {
    static NAMES: OnceLock<HashMap<String, Register>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let named = |register: Register| (format!("{register:?}").to_ascii_lowercase(), register);
        let all = Register::values().filter(|&register| register != Register::None).map(named);
        let mut all: HashMap<String, Register> =
            all.filter(|(name, _)| !name.starts_with("dontuse")).collect();
        for number in 8..16 {
            // The spelling of AMD, which the decoder prints, for what iced names as Intel does.
            if let Some(&low) = all.get(&format!("r{number}l")) {
                all.insert(format!("r{number}b"), low);
            }
        }
        all.insert("st".to_owned(), Register::ST0);
        all
    });
    if name.len() > 5 {
        return None;
    }
    names.get(&name.to_ascii_lowercase()).copied()
}

/// The size in bytes that a word such as `dword` stands for.
fn size_word(word: &str) -> Option<usize> {
    Some(match word.to_ascii_lowercase().as_str() {
        "byte" => 1,
        "word" => 2,
        "dword" => 4,
        "fword" => 6,
        "qword" => 8,
        "tbyte" | "xword" | "tword" => 10,
        "xmmword" | "oword" => 16,
        "ymmword" => 32,
        "zmmword" => 64,
        _ => return None,
    })
}

/// What stands behind an operand in braces.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Decoration {
    /// The opmask register.
    pub(super) mask: Option<Register>,
    /// Whether elements that are masked out become zero.
    pub(super) zeroing: bool,
}

/// Reads an operand.
pub(super) fn read(text: &str, site: &Site<'_>) -> Result<(Operand, Decoration), Fault> {
    let mut reader = Reader::new(text);
    let mut size = None;
    loop {
        let word = reader.peek_word();
        if let Some(bytes) = size_word(word) {
            size = Some(bytes);
        } else if !matches!(word.to_ascii_lowercase().as_str(), "ptr" | "short" | "near" | "offset") {
            break;
        }
        reader.word();
    }
    let mut operand = body(&mut reader, size, site)?;
    let decoration = decorate(&mut reader, &mut operand)?;
    reader.end()?;
    Ok((operand, decoration))
}

/// Reads what stands behind an operand in braces.
pub(super) fn decorate(reader: &mut Reader<'_>, operand: &mut Operand) -> Result<Decoration, Fault> {
    let mut decoration = Decoration::default();
    while reader.eat("{") {
        reader.eat("%");
        let word = reader.word().unwrap_or_default().to_ascii_lowercase();
        match (word.as_str(), register(&word), &mut *operand) {
            ("z", ..) => decoration.zeroing = true,
            (_, Some(mask), _) if mask.is_k() => decoration.mask = Some(mask),
            (_, _, Operand::Memory(memory)) if word.starts_with("1to") => memory.broadcast = true,
            _ => return Err(Fault::new(format!("`{{{word}}}` is not understood"))),
        }
        reader.need("}")?;
    }
    Ok(decoration)
}

fn body(reader: &mut Reader<'_>, size: Option<usize>, site: &Site<'_>) -> Result<Operand, Fault> {
    let mut memory = Memory { size, ..Memory::default() };
    if let Some(register) = register(reader.peek_word()) {
        reader.word();
        if register == Register::ST0 && reader.eat("(") {
            let number = reader.word().and_then(|word| word.parse::<u32>().ok()).filter(|&number| number < 8);
            let number = number.ok_or_else(|| Fault::new("st has the numbers 0 to 7"))?;
            reader.need(")")?;
            return Ok(Operand::Register(Register::ST0 + number));
        }
        if !reader.eat(":") {
            return Ok(Operand::Register(register));
        }
        if !register.is_segment_register() {
            return Err(Fault::new(format!("{register:?} is no segment").to_ascii_lowercase()));
        }
        memory.segment = register;
        if reader.peek() != Some('[') {
            memory.displacement = reader.expression(site)?;
            return Ok(Operand::Memory(memory));
        }
    }
    if reader.eat("[") {
        address(reader, &mut memory, site)?;
        return Ok(Operand::Memory(memory));
    }
    let value = reader.expression(site)?;
    if reader.eat(":") {
        let offset = reader.expression(site)?;
        return match (u16::try_from(value), u32::try_from(offset)) {
            (Ok(selector), Ok(offset)) => Ok(Operand::Far(selector, offset)),
            _ => Err(Fault::new("selector or offset of the far address is too large")),
        };
    }
    // `8[rax]`, as masm has it.
    if reader.eat("[") {
        address(reader, &mut memory, site)?;
        memory.displacement += value;
        return Ok(Operand::Memory(memory));
    }
    Ok(Operand::Immediate(Immediate { value, size }))
}

/// Reads what is between brackets, and the bracket that closes.
fn address(reader: &mut Reader<'_>, memory: &mut Memory, site: &Site<'_>) -> Result<(), Fault> {
    if let Some(segment) = register(reader.peek_word()).filter(|register| register.is_segment_register()) {
        reader.word();
        reader.need(":")?;
        memory.segment = segment;
    }
    let is_relative = reader.eat_word("rel");
    reader.eat_word("abs");
    let mut names = 0;
    let mut sign = 1;
    loop {
        while let Some(mark @ ('+' | '-')) = reader.peek() {
            reader.eat(if mark == '+' { "+" } else { "-" });
            sign = if mark == '-' { -sign } else { sign };
        }
        let word = reader.peek_word();
        if let Some(register) = register(word) {
            reader.word();
            let scale = if reader.eat("*") { reader.term(site)? } else { 1 };
            if sign < 0 {
                return Err(Fault::new("a register cannot be subtracted in an address"));
            }
            memory.add(register, u32::try_from(scale).unwrap_or(0))?;
        } else {
            let is_name = !word.is_empty() && crate::assemble::reader::number(word).is_none();
            names += usize::from(is_name);
            let value = reader.term(site)?;
            if reader.eat("*") {
                let scaled = register_after(reader)?;
                memory.add(scaled, u32::try_from(value).unwrap_or(0))?;
            } else {
                memory.displacement += sign * value;
            }
        }
        match reader.peek() {
            Some('+') => sign = 1,
            Some('-') => sign = -1,
            _ => break,
        }
        reader.eat(if sign > 0 { "+" } else { "-" });
    }
    reader.need("]")?;
    let is_ip = matches!(memory.base, Register::RIP | Register::EIP);
    if is_relative && memory.base == Register::None && memory.index == Register::None {
        memory.base = Register::RIP;
        memory.is_target = true;
    } else if is_ip && names > 0 {
        // What a name stands for is an address, as in every assembler.
        memory.is_target = true;
    }
    memory.settle()
}

fn register_after(reader: &mut Reader<'_>) -> Result<Register, Fault> {
    reader.word().and_then(register).ok_or_else(|| Fault::new("a register is missing behind `*`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn parsed(text: &str) -> Result<Operand, Fault> {
        let names = |name: &str| (name == "sym.main").then_some(0x400);
        let settings = Settings::default();
        let site = Site { settings: &settings, addr: 0x1000, names: &names };
        read(text, &site).map(|(operand, _)| operand)
    }

    #[test]
    fn addresses_are_read_in_every_order() {
        let plain = Memory { base: Register::RAX, ..Memory::default() };
        let indexed = Memory { index: Register::RCX, scale: 4, displacement: -8, ..plain.clone() };
        for (text, memory) in [
            ("[rax]", plain.clone()),
            ("dword ptr [RAX]", Memory { size: Some(4), ..plain.clone() }),
            ("[rax+rcx*4-8]", indexed.clone()),
            ("[-8 + 4*rcx + rax]", indexed.clone()),
            ("[rcx*4+rax - 8]", indexed),
            ("-8[rax]", Memory { displacement: -8, ..plain.clone() }),
            ("fs:[rax]", Memory { segment: Register::FS, ..plain.clone() }),
            ("[fs:rax]", Memory { segment: Register::FS, ..plain.clone() }),
            ("fs:0x28", Memory { segment: Register::FS, displacement: 0x28, ..Memory::default() }),
            ("[rax + rsp]", Memory { base: Register::RSP, index: Register::RAX, ..Memory::default() }),
            ("[rip + 8]", Memory { base: Register::RIP, displacement: 8, ..Memory::default() }),
            (
                "[rel sym.main]",
                Memory { base: Register::RIP, displacement: 0x400, is_target: true, ..Memory::default() },
            ),
        ] {
            assert_eq!(parsed(text), Ok(Operand::Memory(memory)), "{text}");
        }
        for text in
            ["[rax", "[rax*3]", "[rax+rbx+rcx]", "[rsp*2]", "[al]", "[rax+ebx]", "[rip+rax]", "[]", "[-rax]"]
        {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn other_operands() {
        assert_eq!(parsed("r8b"), Ok(Operand::Register(Register::R8L)));
        assert_eq!(parsed("st(3)"), Ok(Operand::Register(Register::ST3)));
        assert_eq!(parsed("0x10:0x20"), Ok(Operand::Far(0x10, 0x20)));
        assert_eq!(parsed("short sym.main"), Ok(Operand::Immediate(Immediate { value: 0x400, size: None })));
        assert_eq!(parsed("byte -1"), Ok(Operand::Immediate(Immediate { value: -1, size: Some(1) })));
        assert!(parsed("nothing").is_err() && parsed("st(8)").is_err() && parsed("rax:1").is_err());
    }
}
