//! The assembler: text of one or more instructions in, bytes out. Owns the settings it was opened
//! with and what separates instructions; knows nothing of flags or where the bytes go.

use std::collections::HashMap;
use std::fmt;

use crate::arch::{self, Arch};
use crate::assemble::{Assembly, Fault, Names, Site, directive};
use crate::error::Error;
use crate::settings::Settings;

/// Most bytes that one text may become.
pub const LIMIT: usize = 1 << 20;
/// How often a text is assembled until its labels stay where they are.
const PASSES: usize = 32;

/// Assembles for one architecture. What it takes is what a [`Decoder`](crate::Decoder) of the same
/// settings prints, the usual other spellings, and data directives (`.byte 1, 2`, `.string "x"`).
#[derive(Clone)]
pub struct Assembler {
    settings: Settings,
    row: &'static Arch,
    assembly: &'static Assembly,
}

impl Assembler {
    /// Opens an assembler.
    ///
    /// # Errors
    /// [`Error::UnknownArch`] and [`Error::UnsupportedBits`] when the table has no such row or width,
    /// [`Error::NoAssembler`] when the row can only be decoded.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let row = arch::row(settings)?;
        let assembly = row.assembly.ok_or(Error::NoAssembler { arch: row.name })?;
        let mut settings = settings.clone();
        settings.big_endian = row.endianness.resolve(settings.big_endian);
        Ok(Self { settings, row, assembly })
    }

    /// What it works with.
    pub(crate) fn assembly(&self) -> &'static Assembly {
        self.assembly
    }

    /// The settings in force: as asked for, with the byte order the architecture insists on.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Assembles instructions, separated by `;` or the ends of lines, the first of which will lie at
    /// `addr`. `label:` names a place; `names` resolves what is neither register nor label. Behind
    /// `#` at the start of a line and behind `//` is a comment.
    ///
    /// # Errors
    /// [`Error::Assembly`] with the instruction that cannot be assembled, and why.
    pub fn assemble(&self, text: &str, addr: u64, names: Names<'_>) -> Result<Vec<u8>, Error> {
        self.settle(&statements(text, Semicolon::Separates), addr, names)
    }

    /// As [`Assembler::assemble`], for a file: one instruction a line, a comment behind `;`.
    ///
    /// # Errors
    /// As there.
    pub fn assemble_file(&self, text: &str, addr: u64, names: Names<'_>) -> Result<Vec<u8>, Error> {
        self.settle(&statements(text, Semicolon::Comments), addr, names)
    }

    /// Assembles until no label moves any more: what jumps to one may get longer when it does.
    fn settle(&self, statements: &[Statement<'_>], addr: u64, names: Names<'_>) -> Result<Vec<u8>, Error> {
        let mut labels: HashMap<&str, Option<u64>> = HashMap::new();
        for statement in statements {
            if let Statement::Label(name) = statement
                && labels.insert(name, None).is_some()
            {
                let reason = "the label is there twice".to_owned();
                return Err(Error::Assembly { text: (*name).to_owned(), reason });
            }
        }
        for _ in 0..PASSES {
            let before = labels.clone();
            let bytes = self.pass(statements, addr, names, &mut labels)?;
            if labels == before {
                return Ok(bytes);
            }
        }
        let reason = "the places of the labels depend on each other".to_owned();
        Err(Error::Assembly { text: excerpt(addr_text(statements)), reason })
    }

    /// Assembles all with the labels where they were the last time, and says where they are now.
    fn pass<'a>(
        &self,
        statements: &[Statement<'a>],
        addr: u64,
        names: Names<'_>,
        labels: &mut HashMap<&'a str, Option<u64>>,
    ) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let known = labels.clone();
        for statement in statements {
            let addr = addr.wrapping_add(bytes.len() as u64);
            let text = match statement {
                Statement::Label(name) => {
                    labels.insert(name, Some(addr));
                    continue;
                }
                Statement::Text(text) => *text,
            };
            // A label that was not reached yet is near: a guess that the next pass mends.
            let resolve = |name: &str| match known.get(name) {
                Some(place) => Some(place.unwrap_or(addr)),
                None => names(name),
            };
            let site = Site { settings: &self.settings, addr, names: &resolve };
            let made = match text.starts_with('.') {
                true => directive::assemble(text, &site),
                false => (self.assembly.assemble)(text, &site),
            };
            let made = made.and_then(|made| match made.len() > LIMIT - bytes.len() {
                true => Err(Fault::new(format!("this would be more than {LIMIT} bytes"))),
                false => Ok(made),
            });
            let failed = |fault: Fault| Error::Assembly { text: excerpt(text), reason: fault.reason };
            bytes.extend(made.map_err(failed)?);
        }
        Ok(bytes)
    }

    /// As [`Assembler::assemble`], where nothing has a name.
    ///
    /// # Errors
    /// As there.
    pub fn assemble_plain(&self, text: &str, addr: u64) -> Result<Vec<u8>, Error> {
        self.assemble(text, addr, &|_| None)
    }
}

impl fmt::Debug for Assembler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assembler")
            .field("arch", &self.row.name)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What a semicolon stands for.
#[derive(Clone, Copy, PartialEq)]
enum Semicolon {
    /// The end of a statement.
    Separates,
    /// The start of a comment.
    Comments,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Statement<'a> {
    /// The name of the place of what follows.
    Label(&'a str),
    /// An instruction or directive.
    Text(&'a str),
}

/// The statements of a text, without comments and blanks.
fn statements(text: &str, semicolon: Semicolon) -> Vec<Statement<'_>> {
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let mut rest = Some(line);
        while let Some(line) = rest {
            let (statement, after) = cut(line);
            rest = after.filter(|_| semicolon == Semicolon::Separates);
            let mut statement = statement.trim();
            while let Some((name, behind)) = statement.split_once(':').filter(|(name, _)| is_label(name)) {
                all.push(Statement::Label(name));
                statement = behind.trim_start();
            }
            if !statement.is_empty() {
                all.push(Statement::Text(statement));
            }
        }
    }
    all
}

/// Whether a word before a colon is a label, and not a segment (`fs:[8]`) or a selector.
fn is_label(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '.'))
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '@'))
}

/// The text of the first statement that is one.
fn addr_text<'a>(statements: &[Statement<'a>]) -> &'a str {
    let text = |statement: &Statement<'a>| match statement {
        Statement::Text(text) => Some(*text),
        Statement::Label(_) => None,
    };
    statements.iter().find_map(text).unwrap_or_default()
}

/// The first statement of a line, and what follows it behind a semicolon.
fn cut(line: &str) -> (&str, Option<&str>) {
    let bytes = line.as_bytes();
    let mut quote = None;
    let mut at = 0;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), _) => {}
            // A quote that nothing closes is a mark like any other.
            (None, byte @ (b'"' | b'\'')) if bytes[at + 1..].contains(&byte) => quote = Some(byte),
            (None, b';') => return (&line[..at], Some(&line[at + 1..])),
            (None, b'/') if bytes.get(at + 1) == Some(&b'/') => return (&line[..at], None),
            (None, _) => {}
        }
        at += 1;
    }
    (line, None)
}

/// The beginning of a text, for a message.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_semicolons_and_lines() {
        let texts = |text, semicolon| -> Vec<String> {
            let all = statements(text, semicolon).into_iter();
            all.map(|statement| match statement {
                Statement::Label(name) => format!("{name}:"),
                Statement::Text(text) => text.to_owned(),
            })
            .collect()
        };
        let text = "# head\na: b:nop; ret // end\n.string \"a;b\" ;;\n mov al, ';'";
        let all = ["a:", "b:", "nop", "ret", ".string \"a;b\"", "mov al, ';'"];
        assert_eq!(texts(text, Semicolon::Separates), all);
        assert_eq!(texts("nop ; ret\n;x\nhlt", Semicolon::Comments), ["nop", "hlt"]);
        assert_eq!(texts("mov eax, fs:[8]; ljmp 1:2", Semicolon::Separates), ["mov eax, fs:[8]", "ljmp 1:2"]);
    }

    #[test]
    fn labels_are_where_the_shortest_jumps_put_them() {
        let assembler = Assembler::new(&Settings::default()).unwrap();
        let near = assembler.assemble_plain("top: jmp end; jmp top; end: ret", 0x1000);
        assert_eq!(near, Ok(vec![0xeb, 2, 0xeb, 0xfc, 0xc3]));
        let far = assembler.assemble_plain("jmp end; .zero 0x80; end: nop", 0).unwrap();
        assert_eq!(far[..6], [0xe9, 0x80, 0, 0, 0, 0]);
        for text in ["a: nop; a: nop", "jmp nowhere"] {
            assert!(assembler.assemble_plain(text, 0).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_run_on_and_faults_name_the_instruction() {
        let assembler = Assembler::new(&Settings::default()).unwrap();
        assert_eq!(assembler.assemble_plain("nop; jmp 0x1000", 0x1000), Ok(vec![0x90, 0xeb, 0xfd]));
        let error = assembler.assemble_plain("nop; bogus eax", 0).unwrap_err().to_string();
        assert!(error.contains("`bogus eax`"), "{error}");
        let error = Assembler::new(&Settings::new("sparc", 32)).unwrap_err();
        assert_eq!(error, Error::NoAssembler { arch: "sparc" });
    }

    #[test]
    fn what_would_be_too_long_is_refused() {
        let assembler = Assembler::new(&Settings::default()).unwrap();
        assert!(assembler.assemble_plain(".zero 0x100000000", 0).is_err());
        assert!(assembler.assemble_plain(".zero 0x100000; nop", 0).is_err());
    }
}
