//! The operands of x86, read from Intel text, as ESIL values and places to write.

use std::fmt::Write as _;

use crate::operand::{self, Number};

/// What is known of the machine an instruction runs on.
#[derive(Clone, Copy)]
pub(super) struct Machine {
    /// The width of addresses on the stack and of the program counter, in bits.
    pub(super) bits: u32,
}

impl Machine {
    /// The program counter.
    pub(super) fn pc(self) -> &'static str {
        self.name("rip", "eip", "ip")
    }

    /// The stack pointer.
    pub(super) fn sp(self) -> &'static str {
        self.name("rsp", "esp", "sp")
    }

    /// The frame pointer.
    pub(super) fn bp(self) -> &'static str {
        self.name("rbp", "ebp", "bp")
    }

    /// The register that counts repeats.
    pub(super) fn counter(self) -> &'static str {
        self.name("rcx", "ecx", "cx")
    }

    /// The register with the number of a system call.
    pub(super) fn accumulator(self) -> &'static str {
        self.name("rax", "eax", "ax")
    }

    /// The bytes of an address on the stack.
    pub(super) fn word(self) -> u32 {
        self.bits / 8
    }

    fn name(self, wide: &'static str, middle: &'static str, narrow: &'static str) -> &'static str {
        match self.bits {
            64 => wide,
            32 => middle,
            _ => narrow,
        }
    }

    /// The 64-bit register that a write to this 32-bit one clears the upper half of.
    pub(super) fn widened(self, name: &str) -> Option<String> {
        if self.bits != 64 || width(name) != Some(32) {
            return None;
        }
        let low = name.strip_suffix('d').filter(|_| name.starts_with('r'));
        Some(low.map_or_else(|| format!("r{}", &name[1..]), str::to_owned))
    }
}

/// The width of a general register, in bits; `None` for a name that is none.
pub(super) fn width(name: &str) -> Option<u32> {
    let numbered = name.strip_prefix('r').filter(|rest| rest.starts_with(|mark: char| mark.is_ascii_digit()));
    if let Some(rest) = numbered {
        return Some(match rest.bytes().last() {
            Some(b'b') => 8,
            Some(b'w') => 16,
            Some(b'd') => 32,
            _ => 64,
        });
    }
    match name {
        "al" | "bl" | "cl" | "dl" | "ah" | "bh" | "ch" | "dh" | "sil" | "dil" | "bpl" | "spl" => Some(8),
        "ax" | "bx" | "cx" | "dx" | "si" | "di" | "bp" | "sp" | "ip" => Some(16),
        "cs" | "ds" | "es" | "fs" | "gs" | "ss" => Some(16),
        "eax" | "ebx" | "ecx" | "edx" | "esi" | "edi" | "ebp" | "esp" | "eip" => Some(32),
        "rax" | "rbx" | "rcx" | "rdx" | "rsi" | "rdi" | "rbp" | "rsp" | "rip" => Some(64),
        _ => None,
    }
}

/// The width in bits of a vector register that has a name for each half.
pub(super) fn vector(name: &str) -> Option<u32> {
    let number: u8 = name.strip_prefix("xmm")?.parse().ok()?;
    (number < 16).then_some(128)
}

/// A memory operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    /// How many bytes it is.
    pub(super) size: u32,
    /// Its address, as an ESIL expression.
    pub(super) address: String,
}

/// One operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operand<'a> {
    /// A register.
    Register(&'a str),
    /// A number.
    Immediate(u64),
    /// Memory.
    Memory(Memory),
}

impl<'a> Operand<'a> {
    /// Reads one operand. `None` for what no profile has: control registers, masks and wide vectors.
    pub(super) fn parse(text: &'a str, machine: Machine) -> Option<Self> {
        if let Some(number) = operand::immediate(text) {
            return Some(Self::Immediate(number.value()));
        }
        if let Some((before, inside)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            let size = before.split(' ').next().and_then(bytes).unwrap_or(machine.word());
            return Some(Self::Memory(Memory { size, address: address(inside)? }));
        }
        (width(text).is_some() || vector(text).is_some()).then_some(Self::Register(text))
    }

    /// The expression for its value.
    pub(super) fn value(&self) -> String {
        match self {
            Self::Register(name) => (*name).to_owned(),
            Self::Immediate(value) => value.to_string(),
            Self::Memory(memory) => format!("{},[{}]", memory.address, memory.size),
        }
    }

    /// The words that apply `operator`, which ends in `=`, to it: `eax,+=` or `rax,+=[4]`.
    pub(super) fn assign(&self, operator: &str) -> String {
        match self {
            Self::Memory(memory) => format!("{},{operator}[{}]", memory.address, memory.size),
            _ => format!("{},{operator}", self.value()),
        }
    }

    /// Its width in bits; `None` for an immediate.
    pub(super) fn width(&self) -> Option<u32> {
        match self {
            Self::Register(name) => width(name).or_else(|| vector(name)),
            Self::Immediate(_) => None,
            Self::Memory(memory) => memory.size.checked_mul(8),
        }
    }

    /// As a register's name.
    pub(super) fn register(&self) -> Option<&'a str> {
        match self {
            Self::Register(name) => Some(name),
            _ => None,
        }
    }
}

/// The bytes that a size in front of a memory operand stands for.
fn bytes(word: &str) -> Option<u32> {
    Some(match word {
        "byte" => 1,
        "word" => 2,
        "dword" => 4,
        "fword" => 6,
        "qword" => 8,
        "tbyte" | "xword" => 10,
        "xmmword" => 16,
        "ymmword" => 32,
        "zmmword" => 64,
        _ => return None,
    })
}

/// An address such as `rax + rcx*4 - 8`: the displacement, then the index with its scale, then the base,
/// then what adds them up.
fn address(text: &str) -> Option<String> {
    let mut registers: Vec<(&str, u32)> = Vec::new();
    let mut displacement: Option<Number> = None;
    for (offset, term) in terms(text) {
        if let Some(mut number) = operand::immediate(term) {
            number.negative = text[..offset].trim_end().ends_with('-');
            displacement = Some(number);
            continue;
        }
        let (name, scale) = match term.split_once('*') {
            Some((name, scale)) => (name, scale.parse().ok()?),
            None => (term, 1),
        };
        registers.push((name, scale));
    }
    let mut out = String::new();
    if let Some(number) = &displacement {
        let zero = number.magnitude == 0;
        let _ = if zero { write!(out, "0") } else { write!(out, "{:#x}", number.magnitude) };
    }
    let mut push = |word: &str| {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(word);
    };
    let mut scaled = |(name, scale): (&str, u32)| {
        push(name);
        if scale > 1 {
            push(&scale.to_string());
            push("*");
        }
    };
    // The index is the one with a scale, else the one behind the base.
    match registers[..] {
        [] => {}
        [base] => scaled(base),
        [base, index] => {
            scaled(index);
            scaled(base);
            push("+");
        }
        _ => return None,
    }
    if let Some(number) = displacement.filter(|_| !registers.is_empty()) {
        push(if number.negative { "-" } else { "+" });
    }
    (!out.is_empty()).then_some(out)
}

/// The terms of a sum with their offsets, without the signs.
fn terms(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split([' ', '+', '-']).filter_map(move |term| {
        let offset = at;
        at += term.len() + 1;
        (!term.is_empty()).then_some((offset, term))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Machine = Machine { bits: 64 };

    fn value(text: &str) -> Option<String> {
        Operand::parse(text, WIDE).map(|operand| operand.value())
    }

    #[test]
    fn operands_become_expressions() {
        let expect = |text: &str, esil: &str| assert_eq!(value(text).as_deref(), Some(esil), "{text}");
        expect("eax", "eax");
        expect("0xffffffff", "4294967295");
        expect("dword [rax]", "rax,[4]");
        expect("qword [rip - 0x10]", "0x10,rip,-,[8]");
        expect("byte [rcx + rdx*8 - 0x40]", "0x40,rdx,8,*,rcx,+,-,[1]");
        expect("word [rax*8 + 6]", "0x6,rax,8,*,+,[2]");
        expect("qword [r10 + r11]", "r11,r10,+,[8]");
        expect("qword fs:[0x28]", "0x28,[8]");
        expect("dword [0]", "0,[4]");
        expect("[rbx - 1]", "0x1,rbx,-,[8]");
        assert_eq!(value("zmm1 {k1}"), None);
        assert_eq!(value("[]"), None);
    }

    #[test]
    fn writes_to_32_bits_clear_the_rest_in_64() {
        assert_eq!(WIDE.widened("eax").as_deref(), Some("rax"));
        assert_eq!(WIDE.widened("r8d").as_deref(), Some("r8"));
        assert_eq!(WIDE.widened("ax"), None);
        assert_eq!(Machine { bits: 32 }.widened("eax"), None);
    }
}
