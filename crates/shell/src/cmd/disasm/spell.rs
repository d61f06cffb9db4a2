//! An instruction's text in colour.

use farad_arch::Kind;

use crate::paint::{Line, Role};

/// Appends an instruction's text: the mnemonic in the style of what it does, operands by what they
/// look like, and `names`, which stand for addresses, as labels.
pub(super) fn push(line: &mut Line, text: &str, kind: Kind, names: &[String]) {
    if !line.paint().is_on() {
        return line.plain(text);
    }
    let (mnemonic, mut rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
    line.push(role(kind), mnemonic);
    let is_word = |c: char| c.is_alphanumeric() || "_.$%".contains(c);
    while !rest.is_empty() {
        if let Some(name) = names.iter().find(|name| rest.starts_with(name.as_str())) {
            line.push(Role::Label, name);
            rest = &rest[name.len()..];
            continue;
        }
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if end == 0 {
            let end = rest.find(is_word).unwrap_or(rest.len());
            let sign = &rest[..end];
            match sign.trim().is_empty() {
                true => line.plain(sign),
                false => line.push(Role::Math, sign),
            }
            rest = &rest[end..];
            continue;
        }
        let word = &rest[..end];
        let is_number = word.starts_with(|c: char| c.is_ascii_digit());
        line.push(if is_number { Role::Number } else { Role::Register }, word);
        rest = &rest[end..];
    }
}

/// The style of a mnemonic.
fn role(kind: Kind) -> Role {
    match kind {
        Kind::Unknown | Kind::Illegal => Role::Invalid,
        Kind::RegisterJump
        | Kind::ConditionalRegisterJump
        | Kind::IndirectJump
        | Kind::MemoryJump
        | Kind::ConditionalMemoryJump
        | Kind::UnknownJump
        | Kind::ConditionalUnknownJump => Role::IndirectJump,
        kind if kind.is_jump() && kind.is_conditional() => Role::ConditionalJump,
        kind if kind.is_jump() => Role::Jump,
        Kind::RegisterCall | Kind::IndirectCall | Kind::UnknownCall => Role::IndirectCall,
        kind if kind.is_call() => Role::Call,
        kind if kind.is_return() => Role::Return,
        Kind::Nop => Role::Nop,
        Kind::Trap => Role::Trap,
        Kind::Interrupt | Kind::ConditionalInterrupt => Role::SystemCall,
        Kind::UnknownPush | Kind::RegisterPush | Kind::Push => Role::Push,
        Kind::Pop | Kind::Leave => Role::Pop,
        Kind::Compare | Kind::AndCompare => Role::Compare,
        Kind::Crypto => Role::Crypto,
        Kind::Move | Kind::ConditionalMove | Kind::Load | Kind::Store | Kind::Lea | Kind::Exchange => {
            Role::Move
        }
        _ => Role::Opcode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paint::{Paint, Palette, Spec};

    /// The text with the role of each part before it.
    fn spelled(text: &str, kind: Kind, names: &[String]) -> String {
        let mut palette = Palette::default();
        for (role, color) in [(Role::Call, "red"), (Role::Label, "blue"), (Role::Number, "green")] {
            palette.set(role, Spec::parse(color).unwrap());
        }
        let paint = Paint::new(&palette, crate::paint::Depth::of(1));
        let mut line = Line::new(&paint);
        push(&mut line, text, kind, names);
        line.take()
            .replace("\x1b[0m", "")
            .replace("\x1b[31m", "C:")
            .replace("\x1b[34m", "L:")
            .replace("\x1b[32m", "N:")
    }

    #[test]
    fn names_and_numbers_are_told_apart() {
        assert_eq!(spelled("call sym.x+4", Kind::Call, &["sym.x+4".to_owned()]), "C:call L:sym.x+4");
        assert_eq!(spelled("call 0x10", Kind::Call, &[]), "C:call N:0x10");
    }
}
