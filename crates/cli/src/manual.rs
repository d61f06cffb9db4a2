//! `docs/farad.1`: the manual page, made from the tables of flags, commands, settings and schemes.
//!
//! The test fails when the page is not what the tables give; `FARAD_BLESS=1` writes it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use farad_shell::config::VARIABLES;

use crate::assembly;
use crate::flag::{FLAGS, State};

/// The page in the language of `man(7)`.
fn page() -> String {
    let mut page = String::from(HEAD);
    page.push_str(".SH OPTIONS\n");
    for flag in FLAGS.iter().filter(|flag| flag.state == State::Works) {
        let value = flag.value.map_or(String::new(), |value| format!(" \\fI{}\\fR", escaped(value)));
        let _ = writeln!(page, ".TP\n\\fB\\-{}\\fR{value}\n{}.", flag.letter, escaped(flag.brief));
    }
    page.push_str(".SH COMMANDS\n");
    page.push_str("\\fB?\\fR behind any prefix lists what begins so.\n");
    for group in assembly::registry().groups() {
        let _ = writeln!(page, ".SS {}: {}", escaped(group.prefix), escaped(group.brief));
        for row in group.rows {
            let _ = writeln!(page, ".TP\n\\fB{}\\fR\n{}.", escaped(&row.usage()), escaped(row.brief));
        }
    }
    page.push_str(".SH SETTINGS\n");
    page.push_str(
        "\\fBe\\fR \\fIname\\fR\\fB=\\fR\\fIvalue\\fR sets one; the value here is the one at the start.\n",
    );
    for row in VARIABLES {
        let value =
            if row.default.is_empty() { String::new() } else { format!(" = {}", escaped(row.default)) };
        let _ = writeln!(page, ".TP\n\\fB{}\\fR{value}\n{}.", escaped(row.name), escaped(row.brief));
    }
    page.push_str(".SH URIS\nWhat can be opened (\\fB\\-L\\fR lists it too):\n");
    for scheme in assembly::schemes().rows() {
        let name = scheme.names.first().copied().unwrap_or_default();
        let _ = writeln!(page, ".TP\n\\fB{}://\\fR\n{}.", escaped(name), escaped(scheme.brief));
    }
    page.push_str(TAIL);
    page
}

/// A text as `man` takes it for itself.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    // A line that begins so would be a request.
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

const HEAD: &str = "\
.\\\" Made from farad's tables.
.TH FARAD 1
.SH NAME
farad \\- a reverse\\-engineering shell for targets on other machines
.SH SYNOPSIS
.B farad
[\\fIoptions\\fR] [\\fIfile\\fR | \\fIURI\\fR | \\fB\\-\\fR | \\fB=\\fR | \\fB\\-\\-\\fR]
.br
.B farad
\\fBrap://:\\fR\\fIPORT\\fR
.br
.B farad demo
.SH DESCRIPTION
farad opens files, memory and far ends by URI and answers radare2's command language at a prompt, in scripts and over
the network. Whatever works at the prompt works on a target at the far end.
.PP
\\fB\\-\\fR opens 512 bytes of memory, \\fB=\\fR what standard input gives, \\fB\\-\\-\\fR nothing.
\\fBfarad rap://:\\fR\\fIPORT\\fR serves; it takes loopback addresses and admits its own user until told otherwise.
\\fBfarad demo\\fR runs a remote session and checks each of its steps.
";

const TAIL: &str = "\
.SH FILES
.TP
.I ~/.config/farad/rc
Commands run at the start.
.TP
.I ~/.local/state/farad/history
Lines typed at the prompt.
.SH ENVIRONMENT
.TP
.B NO_COLOR
No colours, whatever the terminal has.
.TP
.B COLORTERM, TERM
How many colours the terminal has.
.TP
.B XDG_CONFIG_HOME, XDG_STATE_HOME
Where the files above are, in place of ~/.config and ~/.local/state.
.SH EXIT STATUS
0 when all commands succeeded, 1 when one failed or a target could not be opened, or what \\fBq\\fR was given.
.SH SEE ALSO
.BR gdb (1),
.BR ssh (1),
.BR objdump (1)
";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/farad.1")
}

#[test]
fn the_manual_is_what_the_tables_give() {
    let page = page();
    if std::env::var_os("FARAD_BLESS").is_some() {
        std::fs::write(path(), &page).unwrap();
    }
    let written = std::fs::read_to_string(path()).unwrap_or_default();
    assert!(written == page, "docs/farad.1 is not what the tables give: FARAD_BLESS=1 writes it");
    let requests = [".TH", ".SH", ".SS", ".TP", ".B ", ".BR", ".I ", ".PP", ".br", ".\\\""];
    for line in page.lines().filter(|line| line.starts_with('.')) {
        assert!(requests.iter().any(|request| line.starts_with(request)), "{line} is no request");
    }
}
