//! Formatted data as text: `pf`, and with less around the values, `pfq` and `pfv`.

use super::number::{quoted, scalar, signed};
use super::tree::{Field, Kind, Scalar};
use super::value::Value;
use super::walk::{Label, Record, Sink};

/// How much stands around values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Names and addresses.
    Full,
    /// Values, and the titles of nested records.
    Quiet,
    /// Values.
    Values,
}

/// Columns of the word before a record's title, in one at the top and for each level.
const TITLE: (usize, usize) = (16, 6);

/// Writes lines for people.
pub(super) struct Lines {
    style: Style,
    in_element: bool,
}

impl Lines {
    /// Lines with so much around the values.
    pub(super) fn new(style: Style) -> Lines {
        Lines { style, in_element: false }
    }

    /// What stands before a value.
    fn lead(&self, label: &Label<'_>, shows_addr: bool) -> String {
        let mut text = match self.style {
            Style::Full => self.indent(label).to_owned() + &self.name(label),
            Style::Values => self.indent(label).to_owned(),
            Style::Quiet => String::new(),
        };
        if self.style != Style::Quiet {
            label.chain.iter().for_each(|pointer| text.push_str(&format!("(*{pointer:#x})")));
        }
        if self.style == Style::Full && shows_addr {
            text.push_str(&format!("{:#010x} = ", label.addr));
        }
        text
    }

    /// What stands before the lines of an array's element.
    fn indent(&self, label: &Label<'_>) -> &'static str {
        if self.in_element && label.level == 0 { "  " } else { "" }
    }

    /// The name of a value, aligned with those beside it.
    fn name(&self, label: &Label<'_>) -> String {
        match label.name {
            Some(name) => {
                let width = (label.level + 1) * (label.width + 1);
                let name = crate::render::printable(name);
                format!("{}{name} : ", crate::render::padding(&name, width))
            }
            None => String::new(),
        }
    }

    fn title(&self, out: &mut Vec<u8>, level: usize, record: &Record<'_>) {
        if self.style == Style::Values {
            return;
        }
        let word = if record.is_union { "union" } else { "struct" };
        let width = TITLE.0 + TITLE.1 * level;
        let title = crate::render::printable(record.title);
        out.extend_from_slice(format!("\n{word:>width$}<{title}>\n").as_bytes());
    }
}

impl Sink for Lines {
    fn open_element(&mut self, out: &mut Vec<u8>, index: u64, addr: u64) {
        self.in_element = true;
        out.extend_from_slice(format!("{addr:#010x} [{index}] {{\n").as_bytes());
    }

    fn close_element(&mut self, out: &mut Vec<u8>) {
        self.in_element = false;
        out.extend_from_slice(b"}\n");
    }

    fn open_record(&mut self, out: &mut Vec<u8>, label: &Label<'_>, _: &Field, record: &Record<'_>) {
        let lead = self.lead(label, false);
        out.extend_from_slice(lead.as_bytes());
        if record.is_null {
            out.extend_from_slice(b" NULL\n");
            return;
        }
        if record.count.is_some() && self.style != Style::Values {
            out.extend_from_slice(b"\n[");
        }
        self.title(out, label.level + 1, record);
        if self.style == Style::Values && !lead.is_empty() {
            out.push(b'\n');
        }
    }

    fn next_record(&mut self, out: &mut Vec<u8>, record: &Record<'_>) {
        self.title(out, 1, record);
    }

    fn close_record(&mut self, out: &mut Vec<u8>, _: &Label<'_>, _: &Field, record: &Record<'_>, _: u64) {
        if record.count.is_some() && !record.is_null && self.style != Style::Values {
            out.extend_from_slice(b"]\n");
        }
    }

    fn value(
        &mut self,
        out: &mut Vec<u8>,
        label: &Label<'_>,
        field: &Field,
        kind: &Kind,
        value: Option<&Value>,
        _: u64,
    ) {
        let shows_addr = !matches!(kind, Kind::Relative | Kind::Opcode);
        let Some(value) = value else {
            // As the peer has it, an empty line follows.
            out.extend_from_slice(format!("{} NULL\n\n", self.lead(label, false)).as_bytes());
            return;
        };
        out.extend_from_slice(self.lead(label, shows_addr).as_bytes());
        out.extend_from_slice(self.shown(label, field, kind, value).as_bytes());
        if let Some((here, held)) = &label.flags {
            let flag = |mark, name: &Option<String>| {
                name.as_ref()
                    .map_or(String::new(), |name| format!("{mark}({})", crate::render::printable(name)))
            };
            out.extend_from_slice((flag('@', here) + &flag('*', held)).as_bytes());
        }
        out.push(b'\n');
    }
}

impl Lines {
    fn shown(&self, label: &Label<'_>, field: &Field, kind: &Kind, value: &Value) -> String {
        match (kind, value) {
            // As the peer has it, a single number that is a little below 0 is shown as that.
            (Kind::Scalar(kind @ (Scalar::Double | Scalar::Quad)), Value::Words(words))
                if field.elements.is_none() && words.first().is_some_and(|word| is_below(*kind, *word)) =>
            {
                let value = words.first().map_or(0, |word| signed(*word as u64, kind.size()));
                format!("{}{value}", self.prefix(*kind, field))
            }
            (Kind::Scalar(kind), Value::Words(words)) => {
                let cells: Vec<String> = words.iter().map(|word| scalar(*kind, *word)).collect();
                format!("{}{}", self.prefix(*kind, field), self.list(field, &cells))
            }
            (Kind::Uleb, Value::Words(words)) => {
                let cells: Vec<String> = words.iter().map(u128::to_string).collect();
                self.list(field, &cells)
            }
            (Kind::Relative, Value::Words(words)) => format!("{:#010x}", words.first().unwrap_or(&0)),
            (Kind::Enum(about) | Kind::Bits(about), Value::Words(words)) => {
                let value = words.first().unwrap_or(&0);
                let name = crate::render::printable(label.name.unwrap_or(""));
                match kind {
                    _ if self.style != Style::Full => format!("{value:#x}"),
                    Kind::Enum(_) => {
                        format!("{name} (enum {}) = {value:#x}", crate::render::printable(about))
                    }
                    _ => format!("{name} (bitfield) = {value:#010x}"),
                }
            }
            (_, Value::Bytes(bytes)) => digits(bytes, self.style != Style::Values),
            (_, Value::Text(text)) => quoted(text),
            (_, Value::Wide(text)) => crate::render::printable(text),
            (_, Value::TextAt(pointer, text)) => {
                let text = text.as_ref().map_or(String::new(), |text| quoted(text));
                match self.style {
                    Style::Full => format!("{:#010x} -> {pointer:#010x} {text}", label.addr),
                    _ => format!("{pointer:#010x} {text}"),
                }
            }
            (_, Value::Opcodes(texts)) => texts.join("\n"),
            (_, Value::Words(words)) => words.iter().map(u128::to_string).collect::<Vec<_>>().join(", "),
        }
    }

    fn prefix(&self, kind: Scalar, field: &Field) -> &'static str {
        match (kind, self.style) {
            (Scalar::Quad, Style::Full) => "(qword)",
            (Scalar::Octuple, Style::Full) => "(uint128_t)",
            (Scalar::Octal, Style::Full | Style::Quiet) if field.elements.is_none() => "(octal)  ",
            (Scalar::Octal, Style::Full | Style::Quiet) => "(octal) ",
            _ => "",
        }
    }

    fn list(&self, field: &Field, cells: &[String]) -> String {
        match (field.elements, self.style) {
            (Some(_), Style::Full | Style::Quiet) => format!("[ {} ]", cells.join(", ")),
            _ => cells.join(", "),
        }
    }
}

/// Whether a number is a little below 0, as a value that says "none" or an error is.
fn is_below(kind: Scalar, word: u128) -> bool {
    let least = if kind == Scalar::Quad { -4095 } else { -1 };
    (least..0).contains(&signed(word as u64, kind.size()))
}

/// Bytes as digits, and as characters behind.
fn digits(bytes: &[u8], with_characters: bool) -> String {
    let mut text: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
    if with_characters {
        text.push_str(" ... (");
        text.extend(bytes.iter().map(|byte| crate::render::dump_char(*byte)));
        text.push(')');
    }
    text
}
