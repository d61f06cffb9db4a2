//! Digits and characters appended to a line without the formatter, which dumps of megabytes
//! would spend most of their time in.

/// Lower-case hex digits.
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The two hex digits of each byte.
pub(crate) static HEX: [[u8; 2]; 256] = {
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [DIGITS[byte >> 4], DIGITS[byte & 15]];
        byte += 1;
    }
    table
};

/// The character that a dump shows for each byte.
pub(crate) static SHOWN: [u8; 256] = {
    let mut table = [b'.'; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        table[byte] = byte as u8;
        byte += 1;
    }
    table
};

/// Appends two hex digits.
pub(crate) fn push_byte(line: &mut Vec<u8>, byte: u8) {
    line.extend_from_slice(&HEX[usize::from(byte)]);
}

/// Appends two hex digits for each byte.
pub(crate) fn push_bytes(line: &mut Vec<u8>, bytes: &[u8]) {
    let from = line.len();
    line.resize(from + 2 * bytes.len(), 0);
    for (cell, byte) in line[from..].chunks_exact_mut(2).zip(bytes) {
        cell.copy_from_slice(&HEX[usize::from(*byte)]);
    }
}

/// Appends the low `digits` hex digits of a value.
pub(crate) fn push_hex(line: &mut Vec<u8>, value: u64, digits: usize) {
    for place in (0..digits).rev() {
        line.push(DIGITS[(value >> (4 * place)) as usize & 15]);
    }
}

/// Appends an address: `0x` and eight digits, or as many as it takes.
pub(crate) fn push_addr(line: &mut Vec<u8>, addr: u64) {
    line.extend_from_slice(b"0x");
    push_hex(line, addr, addr_digits(addr));
}

/// Hex digits of an address.
pub(crate) fn addr_digits(addr: u64) -> usize {
    (16 - addr.leading_zeros() as usize / 4).max(8)
}

/// Columns of an address with its `0x`.
pub(crate) fn addr_width(addr: u64) -> usize {
    addr_digits(addr) + 2
}

/// Appends a number right-aligned in `width` columns.
pub(crate) fn push_decimal(line: &mut Vec<u8>, value: i128, width: usize) {
    let mut digits = [0u8; 40];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    push_blanks(line, width.saturating_sub(digits.len() - at));
    line.extend_from_slice(&digits[at..]);
}

/// Appends blanks.
pub(crate) fn push_blanks(line: &mut Vec<u8>, count: usize) {
    line.resize(line.len() + count, b' ');
}

/// The character that a dump shows for a byte.
pub(crate) fn shown(byte: u8) -> u8 {
    SHOWN[usize::from(byte)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_equal_the_formatters() {
        let mut line = Vec::new();
        push_addr(&mut line, 0x1_0000_0000);
        push_decimal(&mut line, -128, 5);
        push_addr(&mut line, 0x10);
        push_decimal(&mut line, i128::from(u64::MAX), 1);
        assert_eq!(line, b"0x100000000 -1280x0000001018446744073709551615");
    }
}
