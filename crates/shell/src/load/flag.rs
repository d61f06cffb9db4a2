//! The flags that a file's headers give, in the spaces that radare2 puts them in.

use farad_bin::{Relocation, Symbol};

use super::Loaded;
use crate::flag::{Flag, Flags};

/// Spaces that are there once headers were looked for, whatever was found.
const SPACES: [&str; 5] = ["classes", "format", "sections", "segments", "symbols"];
/// Bytes that the flag of the main function covers, whose size no header tells.
const MAIN: u64 = 256;

/// Makes the spaces that any file has.
pub(super) fn add_spaces(flags: &mut Flags) {
    SPACES.iter().for_each(|space| flags.add_space(space));
}

/// Sets all flags of a file. Those at one address are listed in this order, which is radare2's.
pub(super) fn set_all(flags: &mut Flags, loaded: &Loaded) {
    let Loaded { binary, strings, .. } = loaded;
    add_spaces(flags);
    ["relocs", "strings"].iter().for_each(|space| flags.add_space(space));
    let mut set = |space: &str, name: String, real: Option<&str>, addr: u64, size: u64| {
        let mut flag = Flag::new(&name, addr, size);
        flag.space = Some(space.to_owned());
        flag.real_name = real.map(str::to_owned);
        flags.set(flag);
    };
    for string in strings {
        set("strings", farad_bin::string_flag_name(&string.text), None, string.vaddr, string.size);
    }
    if let Some((main, _)) = binary.main {
        set("symbols", "main".to_owned(), None, main, MAIN);
    }
    for entry in &binary.entries {
        set("symbols", entry.flag_name(), None, entry.vaddr, 1);
    }
    for section in &binary.sections {
        set("sections", section.flag_name(), None, section.vaddr, section.vsize);
    }
    for segment in &binary.segments {
        set("segments", segment.flag_name(), None, segment.vaddr, segment.vsize);
    }
    for relocation in &binary.relocations {
        if let Some(name) = relocation.flag_name() {
            let size = relocation_bytes(relocation);
            set("relocs", name, Some(&relocation.name), relocation.vaddr, size);
        }
    }
    for symbol in binary.symbols.iter().filter(|symbol| symbol.has_flag()) {
        set(space_of(symbol), symbol.flag_name(), Some(&symbol.name), symbol.vaddr, symbol.size);
    }
    for mark in &binary.marks {
        set("format", mark.name.clone(), None, mark.offset, mark.size);
    }
}

fn space_of(symbol: &Symbol) -> &'static str {
    if symbol.is_imported { "imports" } else { "symbols" }
}

/// Bytes that the loader fills in for a relocation: its kind ends with their bits.
pub(crate) fn relocation_bytes(relocation: &Relocation) -> u64 {
    let bits = relocation.kind.rsplit('_').next().and_then(|bits| bits.parse::<u64>().ok());
    (bits.unwrap_or(8) / 8).max(1)
}
