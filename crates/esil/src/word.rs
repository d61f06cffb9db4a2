//! The words of the language.

/// An operator of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    SignedDiv,
    SignedMod,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    ArithmeticShiftRight,
    RotateLeft,
    RotateRight,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// An operator of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Increment,
    Decrement,
}

/// What an assignment does to what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Replaces it.
    Set,
    /// Combines it with the number below.
    Binary(Binary),
    /// Changes it alone.
    Unary(Unary),
    /// Extends its sign from as many bits as the number below says.
    Extend,
}

/// How many bytes of memory a word is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// So many.
    Bytes(usize),
    /// As many as an address has.
    Address,
    /// A register's worth for each of as many registers as the number below says.
    Registers,
}

/// A floating point operator or conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Float {
    Add,
    Sub,
    Mul,
    Div,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Negate,
    Ceil,
    Floor,
    Round,
    Root,
    IsNan,
    /// Signed number to double.
    FromSigned,
    /// Unsigned number to double.
    FromUnsigned,
    /// Double to signed number.
    ToSigned,
    /// Double to unsigned number.
    ToUnsigned,
    /// Double to a float of so many bits.
    Narrow,
    /// Float of so many bits to double.
    Widen,
}

/// A number the machine or its host knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Internal {
    Zero,
    Carry,
    Borrow,
    Parity,
    Sign,
    Overflow,
    Address,
    DelaySlot,
    JumpTarget,
    JumpTargetSet,
}

/// A word with a meaning of its own; any other is a number or a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Binary(Binary),
    Unary(Unary),
    Float(Float),
    Internal(Internal),
    /// `~`: sign extension.
    Extend,
    /// `L*`: a product of 128 bits.
    LongMul,
    /// `==`.
    Compare,
    /// To a register, with the flags.
    Assign(Change),
    /// `:=`: to a register, without them.
    AssignWeakly,
    /// `[n]`.
    Peek(Size),
    /// `=[n]`, `+=[n]`.
    Poke(Change, Size),
    If,
    Else,
    End,
    Break,
    Goto,
    Duplicate,
    Swap,
    Rotate,
    Pop,
    Evaluate,
    Clear,
    /// What changes nothing here: `STACK`, `BITS` and an empty word.
    Nothing,
    Todo,
    Trap,
    Interrupt,
    Syscall,
    SetJumpTarget,
    SetJumpTargetSet,
    SetDelaySlot,
}

impl Word {
    /// What a word means, unless it is a number or a register.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "STACK" => Self::Nothing,
            "!" => Self::Unary(Unary::Not),
            "++" => Self::Unary(Unary::Increment),
            "--" => Self::Unary(Unary::Decrement),
            "~" => Self::Extend,
            "L*" => Self::LongMul,
            "==" => Self::Compare,
            "=" => Self::Assign(Change::Set),
            ":=" => Self::AssignWeakly,
            "?{" => Self::If,
            "}{" => Self::Else,
            "}" => Self::End,
            "BREAK" => Self::Break,
            "GOTO" => Self::Goto,
            "DUP" => Self::Duplicate,
            "SWAP" => Self::Swap,
            "ROT" => Self::Rotate,
            "POP" => Self::Pop,
            "NUM" => Self::Evaluate,
            "CLEAR" => Self::Clear,
            "BITS" => Self::Pop,
            "TODO" => Self::Todo,
            "TRAP" => Self::Trap,
            "$" => Self::Interrupt,
            "()" => Self::Syscall,
            "SETJT" => Self::SetJumpTarget,
            "SETJTS" => Self::SetJumpTargetSet,
            "SETD" => Self::SetDelaySlot,
            _ => {
                return binary(text)
                    .map(Self::Binary)
                    .or_else(|| float(text).map(Self::Float))
                    .or_else(|| internal(text).map(Self::Internal))
                    .or_else(|| memory(text))
                    .or_else(|| change(text.strip_suffix('=')?).map(Self::Assign));
            }
        })
    }
}

fn binary(text: &str) -> Option<Binary> {
    Some(match text {
        "+" => Binary::Add,
        "-" => Binary::Sub,
        "*" => Binary::Mul,
        "/" => Binary::Div,
        "%" => Binary::Mod,
        "~/" => Binary::SignedDiv,
        "~%" => Binary::SignedMod,
        "&" => Binary::And,
        "|" => Binary::Or,
        "^" => Binary::Xor,
        "<<" | "LSL" => Binary::ShiftLeft,
        ">>" | "LSR" => Binary::ShiftRight,
        ">>>>" | "ASR" => Binary::ArithmeticShiftRight,
        "<<<" | "ROL" => Binary::RotateLeft,
        ">>>" | "ROR" => Binary::RotateRight,
        "<" => Binary::Less,
        "<=" => Binary::LessEqual,
        ">" => Binary::Greater,
        ">=" => Binary::GreaterEqual,
        _ => return None,
    })
}

/// What stands before the `=` of an assignment.
fn change(text: &str) -> Option<Change> {
    Some(match text {
        "" => Change::Set,
        "!" => Change::Unary(Unary::Not),
        "++" => Change::Unary(Unary::Increment),
        "--" => Change::Unary(Unary::Decrement),
        "~" => Change::Extend,
        // A comparison is no assignment.
        "<" | ">" | "<=" | ">=" => return None,
        text => Change::Binary(binary(text)?),
    })
}

/// A word about memory.
fn memory(text: &str) -> Option<Word> {
    let (before, size) = text.strip_suffix(']')?.split_once('[')?;
    let size = match size {
        "" => Size::Address,
        "*" => Size::Registers,
        digits => Size::Bytes(digits.parse().ok().filter(|size| (1..=MEMORY).contains(size))?),
    };
    if before.is_empty() {
        return Some(Word::Peek(size));
    }
    change(before.strip_suffix('=')?).map(|change| Word::Poke(change, size))
}

/// Most bytes of memory a word is about.
pub(crate) const MEMORY: usize = 16;

fn float(text: &str) -> Option<Float> {
    Some(match text {
        "F+" => Float::Add,
        "F-" => Float::Sub,
        "F*" => Float::Mul,
        "F/" => Float::Div,
        "F==" => Float::Equal,
        "F!=" => Float::NotEqual,
        "F<" => Float::Less,
        "F<=" => Float::LessEqual,
        "-F" => Float::Negate,
        "CEIL" => Float::Ceil,
        "FLOOR" => Float::Floor,
        "ROUND" => Float::Round,
        "SQRT" => Float::Root,
        "NAN" => Float::IsNan,
        "I2D" | "S2D" => Float::FromSigned,
        "U2D" => Float::FromUnsigned,
        "D2I" | "D2S" => Float::ToSigned,
        "D2U" => Float::ToUnsigned,
        "D2F" => Float::Narrow,
        "F2D" => Float::Widen,
        _ => return None,
    })
}

fn internal(text: &str) -> Option<Internal> {
    Some(match text.strip_prefix('$')? {
        "z" => Internal::Zero,
        "c" => Internal::Carry,
        "b" => Internal::Borrow,
        "p" => Internal::Parity,
        "s" => Internal::Sign,
        "o" => Internal::Overflow,
        "$" => Internal::Address,
        "ds" => Internal::DelaySlot,
        "jt" => Internal::JumpTarget,
        "js" => Internal::JumpTargetSet,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        for (text, word) in [
            ("<=", Some(Word::Binary(Binary::LessEqual))),
            ("<<=", Some(Word::Assign(Change::Binary(Binary::ShiftLeft)))),
            (">>>>=", Some(Word::Assign(Change::Binary(Binary::ArithmeticShiftRight)))),
            ("!=", Some(Word::Assign(Change::Unary(Unary::Not)))),
            ("==", Some(Word::Compare)),
            ("[8]", Some(Word::Peek(Size::Bytes(8)))),
            ("[]", Some(Word::Peek(Size::Address))),
            ("=[*]", Some(Word::Poke(Change::Set, Size::Registers))),
            ("--=[2]", Some(Word::Poke(Change::Unary(Unary::Decrement), Size::Bytes(2)))),
            ("[17]", None),
            ("[0]", None),
            ("<=[4]", None),
            ("==[4]", None),
            ("$", Some(Word::Interrupt)),
            ("$$", Some(Word::Internal(Internal::Address))),
            ("rax", None),
            ("0x10", None),
        ] {
            assert_eq!(Word::parse(text), word, "{text}");
        }
    }
}
