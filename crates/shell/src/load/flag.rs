//! The flags that a file's headers give, in the spaces that radare2 puts them in.

use farad_bin::{Ranges, StringRow, Symbol};

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
    let binary = &loaded.binary;
    add_spaces(flags);
    ["relocs", "strings"].iter().for_each(|space| flags.add_space(space));
    set_strings(flags, loaded.strings());
    let mut set = |space: &str, name: String, real: Option<&str>, addr: u64, size: u64| {
        set(flags, space, name, real, addr, size);
    };
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
            set("relocs", name, Some(&relocation.name), relocation.vaddr, relocation.kind.bytes());
        }
    }
    for symbol in binary.symbols.iter().filter(|symbol| symbol.has_flag()) {
        set(space_of(symbol), symbol.flag_name(), Some(&symbol.name), symbol.vaddr, symbol.size);
    }
    for mark in &binary.marks {
        set("format", mark.name.clone(), None, mark.offset, mark.size);
    }
}

/// Removes the flags at addresses of a file, whichever of the file's spaces they are in.
pub(super) fn remove_all(flags: &mut Flags, loaded: &Loaded) {
    let maps = Ranges::new(loaded.binary.maps.iter().map(|map| (map.vaddr, map.size)));
    let is_there = |addr: u64| maps.find(addr).is_some();
    let spaces = ["classes", "format", "imports", "relocs", "sections", "segments", "strings", "symbols"];
    flags.remove_if(|flag| {
        is_there(flag.addr) && flag.space.as_deref().is_some_and(|space| spaces.contains(&space))
    });
}

/// Sets the flags of strings.
pub(super) fn set_strings(flags: &mut Flags, strings: &[StringRow]) {
    for string in strings {
        set(flags, "strings", farad_bin::string_flag_name(&string.text), None, string.vaddr, string.size);
    }
}

fn set(flags: &mut Flags, space: &str, name: String, real: Option<&str>, addr: u64, size: u64) {
    let mut flag = Flag::new(&name, addr, size);
    flag.space = Some(space.into());
    flag.real_name = real.map(str::to_owned);
    flags.set(flag);
}

fn space_of(symbol: &Symbol) -> &'static str {
    if symbol.is_imported { "imports" } else { "symbols" }
}
