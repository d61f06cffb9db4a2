//! The facts about a file as an ordered list: which there are, by what name, in what order.

use super::Binary;

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A text; empty where there is nothing to say.
    Text(String),
    /// A yes or no.
    Flag(bool),
    /// A count or size, shown in decimal.
    Number(u64),
    /// An address, shown in hex.
    Address(u64),
}

impl Fact {
    /// Whether there is something to say. Lists for people leave the others out.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self, Self::Text(text) if text.is_empty())
    }
}

impl Binary {
    /// Every fact of [`super::Info`] that applies to the file's format, in the order they are listed.
    #[must_use]
    pub fn summary(&self) -> Vec<(&'static str, Fact)> {
        let info = &self.info;
        let text = |text: &str| Some(Fact::Text(text.to_owned()));
        // What only some files have is left out where it is missing; other texts stay, empty.
        let some = |text: &str| (!text.is_empty()).then(|| Fact::Text(text.to_owned()));
        let flag = |flag| Some(Fact::Flag(flag));
        let hex = |number: u32| Fact::Text(format!("{number:#010x}"));
        let windows = info.windows.as_ref();
        let rows = [
            ("arch", text(info.arch)),
            ("cpu", some(info.cpu)),
            ("baddr", Some(Fact::Address(self.base))),
            ("binsz", Some(Fact::Number(info.size))),
            ("bintype", text(self.format.family())),
            ("bits", Some(Fact::Number(u64::from(info.bits)))),
            ("canary", flag(info.canary)),
            ("dbglink", some(&info.debug_link)),
            ("injprot", flag(info.injection_protected)),
            ("retguard", windows.map(|windows| Fact::Flag(windows.retguard))),
            ("class", text(&info.class)),
            ("cmp.csum", windows.and_then(|windows| windows.computed_checksum).map(hex)),
            ("compiled", text(&info.compiled)),
            ("compiler", text(&info.compiler)),
            ("flags", info.flags.map(|flags| Fact::Text(format!("{flags:#x}")))),
            ("abi", some(info.abi)),
            ("crypto", flag(info.crypto)),
            ("dbg_file", text(&info.debug_file)),
            ("endian", text(info.endian.name())),
            ("havecode", flag(info.has_code)),
            ("hdr.csum", windows.map(|windows| hex(windows.header_checksum))),
            ("guid", text(&info.guid)),
            ("intrp", text(&info.interpreter)),
            ("laddr", Some(Fact::Address(info.load_address))),
            ("lang", text(&info.lang)),
            ("linenum", flag(info.line_numbers)),
            ("lsyms", flag(info.local_symbols)),
            ("machine", text(&info.machine)),
            ("nx", flag(info.nx)),
            ("os", text(&info.os)),
            ("overlay", windows.map(|windows| Fact::Flag(windows.overlay))),
            ("cc", text(info.calling_convention)),
            ("pic", flag(info.pic)),
            ("relocs", flag(info.relocations)),
            ("relro", info.relro.map(|relro| Fact::Text(relro.name().to_owned()))),
            ("rpath", text(info.rpath.as_deref().unwrap_or_default())),
            ("signed", windows.map(|windows| Fact::Flag(windows.signed))),
            ("sanitize", flag(info.sanitized)),
            ("static", flag(info.is_static)),
            ("stripped", flag(info.stripped)),
            ("uncaps", flag(info.uncapped)),
            ("subsys", text(&info.subsystem)),
            ("va", flag(info.virtual_addresses)),
        ];
        rows.into_iter().filter_map(|(name, fact)| Some((name, fact?))).collect()
    }
}
