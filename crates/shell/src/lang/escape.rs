//! Backslash escapes in text that commands print or write.
//!
//! The parser leaves them alone: only the commands that take escapes resolve them, with this.

/// What becomes of a backslash before a character that makes no escape.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unknown {
    /// It stays, as in text to print.
    Keep,
    /// It goes, and the character stays, as in text to write.
    Drop,
}

/// The bytes of a text with its escapes resolved: `\n \r \t \a \b \e \f \v \\ \" \'`, two hex
/// digits behind `\x`, and up to three octal digits behind a backslash.
///
/// A backslash at the end, and a `\x` without its digits, are kept as written.
pub fn unescape(text: &str, unknown: Unknown) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first != b'\\' {
            bytes.push(first);
            continue;
        }
        match escaped(behind) {
            Escape::Byte(byte, length) => {
                bytes.push(byte);
                rest = &behind[length..];
            }
            Escape::Unknown if unknown == Unknown::Drop => {}
            Escape::Unknown | Escape::Cut => bytes.push(b'\\'),
        }
    }
    bytes
}

enum Escape {
    /// A byte, and how many bytes behind the backslash spell it.
    Byte(u8, usize),
    Unknown,
    Cut,
}

fn escaped(text: &[u8]) -> Escape {
    let Some(&letter) = text.first() else {
        return Escape::Cut;
    };
    let plain = match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'a' => 7,
        b'b' => 8,
        b'e' => 27,
        b'f' => 12,
        b'v' => 11,
        b'\\' | b'"' | b'\'' => letter,
        b'x' => return text.get(1..3).and_then(hex_pair).map_or(Escape::Cut, |byte| Escape::Byte(byte, 3)),
        b'0'..=b'7' => return octal(text),
        _ => return Escape::Unknown,
    };
    Escape::Byte(plain, 1)
}

fn hex_pair(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).and_then(|value| u8::try_from(value).ok());
    match digits {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

fn octal(text: &[u8]) -> Escape {
    let length = text.iter().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
    let value =
        text[..length].iter().fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0'));
    Escape::Byte(value, length)
}

#[cfg(test)]
mod tests {
    use super::{Unknown, unescape};

    #[test]
    fn escapes_are_resolved() {
        for (text, expected) in [
            ("a\\nb", &b"a\nb"[..]),
            ("\\x41\\x4g", b"A\\x4g"),
            ("\\101\\0z", b"A\0z"),
            ("a\\\\nb", b"a\\nb"),
            ("a\\", b"a\\"),
            ("\\\"\\'", b"\"'"),
            ("\\e[31m", b"\x1b[31m"),
        ] {
            assert_eq!(unescape(text, Unknown::Keep), expected, "{text}");
        }
    }

    #[test]
    fn unknown_escapes_are_kept_or_lose_the_backslash() {
        assert_eq!(unescape("a\\qb", Unknown::Keep), b"a\\qb");
        assert_eq!(unescape("a\\qb", Unknown::Drop), b"aqb");
        assert_eq!(unescape("a\\é", Unknown::Drop), "aé".as_bytes());
    }
}
