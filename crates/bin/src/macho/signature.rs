//! The code signature: what it covers, as lines of text. Its numbers are big endian whatever the file's are.

use super::image::Image;
use crate::Error;
use crate::source::Fields;

/// The most blobs listed.
const BLOBS: u32 = 64;
/// The number a code directory starts with.
const CODE_DIRECTORY: u32 = 0xfade_0c02;

/// The signature at `offset` as text.
pub(super) fn lines(image: &Image<'_, '_>, offset: u64, size: u64) -> Result<Vec<String>, Error> {
    let bytes = image.reader.bytes(offset, size)?;
    let fields = Fields::new(&bytes, true);
    let mut lines = vec![format!("# wtf mach0.sign {size} @ {offset:#x}")];
    let (Some(magic), Some(length), Some(count)) = (fields.u32(0), fields.u32(4), fields.u32(8)) else {
        image.warn("the code signature is cut short");
        return Ok(lines);
    };
    for (at, name, value) in [(0, "magic", magic), (4, "length", length), (8, "count", count)] {
        lines.push(format!("{:#010x} superblob.{name} = {value:#010x}", offset + at));
    }
    for index in 0..count.min(BLOBS) {
        let row = 12 + index as usize * 8;
        let (Some(kind), Some(place)) = (fields.u32(row), fields.u32(row + 4)) else {
            break;
        };
        lines.push(format!("{:#010x} type {kind:#010x} off {place}", offset + row as u64));
        let Some(magic) = fields.u32(place as usize) else {
            break;
        };
        let start = offset + u64::from(place);
        lines.push(format!("{start:#010x} blob {index} magic {magic:#010x}:"));
        if magic == CODE_DIRECTORY {
            lines.extend(code_directory(fields, place as usize, start));
        }
    }
    Ok(lines)
}

fn code_directory(fields: Fields<'_>, place: usize, start: u64) -> Vec<String> {
    const NUMBERS: [&str; 9] = [
        "magic    ",
        "length   ",
        "version  ",
        "flags    ",
        "hashoff  ",
        "identoff ",
        "nspecials  ",
        "ncodes     ",
        "codelimit  ",
    ];
    let mut lines = Vec::new();
    for (index, name) in NUMBERS.iter().enumerate() {
        let at = index * 4;
        if let Some(value) = fields.u32(place + at) {
            let name = name.trim_end();
            let pad = NUMBERS[index].len();
            lines.push(format!("{:#010x} code.dir.{name:<pad$}{value:#010x}", start + at as u64));
        }
    }
    // The peer lists these three from the padding behind the fields that bear their names.
    for (index, (at, name)) in [(36, "hashsize"), (40, "hashtype"), (40, "pagesize")].into_iter().enumerate()
    {
        if let Some(value) = fields.u8(place + 40 + index) {
            lines.push(format!("{:#010x} code.dir.{name:<11}{value:#04x}", start + at));
        }
    }
    lines
}
