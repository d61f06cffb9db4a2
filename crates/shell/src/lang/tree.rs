//! The tree a command line parses to.
//!
//! Owns the shapes only. It must not know how a line is spelt (that is the parser's) nor what any
//! node does (that is the evaluator's): a tree holds text, never addresses or sessions.

use std::ops::Range;

use super::grep::Grep;

/// A whole input: statements to run one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// In the order written; statements with nothing in them are left out.
    pub statements: Vec<Statement>,
}

/// One command with everything that surrounds it.
///
/// The parts nest from the inside out: the body runs under `temps`, that once for each address of
/// `each`, all of it `repeat` times; what comes out passes `grep` in order, is put into another form
/// by `form`, and ends in `sink`. What it reports goes to `errors`.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Where it stands in the text given to the parser, in bytes.
    pub span: Range<usize>,
    /// Whether it runs, by what became of the statement before it.
    pub link: Link,
    /// How often to run it: `3?e hi`.
    pub repeat: Option<u64>,
    /// What to run.
    pub body: Body,
    /// Settings for this statement alone, to be applied in order.
    pub temps: Vec<Temp>,
    /// The addresses to run it at.
    pub each: Option<Each>,
    /// Filters on its output.
    pub grep: Vec<Grep>,
    /// What its output is turned into.
    pub form: Option<Form>,
    /// Where its output goes when not to the caller.
    pub sink: Option<Sink>,
    /// Where its reports go when not to the person.
    pub errors: Option<Errors>,
}

/// What stands between a statement and the one before it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Link {
    /// `;`, a line's end, or nothing: it runs.
    #[default]
    Always,
    /// `&&`: it runs when what ran last did not fail.
    And,
    /// `||`: it runs when what ran last failed.
    Or,
}

/// What a statement runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing: only its surroundings act (`> file` empties a file).
    Empty,
    /// A command and its arguments. Also what `"…"` and `'…` quote, then without substitutions.
    Command(Text),
    /// `!cmd`: a program on the caller's terminal.
    Shell(Text),
    /// `!!cmd`: a program whose output is the statement's.
    ShellCapture(Text),
    /// `.…`: run what something produces as commands.
    Interpret(Interpret),
    /// `(name a b;cmds)`.
    Macro(Macro),
    /// `$name…`.
    Alias(Alias),
    /// `#!pipe cmd`, `#!python file`: a program that can ask this session; `#!` lists languages.
    Language(Text),
    /// `?? cmd` and kin.
    Condition(Condition),
}

/// Where interpreted commands come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Interpret {
    /// `. file`: the lines of a file.
    File(Text),
    /// `.!cmd`: the output of a program.
    Shell(Text),
    /// `.cmd`: the output of a body, after the statement's filters.
    Output(Box<Body>),
}

/// The forms of a parenthesis in the command's place.
#[derive(Clone, Debug, PartialEq)]
pub enum Macro {
    /// `(name a b;cmds)` stores; `(name a b;cmds)(x y)` stores and calls.
    Define {
        /// Its name.
        name: String,
        /// Names of its parameters.
        parameters: Vec<String>,
        /// Its commands, unparsed: arguments replace `$0`, `$1`, … in them at each call.
        source: String,
        /// Arguments of an immediate call.
        call: Option<Text>,
    },
    /// `(;cmds)(x y)`: commands without a name, called at once.
    Run {
        /// Its commands, unparsed.
        source: String,
        /// Its arguments.
        arguments: Text,
    },
    /// `.(name x y)`.
    Call {
        /// Its name.
        name: String,
        /// Its arguments.
        arguments: Text,
    },
    /// `(-name)`, or `*` for all.
    Remove(String),
    /// `(*` or `(`.
    List,
}

/// The forms of a `$` in the command's place. Names come without the `$`.
#[derive(Clone, Debug, PartialEq)]
pub enum Alias {
    /// `$`: list names.
    Names,
    /// `$*`: list names and values.
    List,
    /// `$name=cmd`.
    Command {
        /// Its name.
        name: String,
        /// The command it stands for.
        command: Text,
    },
    /// `$name=$text`, which prints the text when run.
    Text {
        /// Its name.
        name: String,
        /// What it prints.
        text: Text,
    },
    /// `$name=base64:…`, data in base64.
    Data {
        /// Its name.
        name: String,
        /// Base64 of the data.
        base64: Text,
    },
    /// `$name=` or `$-name`; `*` removes all.
    Remove(String),
    /// `$name?`: show what it stands for.
    Show(String),
    /// `$name args`.
    Run {
        /// Its name.
        name: String,
        /// What to append to its command; empty, or beginning with a blank.
        arguments: Text,
    },
}

/// A statement run by the last value computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What the last value must be.
    pub when: When,
    /// What then runs.
    pub then: Box<Statement>,
}

/// A test of the last value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// `??`.
    NonZero,
    /// `?!`.
    Zero,
    /// `?+`, as a signed number.
    Positive,
    /// `?-`, as a signed number.
    Negative,
}

impl When {
    /// Whether `value` meets the test.
    pub fn holds(self, value: u64) -> bool {
        match self {
            Self::NonZero => value != 0,
            Self::Zero => value == 0,
            Self::Positive => value.cast_signed() > 0,
            Self::Negative => value.cast_signed() < 0,
        }
    }
}

/// A setting that holds for one statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Temp {
    /// `@ addr`: seek there.
    At(Text),
    /// `@..hex`: seek, changing the low digits of the address only.
    Partial(Text),
    /// `@!size`, and the part after `!` in `@ addr!size`.
    BlockSize(Text),
    /// `@{from to}`: the range a command works on.
    Range(Text),
    /// `@a:arch:bits`.
    Arch(Text),
    /// `@b:bits`.
    Bits(Text),
    /// `@B:n`: seek to the nth instruction of the basic block.
    BlockInstruction(Text),
    /// `@c:cmd`: seek to the address a command prints.
    Command(Text),
    /// `@e:key=value,key=value`.
    Config(Text),
    /// `@f:file`: read a file's bytes in place of the block.
    File(Text),
    /// `@F:flagspace`.
    FlagSpace(Text),
    /// `@i:n`: seek n instructions on.
    Instruction(Text),
    /// `@k:query`: seek to the number that a query to the key-value store gives.
    Key(Text),
    /// `@o:fd`: use another descriptor.
    Descriptor(Text),
    /// `@r:register`: seek to its value.
    Register(Text),
    /// `@s:text`: read this text in place of the block.
    String(Text),
    /// `@v:number`: read this number's bytes in place of the block.
    Value(Text),
    /// `@x:hex`: read these bytes in place of the block.
    Hex(Text),
}

/// The addresses a statement is run at.
#[derive(Clone, Debug, PartialEq)]
pub enum Each {
    /// `@@=a b c`: these.
    List(Text),
    /// `@@==a b c`: no addresses; each word is appended to the command in turn.
    Words(Text),
    /// `@@ glob`: flags by name.
    Flags(Text),
    /// `@@f`, `@@f:glob`, `@@F`, `@@F:glob`: functions, all for an empty text.
    Functions(Text),
    /// `@@b`: basic blocks of the function.
    Blocks,
    /// `@@i`: instructions of the function.
    Instructions,
    /// `@@iS`: sections, with their sizes as block size.
    Sections,
    /// `@@t`: threads.
    Threads,
    /// `@@dbt`, `@@dbta`: the frames of the backtrace, where each is at.
    Frames,
    /// `@@dbts`: the same, where the stack of each is.
    Stacks,
    /// `@@s:from to step`.
    Steps(Text),
    /// `@@c:cmd`: those a command prints.
    Command(Text),
    /// `@@k query`: those that a query to the key-value store gives.
    Keys(Text),
    /// `@@.file`: those a file lists.
    File(Text),
    /// `@@/x 90`: the hits of a search; the text is the search command.
    Search(Text),
    /// `@@@…`: ranges, each setting address and block size.
    Ranges(Ranges),
}

/// The address and size pairs of `@@@`.
#[derive(Clone, Debug, PartialEq)]
pub enum Ranges {
    /// `@@@=addr size addr size`.
    List(Text),
    /// `@@@c:cmd`: the pairs a command prints.
    Command(Text),
    /// `@@@f:glob`: flags, all for an empty text.
    Flags(Text),
    /// `@@@F:glob`: functions, all for an empty text.
    Functions(Text),
    /// `@@@C:glob`: comments, all for an empty text.
    Comments(Text),
    /// `@@@b`.
    Blocks,
    /// `@@@e`.
    Entries,
    /// `@@@E`.
    Exports,
    /// `@@@i`.
    Imports,
    /// `@@@m`: maps of the IO layer.
    Maps,
    /// `@@@M`: maps of the debugged process.
    ProcessMaps,
    /// `@@@r`.
    Registers,
    /// `@@@R`.
    Relocations,
    /// `@@@s`.
    Symbols,
    /// `@@@S`.
    Sections,
    /// `@@@t`.
    Threads,
    /// `@@@z`.
    Strings,
}

/// Another form of a statement's whole output.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Which.
    pub kind: FormKind,
    /// Filters on what comes of it.
    pub grep: Vec<Grep>,
}

/// The forms that output can be put into.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FormKind {
    /// `|J`: an object of JSON with the output, what was reported and how the command went.
    Json,
    /// `|E`: base64.
    Encode,
    /// `|D`: what base64 stands for.
    Decode,
}

/// Where a statement's reports go.
#[derive(Clone, Debug, PartialEq)]
pub enum Errors {
    /// `2> path`, `2>> path`.
    File {
        /// The path.
        path: Text,
        /// Whether to add to the file in place of replacing it.
        append: bool,
    },
    /// `2>&1`: among its output.
    Output,
}

/// Where a statement's output goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Sink {
    /// `| cmd`: to a program's input.
    Pipe(Text),
    /// `|` with nothing behind: to the caller, without colours.
    Plain,
    /// `|.`: run it as commands.
    Interpret,
    /// `> path`, `>> path`.
    File {
        /// The path.
        path: Text,
        /// Whether to add to the file in place of replacing it.
        append: bool,
    },
    /// `> $name`, `>> $name`: keep it as the text of an alias.
    Alias {
        /// Its name, without the `$`.
        name: String,
        /// Whether to add to the text it has.
        append: bool,
    },
}

/// Text with holes for the output of other commands.
///
/// Backslashes before characters the language gives a meaning are resolved, all others are kept.
/// Quotes protect what is in them and are kept: whether an argument loses them is the command's
/// own affair (see [`word`](super::word)).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// In order; no two literals are neighbours and none is empty.
    pub pieces: Vec<Piece>,
}

/// A part of a [`Text`].
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// As written.
    Literal(String),
    /// `` `…` `` or `$(…)`: what the script prints, its line ends turned to single blanks.
    Substitute(Script),
}

impl Text {
    /// Text without substitutions.
    pub fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Literal(text)] };
        Self { pieces }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text, where it has no substitutions.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The literal text it begins with, up to the first substitution. A command's name is in it.
    pub fn head(&self) -> &str {
        match self.pieces.first() {
            Some(Piece::Literal(text)) => text,
            _ => "",
        }
    }

    /// The whole text, with `run` giving the output of each substitution.
    ///
    /// # Errors
    /// The first that `run` returns.
    pub fn resolve<E>(&self, mut run: impl FnMut(&Script) -> Result<String, E>) -> Result<String, E> {
        let mut whole = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => whole.push_str(text),
                Piece::Substitute(script) => whole.push_str(&run(script)?),
            }
        }
        Ok(whole)
    }
}
