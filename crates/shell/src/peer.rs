//! The commands that radare2 has and farad does not, so that an unknown command can say which it is.
//!
//! Rows here matter only for what no table of commands has; one that farad got since is harmless.

/// Prefixes of whole groups that farad lacks, and what they are for, sorted.
const GROUPS: &[(&str, &str)] = &[
    ("#!", "interpreters of other languages"),
    ("&", "background tasks"),
    ("/A", "searches for code"),
    ("/C", "searches for keys"),
    ("/R", "searches for gadgets"),
    ("/a", "searches for code"),
    ("/c", "searches for keys"),
    ("/k", "searches for signatures"),
    ("/m", "searches for magic numbers"),
    ("=H", "web servers"),
    ("=g", "gdb servers"),
    ("=h", "web servers"),
    ("C", "notes at addresses"),
    ("L", "plugins"),
    ("P", "projects"),
    ("T", "the text log"),
    ("V", "visual modes"),
    ("a", "analysis"),
    ("d", "debugging"),
    ("g", "payloads"),
    ("ic", "classes"),
    ("id", "debug information"),
    ("v", "visual modes"),
    ("z", "signatures"),
];

/// Single commands that farad lacks among others that it has, sorted.
const COMMANDS: &[&str] = &[
    "/+", "/E", "/F", "/O", "/b", "/d", "/f", "/g", "/p", "/ra", "/rc", "/re", "/rr", "/ru", "/rw", "/rx",
    "/s", "?B", "?F", "?T", "?V", "?_", "?a", "?h", "?ik", "?im", "?in", "?ip", "?r", "?w", "c", "c1", "c2",
    "c4", "c8", "cc", "ccc", "cf", "cg", "ci", "cu", "cv", "cw", "cx", "ec", "ed", "ee", "ej", "es", "ev",
    "fO", "fV", "fb", "fdd", "fdw", "fg", "fj", "fo", "fq", "ft", "fz", "iC", "iL", "iO", "iR", "iT", "iV",
    "iX", "ib", "ik", "im", "io", "iw", "ll", "m", "mL", "mc", "md", "mf", "mg", "mi", "mj", "ml", "mo",
    "mp", "ms", "mv", "mw", "my", "o:", "oa", "oba", "obb", "obf", "obn", "obo", "obr", "oc", "oe", "of",
    "omt", "oob", "ooc", "ood", "oom", "oon", "ou", "p3", "p=2", "p==", "p=A", "p=a", "pA", "pC", "pF", "pK",
    "pa", "pad", "pae", "pdC", "pdJ", "pdR", "pdb", "pdc", "pde", "pdf", "pdg", "pdi", "pdk", "pdl", "pdo",
    "pdp", "pdr", "pds", "pdu", "pdx", "pfb", "pfo", "pg", "pia", "pib", "pie", "pif", "pir", "piu", "pix",
    "pm", "pp", "pq", "pri", "psq", "pss", "pxr", "rabin2", "rahash2", "rasm2", "rax2", "sC", "sb", "sf",
    "sg", "sl", "sll", "spp", "sr", "t", "t-", "ta", "tc", "td", "te", "tf", "tj", "tk", "tl", "tn", "to",
    "tp", "ts", "tt", "tu", "tx", "u", "uc", "ui", "us", "uw", "wA", "wa", "wao", "wb", "wc*", "we", "wm",
    "woD", "woE", "woR", "wop", "wp", "wu", "yfa", "ytf",
];

/// What the command of radare2 by this name is for; an empty text for a single command.
pub(crate) fn has(name: &str) -> Option<&'static str> {
    let group =
        GROUPS.iter().filter(|(prefix, _)| name.starts_with(prefix)).max_by_key(|(prefix, _)| prefix.len());
    if let Some((_, what)) = group {
        return Some(what);
    }
    let bare = name.trim_end_matches(['j', '*', 'q', ',', '.']);
    [name, bare].iter().any(|name| COMMANDS.binary_search(name).is_ok()).then_some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(GROUPS.is_sorted() && COMMANDS.is_sorted());
    }

    #[test]
    fn what_the_peer_has_is_told_from_what_nobody_has() {
        assert_eq!(has("aaa"), Some("analysis"));
        assert_eq!(has("=g"), Some("gdb servers"));
        assert_eq!(has("pdf"), Some(""));
        assert_eq!(has("pdfj"), Some(""));
        assert_eq!(has("pdfoo"), None);
        assert_eq!(has("nosuch"), None);
    }
}
