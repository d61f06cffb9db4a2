//! What an instruction does, in radare2's vocabulary of operation types. Owns the words and their
//! numbers, as `ao` and `pdj` print them; knows no architecture.

/// The operation class of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant is the word of the same name in `Kind::name`")]
pub enum Kind {
    /// Decoded, but not classified.
    #[default]
    Null,
    Unknown,
    Illegal,
    Jump,
    ConditionalJump,
    /// Jump to the address in a register.
    RegisterJump,
    ConditionalRegisterJump,
    /// Jump to the address held in memory at a register.
    IndirectJump,
    /// Jump to an address loaded from memory.
    MemoryJump,
    ConditionalMemoryJump,
    UnknownJump,
    ConditionalUnknownJump,
    Call,
    ConditionalCall,
    /// Call of an address in a register.
    RegisterCall,
    /// Call of the address held in memory at a fixed place.
    IndirectCall,
    /// Call of an address computed from registers.
    UnknownCall,
    Return,
    ConditionalReturn,
    Nop,
    Move,
    ConditionalMove,
    Trap,
    /// System call or software interrupt.
    Interrupt,
    ConditionalInterrupt,
    /// Push of a value from memory.
    UnknownPush,
    /// Push of a register.
    RegisterPush,
    /// Push of an immediate.
    Push,
    Pop,
    Compare,
    /// Compare by a bitwise and.
    AndCompare,
    Add,
    Sub,
    Io,
    Mul,
    Div,
    ShiftRight,
    ShiftLeft,
    ArithmeticShiftLeft,
    ArithmeticShiftRight,
    Or,
    And,
    Xor,
    Nor,
    Not,
    Store,
    Load,
    Lea,
    Leave,
    RotateRight,
    RotateLeft,
    Exchange,
    Mod,
    Cast,
    Abs,
    Complement,
    Crypto,
    Sync,
}

const CONDITIONAL: u32 = 0x8000_0000;
const MEMORY: u32 = 0x2000_0000;
const REGISTER: u32 = 0x1000_0000;
const INDIRECT: u32 = 0x0800_0000;

impl Kind {
    /// radare2's word and number for this class, as in the `type` and `type_num` of `pdj`.
    /// All classes.
    pub const ALL: &'static [Self] = &[
        Self::Null,
        Self::Jump,
        Self::ConditionalJump,
        Self::MemoryJump,
        Self::ConditionalMemoryJump,
        Self::ConditionalRegisterJump,
        Self::UnknownJump,
        Self::RegisterJump,
        Self::IndirectJump,
        Self::ConditionalUnknownJump,
        Self::Call,
        Self::ConditionalCall,
        Self::UnknownCall,
        Self::RegisterCall,
        Self::IndirectCall,
        Self::Return,
        Self::ConditionalReturn,
        Self::Illegal,
        Self::Unknown,
        Self::Nop,
        Self::Move,
        Self::ConditionalMove,
        Self::Trap,
        Self::Interrupt,
        Self::ConditionalInterrupt,
        Self::UnknownPush,
        Self::RegisterPush,
        Self::Push,
        Self::Pop,
        Self::Compare,
        Self::AndCompare,
        Self::Add,
        Self::Sub,
        Self::Io,
        Self::Mul,
        Self::Div,
        Self::ShiftRight,
        Self::ShiftLeft,
        Self::ArithmeticShiftLeft,
        Self::ArithmeticShiftRight,
        Self::Or,
        Self::And,
        Self::Xor,
        Self::Nor,
        Self::Not,
        Self::Store,
        Self::Load,
        Self::Lea,
        Self::Leave,
        Self::RotateRight,
        Self::RotateLeft,
        Self::Exchange,
        Self::Mod,
        Self::Cast,
        Self::Abs,
        Self::Complement,
        Self::Crypto,
        Self::Sync,
    ];

    fn row(self) -> (&'static str, u32) {
        match self {
            Self::Null => ("null", 0),
            Self::Jump => ("jmp", 1),
            Self::ConditionalJump => ("cjmp", CONDITIONAL | 1),
            Self::MemoryJump => ("mjmp", MEMORY | 1),
            Self::ConditionalMemoryJump => ("mcjmp", CONDITIONAL | MEMORY | 1),
            Self::ConditionalRegisterJump => ("rcjmp", CONDITIONAL | REGISTER | 1),
            Self::UnknownJump => ("ujmp", 2),
            Self::RegisterJump => ("rjmp", REGISTER | 2),
            Self::IndirectJump => ("irjmp", INDIRECT | REGISTER | 2),
            Self::ConditionalUnknownJump => ("ucjmp", CONDITIONAL | 2),
            Self::Call => ("call", 3),
            Self::ConditionalCall => ("ccall", CONDITIONAL | 3),
            Self::UnknownCall => ("ucall", 4),
            Self::RegisterCall => ("rcall", REGISTER | 4),
            Self::IndirectCall => ("ircall", INDIRECT | REGISTER | 4),
            Self::Return => ("ret", 5),
            Self::ConditionalReturn => ("cret", CONDITIONAL | 5),
            Self::Illegal => ("ill", 6),
            Self::Unknown => ("unk", 7),
            Self::Nop => ("nop", 8),
            Self::Move => ("mov", 9),
            Self::ConditionalMove => ("cmov", CONDITIONAL | 9),
            Self::Trap => ("trap", 10),
            Self::Interrupt => ("swi", 11),
            Self::ConditionalInterrupt => ("cswi", CONDITIONAL | 11),
            Self::UnknownPush => ("upush", 12),
            Self::RegisterPush => ("rpush", REGISTER | 12),
            Self::Push => ("push", 13),
            Self::Pop => ("pop", 14),
            Self::Compare => ("cmp", 15),
            Self::AndCompare => ("acmp", 16),
            Self::Add => ("add", 17),
            Self::Sub => ("sub", 18),
            Self::Io => ("io", 19),
            Self::Mul => ("mul", 20),
            Self::Div => ("div", 21),
            Self::ShiftRight => ("shr", 22),
            Self::ShiftLeft => ("shl", 23),
            Self::ArithmeticShiftLeft => ("sal", 24),
            Self::ArithmeticShiftRight => ("sar", 25),
            Self::Or => ("or", 26),
            Self::And => ("and", 27),
            Self::Xor => ("xor", 28),
            Self::Nor => ("nor", 29),
            Self::Not => ("not", 30),
            Self::Store => ("store", 31),
            Self::Load => ("load", 32),
            Self::Lea => ("lea", 33),
            Self::Leave => ("leave", 34),
            Self::RotateRight => ("ror", 35),
            Self::RotateLeft => ("rol", 36),
            Self::Exchange => ("xchg", 37),
            Self::Mod => ("mod", 38),
            Self::Cast => ("cast", 42),
            Self::Abs => ("abs", 44),
            Self::Complement => ("cpl", 45),
            Self::Crypto => ("crypto", 46),
            Self::Sync => ("sync", 47),
        }
    }

    /// radare2's word for this class, such as `cjmp`.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// radare2's number for this class, flags in the high bits.
    pub fn number(self) -> u32 {
        self.row().1
    }

    /// Whether control may go elsewhere than to the next instruction and does not come back.
    pub fn is_jump(self) -> bool {
        matches!(
            self,
            Self::Jump
                | Self::ConditionalJump
                | Self::RegisterJump
                | Self::ConditionalRegisterJump
                | Self::IndirectJump
                | Self::MemoryJump
                | Self::ConditionalMemoryJump
                | Self::UnknownJump
                | Self::ConditionalUnknownJump
        )
    }

    /// Whether control goes to a function that is expected to return.
    pub fn is_call(self) -> bool {
        matches!(
            self,
            Self::Call | Self::ConditionalCall | Self::RegisterCall | Self::IndirectCall | Self::UnknownCall
        )
    }

    /// Whether control leaves the function.
    pub fn is_return(self) -> bool {
        matches!(self, Self::Return | Self::ConditionalReturn)
    }

    /// Whether the effect, a branch's in particular, depends on a condition.
    pub fn is_conditional(self) -> bool {
        self.number() & CONDITIONAL != 0
    }

    /// This class with a condition in front of it; itself where radare2 has no such word.
    pub(crate) fn conditional(self) -> Self {
        match self {
            Self::Jump => Self::ConditionalJump,
            Self::RegisterJump => Self::ConditionalRegisterJump,
            Self::MemoryJump => Self::ConditionalMemoryJump,
            Self::UnknownJump => Self::ConditionalUnknownJump,
            Self::Return => Self::ConditionalReturn,
            Self::Move => Self::ConditionalMove,
            other => other,
        }
    }
}
