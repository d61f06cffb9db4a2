//! Formatted data as a graph of Graphviz: `pfd`.

use super::number::{quoted, scalar};
use super::tree::{Field, Kind};
use super::value::Value;
use super::walk::{Label, Record, Sink};

/// Writes one node, a record whose fields are those of the format.
#[derive(Default)]
pub(super) struct Dot;

impl Dot {
    /// The address, letter and name of a field.
    fn head(out: &mut Vec<u8>, label: &Label<'_>, letters: &str) {
        let name = text(label.name.unwrap_or(""));
        out.extend_from_slice(format!("|{{{:#x}|{}|{name}|", label.addr, text(letters)).as_bytes());
    }
}

impl Sink for Dot {
    fn open(&mut self, out: &mut Vec<u8>, name: Option<&str>) {
        let name = text(name.unwrap_or("pf"));
        let head = "digraph g { graph [ rank=same; rankdir=LR; ];\nroot [ rank=1; shape=record\nlabel=\"";
        out.extend_from_slice(format!("{head}{name}").as_bytes());
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\"];\n}\n");
    }

    fn open_element(&mut self, out: &mut Vec<u8>, index: u64, _: u64) {
        out.extend_from_slice(format!("|{{{index}").as_bytes());
    }

    fn close_element(&mut self, out: &mut Vec<u8>) {
        out.push(b'}');
    }

    fn open_record(&mut self, out: &mut Vec<u8>, label: &Label<'_>, _: &Field, record: &Record<'_>) {
        Dot::head(out, label, "?");
        out.extend_from_slice(format!("{{{}", text(record.title)).as_bytes());
    }

    fn close_record(&mut self, out: &mut Vec<u8>, _: &Label<'_>, _: &Field, _: &Record<'_>, _: u64) {
        out.extend_from_slice(b"}}");
    }

    fn value(
        &mut self,
        out: &mut Vec<u8>,
        label: &Label<'_>,
        _: &Field,
        kind: &Kind,
        value: Option<&Value>,
        _: u64,
    ) {
        Dot::head(out, label, &kind.letters());
        let value = match (kind, value) {
            (_, None) => "NULL".to_owned(),
            (Kind::Scalar(kind), Some(Value::Words(words))) => {
                words.iter().map(|word| scalar(*kind, *word)).collect::<Vec<_>>().join(", ")
            }
            (_, Some(Value::Words(words))) => {
                words.iter().map(|word| format!("{word:#x}")).collect::<Vec<_>>().join(", ")
            }
            (_, Some(Value::Bytes(bytes))) => crate::parse::hex_digits(bytes),
            (_, Some(Value::Text(bytes) | Value::TextAt(_, Some(bytes)))) => quoted(bytes),
            (_, Some(Value::TextAt(pointer, None))) => format!("{pointer:#x}"),
            (_, Some(Value::Wide(wide))) => wide.clone(),
            (_, Some(Value::Opcodes(texts))) => texts.join("; "),
        };
        out.extend_from_slice(format!("{}}}", text(&value)).as_bytes());
    }
}

/// Text in a label, whose own marks are escaped.
fn text(plain: &str) -> String {
    let mut text = String::with_capacity(plain.len());
    for c in plain.chars() {
        if "\\\"{}|<>".contains(c) {
            text.push('\\');
        }
        text.push(if c.is_control() { ' ' } else { c });
    }
    text
}
