//! What one reader sees through is that reader's: others who are let in meanwhile see the target as it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use support::process::Server;
use support::web::get;

/// An owner whose server is up, and who runs a line that lets others in until [`Owner::go_on`].
struct Owner {
    server: Server,
    folder: tempfile::TempDir,
}

impl Owner {
    /// Runs `lines` with `WAIT` in them for a program that waits.
    fn start(lines: &str) -> Owner {
        let folder = support::inputs();
        let wait = "touch in; while [ ! -e out ]; do sleep 0.02; done; rm -f in out\n";
        std::fs::write(folder.path().join("wait.sh"), wait).unwrap();
        let lines = lines.replace("WAIT", "sh wait.sh");
        let server = Server::start(|port| {
            let mut command = support::farad(folder.path());
            // The last line keeps the server.
            command.args(["-q", "-c", &format!("=h& {port};{lines};!!sh wait.sh"), "vault.x86_64.elf"]);
            command
        });
        Owner { server: server.unwrap_or_else(|error| panic!("it serves: {error}")), folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        Path::new(self.folder.path()).join(name)
    }

    /// Until the owner's program waits.
    fn waits(&self) {
        self.until(|| self.path("in").exists());
    }

    /// Lets the owner's program end, and waits until the next one waits.
    fn go_on(&self) {
        std::fs::write(self.path("out"), "").unwrap();
        self.until(|| !self.path("out").exists());
        self.waits();
    }

    fn until(&self, holds: impl Fn() -> bool) {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the owner's program does as it is told");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn ask(&self, view: &str, line: &str) -> String {
        let named = [("X-Farad-View", view)];
        get(self.server.port, line, if view.is_empty() { &[] } else { &named }).text()
    }
}

#[test]
fn what_a_temporary_form_changes_nobody_else_sees() {
    for (form, look) in [
        ("@x:4142434445", "p8 5 @ 0x2013b0"),
        ("@s:planted", "p8 5"),
        ("@v:0x41424344", "p8 4"),
        ("@f:vault.c", "p8 4"),
        ("@e:io.va=false", "p8 4 @ 0x200000"),
        ("@e:io.ff=false", "p8 4 @ 0x10"),
        ("@e:io.0xff=7", "p8 4 @ 0x10"),
        ("@e:io.cache=true", "e io.cache"),
        ("@e:asm.bits=16", "e asm.bits"),
        ("@a:arm:32", "pd 1"),
        ("@F:nosuch", "f~?"),
        ("@F:nosuch", "fs"),
        ("@ 0x200010", "s"),
        ("@!3", "b"),
        ("@o:4", "o~*"),
        ("@{0x200000 0x200004}", "e search.from"),
    ] {
        let owner = Owner::start(&format!("!!WAIT;?e `!!WAIT` {form}"));
        owner.waits();
        let before = owner.ask("", look);
        assert_eq!(owner.ask("one", look), before, "{look}");
        owner.go_on();
        // The reader who shares the owner's view, one who was there, and one who comes just then.
        for view in ["", "one", "two"] {
            assert_eq!(owner.ask(view, look), before, "{form}: {look} in view '{view}'");
        }
        owner.go_on();
        assert_eq!(owner.ask("", look), before, "{form}: {look} afterwards");
    }
}

#[test]
fn readers_choose_their_descriptor_and_their_spaces() {
    let owner = Owner::start("o malloc://64;fs symbols;!!WAIT");
    owner.waits();
    // Who comes takes over what the owner has.
    assert_eq!(owner.ask("one", "o~*"), owner.ask("two", "o~*"));
    owner.ask("one", "o 3;fs *;e io.va=false");
    assert_eq!(owner.ask("one", "p8 4 @ 0"), "7f454c46\n");
    owner.ask("two", "e io.va=false");
    assert_eq!(owner.ask("two", "p8 4 @ 0"), "00000000\n");
    assert!(owner.ask("one", "fs~symbols").contains('*') && owner.ask("one", "fs~sections").contains('*'));
    assert!(owner.ask("two", "fs~symbols").contains('*') && owner.ask("two", "fs~sections").contains('.'));
    // Of what one reader closes another takes the last that is left.
    let fd = owner.ask("two", "o~malloc").split_whitespace().next().unwrap_or_default().to_owned();
    owner.ask("one", &format!("o-{fd}"));
    assert!(owner.ask("two", "o~*").starts_with(" 4 *") && owner.ask("one", "o~*").starts_with(" 3 *"));
}
