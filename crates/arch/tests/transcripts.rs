//! The text of instructions against transcripts of the peer; the file's head says how to read it.

use std::collections::HashMap;

use farad_arch::{Decoder, Settings, Syntax};

/// A decoder and the place it has come to.
struct Reader {
    decoder: Decoder,
    names: HashMap<u64, String>,
    addr: u64,
    bytes: Vec<u8>,
}

impl Reader {
    fn open(header: &str) -> Self {
        let fields: Vec<_> = header.split(' ').collect();
        let [arch, bits, endian, syntax] = fields[..] else { panic!("{header}") };
        let settings = Settings {
            arch: arch.to_owned(),
            bits: bits.parse().expect("bits"),
            big_endian: endian == "big",
            cpu: None,
            syntax: Syntax::parse(syntax).expect("a syntax"),
        };
        let decoder = Decoder::new(&settings).expect("a known mode");
        Self { decoder, names: HashMap::new(), addr: 0, bytes: Vec::new() }
    }

    /// The next instruction as the peer prints it.
    fn next(&mut self, raw: bool) -> String {
        let (text, size) = match self.decoder.decode(&self.bytes, self.addr) {
            Some(found) if raw => (found.text(), found.size),
            Some(found) => (found.render(true, |addr| self.names.get(&addr).cloned()), found.size),
            None => ("invalid".to_owned(), self.decoder.invalid_size()),
        };
        self.bytes.drain(..size.min(self.bytes.len()));
        self.addr += size as u64;
        text
    }
}

fn number(text: &str) -> u64 {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).expect("hexadecimal")
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| number(std::str::from_utf8(pair).expect("ASCII")) as u8).collect()
}

#[test]
fn text_equals_the_transcripts() {
    let mut reader: Option<Reader> = None;
    let (mut compared, mut wrong) = (0, Vec::new());
    for (index, line) in include_str!("data/transcripts.txt").lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            reader = Some(Reader::open(header.trim_end_matches(']')));
            continue;
        }
        let reader = reader.as_mut().expect("a header first");
        if let Some((addr, name)) = line.strip_prefix("name ").and_then(|rest| rest.split_once(' ')) {
            reader.names.insert(number(addr), name.to_owned());
        } else if let Some((addr, hex)) = line.strip_prefix("> ").and_then(|rest| rest.split_once(' ')) {
            (reader.addr, reader.bytes) = (number(addr), bytes(hex));
        } else {
            let expected = line.strip_prefix("raw ");
            let found = reader.next(expected.is_some());
            compared += 1;
            if found != expected.unwrap_or(line) {
                wrong.push(format!("line {}: {line}\n  found: {found}", index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 500, "only {compared} compared");
}
