//! How the reader wants listings: the `asm.*` settings and colours.

use std::rc::Rc;

use farad_arch::{Decoder, Settings};

use super::comment::Dialect;
use crate::eval::Env;
use crate::paint::Paint;

/// What the line along a function is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Frames {
    pub(super) first: &'static str,
    pub(super) middle: &'static str,
    pub(super) last: &'static str,
    /// What stands between it and the rest of its line.
    pub(super) blank: &'static str,
}

const ASCII: Frames = Frames { first: "/", middle: "|", last: "\\", blank: " " };
const UTF8: Frames = Frames { first: "┌", middle: "│", last: "└", blank: " " };
/// Nothing, as in the boxes of graphs.
pub(super) const NO_FRAMES: Frames = Frames { first: "", middle: "", last: "", blank: "" };

/// What the reader wants to see.
pub(super) struct Style {
    pub(super) addr: bool,
    pub(super) segmented: bool,
    /// Whether addresses are told from the function's, flag's or section's.
    pub(super) relative: Option<Relative>,
    pub(super) bytes: Option<Bytes>,
    /// Column of comments.
    pub(super) comments: Option<usize>,
    /// Whether comments stand beside a row, or else above it.
    pub(super) beside: bool,
    /// Whether comments that somebody left are shown where others are not.
    pub(super) own_comments: bool,
    /// Whether memory is looked at for comments.
    pub(super) looks: bool,
    /// Whether the value that an instruction names is shown, or else its address.
    pub(super) values: bool,
    /// Whether the address itself is among the comments.
    pub(super) repeats: bool,
    pub(super) flags: bool,
    /// Whether flags of an address stand in one line.
    pub(super) flags_inline: bool,
    /// Whether the address stands before its flags.
    pub(super) flags_addr: bool,
    /// Whether functions have a line along them and a heading.
    pub(super) frame: bool,
    /// What that line is drawn with.
    pub(super) frames: Frames,
    /// Whether what refers to a row stands above it.
    pub(super) xrefs: bool,
    /// Whether jumps are among what refers.
    pub(super) xrefs_code: bool,
    /// Whether the variables of a function stand in its heading.
    pub(super) variables: bool,
    /// Whether they take one line together, or else one each.
    pub(super) summary: bool,
    /// Columns of jump lines.
    pub(super) lines: Option<usize>,
    pub(super) lines_out: bool,
    /// Columns from one jump line to the next.
    pub(super) step: usize,
    /// Whether jump lines stand before the instruction, or else before the address.
    pub(super) lines_right: bool,
    /// Whether blocks are set apart.
    pub(super) gaps: bool,
    /// Whether returns are.
    pub(super) rules: bool,
    pub(super) calls: bool,
    pub(super) section: Option<Section>,
    /// Columns of the symbol and distance.
    pub(super) symbol: Option<usize>,
    pub(super) kind: bool,
    pub(super) size: bool,
    pub(super) stack: bool,
    /// Whether there is room for marks before the bytes.
    pub(super) marks: bool,
    /// Whether an instruction is moved right by its jump lines.
    pub(super) indent: bool,
    /// Whether bytes are painted by their value.
    pub(super) byte_colors: bool,
    pub(super) text: Text,
    pub(super) dialect: Dialect,
    pub(super) paint: Paint,
    /// What instructions are decoded by.
    pub(super) settings: Settings,
    /// What more is told of them.
    pub(super) telling: Telling,
    /// What tells it, where anything is.
    pub(super) teller: Option<Rc<Decoder>>,
}

/// What is told of an instruction that its text does not say.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Telling {
    /// The unit that runs it.
    pub(super) family: bool,
    /// About how long it takes.
    pub(super) cycles: bool,
    /// What it does, in a line.
    pub(super) brief: bool,
    /// Pseudo-code in place of its text.
    pub(super) pseudo: bool,
    /// ESIL in place of its text.
    pub(super) esil: bool,
    /// What it would do to registers and memory.
    pub(super) effects: bool,
    /// Of that only the texts that registers point at.
    pub(super) only_texts: bool,
}

impl Telling {
    fn of(env: &Env<'_>) -> Telling {
        Telling {
            family: env.is_set("asm.family"),
            cycles: env.is_set("asm.cycles"),
            brief: env.is_set("asm.describe"),
            pseudo: env.is_set("asm.pseudo"),
            esil: env.is_set("asm.esil"),
            effects: env.is_set("asm.emu"),
            only_texts: env.is_set("asm.emu") && env.is_set("emu.str"),
        }
    }
}

/// What addresses are told from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Relative {
    Function,
    Flag,
    Section,
}

/// How the bytes of an instruction are shown.
#[derive(Clone, Copy)]
pub(super) struct Bytes {
    /// Most that are.
    pub(super) most: usize,
    /// Whether there are blanks between them.
    pub(super) spaced: bool,
    /// Whether they stand behind the instruction.
    pub(super) behind: bool,
    /// Whether they are aligned at the right of their columns.
    pub(super) aligned: bool,
}

/// How the section of a row is shown.
#[derive(Clone, Copy)]
pub(super) struct Section {
    pub(super) name: bool,
    pub(super) perm: bool,
}

/// How the text of an instruction is shown.
#[derive(Clone, Copy)]
pub(super) struct Text {
    /// Whether it is at all.
    pub(super) shown: bool,
    pub(super) upper: bool,
    pub(super) capital: bool,
    /// Columns of a mnemonic and an operand.
    pub(super) tabs: usize,
    /// Whether only the mnemonic is padded.
    pub(super) tabs_once: bool,
    /// Whether names stand for addresses.
    pub(super) names: bool,
    /// Whether names stand for variables.
    pub(super) variables: bool,
    /// Whether addresses relative to the instruction are made absolute.
    pub(super) absolute: bool,
    /// Whether numbers are left out.
    pub(super) trimmed: bool,
    /// Whether only the last digits of addresses are shown.
    pub(super) tails: bool,
}

impl Style {
    /// The settings in force, for instructions that are decoded by `settings`.
    pub(super) fn of(env: &Env<'_>, settings: &Settings) -> Style {
        let number = |name: &str, most: u64| env.setting_number(name).min(most) as usize;
        let is_x86 = env.setting("asm.arch") == "x86";
        let lines = env.is_set("asm.lines");
        let telling = Telling::of(env);
        let teller = (telling != Telling::default()).then(|| crate::cmd::decoder(env).ok()).flatten();
        Style {
            addr: env.is_set("asm.addr"),
            segmented: env.is_set("asm.addr.segment") || is_x86 && env.setting_number("asm.bits") == 16,
            relative: match env.setting("asm.addr.relto") {
                "fun" | "func" | "fcn" => Some(Relative::Function),
                "flag" => Some(Relative::Flag),
                "sect" | "sec" | "section" => Some(Relative::Section),
                _ => None,
            },
            bytes: env.is_set("asm.bytes").then(|| Bytes {
                most: number("asm.nbytes", 64),
                spaced: env.is_set("asm.bytes.space"),
                behind: env.is_set("asm.bytes.right"),
                aligned: !env.is_set("asm.lbytes"),
            }),
            comments: env.is_set("asm.comments").then(|| number("asm.cmt.col", 256)),
            beside: env.is_set("asm.cmt.right"),
            own_comments: env.is_set("asm.comments") || env.is_set("asm.usercomments"),
            looks: env.is_set("asm.slow"),
            values: env.is_set("asm.refptr"),
            repeats: env.setting("asm.cmt.off") == "true",
            flags: env.is_set("asm.flags"),
            flags_inline: env.is_set("asm.flags.inline"),
            flags_addr: env.is_set("asm.flags.addr"),
            frame: env.is_set("asm.functions") && lines && env.is_set("asm.lines.fcn"),
            frames: if env.is_set("scr.utf8") { UTF8 } else { ASCII },
            xrefs: env.is_set("asm.xrefs"),
            xrefs_code: env.is_set("asm.xrefs.code"),
            variables: env.is_set("asm.var"),
            summary: env.setting_number("asm.var.summary") != 0,
            lines: (lines && env.is_set("asm.lines.jmp")).then(|| number("asm.lines.width", 256)),
            lines_out: env.is_set("asm.lines.out"),
            step: if env.is_set("asm.lines.wide") { 2 } else { 1 },
            lines_right: env.is_set("asm.lines.right"),
            gaps: env.is_set("asm.lines.bb"),
            rules: env.is_set("asm.lines.ret"),
            calls: env.is_set("asm.lines.call"),
            section: env.is_set("asm.section").then(|| Section {
                name: env.is_set("asm.section.name"),
                perm: env.is_set("asm.section.perm"),
            }),
            symbol: env.is_set("asm.symbol").then(|| number("asm.symbol.col", 128)),
            kind: env.is_set("asm.optype"),
            size: env.is_set("asm.size"),
            stack: env.is_set("asm.stackptr"),
            marks: env.is_set("asm.marks"),
            indent: env.is_set("asm.indent"),
            byte_colors: env.is_set("scr.color.bytes"),
            text: Text {
                shown: env.is_set("asm.instr"),
                upper: env.is_set("asm.ucase"),
                capital: env.is_set("asm.capitalize"),
                tabs: number("asm.tabs", 64),
                tabs_once: env.is_set("asm.tabs.once"),
                names: env.is_set("asm.sub.names"),
                variables: env.is_set("asm.sub.var"),
                absolute: env.is_set("asm.sub.rel"),
                trimmed: env.is_set("asm.imm.trim"),
                tails: env.is_set("asm.sub.tail"),
            },
            dialect: match env.setting("asm.syntax") {
                _ if !is_x86 => Dialect::Other,
                "att" => Dialect::Att,
                _ => Dialect::Intel,
            },
            paint: env.paint(),
            settings: settings.clone(),
            telling,
            teller: teller.map(Rc::new),
        }
    }
}
