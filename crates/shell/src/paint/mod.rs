//! Colours: what parts of the output there are, which style each has, and the escapes for it.
//!
//! Knows nothing of commands. Whether there is colour at all is the reader's setting `scr.color`;
//! text that is measured for columns is measured before it is painted (`Line`).

mod line;
mod palette;
mod role;
mod spec;
mod theme;

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memmem;

pub(crate) use line::Line;
pub use palette::Palette;
pub use role::{ROLES, Role};
pub use spec::Spec;
pub use theme::{THEMES, Theme};

/// Ends what a style began.
const RESET: &str = "\x1b[0m";

/// How many colours a reader's terminal has (`scr.color`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// 16.
    Ansi,
    /// 256.
    Table,
    /// All of 24 bits.
    Full,
}

impl Depth {
    /// The depth that a value of `scr.color` asks for; `None` is no colour.
    pub(crate) fn of(setting: u64) -> Option<Depth> {
        match setting {
            0 => None,
            1 => Some(Depth::Ansi),
            2 => Some(Depth::Table),
            _ => Some(Depth::Full),
        }
    }
}

/// Paints parts of the output, or leaves them as they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paint(Option<Arc<[String]>>);

impl Paint {
    /// What begins each role's style with a palette at a depth.
    pub(crate) fn new(palette: &Palette, depth: Option<Depth>) -> Paint {
        Paint(depth.map(|depth| ROLES.iter().map(|row| palette.style(row.role).escape(depth)).collect()))
    }

    /// Whether it paints at all.
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Appends a part of the output in its role's style.
    pub(crate) fn push(&self, out: &mut String, role: Role, part: &str) {
        self.push_with(out, role, |out| out.push_str(part));
    }

    /// Appends what `write` writes in a role's style.
    pub(crate) fn push_with(&self, out: &mut String, role: Role, write: impl FnOnce(&mut String)) {
        let escape = self.escape(role);
        out.push_str(escape);
        write(out);
        if !escape.is_empty() {
            out.push_str(RESET);
        }
    }

    /// Puts a role's style around what stands in a text from `from` on.
    pub(crate) fn wrap(&self, text: &mut Vec<u8>, from: usize, role: Role) {
        let escape = self.escape(role);
        if !escape.is_empty() {
            text.splice(from..from, escape.bytes());
            text.extend_from_slice(RESET.as_bytes());
        }
    }

    /// A part of the output in its role's style.
    pub(crate) fn of(&self, role: Role, part: &str) -> String {
        let mut out = String::new();
        self.push(&mut out, role, part);
        out
    }

    /// What begins a role's style: empty where it has none, and then nothing ends it either.
    pub(crate) fn escape(&self, role: Role) -> &str {
        self.0.as_ref().map_or("", |escapes| &escapes[role as usize])
    }
}

/// A line without its colours. Other escapes are what somebody wants to see, and stay.
pub(crate) fn plain(line: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memmem::find(line, b"\x1b[") else { return Cow::from(line) };
    let mut plain = line[..first].to_vec();
    let mut rest = &line[first..];
    while let Some(behind) = rest.strip_prefix(b"\x1b[") {
        let style = behind.iter().take_while(|byte| b"0123456789;".contains(byte)).count();
        let is_color = behind.get(style) == Some(&b'm');
        if !is_color {
            plain.extend_from_slice(b"\x1b[");
        }
        rest = if is_color { &behind[style + 1..] } else { behind };
        let next = memmem::find(rest, b"\x1b[").unwrap_or(rest.len());
        plain.extend_from_slice(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::from(plain)
}

/// The columns of a line with colours.
pub(crate) fn width(text: &str) -> usize {
    String::from_utf8_lossy(&plain(text.as_bytes())).chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_painted_is_closed_and_nothing_is_without_colour() {
        let palette = Palette::default();
        let plain = Paint::new(&palette, None);
        let text = |paint: &Paint| {
            let mut out = String::new();
            paint.push(&mut out, Role::Offset, "0x10");
            out
        };
        assert_eq!(text(&plain), "0x10");
        let painted = text(&Paint::new(&palette, Some(Depth::Ansi)));
        assert!(painted.starts_with("\x1b[") && painted.ends_with("0x10\x1b[0m"), "{painted:?}");
        assert_eq!([width(&format!("é {painted}.")), width("")], [7, 0]);
    }
    #[test]
    fn colours_go_and_all_else_stays() {
        let cases: [(&[u8], &[u8]); 6] = [
            (b"a", b"a"),
            (b"\x1b[31mred\x1b[0m.", b"red."),
            (b"\x1b[38;2;1;2;3m\x1b[1mx", b"x"),
            (b"\x1b[2J\x1b[1;31", b"\x1b[2J\x1b[1;31"),
            (b"\x1b[", b"\x1b["),
            (b"\x1b[\x1b[m\xff", b"\x1b[\xff"),
        ];
        for (line, expected) in cases {
            assert_eq!(*plain(line), *expected, "{line:?}");
        }
    }
}
