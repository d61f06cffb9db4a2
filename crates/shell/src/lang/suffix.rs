//! What stands behind a command: `@`, `@@`, `~`, `|` and `>`.
//!
//! Owns the tables of temporary forms and iterators. Must not know what they do.

use super::fault::{MAX_FILTERS, ParseFault};
use super::grep::Grep;
use super::parse::{Fault, Parser};
use super::text::{COMMAND, PATH, Reading, SHELL};
use super::tree::{Each, Errors, Form, FormKind, Ranges, Sink, Statement, Temp, Text};

/// Makes a node of the text behind its mark.
type Make<T> = fn(Text) -> T;

/// `@a:…` and kin, by letter.
const TEMPS: &[(u8, Make<Temp>)] = &[
    (b'a', Temp::Arch),
    (b'b', Temp::Bits),
    (b'B', Temp::BlockInstruction),
    (b'c', Temp::Command),
    (b'e', Temp::Config),
    (b'f', Temp::File),
    (b'F', Temp::FlagSpace),
    (b'i', Temp::Instruction),
    (b'k', Temp::Key),
    (b'o', Temp::Descriptor),
    (b'r', Temp::Register),
    (b's', Temp::String),
    (b'v', Temp::Value),
    (b'x', Temp::Hex),
];

/// The letters of the temporary forms.
#[cfg(test)]
pub(crate) fn temp_letters() -> impl Iterator<Item = char> {
    TEMPS.iter().map(|(letter, _)| char::from(*letter))
}

/// Iterators that are a word alone.
const EACHES: &[(&str, Each)] = &[
    ("b", Each::Blocks),
    ("i", Each::Instructions),
    ("iS", Each::Sections),
    ("t", Each::Threads),
    ("dbt", Each::Frames),
    ("dbta", Each::Frames),
    ("dbts", Each::Stacks),
];

/// Iterators with a text right behind their mark; the first that fits is taken.
const TEXT_EACHES: &[(&str, Make<Each>)] = &[
    ("==", Each::Words),
    ("=", Each::List),
    (".", Each::File),
    ("c:", Each::Command),
    ("s:", Each::Steps),
    ("f:", Each::Functions),
    ("F:", Each::Functions),
    ("k ", Each::Keys),
];

/// `@@@` followed by a letter alone.
const RANGES: &[(&str, Ranges)] = &[
    ("b", Ranges::Blocks),
    ("e", Ranges::Entries),
    ("E", Ranges::Exports),
    ("i", Ranges::Imports),
    ("m", Ranges::Maps),
    ("M", Ranges::ProcessMaps),
    ("r", Ranges::Registers),
    ("R", Ranges::Relocations),
    ("s", Ranges::Symbols),
    ("S", Ranges::Sections),
    ("t", Ranges::Threads),
    ("z", Ranges::Strings),
    ("f", Ranges::Flags(Text { pieces: Vec::new() })),
    ("F", Ranges::Functions(Text { pieces: Vec::new() })),
    ("C", Ranges::Comments(Text { pieces: Vec::new() })),
];

/// `@@@` with a text right behind its mark.
const TEXT_RANGES: &[(&str, Make<Ranges>)] = &[
    ("=", Ranges::List),
    ("c:", Ranges::Command),
    ("f:", Ranges::Flags),
    ("F:", Ranges::Functions),
    ("C:", Ranges::Comments),
];

/// An address, behind which `!` gives a size.
const ADDRESS: Reading = Reading { until: Some(b'!'), ..COMMAND };

impl Parser<'_> {
    /// Reads all that follows a command, up to its separator or comment.
    pub(super) fn suffixes(&mut self, statement: &mut Statement) -> Result<(), Fault> {
        loop {
            self.skip_blanks();
            if self.raw.is_some() || self.at_end() {
                return Ok(());
            }
            match self.peek() {
                Some(b'@') if self.rest().starts_with("@@") => {
                    let at = self.at;
                    let each = self.each()?;
                    if statement.each.replace(each).is_some() {
                        return Err(self.fault(at, ParseFault::SecondEach));
                    }
                }
                Some(b'@') => self.temp(&mut statement.temps)?,
                Some(b'~') => match &mut statement.form {
                    Some(form) => self.grep(&mut form.grep)?,
                    None => self.grep(&mut statement.grep)?,
                },
                Some(b'|') => match self.form()? {
                    Some(kind) => statement.form = Some(Form { kind, grep: Vec::new() }),
                    None => statement.sink = Some(self.pipe()?),
                },
                Some(b'>') => statement.sink = Some(self.redirect()?),
                Some(b'2') if self.at_error_redirect() => statement.errors = Some(self.error_redirect()?),
                // A quote here opens the next command.
                Some(b'#' | b'"') => return Ok(()),
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn temp(&mut self, temps: &mut Vec<Temp>) -> Result<(), Fault> {
        self.at += 1;
        self.skip_blanks();
        match self.rest().as_bytes() {
            [b'!', ..] => {
                self.at += 1;
                temps.push(Temp::BlockSize(self.text(COMMAND)?));
            }
            [b'.', b'.', ..] => {
                self.at += 2;
                temps.push(Temp::Partial(self.text(COMMAND)?));
            }
            [b'{', ..] => {
                let open = self.at;
                self.at += 1;
                temps.push(Temp::Range(self.text(Reading { until: Some(b'}'), ..COMMAND })?));
                if self.peek() != Some(b'}') {
                    return Err(self.fault(open, ParseFault::Unclosed('{')));
                }
                self.at += 1;
            }
            [letter, b':', ..] if letter.is_ascii_alphabetic() => {
                let Some((_, form)) = TEMPS.iter().find(|(known, _)| known == letter) else {
                    return Err(self.fault(self.at, ParseFault::UnknownTemp(*letter as char)));
                };
                self.at += 2;
                temps.push(form(self.text(COMMAND)?));
            }
            _ => {
                let address = self.text(ADDRESS)?;
                if !address.is_empty() {
                    temps.push(Temp::At(address));
                }
                if self.peek() == Some(b'!') {
                    self.at += 1;
                    temps.push(Temp::BlockSize(self.text(COMMAND)?));
                }
            }
        }
        Ok(())
    }

    fn each(&mut self) -> Result<Each, Fault> {
        let open = self.at;
        self.at += 2;
        if self.peek() == Some(b'@') {
            self.at += 1;
            return self.ranges(open).map(Each::Ranges);
        }
        if let Some(form) = self.mark(TEXT_EACHES) {
            return Ok(form(self.text(COMMAND)?));
        }
        if let Some(each) = self.word(EACHES) {
            return Ok(each);
        }
        match self.rest().as_bytes() {
            [b'/', ..] => return Ok(Each::Search(self.text(COMMAND)?)),
            [b'f' | b'F', ..] if self.word_length() == 1 => {
                self.at += 1;
                return Ok(Each::Functions(Text::default()));
            }
            [b'd', b'b', b't', ..] => {
                let name = self.source[open..self.at + self.word_length()].to_owned();
                return Err(self.fault(open, ParseFault::UnknownEach(name)));
            }
            _ => {}
        }
        let glob = self.text(COMMAND)?;
        if glob.is_empty() {
            return Err(self.fault(self.at, ParseFault::Expected("what to iterate over")));
        }
        Ok(Each::Flags(glob))
    }

    fn ranges(&mut self, open: usize) -> Result<Ranges, Fault> {
        if let Some(form) = self.mark(TEXT_RANGES) {
            return Ok(form(self.text(COMMAND)?));
        }
        if let Some(ranges) = self.word(RANGES) {
            return Ok(ranges);
        }
        let name = self.source[open..self.at + self.word_length()].to_owned();
        Err(self.fault(open, ParseFault::UnknownEach(name)))
    }

    /// Takes the first mark of the table that stands here.
    fn mark<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let &(mark, form) = table.iter().find(|(mark, _)| self.rest().starts_with(mark))?;
        self.at += mark.len();
        Some(form)
    }

    /// Takes the word that stands here, if the table has it.
    fn word<T: Clone>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let here = &self.rest()[..self.word_length()];
        let (word, value) = table.iter().find(|(word, _)| *word == here)?;
        self.at += word.len();
        Some(value.clone())
    }

    /// How many bytes there are to a blank or a character that ends a statement's part.
    fn word_length(&self) -> usize {
        let ends = |byte: &u8| b" \t\r\n;@~|>&".contains(byte) || Some(*byte) == self.close;
        self.rest().as_bytes().iter().position(ends).unwrap_or(self.rest().len())
    }

    /// A filter runs to the next, to the sink, or to the end. `@` in it is a letter, as are quotes.
    fn grep(&mut self, filters: &mut Vec<Grep>) -> Result<(), Fault> {
        self.at += 1;
        let start = self.at;
        let mut open = 0_usize;
        while let Some(here) = self.peek() {
            let inside = here == b')' && open > 0;
            let redirects = here == b'2' && self.at_error_redirect();
            if !inside && (self.at_end() || redirects || matches!(here, b'~' | b'|' | b'>')) {
                break;
            }
            match here {
                b'#' if self.source[..self.at].ends_with([' ', '\t']) => break,
                b'`' => return Err(self.unexpected()),
                b'\\' => self.at += 1,
                b'(' => open += 1,
                b')' => open = open.saturating_sub(1),
                _ => {}
            }
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        }
        let text = &self.source[start..self.at];
        let filter =
            Grep::parse(text).map_err(|(offset, fault)| (start + offset, ParseFault::Grep(fault)))?;
        if filter.is_noop() {
            return Ok(());
        }
        if filters.len() == MAX_FILTERS {
            return Err(self.fault(start, ParseFault::TooManyFilters));
        }
        filters.push(filter);
        Ok(())
    }

    /// `|J` and kin, if one stands here: a single letter right behind the bar.
    fn form(&mut self) -> Result<Option<FormKind>, Fault> {
        let bar = self.at;
        self.at += 1;
        let kind = match (self.peek(), self.word_length()) {
            (Some(b'J'), 1) => FormKind::Json,
            (Some(b'E'), 1) => FormKind::Encode,
            (Some(b'D'), 1) => FormKind::Decode,
            (Some(b'H'), 1) => return Err(self.fault(bar, ParseFault::NoForm("HTML"))),
            (Some(b'T'), 1) => return Err(self.fault(bar, ParseFault::NoForm("speech"))),
            _ => {
                self.at = bar;
                return Ok(None);
            }
        };
        self.at += 1;
        Ok(Some(kind))
    }

    fn pipe(&mut self) -> Result<Sink, Fault> {
        self.at += 1;
        self.skip_blanks();
        let command = self.text(SHELL)?;
        Ok(match command.as_literal() {
            Some("") => Sink::Plain,
            Some(".") => Sink::Interpret,
            _ => Sink::Pipe(command),
        })
    }

    fn redirect(&mut self) -> Result<Sink, Fault> {
        self.at += 1;
        let append = self.peek() == Some(b'>');
        self.at += usize::from(append);
        let path = self.path()?;
        if let Some(name) = path.as_literal().and_then(|path| path.strip_prefix('$'))
            && !name.is_empty()
            && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.'))
        {
            return Ok(Sink::Alias { name: name.to_owned(), append });
        }
        Ok(Sink::File { path, append })
    }

    /// `2> path`, `2>> path`, `2>&1`.
    fn error_redirect(&mut self) -> Result<Errors, Fault> {
        self.at += 2;
        if self.rest().starts_with("&1") {
            self.at += 2;
            return Ok(Errors::Output);
        }
        let append = self.peek() == Some(b'>');
        self.at += usize::from(append);
        Ok(Errors::File { path: self.path()?, append })
    }

    fn path(&mut self) -> Result<Text, Fault> {
        let path = self.text(PATH)?;
        if path.is_empty() {
            return Err(self.fault(self.at, ParseFault::Expected("a file to write to")));
        }
        Ok(path)
    }
}
