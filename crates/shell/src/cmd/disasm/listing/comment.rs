//! What a listing says beside an instruction: what it points at, what its number looks like, and
//! what somebody noted.

use farad_arch::{Decoder, Instruction, Kind};

use super::style::Style;
use crate::cmd::print;
use crate::error::Result;
use crate::eval::Env;
use crate::paint::{Line, Role};
use crate::render::printable;

/// Longest text shown from memory, in bytes.
const TEXT: u64 = 256;
/// Numbers shown in decimal are below this.
const SMALL: i64 = 0xfff;

/// What the comments depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// x86, destination first.
    Intel,
    /// x86, source first.
    Att,
    /// Another processor: its numbers get no comments.
    Other,
}

/// A comment.
pub(super) enum Comment {
    /// Its style and text.
    Text(Role, String),
    /// What follows stands in a line of its own.
    Break,
}

/// The comments of one row, in order.
#[derive(Default)]
pub(super) struct Comments {
    all: Vec<Comment>,
    /// Whether values in memory are among them.
    values: bool,
}

impl Comments {
    /// The comments of an instruction shown as `shown`, which has these bytes.
    ///
    /// # Errors
    /// An interrupt.
    pub(super) fn of(
        env: &mut Env<'_>,
        instruction: &Instruction,
        shown: &str,
        bytes: &[u8],
        style: &Style,
    ) -> Result<Comments> {
        let mut comments = Comments { values: style.values, ..Comments::default() };
        let dialect = style.dialect;
        match instruction.pointer {
            Some(_) if !style.looks => {}
            Some(pointer) => comments.pointer(env, instruction, pointer, shown)?,
            None if dialect == Dialect::Other => {}
            None => comments.number(env, instruction, shown, bytes, dialect)?,
        }
        if let Some(pointer) = instruction.pointer.filter(|_| style.repeats) {
            comments.say(format!("{pointer:#x}"));
        }
        Ok(comments)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// All of them, in order.
    pub(super) fn into_all(self) -> Vec<Comment> {
        self.all
    }

    /// Adds what the file says of itself.
    fn say(&mut self, text: String) {
        self.all.push(Comment::Text(Role::Comment, text));
    }

    /// Adds a line on what an instruction does.
    pub(super) fn brief(&mut self, teller: &Decoder, instruction: &Instruction) {
        self.all.extend(
            teller.describe(&instruction.mnemonic).map(|line| Comment::Text(Role::Help, line.to_owned())),
        );
    }

    /// Adds what an instruction would do.
    pub(super) fn effects(&mut self, effects: Vec<String>) {
        self.all.extend(effects.into_iter().map(|effect| Comment::Text(Role::Comment, effect)));
    }

    /// Adds the arguments in registers that the instruction at an address uses.
    pub(super) fn arguments(&mut self, env: &Env<'_>, addr: u64) {
        let Some(function) = env.session.analysis.around(addr).into_iter().next() else { return };
        let names = function.used_at(addr, false).map(|variable| printable(&variable.name));
        self.all.extend(names.map(|name| Comment::Text(Role::Argument, name)));
    }

    /// Adds what somebody noted at an address.
    pub(super) fn notes(&mut self, env: &Env<'_>, addr: u64) {
        let notes = env.session.notes.at(addr).filter(|note| !note.kind.is_body());
        self.all.extend(notes.map(|note| Comment::Text(Role::UserComment, printable(&note.text))));
    }

    /// Appends them as lines above a row, each behind a margin.
    pub(super) fn push_lines(&self, line: &mut Line, mut margin: impl FnMut(&mut Line)) {
        for comment in &self.all {
            if let Comment::Text(role, text) = comment {
                margin(line);
                line.push(*role, &format!("; {text}"));
                line.end();
            }
        }
    }

    /// Appends them to a row from a column on. What needs a line of its own has a margin before it.
    pub(super) fn push_to(&self, line: &mut Line, column: usize, margin: impl Fn(&mut Line)) {
        let mut is_first = true;
        for comment in &self.all {
            let Comment::Text(role, text) = comment else {
                line.end();
                margin(line);
                is_first = true;
                continue;
            };
            let width = line.width();
            if is_first {
                line.pad_to(column);
            }
            if line.width() == width && width > 0 {
                line.plain(" ");
            }
            line.push(*role, &format!("; {text}"));
            is_first = false;
        }
    }

    /// What is at the address that an instruction names.
    fn pointer(
        &mut self,
        env: &mut Env<'_>,
        instruction: &Instruction,
        pointer: u64,
        shown: &str,
    ) -> Result<()> {
        if instruction.kind != Kind::Lea && instruction.pointer_size.is_some() {
            self.name(env, pointer, shown);
            return self.access(env, instruction, pointer);
        }
        if !env.is_mapped(pointer) {
            return Ok(());
        }
        self.name(env, pointer, shown);
        if !shown.contains(&format!("{pointer:#x}")) && !shown.contains(&format!("{pointer:#010x}")) {
            self.say(format!("{pointer:#x}"));
        }
        self.text(env, pointer)
    }

    /// The value in memory that an instruction accesses.
    fn access(&mut self, env: &mut Env<'_>, instruction: &Instruction, pointer: u64) -> Result<()> {
        let size = usize::from(instruction.pointer_size.unwrap_or(0));
        if !self.values {
            self.say(format!("{pointer:#x}"));
            return Ok(());
        }
        if size == 0 || instruction.kind.is_jump() && instruction.jump.is_some() {
            return Ok(());
        }
        let mut bytes = [0; 8];
        let read = size.min(8);
        let coverage = env.read(pointer, &mut bytes[..read])?;
        if !coverage.is_complete(read) {
            return Ok(());
        }
        let value = crate::parse::integer(&bytes[..read], env.big_endian());
        let shown = match value as i64 {
            _ if size > 8 || value == u64::from(u32::MAX) => "-1".to_owned(),
            small @ -0xffe..SMALL => small.to_string(),
            _ => format!("{value:#x}"),
        };
        let mut comment = format!("[{pointer:#x}:{size}]={shown}");
        if size >= 4 && value != 0 && env.is_mapped(value) {
            if let Some(flag) = env.session.flags.at(value).next_back() {
                comment.push(' ');
                comment.push_str(&flag.name);
            } else if size == 8
                && let Some(text) = text_at(env, value)?
            {
                comment.push_str(&format!(" \"{text}\""));
            }
        }
        self.say(comment);
        Ok(())
    }

    /// The flag at an address, when the operand shows another one.
    fn name(&mut self, env: &Env<'_>, addr: u64, shown: &str) {
        let last = env.session.flags.at(addr).next_back();
        if let Some(flag) = last.filter(|flag| !shown.contains(&flag.name)) {
            self.say(flag.name.clone());
            self.all.push(Comment::Break);
        }
    }

    fn text(&mut self, env: &mut Env<'_>, addr: u64) -> Result<()> {
        if let Some(text) = text_at(env, addr)? {
            self.say(format!("\"{text}\""));
        }
        Ok(())
    }

    /// An immediate as characters, in decimal, or as what it points at.
    fn number(
        &mut self,
        env: &mut Env<'_>,
        instruction: &Instruction,
        shown: &str,
        bytes: &[u8],
        dialect: Dialect,
    ) -> Result<()> {
        let Some(value) = instruction.value.filter(|value| *value != 0) else { return Ok(()) };
        let has_number = matches!(
            instruction.kind,
            Kind::Move
                | Kind::Push
                | Kind::Compare
                | Kind::AndCompare
                | Kind::Add
                | Kind::Sub
                | Kind::And
                | Kind::Or
                | Kind::Xor
                | Kind::Store
        );
        // `adc` and `sbb` are additions of three numbers; the stack's pointer is no number.
        let is_plain = !matches!(instruction.mnemonic.as_str(), "adc" | "sbb" | "lea");
        let moves_stack = matches!(instruction.kind, Kind::Add | Kind::Sub) && instruction.stack.is_some();
        let is_comparison = matches!(instruction.kind, Kind::Compare | Kind::AndCompare);
        if !has_number || !is_plain || moves_stack || dialect == Dialect::Att && is_comparison {
            return Ok(());
        }
        let is_move = matches!(instruction.kind, Kind::Move | Kind::Push | Kind::Store);
        let to_memory = instruction.operands.contains('[') && !is_move;
        if to_memory {
            return Ok(());
        }
        if env.is_mapped(value) {
            self.name(env, value, shown);
            if self.all.is_empty() {
                self.text(env, value)?;
            }
            if !self.all.is_empty() {
                while matches!(self.all.last(), Some(Comment::Break)) {
                    self.all.pop();
                }
                return Ok(());
            }
        }
        if is_move && let Some(characters) = characters(value) {
            self.say(format!("'{characters}'"));
        }
        if env.is_mapped(value) || (is_move && instruction.operands.contains('[')) {
            return Ok(());
        }
        if !shown.contains(&format!("{value:#x}")) && value > 9 && value < SMALL as u64 {
            self.say(format!("{value:#x}"));
        }
        let shows_all = matches!(instruction.kind, Kind::Compare | Kind::AndCompare | Kind::Push);
        let is_small = i64::from(value as u32 as i32).abs() < SMALL && value <= u64::from(u32::MAX);
        let is_hidden = dialect == Dialect::Intel && is_extended(instruction, value, bytes);
        if !is_small || (value <= 10 && !shows_all) || is_hidden {
            return Ok(());
        }
        self.say(if value == u64::from(u32::MAX) { "-1".to_owned() } else { value.to_string() });
        Ok(())
    }
}

/// Whether the number is a byte that the processor extends, in instructions where that makes
/// it negative.
fn is_extended(instruction: &Instruction, value: u64, bytes: &[u8]) -> bool {
    let opcode = bytes.iter().find(|byte| !matches!(byte, 0x40..=0x4f | 0x66));
    opcode == Some(&0x83)
        && value > i32::MAX as u64
        && matches!(instruction.kind, Kind::Add | Kind::Sub | Kind::Compare)
}

/// The bytes of a number as characters, lowest first, when it looks like text.
fn characters(value: u64) -> Option<String> {
    let bytes = value.to_le_bytes();
    let used = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (first, rest) = bytes[..used].split_first()?;
    let is_text =
        (1..0x80).contains(first) && value > 0x20 && rest.iter().all(|byte| (0x20..0x7f).contains(byte));
    is_text.then(|| {
        let escaped = |&byte: &u8| match byte {
            b'\\' => "\\\\".to_owned(),
            b'"' => "\\\"".to_owned(),
            0x20..0x7f => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        bytes[..used].iter().map(escaped).collect()
    })
}

/// The text at an address: printable, ended by a NUL, with line ends as escapes.
pub(super) fn text_at(env: &mut Env<'_>, addr: u64) -> Result<Option<String>> {
    let mut bytes = print::string_at(env, addr, TEXT)?;
    let is_cut = bytes.len() as u64 == TEXT;
    if is_cut && let Err(error) = std::str::from_utf8(&bytes) {
        bytes.truncate(error.valid_up_to());
    }
    let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(None) };
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
    if text.is_empty() || !text.chars().all(is_plain) {
        return Ok(None);
    }
    Ok(Some(crate::render::printable(&text.replace('"', "\\\""))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_look_like_text_are_shown_so() {
        for (value, text) in [
            (0x3c, Some("<")),
            (0x5413, Some("\\x13T")),
            (0x5c, Some("\\\\")),
            (0x20, None),
            (0x141, None),
            (0x4142_4344, Some("DCBA")),
            (0xff, None),
            (0x100, None),
        ] {
            assert_eq!(characters(value).as_deref(), text, "{value:#x}");
        }
    }
}
