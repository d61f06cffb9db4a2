//! The table of commands: one row a command, and how a row is found from what was typed.

use std::ops::Range;
use std::sync::Arc;

use farad_io::Effects;

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::nearest::nearest;

/// How arguments may stick to a command's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glue {
    /// Only behind a blank.
    None,
    /// A number may follow at once: `pd4`, `s0x10`, `=0`.
    Number,
    /// Anything may follow at once: `x/4x`, `o-3`, `fs-sym`.
    Rest,
}

/// The form of a command's output; the letter behind its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// For people.
    Text,
    /// `j`: JSON.
    Json,
    /// `*`: commands that make the same state.
    Script,
    /// `q`: the least, a line each.
    Quiet,
    /// `,`: the table, as the query behind the comma wants it.
    Table,
}

impl Mode {
    /// The letter behind a name.
    pub(crate) fn letter(self) -> Option<char> {
        match self {
            Mode::Text => None,
            Mode::Json => Some('j'),
            Mode::Script => Some('*'),
            Mode::Quiet => Some('q'),
            Mode::Table => Some(','),
        }
    }
}

/// What an argument is; completion and help know by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number expression.
    Number,
    /// An address expression.
    Address,
    /// Free text to the end of the line.
    Text,
    /// One word.
    Word,
    /// Hex digits.
    Hex,
    /// A flag's name.
    Flag,
    /// A setting, perhaps with `=value`.
    Setting,
    /// A path of this machine or a URI.
    File,
    /// A command line.
    Command,
    /// Permissions: `r-x` or a number.
    Perm,
}

/// An argument.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name in the usage line.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Whether the command fails without it.
    pub required: bool,
}

/// A required argument.
pub const fn need(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: true }
}

/// An optional argument.
pub const fn maybe(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false }
}

/// A command's function.
pub type Run = fn(&mut Env<'_>, &Args<'_>) -> Result<()>;

/// A command.
#[derive(Clone, Copy)]
pub struct Row {
    /// Its letters.
    pub name: &'static str,
    /// What may stick to them.
    pub glue: Glue,
    /// Its arguments.
    pub params: &'static [Param],
    /// What it does, in a line.
    pub brief: &'static str,
    /// Output forms besides text.
    pub modes: &'static [Mode],
    /// What it does beyond computing.
    pub effects: Effects,
    /// Whether it may show or change what names of files are part of, if it touches the target at all.
    pub names: bool,
    /// Whether it prints numbers, and words that it was given, and nothing that somebody may have left.
    pub plain: bool,
    /// Lines that work on any session; each is run as a test.
    pub examples: &'static [&'static str],
    /// The function.
    pub run: Run,
}

impl Row {
    /// A row without arguments, other forms or examples, that reads the target.
    pub const fn new(name: &'static str, brief: &'static str, run: Run) -> Row {
        Row {
            name,
            glue: Glue::None,
            params: &[],
            brief,
            modes: &[],
            effects: Effects::READ,
            names: true,
            plain: false,
            examples: &[],
            run,
        }
    }

    /// With what may stick to its name.
    pub const fn glue(self, glue: Glue) -> Row {
        Row { glue, ..self }
    }

    /// With arguments.
    pub const fn params(self, params: &'static [Param]) -> Row {
        Row { params, ..self }
    }

    /// With other output forms.
    pub const fn modes(self, modes: &'static [Mode]) -> Row {
        Row { modes, ..self }
    }

    /// With other effects than reading.
    pub const fn effects(self, effects: Effects) -> Row {
        Row { effects, ..self }
    }

    /// Which works alike whether the names of files were read or not, and so does not wait for them.
    pub const fn before_names(self) -> Row {
        Row { names: false, ..self }
    }

    /// Which prints numbers, and words that it was given, and nothing that somebody may have left.
    pub const fn plain(self) -> Row {
        Row { plain: true, ..self }
    }

    /// With examples.
    pub const fn examples(self, examples: &'static [&'static str]) -> Row {
        Row { examples, ..self }
    }

    /// Whether the names of open files are read before it runs, if nobody asked for them so far.
    pub(crate) fn waits_for_names(&self) -> bool {
        let of_target = Effects::READ | Effects::VIEW | Effects::ANNOTATE | Effects::WRITE;
        self.names && self.effects.intersects(of_target)
    }

    /// Its name, forms and arguments as help shows them.
    pub fn usage(&self) -> String {
        let mut text = self.name.to_owned();
        if !self.modes.is_empty() {
            text.push('[');
            text.extend(self.modes.iter().filter_map(|mode| mode.letter()));
            text.push(']');
        }
        for param in self.params {
            let (open, close) = if param.required { ('<', '>') } else { ('[', ']') };
            text.push_str(&format!(" {open}{}{close}", param.name));
        }
        text
    }
}

/// Rows under a heading.
#[derive(Clone, Copy)]
pub struct Group {
    /// The prefix that names the group in `?`, such as `p`.
    pub prefix: &'static str,
    /// What its commands are for.
    pub brief: &'static str,
    /// The rows.
    pub rows: &'static [Row],
}

/// What a command was called with.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    /// The row it was found by.
    pub row: &'a Row,
    /// The output form asked for.
    pub mode: Mode,
    /// Everything behind the name, blanks at both ends removed.
    pub text: &'a str,
    /// Whether the text stuck to the name.
    pub glued: bool,
}

impl<'a> Args<'a> {
    /// The arguments as words; quotes protect blanks and are removed.
    pub fn words(&self) -> Vec<String> {
        crate::lang::words(self.text)
    }

    /// The first word and what is behind it.
    pub fn split_first(&self) -> (&'a str, &'a str) {
        match self.text.split_once(char::is_whitespace) {
            Some((first, rest)) => (first, rest.trim_start()),
            None => (self.text, ""),
        }
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether JSON was asked for.
    pub fn is_json(&self) -> bool {
        self.mode == Mode::Json
    }

    /// An error that shows the command's usage.
    pub fn wrong(&self, what: impl Into<String>) -> Error {
        Error::Usage { what: what.into(), usage: self.row.usage() }
    }

    /// The text, which must not be empty.
    ///
    /// # Errors
    /// [`Error::Usage`].
    pub fn required(&self, what: &str) -> Result<&'a str> {
        if self.is_empty() { Err(self.wrong(format!("{what} is missing"))) } else { Ok(self.text) }
    }
}

/// What was typed, matched to a row.
pub(crate) struct Found {
    pub(crate) row: Row,
    pub(crate) mode: Mode,
    /// Where in the typed text the arguments are.
    pub(crate) args: Range<usize>,
    pub(crate) glued: bool,
}

impl Found {
    /// What the command does to the session and the target, as it was typed. A listing as JSON that is given nothing changes
    /// nothing, though its row may set what it lists: `fj`, `dbj`. One that takes nothing may leave what it found, as `/asj` does.
    pub(crate) fn does(&self, text: &str) -> Effects {
        let effects = self.row.effects;
        let lists = self.mode == Mode::Json && text[self.args.clone()].trim().is_empty();
        let leaves = effects.contains(Effects::ANNOTATE) && self.row.params.is_empty();
        if lists && !leaves { effects & Effects::READ } else { effects }
    }
}

/// All commands of a process. Assembled once, at the edge.
#[derive(Clone, Default)]
pub struct Registry {
    groups: Vec<Group>,
    /// Sorted by name.
    rows: Vec<Row>,
}

impl Registry {
    /// A registry of these groups.
    pub fn new(groups: impl IntoIterator<Item = Group>) -> Arc<Registry> {
        let groups: Vec<Group> = groups.into_iter().collect();
        let mut rows: Vec<Row> = groups.iter().flat_map(|group| group.rows).copied().collect();
        rows.sort_by_key(|row| row.name);
        Arc::new(Registry { groups, rows })
    }

    /// The groups in the order they were given.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// All rows by name.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows whose names begin with `prefix`.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.name.starts_with(prefix))
    }

    /// Whether a row of that very name needs no arguments: then a question mark at its end asks for
    /// no help.
    pub(crate) fn is_complete(&self, name: &str) -> bool {
        self.row(name).is_some_and(|row| !row.params.iter().any(|param| param.required))
    }

    /// Finds the row for a command's text: the longest name that fits what follows it.
    ///
    /// # Errors
    /// [`Error::UnknownCommand`], naming the nearest.
    pub(crate) fn find(&self, text: &str) -> Result<Found> {
        let head = text.split(char::is_whitespace).next().unwrap_or("");
        for end in (1..=head.len()).rev().filter(|&end| head.is_char_boundary(end)) {
            let Some(row) = self.row(&head[..end]) else { continue };
            if let Some((mode, skip, glued)) = fit(row, &head[end..]) {
                let start = end + skip;
                let behind = &text[start..];
                let from = start + (behind.len() - behind.trim_start().len());
                let to = from.max(text.trim_end().len());
                return Ok(Found { row: *row, mode, args: from..to, glued });
            }
        }
        Err(self.unknown(head))
    }

    /// The error for a name that no row has: whether radare2 has it, and the nearest row.
    pub fn unknown(&self, name: &str) -> Error {
        let peer = crate::peer::has(name);
        let mut near = nearest(name, self.rows.iter().map(|row| row.name));
        if peer.is_some() {
            // It was no slip: what is near is what it extends, or a sibling.
            let above = (1..name.len()).rev().filter(|&end| name.is_char_boundary(end));
            let above = above.filter_map(|end| self.row(&name[..end])).map(|row| row.name).next();
            near = above.or(near.filter(|near| near.get(..1) == name.get(..1)));
        }
        Error::UnknownCommand { name: name.to_owned(), peer, nearest: near.map(str::to_owned) }
    }

    fn row(&self, name: &str) -> Option<&Row> {
        self.rows.binary_search_by(|row| row.name.cmp(name)).ok().map(|place| &self.rows[place])
    }
}

/// Whether `rest`, what sticks behind a row's name, fits it: the mode, how many bytes of
/// `rest` the mode took, and whether the remainder is glued arguments.
fn fit(row: &Row, rest: &str) -> Option<(Mode, usize, bool)> {
    if rest.is_empty() {
        return Some((Mode::Text, 0, false));
    }
    let mode = row.modes.iter().find(|mode| mode.letter() == rest.chars().next()).copied();
    if let Some(mode) = mode {
        let behind = &rest[1..];
        if behind.is_empty() {
            return Some((mode, 1, false));
        }
        if mode == Mode::Table {
            return Some((mode, 1, true));
        }
        if sticks(row.glue, behind) && row.glue != Glue::Rest {
            return Some((mode, 1, true));
        }
    }
    sticks(row.glue, rest).then_some((Mode::Text, 0, true))
}

fn sticks(glue: Glue, rest: &str) -> bool {
    match glue {
        Glue::None => false,
        Glue::Number => rest.starts_with(|c: char| c.is_ascii_digit() || "+-$(".contains(c)),
        Glue::Rest => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &mut Env<'_>, _: &Args<'_>) -> Result<()> {
        Ok(())
    }

    static ROWS: &[Row] = &[
        Row::new("is", "", nothing).modes(&[Mode::Json, Mode::Table]),
        Row::new("px", "", nothing).glue(Glue::Number).modes(&[Mode::Json]),
        Row::new("pxw", "", nothing).glue(Glue::Number).modes(&[Mode::Json]),
        Row::new("s", "", nothing).glue(Glue::Number).modes(&[Mode::Json]),
        Row::new("s+", "", nothing).glue(Glue::Number),
        Row::new("=", "", nothing).glue(Glue::Rest).modes(&[Mode::Json]),
        Row::new("==", "", nothing).glue(Glue::Number),
    ];

    #[test]
    fn a_listing_as_json_changes_nothing() {
        static ROWS: &[Row] = &[
            Row::new("f", "", nothing)
                .effects(Effects::ANNOTATE)
                .modes(&[Mode::Json])
                .params(&[maybe("name", Kind::Word)]),
            Row::new("dpt", "", nothing).effects(Effects::DEBUG).modes(&[Mode::Json]),
            Row::new("/as", "", nothing).effects(Effects::ANNOTATE.union(Effects::READ)).modes(&[Mode::Json]),
        ];
        let registry = Registry::new([Group { prefix: "", brief: "", rows: ROWS }]);
        let none = Effects::empty();
        for (text, does) in [
            ("f", Effects::ANNOTATE),
            ("fj", none),
            ("fj ", none),
            ("fj here", Effects::ANNOTATE),
            ("dpt", Effects::DEBUG),
            ("dptj", none),
            ("/asj", Effects::ANNOTATE | Effects::READ),
        ] {
            assert_eq!(registry.find(text).unwrap().does(text), does, "{text}");
        }
    }

    #[test]
    fn the_longest_name_that_fits_wins() {
        let registry = Registry::new([Group { prefix: "", brief: "", rows: ROWS }]);
        for (text, name, mode, args) in [
            ("px 16", "px", Mode::Text, "16"),
            ("pxj4", "px", Mode::Json, "4"),
            ("pxwj 8 ", "pxw", Mode::Json, "8"),
            ("px", "px", Mode::Text, ""),
            ("is,name/eq/a b,:csv", "is", Mode::Table, "name/eq/a b,:csv"),
            ("is, :json", "is", Mode::Table, ":json"),
            ("s+10", "s+", Mode::Text, "10"),
            ("s-8", "s", Mode::Text, "-8"),
            ("=0 px 4", "=", Mode::Text, "0 px 4"),
            ("=j", "=", Mode::Json, ""),
            ("= pd", "=", Mode::Text, "pd"),
            ("==1", "==", Mode::Text, "1"),
        ] {
            let found = registry.find(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((found.row.name, found.mode, &text[found.args.clone()]), (name, mode, args), "{text}");
        }
        let error = registry.find("pxz 4").err().unwrap().to_string();
        assert!(error.contains("pxz") && error.contains("px?"), "{error}");
        for (text, wanted) in [
            ("pri 4", "radare2 has it, farad does not yet"),
            ("aaa", "radare2 has it (analysis), farad does not yet; ? lists"),
            ("j", "no command 'j' (? lists them)"),
        ] {
            let error = registry.find(text).err().unwrap().to_string();
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
