//! The commands that radare2 has and farad does not, so that an unknown command can say which it is.
//!
//! Rows here matter only for what no table of commands has; a test of the tables finds one that farad got since.

/// Prefixes of whole groups that farad lacks, and what they are for, sorted.
const GROUPS: &[(&str, &str)] = &[
    ("&", "background tasks"),
    ("/A", "searches for code"),
    ("/C", "searches for keys"),
    ("/R", "searches for gadgets"),
    ("/a", "searches for code"),
    ("/c", "searches for keys"),
    ("/k", "searches for signatures"),
    ("/m", "searches for magic numbers"),
    ("=H", "web servers"),
    ("=h", "web servers"),
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
    "/+", "/E", "/O", "/b", "/d", "/f", "/g", "/p", "/ra", "/rc", "/re", "/rr", "/ru", "/rw", "/rx", "/s",
    "?B", "?T", "?_", "?h", "?w", "cg", "ci", "ed", "ee", "ej", "fV", "fj", "fo", "fq", "iC", "iL", "iO",
    "iR", "iT", "iV", "iX", "ib", "ik", "im", "io", "iw", "m", "mL", "mc", "md", "mf", "mg", "mi", "mj",
    "ml", "mo", "mp", "ms", "mw", "my", "o:", "oa", "oba", "obb", "obf", "obn", "obo", "obr", "oc", "oe",
    "of", "omt", "oob", "ooc", "oom", "oon", "ou", "p3", "pA", "pC", "pF", "pK", "pdR", "pdc", "pdg", "pdk",
    "pdo", "pdp", "pdx", "pfb", "pfo", "pg", "pix", "pm", "pp", "pq", "pri", "psq", "pss", "rabin2",
    "rahash2", "rasm2", "rax2", "sb", "sf", "spp", "ta", "tj", "tk", "tn", "tx", "uc", "ui", "uw", "wA",
    "wb", "wc*", "wm", "woD", "woE", "woR", "wop", "wp", "wu",
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
        assert_eq!(has("wop"), Some(""));
        assert_eq!(has("wopj"), Some(""));
        assert_eq!(has("wopoo"), None);
        assert_eq!(has("nosuch"), None);
    }

    #[test]
    fn what_farad_has_is_not_listed() {
        let groups = crate::cmd::groups();
        let had = |name: &&&str| groups.iter().flat_map(|group| group.rows).any(|row| row.name == **name);
        assert_eq!(COMMANDS.iter().find(had), None);
    }
}
