//! The page in a real browser: each test runs a case of `tests/browser/cases` in Chromium against farad's own HTTP server.
//!
//! `./test` installs Chromium and playwright-core, and names them in FARAD_CHROMIUM and FARAD_BROWSER, the folder of the latter. What
//! a case starts (farad, the browser) ends with its process group.

mod support;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use support::process::{self, End};

/// A browser starts in a second, under load in ten.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs a case in a folder with the golden inputs and what was built for it.
#[track_caller]
fn browse(case: &str, programs: &[(&str, &str)]) {
    let folder = support::inputs();
    for (source, program) in programs {
        build(source, &folder.path().join(program));
    }
    let script = support::root().join("tests/browser/run.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(case).current_dir(folder.path());
    node.env("FARAD_BIN", support::farad_path());
    node.env("FARAD_BROWSER", support::peer::installed("FARAD_BROWSER"));
    let finished = process::run(&mut node, None, LIMIT);
    assert_eq!(finished.end, End::Exit(0), "{}{}", finished.out(), finished.err());
}

fn build(source: &str, program: &Path) {
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-g", "-o"]).arg(program).arg(support::root().join("tests").join(source));
    assert!(compiler.status().expect("a C compiler (./test names it)").success(), "{source}");
}

/// A test for each case, so that each is counted.
macro_rules! cases {
    ($($(#[$doc:meta])* $name:ident $(builds $source:literal as $program:literal)?;)*) => {$(
        $(#[$doc])*
        #[test]
        #[ignore = "needs Chromium and Node"]
        fn $name() {
            browse(stringify!($name), &[$(($source, $program))?]);
        }
    )*};
}

cases! {
    first_load;
    modules;
    command;
    sparse_end;
    follow_call;
    edit_byte;
    step_process builds "debug/loop.c" as "loop";
    rap_host;
    markup builds "browser/markup.c" as "<i>markup";
    typed_address;
    reconnect;
    lists_filter;
    narrow builds "debug/loop.c" as "loop";
    idle builds "debug/loop.c" as "loop";
}

/// A case that no test runs would pass for ever.
#[test]
fn every_case_is_a_test() {
    let source = include_str!("browser.rs");
    let folder = support::root().join("tests/browser/cases");
    for entry in std::fs::read_dir(folder).expect("the cases") {
        let path = entry.expect("a case").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let listed = source.lines().any(|line| {
            line.trim_start()
                .strip_prefix(&name)
                .is_some_and(|rest| rest.starts_with(';') || rest.starts_with(" builds "))
        });
        assert!(listed, "{name} is not among the tests");
    }
}
