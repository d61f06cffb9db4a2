//! Formatted data as JSON: `pfj`.

use super::number::{general, signed, time};
use super::tree::{Field, Kind, Scalar};
use super::value::Value;
use super::walk::{Label, Record, Sink};
use crate::render::{dump_char, json_string};

/// Writes an array of objects, one a value.
#[derive(Default)]
pub(super) struct Json {
    /// For each array that is open, whether something is in it.
    open: Vec<bool>,
}

impl Json {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.open.push(false);
        out.push(b'[');
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.open.pop();
        out.push(b']');
    }

    fn item(&mut self, out: &mut Vec<u8>) {
        if let Some(is_filled) = self.open.last_mut()
            && std::mem::replace(is_filled, true)
        {
            out.push(b',');
        }
    }

    /// Opens an object and writes what all have.
    fn head(&mut self, out: &mut Vec<u8>, label: &Label<'_>, field: &Field, kind: &Kind) {
        self.item(out);
        out.push(b'{');
        if let Some(name) = label.name {
            out.extend_from_slice(format!("\"name\":{},", json_string(name)).as_bytes());
        }
        let kind = format!("{}{}", kind.letters(), "*".repeat(field.pointers.min(1)));
        let head = format!("\"type\":{},\"offset\":{},\"value\":", json_string(&kind), label.addr);
        out.extend_from_slice(head.as_bytes());
    }
}

impl Sink for Json {
    fn open(&mut self, out: &mut Vec<u8>, _: Option<&str>) {
        self.begin(out);
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        self.end(out);
        out.push(b'\n');
    }

    fn open_element(&mut self, out: &mut Vec<u8>, index: u64, addr: u64) {
        self.item(out);
        self.begin(out);
        self.item(out);
        out.extend_from_slice(format!("{{\"index\":{index},\"offset\":{addr}}}").as_bytes());
    }

    fn close_element(&mut self, out: &mut Vec<u8>) {
        self.end(out);
    }

    fn open_record(&mut self, out: &mut Vec<u8>, label: &Label<'_>, field: &Field, record: &Record<'_>) {
        self.head(out, label, field, &field.kind);
        if record.is_null {
            out.extend_from_slice(b"\"NULL\"");
            return;
        }
        self.begin(out);
        if record.count.is_some() {
            self.begin(out);
        }
    }

    fn next_record(&mut self, out: &mut Vec<u8>, _: &Record<'_>) {
        self.end(out);
        out.push(b',');
        self.begin(out);
    }

    fn close_record(&mut self, out: &mut Vec<u8>, _: &Label<'_>, _: &Field, record: &Record<'_>, _: u64) {
        if !record.is_null {
            self.end(out);
            if record.count.is_some() {
                self.end(out);
            }
        }
        out.push(b'}');
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
        self.head(out, label, field, kind);
        let text = match (kind, value) {
            (_, None) => "\"NULL\"".to_owned(),
            (Kind::Scalar(kind), Some(Value::Words(words))) => scalars(*kind, field, words),
            (Kind::Uleb, Some(Value::Words(words))) => {
                list(field, words.iter().map(|word| format!("\"{word}\"")).collect(), ", ")
            }
            (Kind::Relative, Some(Value::Words(words))) => {
                format!("\"{:#010x}\"", words.first().unwrap_or(&0))
            }
            (Kind::Enum(about), Some(Value::Words(words))) => {
                format!("{},\"enum\":{}", words.first().unwrap_or(&0), json_string(about))
            }
            (_, Some(Value::Words(words))) => words.first().unwrap_or(&0).to_string(),
            (_, Some(Value::Bytes(bytes))) => {
                let cells: Vec<String> = bytes.iter().map(u8::to_string).collect();
                format!("[ {}]", cells.join(", "))
            }
            (_, Some(Value::Text(text))) => json_string(&String::from_utf8_lossy(text)),
            (_, Some(Value::Wide(text))) => format!("{},\"string\":{}", label.addr, json_string(text)),
            (_, Some(Value::TextAt(_, text))) => {
                let text =
                    text.as_ref().map_or(String::new(), |text| String::from_utf8_lossy(text).into_owned());
                format!("{},\"string\":{}", label.addr, json_string(&text))
            }
            (_, Some(Value::Opcodes(texts))) => {
                list(field, texts.iter().map(|text| json_string(text)).collect(), ", ")
            }
        };
        out.extend_from_slice(text.as_bytes());
        out.push(b'}');
    }
}

fn list(field: &Field, cells: Vec<String>, between: &str) -> String {
    match field.elements {
        Some(_) => format!("[ {} ]", cells.join(between)),
        None => cells.into_iter().next().unwrap_or_default(),
    }
}

fn scalars(kind: Scalar, field: &Field, words: &[u128]) -> String {
    let cell = |word: &u128| match kind {
        Scalar::Char => json_string(&dump_char(*word as u8).to_string()),
        Scalar::Small => format!("\"{word}\""),
        Scalar::Signed(size) => signed(*word as u64, size).to_string(),
        // As the peer has it, but for those of this one size.
        Scalar::Quad => (*word as i64).to_string(),
        Scalar::Float32 => number(general(f64::from(f32::from_bits(*word as u32)), 9)),
        Scalar::Float64 => number(general(f64::from_bits(*word as u64), 17)),
        Scalar::Float80 => number(super::extended::text(*word, 17)),
        Scalar::Time => format!("\"{}\"", time(*word as u32)),
        Scalar::Octuple => format!("\"{word:#034x}\""),
        _ => word.to_string(),
    };
    let cells: Vec<String> = words.iter().map(cell).collect();
    match kind {
        Scalar::Time if field.elements.is_some() => format!("[{}]", cells.join(",")),
        Scalar::Byte | Scalar::Hex => list(field, cells, ","),
        Scalar::Octuple if field.elements.is_none() => {
            let order = if field.swapped { "big" } else { "little" };
            format!("{},\"endian\":\"{order}\",\"ctype\":\"uint128_t\"", list(field, cells, ", "))
        }
        _ => list(field, cells, ", "),
    }
}

/// A number that JSON has; what is none is text.
fn number(text: String) -> String {
    if text.contains("inf") || text.contains("nan") { format!("\"{text}\"") } else { text }
}
