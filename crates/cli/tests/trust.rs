//! What a client who may do nothing outside leaves in a session does nothing outside, whoever replays it; and
//! no setting that decides what clients may do is changed by one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod support;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use rustix::process::{Pid, Signal, kill_process_group};
use support::process::Server;
use support::{net, web};

const LIMIT: Duration = Duration::from_secs(60);

/// An owner at a prompt, who serves the session at the same time.
struct Owner {
    child: Child,
    output: PathBuf,
    port: u16,
    asked: usize,
}

impl Owner {
    fn start(folder: &Path) -> Owner {
        let (output, port) = (folder.join("output"), net::free_port());
        let file = File::create(&output).unwrap();
        let mut command = support::farad(folder);
        command.args(["-e", "scr.color=0", "malloc://512"]).process_group(0);
        command.stdin(Stdio::piped()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap();
        let mut owner = Owner { child, output, port, asked: 0 };
        owner.run(&format!("=h& {port}"));
        owner
    }

    /// Runs lines and waits until they have ended; gives all that was printed so far.
    fn run(&mut self, lines: &str) -> String {
        self.asked += 1;
        let end = format!("lines {} ended", self.asked);
        let input = self.child.stdin.as_mut().unwrap();
        writeln!(input, "{lines}\n?e {end}").unwrap();
        input.flush().unwrap();
        let until = Instant::now() + LIMIT;
        loop {
            let printed = String::from_utf8_lossy(&std::fs::read(&self.output).unwrap()).into_owned();
            if printed.lines().any(|line| line.ends_with(&end)) {
                return printed;
            }
            assert!(Instant::now() < until, "{lines}: {printed}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn client(&self, command: &str) -> String {
        web::post(self.port, command, &[("Accept", "application/json")]).text()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = Pid::from_raw(self.child.id().cast_signed()).map(|pid| kill_process_group(pid, Signal::KILL));
        let _ = self.child.wait();
    }
}

/// The listings of the table that come as commands, as the pages have them.
fn scripts() -> BTreeSet<String> {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands");
    let mut names = BTreeSet::new();
    for page in std::fs::read_dir(pages).unwrap() {
        let text = std::fs::read_to_string(page.unwrap().path()).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("| `")) {
            let usage = line.split(['`', ' ']).next().unwrap();
            match usage.split_once('[') {
                Some((name, modes)) if modes.contains('*') => drop(names.insert(format!("{name}*"))),
                None if usage.contains('*') => drop(names.insert(usage.to_owned())),
                _ => {}
            }
        }
    }
    names
}

/// What a client leaves: `EVIL` is a line that makes a file, `CODED` the same in base64.
const LEFT: &[&str] = &[
    "'CC ;EVIL",
    "CCu base64:CODED @ 4",
    "'@8'CC x\\nEVIL",
    "'@16'Ct int;EVIL",
    "'@24'Cf 8 xx;EVIL",
    "'@32'Cm 4 a;EVIL",
    "'@40'Cr 8 EVIL",
    "'cw 0 4 EVIL",
    "$quoted=\"EVIL\"",
    "$escaped=ESCAPED",
    "$program=!touch MARK",
    "$data=base64:CODED",
    "$mine=EVIL",
    "(mine;EVIL)",
    "(left;!touch MARK)",
    "(other a;?e x > MARK)",
    "k a=ESCAPED",
    "'k b=EVIL",
    "f x 4 4;'fN x y;EVIL",
    "'fC x EVIL",
    "'fa z EVIL",
    "'ft tag EVIL",
    "'f a;EVIL",
    "'fs b;EVIL",
    "'CS b;EVIL",
    "'fz c;EVIL",
    "'e search.prefix=a;EVIL",
    "'e asm.os=a;EVIL",
    "'e anal.fcnprefix=a;EVIL",
    "'pf.a xx b;EVIL",
    "'td struct a { int b; };EVIL",
    "'omn 0 a;EVIL",
    "'w EVIL",
    "'yw EVIL",
    ",h s a",
    "',r \"EVIL\"",
    "'agn a EVIL",
    "'afn a;EVIL",
    "'axd 4 EVIL",
    "'e cmd.prompt=EVIL",
    "'e cmd.bp=EVIL",
];

/// How an owner may come to run it, besides the listings.
const REPLAYED: &[&str] = &[
    ".$*",
    "$quoted",
    "$escaped",
    "$program",
    "$data",
    ".$quoted",
    ".$data",
    "$data|.",
    ".cat $data",
    ".(*",
    ".(left)",
    ".(other 1)",
    "cw",
    ".cw",
    "cwj",
    ".sC*",
    ".CC",
    ".CC.",
    ".k a",
    ".k b",
    ".k *",
    ".ps",
    ".psz",
    ".ys",
    ".yp",
    ".fn",
    ".,",
    ".ft tag",
    ".e search.prefix",
    ".e asm.os",
    "$x=`CC.`;$x;.$x",
    "CC. > $y;.$y;$y|.",
    "(x;`psz`);.(x)",
    "psz > $z;.$*;.$z",
    "`psz`",
    "?e `psz` | .",
    "!`psz`",
    "!echo `psz` > MARK",
    "!!echo `psz` > MARK",
    "?e x > `psz`MARK",
    "?e x | `psz`",
    ". `psz`",
    "@@c:psz",
    "?e `$data`@@==`psz`",
    "pd 4",
    "px 16",
];

#[test]
fn what_a_client_left_stays_a_clients() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let own = folder.path().join("own");
    let mark_text = mark.display().to_string();
    let mut owner = Owner::start(folder.path());
    owner.run(&format!("$mine=!touch {0};(mine;!touch {0})", own.display()));
    let scripts = scripts();
    assert!(scripts.len() > 40 && scripts.contains("cw*"), "{scripts:?}");
    for evil in
        [format!("?e x > {mark_text}"), format!("!touch {mark_text}"), format!("`!touch {mark_text}`")]
    {
        let escaped: String =
            evil.chars().flat_map(|c| ";>|`".contains(c).then_some('\\').into_iter().chain([c])).collect();
        let coded = base64::engine::general_purpose::STANDARD.encode(&evil);
        for left in LEFT {
            let left = left.replace("ESCAPED", &escaped).replace("EVIL", &evil).replace("CODED", &coded);
            owner.client(&left.replace("MARK", &mark_text));
            assert!(!mark.exists(), "a client ran {left}");
        }
        let listings = scripts.iter().flat_map(|name| [format!(".{name}"), format!("{name}|.")]);
        let others = REPLAYED.iter().map(|line| line.replace("MARK", &mark_text));
        for line in listings.chain(others) {
            let printed = owner.run(&line);
            assert!(!mark.exists(), "{line}: {}", &printed[printed.len().saturating_sub(400)..]);
        }
    }
    // What the owner left is the owner's still, and so is what the owner types.
    assert!(!own.exists());
    owner.run("$mine");
    assert!(own.exists());
    std::fs::remove_file(&own).unwrap();
    owner.run(".(mine)");
    assert!(own.exists());
    let told = owner.run(".sC*");
    assert!(told.contains("no script"), "{told}");
}

/// A server with a token, and a client who has it.
fn served(folder: &Path) -> (Server, impl Fn(&str) -> String) {
    let token = folder.join("token");
    std::fs::write(&token, "0123456789abcdef0123\n").unwrap();
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let server = Server::start(|port| {
        let mut command = support::farad(folder);
        command.args(["-e", "http.auth=true", "-e", &format!("http.authfile={}", token.display())]);
        command.args(["-e", "rap.idle=77", "-q", "-c", &format!("=h {port}"), "malloc://64"]);
        command
    });
    let server = server.unwrap();
    let port = server.port;
    let headers = [("Authorization", "Bearer 0123456789abcdef0123"), ("Accept", "application/json")];
    (server, move |command: &str| web::post(port, command, &headers).text())
}

#[test]
fn a_client_changes_no_policy_in_any_way() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, client) = served(folder.path());
    let refused = |text: &str| text.replace(": ", ":").contains("\"ok\":false");
    for command in [
        "e-http.auth",
        "e- http.auth",
        "e-",
        "e http.auth=false",
        "e.http.auth=false",
        "e,http.auth=false,http.shell=true",
        "e! http.auth",
        "'e http.auth=false",
        "\"e http.auth=false\"",
        "?e x @e:http.auth=false",
        "?e `e http.auth=false`",
        ".?e e http.auth=false",
        "$a=e http.auth=false;$a",
        "(a;e http.auth=false);.(a)",
        "?e 0 @@==`e-http.auth`",
        "er http.shell",
        "er hex.cols",
        "er http.auth",
        "e rap.idle=0",
        "e-rap.idle",
        "e http.timeout=0",
        "e dbg.onlost=kill",
        "e cfg.sandbox=true",
        "e file.info=false",
    ] {
        let told = client(command);
        assert!(refused(&told), "{command}: {told}");
    }
    assert!(client("e http.auth;e rap.idle").contains("true\\n77"), "{}", client("e http.auth;e rap.idle"));
    // What it may set it may put back, and is told of the rest.
    assert!(client("e hex.cols=8;e-;e hex.cols").contains("16\\n"));
    assert!(client("e-").contains("http.auth"), "{}", client("e-"));
}
