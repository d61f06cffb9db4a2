//! A readable account of the header and load commands, a line a number.

use super::image::{Command, Image};
use super::signature;
use crate::Error;
use crate::source::Fields;

/// Lines after which no more commands are described.
const LINES: usize = 1 << 20;

/// The header and every load command as text.
pub(super) fn lines(image: &Image<'_, '_>) -> Result<Vec<String>, Error> {
    let mut lines = vec!["pf.mach0_header @ 0x00000000".to_owned()];
    let head = image.fields(image.reader.head());
    for (index, name) in
        ["Magic", "CpuType", "CpuSubType", "FileType", "nCmds", "sizeOfCmds", "Flags"].into_iter().enumerate()
    {
        let Some(value) = head.u32(index * 4) else { break };
        let value =
            if matches!(name, "nCmds" | "sizeOfCmds") { value.to_string() } else { format!("{value:#x}") };
        lines.push(format!("{:#010x}  {name:<12}{value}", index * 4));
    }
    for (index, command) in image.commands.iter().enumerate() {
        if lines.len() >= LINES {
            image.warn(format!("only the first {index} load commands are described"));
            break;
        }
        lines.extend(describe(image, index, command)?);
    }
    Ok(lines)
}

fn describe(image: &Image<'_, '_>, index: usize, command: &Command) -> Result<Vec<String>, Error> {
    let (name, shape) = kind(command.kind);
    let at = command.offset;
    let fields = image.fields(&command.bytes);
    let mut lines = vec![
        format!("pf.{shape} @ {at:#010x}"),
        format!("{at:#010x}  cmd{index:>8} {:#x} {name}", command.kind),
        format!("{:#010x}  cmdsize     {}", at + 4, command.bytes.len()),
    ];
    let line = |offset: u64, name: &str, value: String| format!("{:#010x}  {name:<12}{value}", at + offset);
    match command.kind {
        0x1 | 0x19 => {
            lines.push(line(8, "name", shown(fields.text(8, 16))));
            let shape = if command.kind == 0x19 { "mach0_section64" } else { "mach0_section" };
            // Sections are in the order of their headers.
            let before = |addr: u64| image.sections.partition_point(|section| section.header_offset < addr);
            let own = before(at)..before(at + command.bytes.len() as u64);
            let sections = image.sections.get(own).unwrap_or_default().iter();
            lines.extend(sections.map(|section| format!("pf.{shape} @ {:#010x}", section.header_offset)));
        }
        0xc | 0xd | 0x8000_0018 | 0x8000_001f => {
            let name = if command.kind == 0xd { "id" } else { "name" };
            lines.push(line(16, "current", version(fields.u32(16))));
            lines.push(line(20, "compat", version(fields.u32(20))));
            lines.push(line(24, name, shown(image.command_text(command))));
        }
        0xe | 0xf | 0x8000_001c => lines.push(line(12, "path", shown(image.command_text(command)))),
        0x1b => {
            let uuid = command.bytes.get(8..24).unwrap_or_default();
            lines.push(line(8, "uuid", uuid.iter().map(|byte| format!("{byte:02x}")).collect()));
        }
        0x24 | 0x25 | 0x2f | 0x30 => {
            lines.push(line(8, "version", version(fields.u32(8))));
            lines.push(line(12, "sdk", version(fields.u32(12))));
        }
        0x32 => lines.extend(build(fields, at)),
        0x8000_0028 => lines.push(line(8, "entry0", format!("{:#x}", fields.u64(8).unwrap_or(0)))),
        0x1d => {
            let (offset, size) = (fields.u32(8).unwrap_or(0), fields.u32(12).unwrap_or(0));
            lines.push(format!("{:#010x}  codesig.dataoff     {offset:#010x}", at + 8));
            lines.push(format!("{:#010x}  codesig.datasize    {size}", at + 12));
            lines.extend(signature::lines(image, u64::from(offset), u64::from(size))?);
        }
        _ => {}
    }
    Ok(lines)
}

/// What the file was built for, and with which tools.
fn build(fields: Fields<'_>, at: u64) -> Vec<String> {
    let line = |offset: u64, name: &str, value: String| format!("{:#010x}  {name:<12}{value}", at + offset);
    let platform = match fields.u32(8).unwrap_or(0) {
        1 => "macOS",
        2 => "iOS",
        3 => "tvOS",
        4 => "watchOS",
        5 => "bridgeOS",
        6 => "macCatalyst",
        7 => "iOSSimulator",
        8 => "tvOSSimulator",
        9 => "watchOSSimulator",
        10 => "driverKit",
        11 => "visionOS",
        12 => "visionOSSimulator",
        _ => "unknown",
    };
    let count = fields.u32(20).unwrap_or(0);
    let mut lines = vec![
        line(8, "platform", platform.to_owned()),
        line(12, "minos", version(fields.u32(12))),
        line(16, "sdk", version(fields.u32(16))),
        line(20, "ntools", count.to_string()),
    ];
    for index in 0..count as usize {
        let row = 24 + index * 8;
        let (Some(tool), Some(number)) = (fields.u32(row), fields.u32(row + 4)) else {
            break;
        };
        let tool = match tool {
            1 => "clang",
            2 => "swift",
            3 => "ld",
            4 => "lld",
            _ => "unknown",
        };
        lines.push(format!("pf.mach0_build_version_tool @ {:#010x}", at + row as u64));
        lines.push(line(row as u64, "tool", tool.to_owned()));
        lines.push(line(row as u64 + 4, "version", version(Some(number))));
    }
    lines
}

/// A version packed as sixteen, eight and eight bits.
fn version(packed: Option<u32>) -> String {
    let packed = packed.unwrap_or(0);
    format!("{}.{}.{}", packed >> 16, packed >> 8 & 0xff, packed & 0xff)
}

fn shown(text: Option<String>) -> String {
    text.unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

/// A command's name, and the name of its layout.
fn kind(number: u32) -> (&'static str, &'static str) {
    match number {
        0x1 => ("LC_SEGMENT", "mach0_segment"),
        0x2 => ("LC_SYMTAB", "mach0_symtab_command"),
        0x4 => ("LC_THREAD", "mach0_thread_command"),
        0x5 => ("LC_UNIXTHREAD", "mach0_unixthread_command"),
        0xb => ("LC_DYSYMTAB", "mach0_dysymtab_command"),
        0xc => ("LC_LOAD_DYLIB", "mach0_dylib_command"),
        0xd => ("LC_ID_DYLIB", "mach0_id_dylib_command"),
        0xe => ("LC_LOAD_DYLINKER", "mach0_load_dylinker_command"),
        0xf => ("LC_ID_DYLINKER", "mach0_id_dylinker_command"),
        0x19 => ("LC_SEGMENT_64", "mach0_segment64"),
        0x1b => ("LC_UUID", "mach0_uuid_command"),
        0x1d => ("LC_CODE_SIGNATURE", "mach0_code_signature_command"),
        0x1e => ("LC_SEGMENT_SPLIT_INFO", "mach0_segment_split_info_command"),
        0x21 => ("LC_ENCRYPTION_INFO", "mach0_encryption_info_command"),
        0x24 => ("LC_VERSION_MIN_MACOSX", "mach0_version_min_command"),
        0x25 => ("LC_VERSION_MIN_IPHONEOS", "mach0_version_min_command"),
        0x26 => ("LC_FUNCTION_STARTS", "mach0_function_starts_command"),
        0x29 => ("LC_DATA_IN_CODE", "mach0_data_in_code_command"),
        0x2a => ("LC_SOURCE_VERSION", "mach0_source_version_command"),
        0x2c => ("LC_ENCRYPTION_INFO_64", "mach0_encryption_info64_command"),
        0x2f => ("LC_VERSION_MIN_TVOS", "mach0_version_min_command"),
        0x30 => ("LC_VERSION_MIN_WATCHOS", "mach0_version_min_command"),
        0x32 => ("LC_BUILD_VERSION", "mach0_build_version_command"),
        0x22 | 0x8000_0022 => ("LC_DYLD_INFO_ONLY", "mach0_dyld_info_only_command"),
        0x8000_0018 => ("LC_LOAD_WEAK_DYLIB", "mach0_dylib_command"),
        0x8000_001c => ("LC_RPATH", "mach0_rpath_command"),
        0x8000_001f => ("LC_REEXPORT_DYLIB", "mach0_dylib_command"),
        0x8000_0028 => ("LC_MAIN", "mach0_entry_point_command"),
        0x8000_0033 => ("LC_DYLD_EXPORTS_TRIE", "mach0_dyld_exports_trie_command"),
        0x8000_0034 => ("LC_DYLD_CHAINED_FIXUPS", "mach0_dyld_chained_fixups_command"),
        _ => ("LC_UNKNOWN", "mach0_unknown_command"),
    }
}
