//! How the reader wants listings: the `asm.*` settings and colours.

use super::comment::Dialect;
use crate::eval::Env;
use crate::paint::Paint;

/// What the line along a function is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Frames {
    pub(super) first: &'static str,
    pub(super) middle: &'static str,
    pub(super) last: &'static str,
}

const ASCII: Frames = Frames { first: "/", middle: "|", last: "\\" };
const UTF8: Frames = Frames { first: "┌", middle: "│", last: "└" };

/// What the reader wants to see.
pub(super) struct Style {
    pub(super) addr: bool,
    pub(super) segmented: bool,
    /// Most bytes of an instruction shown.
    pub(super) bytes: Option<usize>,
    pub(super) spaced: bool,
    /// Column of comments.
    pub(super) comments: Option<usize>,
    pub(super) flags: bool,
    /// Whether functions have a line along them and a heading.
    pub(super) frame: bool,
    /// What that line is drawn with.
    pub(super) frames: Frames,
    /// Whether what refers to a row stands above it.
    pub(super) xrefs: bool,
    /// Whether the variables of a function stand in its heading.
    pub(super) variables: bool,
    /// Whether they take one line together, or else one each.
    pub(super) summary: bool,
    /// Columns of jump lines.
    pub(super) lines: Option<usize>,
    pub(super) lines_out: bool,
    pub(super) calls: bool,
    pub(super) section: bool,
    pub(super) size: bool,
    pub(super) upper: bool,
    pub(super) dialect: Dialect,
    pub(super) paint: Paint,
}

impl Style {
    /// The settings in force.
    pub(super) fn of(env: &Env<'_>) -> Style {
        let number = |name: &str, most: u64| env.setting_number(name).min(most) as usize;
        let is_x86 = env.setting("asm.arch") == "x86";
        Style {
            addr: env.is_set("asm.addr"),
            segmented: env.is_set("asm.addr.segment") || is_x86 && env.setting_number("asm.bits") == 16,
            bytes: env.is_set("asm.bytes").then(|| number("asm.nbytes", 64)),
            spaced: env.is_set("asm.bytes.space"),
            comments: env.is_set("asm.comments").then(|| number("asm.cmt.col", 256)),
            flags: env.is_set("asm.flags"),
            frame: env.is_set("asm.functions") && env.is_set("asm.lines") && env.is_set("asm.lines.fcn"),
            frames: if env.is_set("scr.utf8") { UTF8 } else { ASCII },
            xrefs: env.is_set("asm.xrefs"),
            variables: env.is_set("asm.var"),
            summary: env.setting_number("asm.var.summary") != 0,
            lines: (env.is_set("asm.lines") && env.is_set("asm.lines.bb"))
                .then(|| number("asm.lines.width", 256)),
            lines_out: env.is_set("asm.lines.out"),
            calls: env.is_set("asm.lines.call"),
            section: env.is_set("asm.section"),
            size: env.is_set("asm.size"),
            upper: env.is_set("asm.ucase"),
            dialect: match env.setting("asm.syntax") {
                _ if !is_x86 => Dialect::Other,
                "att" => Dialect::Att,
                _ => Dialect::Intel,
            },
            paint: env.paint(),
        }
    }
}
