//! The parts of the output that have a style of their own.

/// A part of the output. Its number is its place in [`ROLES`].
#[allow(missing_docs)] // The table says what each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Comment,
    UserComment,
    Argument,
    FunctionName,
    FunctionLine,
    FunctionFrame,
    Flag,
    Label,
    Help,
    Flow,
    FlowSelected,
    Prompt,
    Offset,
    Input,
    Invalid,
    Other,
    ByteZero,
    ByteDelete,
    ByteOnes,
    ByteText,
    Math,
    Opcode,
    Push,
    Pop,
    Crypto,
    Jump,
    ConditionalJump,
    Call,
    Nop,
    Return,
    Trap,
    IndirectCall,
    IndirectJump,
    SystemCall,
    Compare,
    Register,
    SystemRegister,
    Number,
    Move,
    Variable,
    VariableType,
    VariablePlace,
    Read,
    Write,
    Execute,
    Repeat,
    Ascii,
    GraphBox,
    GraphTrue,
    GraphFalse,
    GraphJump,
    GraphCurrent,
    Differs,
    Same,
    Match,
    Heading,
}

/// A row of the table of roles.
#[derive(Clone, Copy, Debug)]
pub struct RoleRow {
    /// The role.
    pub role: Role,
    /// Its key in `ec`: radare2's where it has one.
    pub key: &'static str,
    /// What it is the style of.
    pub brief: &'static str,
}

const fn row(role: Role, key: &'static str, brief: &'static str) -> RoleRow {
    RoleRow { role, key, brief }
}

/// All roles, in the order of [`Role`].
pub static ROLES: &[RoleRow] = &[
    row(Role::Comment, "comment", "What a listing says beside an instruction"),
    row(Role::UserComment, "usrcmt", "Comments that somebody left"),
    row(Role::Argument, "args", "Arguments of functions"),
    row(Role::FunctionName, "fname", "Names of functions"),
    row(Role::FunctionLine, "floc", "Where functions begin"),
    row(Role::FunctionFrame, "fline", "The line along a function"),
    row(Role::Flag, "flag", "Flags"),
    row(Role::Label, "label", "Names in operands"),
    row(Role::Help, "help", "Explanations"),
    row(Role::Flow, "flow", "Lines of jumps"),
    row(Role::FlowSelected, "flow2", "Lines of the jump that is selected"),
    row(Role::Prompt, "prompt", "The prompt"),
    row(Role::Offset, "offset", "Addresses"),
    row(Role::Input, "input", "What is typed"),
    row(Role::Invalid, "invalid", "What is no instruction"),
    row(Role::Other, "other", "Bytes and words that no other role is for"),
    row(Role::ByteZero, "b0x00", "Bytes of 0"),
    row(Role::ByteDelete, "b0x7f", "Bytes of 0x7f"),
    row(Role::ByteOnes, "b0xff", "Bytes of 0xff"),
    row(Role::ByteText, "btext", "Bytes that are characters"),
    row(Role::Math, "math", "Signs in operands"),
    row(Role::Opcode, "bin", "Instructions that calculate"),
    row(Role::Push, "push", "Instructions that push"),
    row(Role::Pop, "pop", "Instructions that pop"),
    row(Role::Crypto, "crypto", "Instructions that encrypt"),
    row(Role::Jump, "jmp", "Jumps"),
    row(Role::ConditionalJump, "cjmp", "Jumps on a condition"),
    row(Role::Call, "call", "Calls"),
    row(Role::Nop, "nop", "Instructions that do nothing"),
    row(Role::Return, "ret", "Returns"),
    row(Role::Trap, "trap", "Traps"),
    row(Role::IndirectCall, "ucall", "Calls to somewhere computed"),
    row(Role::IndirectJump, "ujmp", "Jumps to somewhere computed"),
    row(Role::SystemCall, "swi", "Calls of the system"),
    row(Role::Compare, "cmp", "Comparisons"),
    row(Role::Register, "reg", "Registers"),
    row(Role::SystemRegister, "creg", "Registers of the system"),
    row(Role::Number, "num", "Numbers"),
    row(Role::Move, "mov", "Moves, loads and stores"),
    row(Role::Variable, "func_var", "Variables of functions"),
    row(Role::VariableType, "func_var_type", "Types of variables"),
    row(Role::VariablePlace, "func_var_addr", "Where variables are"),
    row(Role::Read, "ai.read", "Addresses that can be read"),
    row(Role::Write, "ai.write", "Addresses that can be written"),
    row(Role::Execute, "ai.exec", "Addresses of code"),
    row(Role::Repeat, "ai.seq", "Values that repeat a byte"),
    row(Role::Ascii, "ai.ascii", "Values that are characters"),
    row(Role::GraphBox, "graph.box", "Boxes of graphs"),
    row(Role::GraphTrue, "graph.true", "Lines of graphs where a condition holds"),
    row(Role::GraphFalse, "graph.false", "Lines of graphs where a condition does not hold"),
    row(Role::GraphJump, "graph.ujump", "Lines of graphs without a condition"),
    row(Role::GraphCurrent, "graph.current", "The box of a graph that is looked at"),
    row(Role::Differs, "graph.diff.unmatch", "What two compared things do not share"),
    row(Role::Same, "graph.diff.match", "What two compared things share"),
    row(Role::Match, "wordhl", "What a search or filter found"),
    row(Role::Heading, "linehl", "Headings of tables and dumps"),
];

impl Role {
    /// The role with a key.
    pub fn find(key: &str) -> Option<Role> {
        ROLES.iter().find(|row| row.key == key).map(|row| row.role)
    }

    /// The role of a byte by its value.
    pub fn of_byte(byte: u8) -> Role {
        match byte {
            0 => Role::ByteZero,
            0x7f => Role::ByteDelete,
            0xff => Role::ByteOnes,
            0x20..0x7f => Role::ByteText,
            _ => Role::Other,
        }
    }

    /// The role of a cell of a dump: its byte's, or the one that all its bytes have.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Role {
        let first = bytes.first().map_or(Role::Other, |&byte| Role::of_byte(byte));
        if bytes.iter().all(|&byte| Role::of_byte(byte) == first) { first } else { Role::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_keys_are_single() {
        for (place, row) in ROLES.iter().enumerate() {
            assert_eq!(row.role as usize, place, "{}", row.key);
            assert_eq!(Role::find(row.key), Some(row.role));
            assert!(!row.brief.is_empty());
        }
        assert_eq!(Role::Heading as usize + 1, ROLES.len());
    }
}
