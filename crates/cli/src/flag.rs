//! The table of command-line flags: help and parsing come from it.

/// Whether a flag works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It does.
    Works,
    /// radare2 has it and farad does not: the reason.
    Refused(&'static str),
}

/// A flag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    /// Its letter or digit.
    pub(crate) letter: char,
    /// The name of its value, where it takes one.
    pub(crate) value: Option<&'static str>,
    /// What it does, in a line.
    pub(crate) brief: &'static str,
    /// Whether the short help shows it.
    pub(crate) common: bool,
    /// Whether it works.
    pub(crate) state: State,
}

const fn works(letter: char, value: Option<&'static str>, brief: &'static str, common: bool) -> Flag {
    Flag { letter, value, brief, common, state: State::Works }
}

const fn refused(letter: char, value: Option<&'static str>, brief: &'static str, why: &'static str) -> Flag {
    Flag { letter, value, brief, common: false, state: State::Refused(why) }
}

const NO_PROJECTS: &str = "there are no projects yet";
const NO_PLUGINS: &str = "farad loads no plugins";

/// Every flag of radare2 6.2.1, by letter.
pub(crate) static FLAGS: &[Flag] = &[
    works('0', None, "Print a NUL after the start and after each command (for r2pipe)", false),
    works('1', None, "Send errors where results go", false),
    works('2', None, "Show no errors", false),
    works('a', Some("arch"), "Architecture to decode for (asm.arch)", true),
    works('A', None, "Analyse all code after opening (aaa); -AA guesses too (aaaa)", true),
    works('b', Some("bits"), "Register width to decode for (asm.bits)", true),
    works('B', Some("addr"), "Base address for files that can be loaded anywhere", true),
    works('c', Some("cmd"), "Run a command after opening; may be given several times", true),
    works('C', None, "The file is HOST:PORT or URI of an HTTP server that runs all that follows", false),
    works('d', None, "Debug a program with the arguments behind it, or a process", true),
    refused('D', Some("backend"), "Debug with another backend", "the URI says which: dbg://, gdb://"),
    works('e', Some("k=v"), "Set a variable before opening", true),
    works('f', None, "Make the block as large as the file", false),
    refused(
        'F',
        Some("format"),
        "Read the file as this format",
        "the format is found by the file's first bytes",
    ),
    works('h', None, "Show this help; -hh shows all flags", true),
    refused('H', Some("var"), "Show a variable of the installation", "farad has no installation variables"),
    works('i', Some("file"), "Run a file after opening: commands, or a script by its program", true),
    works('I', Some("file"), "The same before opening", false),
    works('j', None, "Print -L and -v as JSON", false),
    works('k', Some("os"), "Operating system the code is for (asm.os)", false),
    refused('l', Some("lib"), "Load a plugin", NO_PLUGINS),
    works('L', None, "List what can be opened", true),
    works('m', Some("addr"), "Map the file at an address", true),
    works('M', None, "Show C++ and Rust names as they are in the file", false),
    works('n', None, "Read no headers; -nn likewise", true),
    works('N', None, "Read no settings; -NN no scripts either", true),
    refused('p', Some("project"), "Open a project", NO_PROJECTS),
    refused('P', Some("patch"), "Apply a patch file", "there are no patch files yet"),
    works('q', None, "Leave after -c and -i; -qq whatever they do", true),
    works('Q', None, "As -q, and leave at once", false),
    works('r', Some("profile"), "File of run directives for debugging (dbg.profile)", false),
    works(
        'R',
        Some("k=v"),
        "Run directive for debugging, such as stdin=file; may be given several times",
        false,
    ),
    works('s', Some("addr"), "Go to an address", true),
    works('S', None, "Refuse files, programs and the network from then on", true),
    works('t', None, "Accepted: headers are always read at once", false),
    works('T', None, "Accepted: no hashes are computed at the start", false),
    refused('u', None, "Keep names unfiltered", "names out of a file are always filtered"),
    works('v', None, "Show the version", true),
    works('V', None, "Show the versions of all parts", false),
    works('w', None, "Open for writing", true),
    works('x', None, "Open without execute permission", false),
    refused('X', None, "Leave archives as they are", "archives are never unpacked"),
    works('z', None, "Look for no strings; -zz likewise", false),
];

/// The flag of a letter.
pub(crate) fn find(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.letter == letter)
}

/// The help text.
pub(crate) fn help(all: bool) -> String {
    let mut text = String::from(
        "Usage: farad [flags] [file | URI | - | --]\n\
         \x20      farad rap://:PORT       serve\n\
         \x20      farad demo              a remote session, shown\n\n",
    );
    for (form, brief) in [
        ("-", "Open 512 bytes of memory"),
        ("--", "Open nothing"),
        ("=", "Open what standard input gives"),
        ("-=", "Run everything typed at the host connected to (!=!)"),
    ] {
        text.push_str(&format!("  {form:<11} {brief}\n"));
    }
    for flag in FLAGS.iter().filter(|flag| all || flag.common) {
        let form = flag
            .value
            .map_or_else(|| format!("-{}", flag.letter), |value| format!("-{} {value}", flag.letter));
        let refused = match flag.state {
            State::Works => String::new(),
            State::Refused(why) => format!(" (refused: {why})"),
        };
        text.push_str(&format!("  {form:<11} {}{refused}\n", flag.brief));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_unique_and_briefs_are_lines() {
        for (index, flag) in FLAGS.iter().enumerate() {
            assert!(FLAGS[index + 1..].iter().all(|other| other.letter != flag.letter), "-{}", flag.letter);
            assert!(!flag.brief.is_empty() && !flag.brief.ends_with('.'), "-{}", flag.letter);
            assert!(help(true).contains(flag.brief));
        }
    }
}
