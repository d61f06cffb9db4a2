//! What a format means: fields of a record, as a tree.

/// A record: what a format string describes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Format {
    /// Whether all fields begin at the same place.
    pub(super) is_union: bool,
    /// How often the record follows itself.
    pub(super) times: Times,
    /// Its parts, in order.
    pub(super) steps: Vec<Step>,
}

/// How often a record is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    /// As an array whose elements are numbered (`3iw`).
    Indexed(u64),
    /// One after the other (`{3}iw`).
    Plain(u64),
}

/// A part of a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Bytes passed over, or gone back.
    Skip(i64),
    /// A value.
    Field(Field),
}

/// A value in a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// Its name, if it was given one.
    pub(super) name: Option<String>,
    /// What it is.
    pub(super) kind: Kind,
    /// How many of them there are, where it is an array.
    pub(super) elements: Option<u64>,
    /// How many pointers lead to it.
    pub(super) pointers: usize,
    /// Whether its byte order is not that of the session.
    pub(super) swapped: bool,
    /// Whether the flags at its address and at what it holds are shown.
    pub(super) flags: bool,
}

/// What a field is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A number or a moment of fixed size.
    Scalar(Scalar),
    /// A number of an address's size.
    Address,
    /// A number of 7 bits a byte, the last byte without the highest bit.
    Uleb,
    /// Bytes as digits and characters.
    Bytes,
    /// The first ten bytes.
    Ten,
    /// A string that ends with a NUL.
    Text,
    /// A string of two bytes a character that ends with a NUL.
    Wide,
    /// A number of so many bytes that points at a string.
    TextAt(usize),
    /// A 32-bit distance from itself.
    Relative,
    /// An instruction.
    Opcode,
    /// A member of an enumeration.
    Enum(String),
    /// Bits that have names.
    Bits(String),
    /// Another record.
    Record(Source),
}

/// A number or a moment of fixed size, by how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    /// `b`
    Byte,
    /// `c`
    Char,
    /// `C`
    Small,
    /// `w`
    Word,
    /// `d`
    Double,
    /// `x`
    Hex,
    /// `i`
    Int,
    /// `o`
    Octal,
    /// `q`
    Quad,
    /// `Q`
    Octuple,
    /// `n`, of so many bytes
    Signed(usize),
    /// `N`, of so many bytes
    Unsigned(usize),
    /// `f`
    Float32,
    /// `F`
    Float64,
    /// `G`
    Float80,
    /// `t`
    Time,
}

/// Where a nested record is described.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// Under a name.
    Named(String),
    /// In place; the text it was parsed from, too.
    Inline(String, Box<Format>),
}

impl Source {
    /// What the record is called where it is shown.
    pub(super) fn title(&self) -> &str {
        match self {
            Source::Named(name) => name,
            Source::Inline(text, _) => text,
        }
    }
}

impl Scalar {
    /// Bytes it takes.
    pub(super) fn size(self) -> usize {
        match self {
            Scalar::Byte | Scalar::Char | Scalar::Small => 1,
            Scalar::Word => 2,
            Scalar::Double | Scalar::Hex | Scalar::Int | Scalar::Octal => 4,
            Scalar::Float32 | Scalar::Time => 4,
            Scalar::Quad | Scalar::Float64 => 8,
            Scalar::Octuple | Scalar::Float80 => 16,
            Scalar::Signed(size) | Scalar::Unsigned(size) => size,
        }
    }

    /// The letter, and the size where it is written behind.
    pub(super) fn letters(self) -> String {
        let letter = match self {
            Scalar::Byte => 'b',
            Scalar::Char => 'c',
            Scalar::Small => 'C',
            Scalar::Word => 'w',
            Scalar::Double => 'd',
            Scalar::Hex => 'x',
            Scalar::Int => 'i',
            Scalar::Octal => 'o',
            Scalar::Quad => 'q',
            Scalar::Octuple => 'Q',
            Scalar::Signed(size) => return format!("n{size}"),
            Scalar::Unsigned(size) => return format!("N{size}"),
            Scalar::Float32 => 'f',
            Scalar::Float64 => 'F',
            Scalar::Float80 => 'G',
            Scalar::Time => 't',
        };
        letter.to_string()
    }

    /// The scalar that a pointer of so many bytes is shown as.
    pub(super) fn address(size: usize) -> Scalar {
        match size {
            2 => Scalar::Word,
            4 => Scalar::Hex,
            _ => Scalar::Quad,
        }
    }
}

impl Kind {
    /// What JSON calls it.
    pub(super) fn letters(&self) -> String {
        let letter = match self {
            Kind::Scalar(scalar) => return scalar.letters(),
            Kind::Address => 'p',
            Kind::Uleb => 'u',
            Kind::Bytes => 'X',
            Kind::Ten => 'T',
            Kind::Text => 'z',
            Kind::Wide => 'Z',
            Kind::TextAt(4) => 's',
            Kind::TextAt(_) => 'S',
            Kind::Relative => 'P',
            Kind::Opcode => 'D',
            Kind::Enum(_) => 'E',
            Kind::Bits(_) => 'B',
            Kind::Record(source) => return source.title().to_owned(),
        };
        letter.to_string()
    }
}

impl Format {
    /// Columns of the longest name.
    pub(super) fn name_width(&self) -> usize {
        let names = self.steps.iter().filter_map(|step| match step {
            Step::Field(field) => field.name.as_deref(),
            Step::Skip(_) => None,
        });
        names.map(|name| name.chars().count()).max().unwrap_or(0)
    }
}
