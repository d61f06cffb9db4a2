//! farad and real radare2 5.7.4 at the two ends of HTTP: `=+ http://`, `-C`, `r2web://`.
//!
//! A row is a function of the two programs. Rows that need radare2 are ignored until `./test` has installed it.
#![allow(clippy::print_stdout)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use support::link::Link;
use support::peer::{LIMIT, Program};
use support::process::{self, Finished, Server};

const ELF: &str = "vault.x86_64.elf";

/// Makes each row a test of one pairing of client and server.
macro_rules! pairing {
    ($name:ident: $client:ident, $server:ident, #[$mark:meta], $($row:ident),* $(,)?) => {
        mod $name {
            use super::Program;
            $(#[test] #[$mark] fn $row() { super::$row(Program::$client, Program::$server); })*
        }
    };
}

pairing![
    farad_to_farad: Farad, Farad, #[cfg(unix)],
    runs_commands_at_the_far_end,
    gets_long_output,
    sends_all_that_is_typed,
    holds_a_session,
    reads_what_is_mapped_there,
    writes_there,
    gives_a_token_that_is_shown_nowhere,
];

pairing![
    farad_to_radare2: Farad, Radare2, #[ignore = "needs radare2 5.7.4: run ./test"],
    runs_commands_at_the_far_end,
    gets_long_output,
    sends_all_that_is_typed,
    holds_a_session,
    reads_what_is_mapped_there,
    writes_there,
    gives_a_token_that_is_shown_nowhere,
];

// A prompt of radare2 needs a terminal, and the package that it comes in has no `r2web://`.
pairing![
    radare2_to_farad: Radare2, Farad, #[ignore = "needs radare2 5.7.4: run ./test"],
    runs_commands_at_the_far_end,
    gets_long_output,
    sends_all_that_is_typed,
    keeps_what_it_says_whole,
];

fn runs_commands_at_the_far_end(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve_web(folder.path(), &[], ELF);
    let commands = format!("=+ {};=0 ?e hello there;=0 ?v 6*7;=0 s 0x200000;=0 p8 4;s", uri(&server));
    let done = client.run(folder.path(), &[], &commands, "--");
    assert_eq!(lines(&done), ["hello there", "0x2a", "7f454c46", "0x0"], "{}", done.err());
}

fn gets_long_output(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve_web(folder.path(), &[], ELF);
    let print = ["p8 32000 @ 0x200000"; 17].join(";");
    let done = client.run(folder.path(), &["-C"], &print, &uri(&server));
    let rows = lines(&done);
    assert!(done.stdout.len() > 1 << 20, "{} bytes: {}", done.stdout.len(), done.err());
    assert!(rows.len() == 17 && rows.iter().all(|row| *row == rows[0] && row.len() == 64_000));
}

fn sends_all_that_is_typed(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve_web(folder.path(), &[], ELF);
    for target in [format!("127.0.0.1:{}", server.port), uri(&server)] {
        let done = client.run(folder.path(), &["-C"], "?e hi;s 0x200000;p8 4;s", &target);
        assert_eq!(lines(&done), ["hi", "7f454c46", "0x200000"], "{}", done.err());
    }
    // What stands in a line is the far end's to understand.
    let done = client.run(folder.path(), &["-C"], "p8 4 @ 0x200000~45", &uri(&server));
    assert_eq!(lines(&done).first(), Some(&"7f454c46"), "{}", done.err());
    if client == Program::Farad {
        let mut command = client.command(folder.path());
        command.args(["-q", "-C", &uri(&server)]);
        let done = process::run(&mut command, Some(b"s 0x200010\ns\n=!=\n?e here\ns\n"), LIMIT);
        assert_eq!(lines(&done), ["0x200010", "here", "0x0"], "{}", done.err());
        let done = client.run(folder.path(), &["-C"], "s", "127.0.0.1:1");
        assert!(done.out().is_empty() && done.err().contains("cannot connect"), "{}", done.err());
    }
}

fn holds_a_session(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve_web(folder.path(), &[], ELF);
    let mut command = client.command(folder.path());
    command.args(["-q", "-c", &format!("=+ {}", uri(&server)), "-c", "==0", "-c", "?e after", "--"]);
    let done = process::run(&mut command, Some(b"?e one;?e two\ns 0x200004\n\ns\nq\n"), LIMIT);
    assert_eq!(lines(&done), ["one", "two", "0x200004", "after"], "{}", done.err());
}

fn reads_what_is_mapped_there(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve_web(folder.path(), &[], ELF);
    let link = Link::open(server.port, Duration::from_millis(1)).expect("a link");
    let target = format!("r2web://127.0.0.1:{}/cmd/", link.port);
    let commands =
        "e io.ff=false;p8 16 @ 0x200000;p8 8 @ 0x200100;p8 8 @ 0x2001e8;p8 8 @ 0x2011f0;p8 4 @ 0x201000";
    let done = client.run(folder.path(), &["-n"], commands, &target);
    let file = std::fs::read(folder.path().join(ELF)).expect("an input");
    let at = |range: std::ops::Range<usize>| hex(&file[range]);
    let wanted = [at(0..16), at(0x100..0x108), at(0x1e8..0x1f0), at(0x1f0..0x1f8)];
    assert_eq!(done.out().lines().collect::<Vec<_>>(), wanted, "{}", done.err());
    // Between the maps nothing is, and nothing is made up.
    assert!(done.err().contains("0x201000 are not all readable"), "{}", done.err());
    let trips = link.take_trips();
    assert!(trips <= 12, "{trips} round trips");
    let done = client.run(folder.path(), &["-n"], "=!?e far off;:s;/x 7f454c46;oj", &target);
    let rows = lines(&done);
    assert_eq!(rows[0], "far off");
    assert!(done.out().contains("0x00200000"), "{}", done.out());
    let list = client.command(folder.path()).arg("-L").output().expect("it runs");
    assert!(String::from_utf8_lossy(&list.stdout).contains("r2web"));
}

fn writes_there(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve_web(folder.path(), &[], "malloc://65536");
    let target = format!("r2web://127.0.0.1:{}/cmd/", server.port);
    let bytes: String = (0..1000u32).map(|at| format!("{:02x}", (at * 7 + at / 256) as u8)).collect();
    let commands = format!("wx {bytes} @ 0x100;p8 1000 @ 0x100;=!p8 4 @ 0x101");
    let done = client.run(folder.path(), &["-n", "-w"], &commands, &target);
    assert_eq!(lines(&done), [bytes.as_str(), &bytes[2..10]], "{}", done.err());
    let done = client.run(folder.path(), &["-n"], "wx 41 @ 0x100;p8 1 @ 0x100", &target);
    assert_eq!(lines(&done), [&bytes[..2]]);
    assert!(done.err().contains("read-only"), "{}", done.err());
}

fn gives_a_token_that_is_shown_nowhere(client: Program, server: Program) {
    let folder = support::inputs();
    let users = folder.path().join("users");
    // radare2's has names, farad's is the token.
    let known = if server == Program::Farad { "s3cret-0123456789\n" } else { "al:s3cret-0123456789\n" };
    std::fs::write(&users, known).expect("a file of users");
    std::fs::set_permissions(&users, std::fs::Permissions::from_mode(0o600)).expect("its mode");
    let users = format!("http.authfile={}", users.display());
    let server = server.serve_web(folder.path(), &["http.auth=true", &users], "malloc://64");
    let place = format!("127.0.0.1:{}/cmd/", server.port);
    let ask = |uri: &str, netrc: &str| {
        let mut command = client.command(folder.path());
        command.args(["-q", "-c", &format!("'=+ {uri}"), "-c", "=;=*;=j;=0 ?e in", "--"]).env("NETRC", netrc);
        process::run(&mut command, None, LIMIT)
    };
    for (user, why) in [("", "netrc"), ("al:no@", "not right"), ("al@", "netrc")] {
        let done = ask(&format!("http://{user}{place}"), "/dev/null");
        assert!(done.err().contains("401") && done.err().contains(why), "{}", done.err());
        assert!(!done.err().contains("al:no") && !done.out().contains("in\n"));
    }
    let netrc = folder.path().join("netrc");
    std::fs::write(&netrc, "machine 127.0.0.1 login al password s3cret-0123456789").expect("a netrc");
    let allow =
        |mode| std::fs::set_permissions(&netrc, std::fs::Permissions::from_mode(mode)).expect("its mode");
    if client == Program::Farad {
        allow(0o644);
        let done = ask(&format!("http://{place}"), "netrc");
        assert!(done.err().contains("chmod 600") && !done.out().contains("in\n"), "{}", done.err());
    }
    allow(0o600);
    for (user, netrc) in [("al:s3cret-0123456789@", "/dev/null"), ("", "netrc"), ("al@", "netrc")] {
        let done = ask(&format!("http://{user}{place}"), netrc);
        assert!(done.out().ends_with("in\n"), "{user}: {}", done.err());
        assert!(!(done.out() + &done.err()).contains("s3cret"), "{}{}", done.out(), done.err());
    }
    let done = client.run(
        folder.path(),
        &["-n", "-w"],
        "wx 4142 @ 4;o;oj;o*;oo+;wx 43 @ 6;p8 3 @ 4",
        &format!("r2web://al:s3cret-0123456789@{place}"),
    );
    assert!(done.ok().ends_with("414243"), "{} {}", done.out(), done.err());
    assert!(!(done.out() + &done.err()).contains("s3cret"), "{}{}", done.out(), done.err());
    let done = client.run(folder.path(), &["-C"], "?e in", &format!("http://al:no@{place}"));
    assert!(done.err().contains("401") && !done.err().contains("al:no"), "{}", done.err());
}

/// Signs that mean something in a URI: the stock client sends them as they are, in the request's first line.
fn keeps_what_it_says_whole(client: Program, server: Program) {
    let folder = support::inputs();
    let server = server.serve_web(folder.path(), &[], ELF);
    for text in
        ["a b", "100%25 %zz", "a?b=c&d", "x#y", "it's", "\u{e9}\u{20ac}", "a+b", "[1,2]", "HTTP/1.1 HTTP/1.0"]
    {
        let done = client.run(folder.path(), &["-C"], &format!("'?e {text}"), &uri(&server));
        let wanted = text.replace("%25", "%");
        assert_eq!(lines(&done), [wanted], "{}", done.err());
    }
}

#[test]
#[ignore = "needs radare2 5.7.4: run ./test"]
fn what_radare2_would_cut_is_not_sent() {
    let folder = support::inputs();
    let server = Program::Radare2.serve_web(folder.path(), &[], ELF);
    for (length, fits) in [(1_300, true), (2_000, false)] {
        let text = "a".repeat(length);
        let commands = format!("=+ {};=0 ?e {text}", uri(&server));
        let done = Program::Farad.run(folder.path(), &[], &commands, "--");
        let wanted = if fits { text.as_str() } else { "" };
        assert_eq!(done.out().trim(), wanted, "{}", done.err());
        assert_eq!(done.err().contains("radare2 web server takes"), !fits, "{}", done.err());
    }
}

#[test]
fn a_server_is_trusted_by_the_certificates_that_are_named() {
    let folder = support::inputs();
    let named = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.path().join("cert"), named.cert.pem()).expect("room for it");
    std::fs::write(folder.path().join("key"), named.signing_key.serialize_pem()).expect("room for it");
    std::fs::set_permissions(folder.path().join("key"), std::fs::Permissions::from_mode(0o600))
        .expect("its mode");
    let server = Program::Farad.serve_web(folder.path(), &["http.cert=cert", "http.key=key"], ELF);
    let place = format!("localhost:{}/cmd/", server.port);
    let run = |settings: &[&str], commands: &str, target: &str| {
        let flags: Vec<&str> = settings.iter().flat_map(|setting| ["-e", setting]).chain(["-n"]).collect();
        Program::Farad.run(folder.path(), &flags, commands, target)
    };
    let ask = format!("=+ https://{place};=;=0 ?e sealed");
    let done = run(&["http.ca=cert"], &ask, "--");
    assert_eq!(lines(&done), [&format!("0 fd:3 https://{place}"), "sealed"], "{}", done.err());
    let done = run(&["http.ca=cert"], "p8 4 @ 0x200000", &format!("r2webs://{place}"));
    assert_eq!(lines(&done), ["7f454c46"], "{}", done.err());
    let done = run(&[], &ask, "--");
    assert!(done.out().is_empty() && done.err().contains("http.ca"), "{}", done.err());
    let other = run(&["http.ca=cert"], &format!("=+ https://127.0.0.1:{}/", server.port), "--");
    assert!(other.err().contains("cannot connect"), "{}", other.err());
    let done = run(&["http.ca=key"], &ask, "--");
    assert!(done.err().contains("no certificate"), "{}", done.err());
}

#[test]
fn a_server_asks_nothing_of_its_own_machine_for_others() {
    let folder = support::inputs();
    std::fs::write(folder.path().join("netrc"), "machine 127.0.0.1 login al password s3cret")
        .expect("a netrc");
    let inner = Program::Farad.serve_web(folder.path(), &[], "malloc://64");
    let place = format!("127.0.0.1:{}/cmd/", inner.port);
    let outer = Program::Farad.serve_web(folder.path(), &["http.netrc=netrc"], ELF);
    for line in [
        format!("'=+ http://{place}"),
        format!("o r2web://{place}"),
        format!("o http://{place}s"),
        format!("o http://localhost:{}/cmd/s", inner.port),
        format!("o http://[::1]:{}/cmd/s", inner.port),
        "e http.netrc=/etc/passwd".to_owned(),
        "e http.ca=/etc/passwd".to_owned(),
    ] {
        let mut command = Program::Farad.command(folder.path());
        command.args(["-q", "-C", &uri(&outer), "-c", &line]);
        let done = process::run(&mut command, None, LIMIT);
        assert!(done.err().contains("403"), "{line}: {} {}", done.out(), done.err());
    }
}

/// Where the server runs commands.
fn uri(server: &Server) -> String {
    format!("http://127.0.0.1:{}/cmd/", server.port)
}

/// The lines printed, by a process that ended well.
#[track_caller]
fn lines(done: &Finished) -> Vec<&str> {
    let text = std::str::from_utf8(&done.stdout).expect("text");
    text.lines().filter(|line| !line.is_empty()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
