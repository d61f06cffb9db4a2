//! What stands in packets: hex digits, numbers, lists of what a stub can do.

use std::collections::BTreeMap;

/// Bytes as hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes that hex digits stand for; `x` stands for what is not known, which is 0. None for anything else.
pub fn hex_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let nibble = |digit: u8| match digit {
        b'x' => Some(0),
        _ => char::from(digit).to_digit(16).map(|digit| digit as u8),
    };
    let pairs = text.chunks(2).map(|pair| match pair {
        [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    });
    pairs.collect()
}

/// A number in hex digits.
pub fn number(text: &str) -> Option<u64> {
    // `from_str_radix` would take a sign.
    let is_hex = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u64::from_str_radix(text, 16).ok())?
}

/// What a stub says that it supports: the answer to `qSupported`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features(BTreeMap<String, String>);

impl Features {
    /// Reads the answer. `name+` and `name=value` count, `name-` and `name?` do not.
    pub fn parse(text: &str) -> Features {
        let words = text.split(';').filter_map(|word| match word.split_once('=') {
            Some((name, value)) => Some((name.to_owned(), value.to_owned())),
            None => Some((word.strip_suffix('+')?.to_owned(), String::new())),
        });
        Features(words.collect())
    }

    /// Whether it supports something.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Longest packet that it takes, bytes, where it says so.
    pub fn packet_size(&self) -> Option<usize> {
        usize::try_from(number(self.0.get("PacketSize")?)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read() {
        assert_eq!(hex_bytes(b"00ffxx"), Some(vec![0, 255, 0]));
        assert_eq!((hex_bytes(b"0"), hex_bytes(b"0g")), (None, None));
        assert_eq!(hex(&[1, 0xab]), "01ab");
        assert_eq!(
            (number("ff"), number("+f"), number(""), number("10000000000000000")),
            (Some(255), None, None, None)
        );
        let features = Features::parse("PacketSize=3fff;swbreak+;hwbreak-;vCont?;qXfer:auxv:read+");
        assert_eq!(features.packet_size(), Some(0x3fff));
        assert!(features.has("swbreak") && features.has("qXfer:auxv:read"));
        assert!(!features.has("hwbreak") && !features.has("vCont"));
    }
}
