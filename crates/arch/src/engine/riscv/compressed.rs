//! 16-bit encodings (C), printed as the instructions they stand for.

use super::{F, Text, X, sign};

pub(super) fn decode(half: u16, text: &mut Text<'_>) -> Option<()> {
    let half = Half(half);
    match half.bits(1, 0) {
        0 => memory(half, text),
        1 => immediate(half, text),
        _ => stack(half, text),
    }
}

/// A 16-bit instruction and its fields.
#[derive(Clone, Copy)]
struct Half(u16);

impl Half {
    /// Bits `low` to `high`, both included.
    fn bits(self, high: u32, low: u32) -> u32 {
        (u32::from(self.0) >> low) & (u32::MAX >> (31 - (high - low)))
    }

    fn funct3(self) -> u32 {
        self.bits(15, 13)
    }

    /// The full register in bits 7 to 11.
    fn rd(self) -> usize {
        self.bits(11, 7) as usize
    }

    /// The full register in bits 2 to 6.
    fn rs2(self) -> usize {
        self.bits(6, 2) as usize
    }

    /// The short register in bits 7 to 9.
    fn short_high(self) -> usize {
        self.bits(9, 7) as usize + 8
    }

    /// The short register in bits 2 to 4.
    fn short_low(self) -> usize {
        self.bits(4, 2) as usize + 8
    }

    /// Six bits: bit 12 on top of bits 2 to 6.
    fn six(self) -> u32 {
        self.bits(12, 12) << 5 | self.bits(6, 2)
    }

    fn offset_word(self) -> u32 {
        self.bits(5, 5) << 6 | self.bits(12, 10) << 3 | self.bits(6, 6) << 2
    }

    fn offset_double(self) -> u32 {
        self.bits(6, 5) << 6 | self.bits(12, 10) << 3
    }
}

/// Quadrant 0: loads and stores through short registers.
fn memory(half: Half, text: &mut Text<'_>) -> Option<()> {
    let (low, high) = (half.short_low(), X[half.short_high()]);
    let (word, double) = (half.offset_word(), half.offset_double());
    match half.funct3() {
        0 => {
            let value =
                half.bits(10, 7) << 6 | half.bits(12, 11) << 4 | half.bits(5, 5) << 3 | half.bits(6, 6) << 2;
            (value != 0).then_some(())?;
            text.put("addi", format_args!("{}, sp, {value}", X[low]))
        }
        1 => text.put("fld", format_args!("{}, {double}({high})", F[low])),
        2 => text.put("lw", format_args!("{}, {word}({high})", X[low])),
        3 if text.wide => text.put("ld", format_args!("{}, {double}({high})", X[low])),
        3 => text.put("flw", format_args!("{}, {word}({high})", F[low])),
        5 => text.put("fsd", format_args!("{}, {double}({high})", F[low])),
        6 => text.put("sw", format_args!("{}, {word}({high})", X[low])),
        7 if text.wide => text.put("sd", format_args!("{}, {double}({high})", X[low])),
        7 => text.put("fsw", format_args!("{}, {word}({high})", F[low])),
        _ => None,
    }
}

/// Quadrant 1: immediates, arithmetic on short registers, branches.
fn immediate(half: Half, text: &mut Text<'_>) -> Option<()> {
    let number = half.rd();
    let rd = X[number];
    let value = sign(half.six(), 6);
    match half.funct3() {
        0 if number == 0 => text.put("nop", format_args!("")),
        0 => text.put("addi", format_args!("{rd}, {rd}, {value}")),
        1 if text.wide => match (number, value) {
            (0, _) => None,
            (_, 0) => text.put("sext.w", format_args!("{rd}, {rd}")),
            _ => text.put("addiw", format_args!("{rd}, {rd}, {value}")),
        },
        1 => jump("jal", half, text),
        2 => text.put("li", format_args!("{rd}, {value}")),
        3 if number == 2 => {
            let value = half.bits(12, 12) << 9
                | half.bits(4, 3) << 7
                | half.bits(5, 5) << 6
                | half.bits(2, 2) << 5
                | half.bits(6, 6) << 4;
            (value != 0).then_some(())?;
            text.put("addi", format_args!("sp, sp, {}", sign(value, 10)))
        }
        3 => {
            (value != 0).then_some(())?;
            text.put("lui", format_args!("{rd}, {:#x}", value & 0xf_ffff))
        }
        4 => arithmetic(half, text),
        5 => jump("j", half, text),
        funct3 => {
            let distance = half.bits(12, 12) << 8
                | half.bits(6, 5) << 6
                | half.bits(2, 2) << 5
                | half.bits(11, 10) << 3
                | half.bits(4, 3) << 1;
            let target = text.target(sign(distance, 9));
            let name = if funct3 == 6 { "beqz" } else { "bnez" };
            text.put(name, format_args!("{}, {target:#x}", X[half.short_high()]))
        }
    }
}

fn jump(name: &str, half: Half, text: &mut Text<'_>) -> Option<()> {
    let distance = half.bits(12, 12) << 11
        | half.bits(8, 8) << 10
        | half.bits(10, 9) << 8
        | half.bits(6, 6) << 7
        | half.bits(7, 7) << 6
        | half.bits(2, 2) << 5
        | half.bits(11, 11) << 4
        | half.bits(5, 3) << 1;
    let target = text.target(sign(distance, 12));
    text.put(name, format_args!("{target:#x}"))
}

fn arithmetic(half: Half, text: &mut Text<'_>) -> Option<()> {
    let rd = X[half.short_high()];
    let shift = half.six();
    match half.bits(11, 10) {
        0 if text.wide || shift < 32 => text.put("srli", format_args!("{rd}, {rd}, {shift:#x}")),
        1 if text.wide || shift < 32 => text.put("srai", format_args!("{rd}, {rd}, {shift:#x}")),
        2 => text.put("andi", format_args!("{rd}, {rd}, {}", sign(shift, 6))),
        3 => {
            let wide = half.bits(12, 12) == 1;
            let names = match wide {
                false => ["sub", "xor", "or", "and"],
                true if text.wide => ["subw", "addw", "", ""],
                true => return None,
            };
            let name = names[half.bits(6, 5) as usize];
            text.put(name, format_args!("{rd}, {rd}, {}", X[half.short_low()]))
        }
        _ => None,
    }
}

/// Quadrant 2: loads and stores through the stack pointer, moves and jumps between full registers.
fn stack(half: Half, text: &mut Text<'_>) -> Option<()> {
    let (number, source) = (half.rd(), half.rs2());
    let rd = X[number];
    let word = half.bits(3, 2) << 6 | half.bits(12, 12) << 5 | half.bits(6, 4) << 2;
    let double = half.bits(4, 2) << 6 | half.bits(12, 12) << 5 | half.bits(6, 5) << 3;
    let store_word = half.bits(8, 7) << 6 | half.bits(12, 9) << 2;
    let store_double = half.bits(9, 7) << 6 | half.bits(12, 10) << 3;
    match half.funct3() {
        0 if number != 0 && (text.wide || half.six() < 32) => {
            text.put("slli", format_args!("{rd}, {rd}, {:#x}", half.six()))
        }
        1 => text.put("fld", format_args!("{}, {double}(sp)", F[number])),
        2 if number != 0 => text.put("lw", format_args!("{rd}, {word}(sp)")),
        3 if !text.wide => text.put("flw", format_args!("{}, {word}(sp)", F[number])),
        3 if number != 0 => text.put("ld", format_args!("{rd}, {double}(sp)")),
        4 => match (half.bits(12, 12), number, source) {
            (0, 0, 0) => None,
            (0, 1, 0) => text.put("ret", format_args!("")),
            (0, _, 0) => text.put("jr", format_args!("{rd}")),
            (0, 0, _) => None,
            (0, ..) => text.put("mv", format_args!("{rd}, {}", X[source])),
            (_, 0, 0) => text.put("ebreak", format_args!("")),
            (_, _, 0) => text.put("jalr", format_args!("{rd}")),
            (_, 0, _) => None,
            _ => text.put("add", format_args!("{rd}, {rd}, {}", X[source])),
        },
        5 => text.put("fsd", format_args!("{}, {store_double}(sp)", F[source])),
        6 => text.put("sw", format_args!("{}, {store_word}(sp)", X[source])),
        7 if text.wide => text.put("sd", format_args!("{}, {store_double}(sp)", X[source])),
        7 => text.put("fsw", format_args!("{}, {store_word}(sp)", F[source])),
        _ => None,
    }
}
