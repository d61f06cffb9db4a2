//! Colours: what parts of the output there are, which style each has, and the escapes for it.
//!
//! Knows nothing of commands. Whether there is colour at all is the reader's setting `scr.color`;
//! text that is measured for columns is measured before it is painted (`Line`).

mod line;
mod palette;
mod role;
mod spec;
mod theme;

use std::sync::Arc;

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

    /// What begins a role's style: empty where it has none, and then nothing ends it either.
    pub(crate) fn escape(&self, role: Role) -> &str {
        self.0.as_ref().map_or("", |escapes| &escapes[role as usize])
    }
}

/// The columns of a line with colours.
pub(crate) fn width(text: &str) -> usize {
    let mut is_escape = false;
    let is_shown = |c: &char| {
        let was_escape = is_escape;
        is_escape = if was_escape { *c != 'm' } else { *c == '\x1b' };
        !was_escape && !is_escape
    };
    text.chars().filter(is_shown).count()
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
}
