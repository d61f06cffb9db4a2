//! What is known of a portable executable as a whole.

use super::image::Image;
use super::import::Imports;
use crate::source::Fields;
use crate::{Depth, Error, Info, WindowsInfo};

/// The largest file whose checksum is computed, in bytes: that needs all of it.
const CHECKSUM_LIMIT: u64 = 4 << 20;
/// How much of each data section is searched for the stack cookie, in bytes.
const COOKIE_SEARCH: u64 = 64 << 10;

pub(super) fn describe(image: &Image<'_, '_>, imports: &Imports, depth: Depth) -> Result<Info, Error> {
    let is_whole = depth >= Depth::Names;
    let header = &image.header;
    let (arch, bits, machine) = machine(header.machine, header.wide);
    let has = |flag: u16| header.characteristics & flag != 0;
    let protects = |flag: u16| header.dll_characteristics & flag != 0;
    let (debug_file, guid) = debug_file(image)?;
    let end = image.sections.iter().map(|section| section.offset + section.size).max().unwrap_or(0);
    let certificate = header.directory(4);
    Ok(Info {
        kind: if has(0x2000) { "DLL (Dynamic Link Library)" } else { "EXEC (Executable file)" }.to_owned(),
        arch,
        bits,
        os: "windows".to_owned(),
        subsystem: subsystem(header.subsystem).to_owned(),
        machine: machine.to_owned(),
        class: if header.wide { "PE32+" } else { "PE32" }.to_owned(),
        compiled: calendar(header.timestamp),
        lang: "c".to_owned(),
        calling_convention: match (arch, header.wide) {
            (_, true) => "ms",
            ("x86", false) => "cdecl",
            _ => "",
        },
        debug_file,
        guid,
        size: image.reader.len(),
        canary: is_whole && has_cookie(image)?,
        has_code: true,
        line_numbers: has(4),
        local_symbols: has(8),
        relocations: has(1),
        nx: protects(0x100),
        pic: protects(0x40),
        is_static: imports.libraries.is_empty(),
        stripped: has(0x200),
        virtual_addresses: true,
        windows: Some(WindowsInfo {
            header_checksum: header.checksum,
            computed_checksum: if is_whole { checksum(image)? } else { None },
            overlay: end < image.reader.len() && certificate.size == 0,
            signed: certificate.size > 0,
            retguard: false,
        }),
        ..Info::default()
    })
}

fn machine(number: u16, wide: bool) -> (&'static str, u16, &'static str) {
    let width = if wide { 64 } else { 32 };
    match number {
        0x014c => ("x86", 32, "i386"),
        0x0162 | 0x0166 | 0x0168 | 0x0169 => ("mips", 32, "R4000"),
        0x01a2..=0x01a8 => ("sh", 32, "SH3"),
        0x01c0 => ("arm", 32, "ARM"),
        0x01c2 => ("arm", 16, "Thumb"),
        0x01c4 => ("arm", 16, "ARM Thumb-2"),
        0x01f0 => ("ppc", 32, "PowerPC"),
        0x0200 => ("ia64", 64, "Intel Itanium"),
        0x0ebc => ("ebc", width, "EFI byte code"),
        0x5032 => ("riscv", 32, "RISC-V 32-bit"),
        0x5064 => ("riscv", 64, "RISC-V 64-bit"),
        0x8664 => ("x86", 64, "AMD 64"),
        0xaa64 => ("arm", 64, "ARM64"),
        _ => ("", width, "unknown"),
    }
}

fn subsystem(number: u16) -> &'static str {
    match number {
        1 => "Native",
        2 => "Windows GUI",
        3 => "Windows CUI",
        7 => "POSIX CUI",
        9 => "Windows CE GUI",
        10 => "EFI Application",
        11 => "EFI Boot Service Driver",
        12 => "EFI Runtime Driver",
        13 => "EFI ROM",
        14 => "XBOX",
        _ => "Unknown",
    }
}

/// The name of the debug database, and its identifier with its age behind it.
fn debug_file(image: &Image<'_, '_>) -> Result<(String, String), Error> {
    let table = image.directory_bytes(image.header.directory(6))?;
    for row in table.chunks_exact(28) {
        let fields = Fields::new(row, false);
        // 2: what Visual C++ writes.
        let (Some(2), Some(size), Some(offset)) = (fields.u32(12), fields.u32(16), fields.u32(24)) else {
            continue;
        };
        let record = image.reader.bytes(u64::from(offset), u64::from(size.min(1024)))?;
        let fields = Fields::new(&record, false);
        let (true, Some(a), Some(b), Some(c), Some(rest), Some(age)) = (
            record.starts_with(b"RSDS"),
            fields.u32(4),
            fields.u16(8),
            fields.u16(10),
            fields.array::<8>(12),
            fields.u32(20),
        ) else {
            continue;
        };
        let rest: String = rest.iter().map(|byte| format!("{byte:02X}")).collect();
        let name: String = fields.text(24, record.len()).unwrap_or_default();
        let name = name.chars().filter(|c| !c.is_control()).collect();
        return Ok((name, format!("{a:08X}{b:04X}{c:04X}{rest}{age:X}")));
    }
    Ok((String::new(), String::new()))
}

/// Whether data holds the value Microsoft's runtime starts its stack cookie with.
fn has_cookie(image: &Image<'_, '_>) -> Result<bool, Error> {
    let wide = 0x0000_2b99_2ddf_a232_u64.to_le_bytes();
    let narrow = 0xbb40_e64e_u32.to_le_bytes();
    let cookie = if image.header.wide { &wide[..] } else { &narrow[..] };
    for section in image.sections.iter().filter(|section| section.name == ".data") {
        let bytes = image.reader.bytes(section.offset, section.size.min(COOKIE_SEARCH))?;
        if bytes.windows(cookie.len()).any(|window| window == cookie) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The checksum the loader would compare: 16-bit words added with carries folded in, its own field left out, plus the length.
fn checksum(image: &Image<'_, '_>) -> Result<Option<u32>, Error> {
    let len = image.reader.len();
    if len > CHECKSUM_LIMIT {
        return Ok(None);
    }
    let bytes = image.reader.bytes(0, len)?;
    if (bytes.len() as u64) < len {
        return Ok(None);
    }
    let skipped = image.header.checksum_offset();
    let mut sum = 0_u32;
    for (index, pair) in bytes.chunks(2).enumerate() {
        let at = index as u64 * 2;
        if at >= skipped && at < skipped + 4 {
            continue;
        }
        sum += u32::from(pair[0]) | pair.get(1).map_or(0, |&high| u32::from(high) << 8);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    Ok(Some(sum.wrapping_add(len as u32)))
}

/// Seconds since 1970 as a date, in universal time.
fn calendar(timestamp: u32) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, second) = (timestamp / 86_400, timestamp % 86_400);
    let mut year = 1970;
    let mut day = days;
    let leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while day >= 365 + u32::from(leap(year)) {
        day -= 365 + u32::from(leap(year));
        year += 1;
    }
    let mut month = 0;
    for length in [31, 28 + u32::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!(
        "{} {} {:>2} {:02}:{:02}:{:02} {year}",
        DAYS[(days % 7) as usize],
        MONTHS.get(month).copied().unwrap_or("Dec"),
        day + 1,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_universal() {
        assert_eq!(calendar(0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(calendar(1_659_768_073), "Sat Aug  6 06:41:13 2022");
        assert_eq!(calendar(951_782_400), "Tue Feb 29 00:00:00 2000");
        assert_eq!(calendar(u32::MAX), "Sun Feb  7 06:28:15 2106");
    }
}
