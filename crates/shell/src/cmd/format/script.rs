//! Formatted data as commands that note it (`pf*`) and as a structure of C (`pfc`).

use super::number::{quoted, scalar};
use super::tree::{Field, Kind, Scalar};
use super::value::Value;
use super::walk::{Label, Record, Sink};
use crate::render::{dump_char, printable, script_line};

/// Writes commands that set a flag at each value and mark it as data.
pub(super) struct Flags;

impl Flags {
    fn mark(out: &mut Vec<u8>, addr: u64, size: u64) {
        if size > 1 {
            out.extend_from_slice(format!("fl {size} @ {addr:#010x}\nCd {size} @ {addr:#010x}\n").as_bytes());
        }
    }
}

impl Sink for Flags {
    fn open_element(&mut self, _: &mut Vec<u8>, _: u64, _: u64) {}

    fn close_element(&mut self, _: &mut Vec<u8>) {}

    fn open_record(&mut self, _: &mut Vec<u8>, _: &Label<'_>, _: &Field, _: &Record<'_>) {}

    fn close_record(&mut self, out: &mut Vec<u8>, label: &Label<'_>, _: &Field, _: &Record<'_>, size: u64) {
        Flags::mark(out, label.chain.last().copied().unwrap_or(label.addr), size);
    }

    fn value(
        &mut self,
        out: &mut Vec<u8>,
        label: &Label<'_>,
        _: &Field,
        _: &Kind,
        _: Option<&Value>,
        size: u64,
    ) {
        let path = match (label.name, label.parent) {
            (None, _) => format!("pf.{}", label.addr),
            (Some(name), None) => name.to_owned(),
            (Some(name), Some((title, parent))) => format!("{title}.{parent}_{name}"),
        };
        let line = script_line(&format!("f {path}={:#010x}", label.addr));
        out.extend_from_slice(format!("{line}\n").as_bytes());
        Flags::mark(out, label.addr, size);
    }
}

/// Writes a structure of C with each member's value behind it.
#[derive(Default)]
pub(super) struct C {
    depth: usize,
}

impl C {
    fn line(&self, out: &mut Vec<u8>, text: &str) {
        out.extend_from_slice(" ".repeat(4 * self.depth).as_bytes());
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    }
}

impl Sink for C {
    fn open(&mut self, out: &mut Vec<u8>, name: Option<&str>) {
        let name = name.map_or(String::new(), |name| format!("{} ", printable(name)));
        self.line(out, &format!("struct {name}{{"));
        self.depth += 1;
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        self.depth -= 1;
        self.line(out, "}");
    }

    fn open_element(&mut self, out: &mut Vec<u8>, index: u64, addr: u64) {
        out.extend_from_slice(format!("{addr:#010x} [{index}] {{\n").as_bytes());
    }

    fn close_element(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"}\n");
    }

    fn open_record(&mut self, out: &mut Vec<u8>, label: &Label<'_>, _: &Field, record: &Record<'_>) {
        let word = if record.is_union { "union" } else { "struct" };
        let name = printable(label.name.unwrap_or(record.title));
        let count = record.count.map_or(String::new(), |count| format!("[{count}]"));
        self.line(out, &format!("{word} {name}{count} {{"));
        self.depth += 1;
    }

    fn close_record(&mut self, out: &mut Vec<u8>, _: &Label<'_>, _: &Field, _: &Record<'_>, _: u64) {
        self.depth -= 1;
        self.line(out, "}");
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
        let name = label.name.map_or_else(|| format!("_{:x}", label.addr), printable);
        let value = value.map_or("NULL".to_owned(), |value| shown_value(field, kind, value));
        self.line(out, &format!("{} {name}; // {value}", type_name(kind)));
    }
}

fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Scalar(scalar) => match scalar {
            Scalar::Byte | Scalar::Small | Scalar::Unsigned(1) => "uint8_t",
            Scalar::Char | Scalar::Signed(1) => "int8_t",
            Scalar::Word | Scalar::Unsigned(2) => "uint16_t",
            Scalar::Signed(2) => "int16_t",
            Scalar::Unsigned(4) => "uint32_t",
            Scalar::Double | Scalar::Hex | Scalar::Int | Scalar::Octal | Scalar::Signed(4) => "int32_t",
            Scalar::Quad | Scalar::Unsigned(_) => "uint64_t",
            Scalar::Signed(_) => "int64_t",
            Scalar::Octuple => "uint128_t",
            Scalar::Float32 => "float",
            Scalar::Float64 => "double",
            Scalar::Float80 => "long double",
            Scalar::Time => "char*",
        },
        Kind::Address => "void*",
        Kind::Uleb => "uleb128_t",
        Kind::Bytes | Kind::Ten => "uint8_t[]",
        Kind::Text | Kind::Wide | Kind::TextAt(_) | Kind::Opcode => "char*",
        Kind::Relative => "int32_t",
        Kind::Enum(_) | Kind::Bits(_) => "enum",
        Kind::Record(_) => "struct",
    }
}

fn shown_value(field: &Field, kind: &Kind, value: &Value) -> String {
    let cells: Vec<String> = match value {
        Value::Words(words) => words.iter().map(|word| word_text(kind, *word)).collect(),
        Value::Bytes(bytes) => {
            let cells: Vec<String> = bytes.iter().map(u8::to_string).collect();
            return format!("[ {}]", cells.join(", "));
        }
        Value::Text(text) | Value::TextAt(_, Some(text)) => {
            let text: String = text.iter().map(|byte| dump_char(*byte)).collect();
            return quoted(text.as_bytes());
        }
        Value::TextAt(_, None) => return "\"\"".to_owned(),
        Value::Wide(text) => return format!("\"{}\"", printable(text)),
        Value::Opcodes(texts) => return texts.join("; "),
    };
    match field.elements {
        Some(_) => format!("[ {} ]", cells.join(", ")),
        None => cells.into_iter().next().unwrap_or_default(),
    }
}

fn word_text(kind: &Kind, word: u128) -> String {
    match kind {
        Kind::Scalar(Scalar::Byte) => word.to_string(),
        Kind::Scalar(Scalar::Char) => format!("\"{}\"", dump_char(word as u8)),
        Kind::Scalar(Scalar::Int) => format!("{word:#010x}"),
        Kind::Scalar(Scalar::Quad) => (word as i64).to_string(),
        Kind::Scalar(Scalar::Small) | Kind::Uleb => format!("\"{word}\""),
        Kind::Scalar(kind @ Scalar::Time) => format!("\"{}\"", scalar(*kind, word)),
        Kind::Scalar(kind) => scalar(*kind, word),
        _ => format!("{word:#x}"),
    }
}
