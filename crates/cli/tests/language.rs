//! The language from outside: chains and redirections, files that are run whatever they are called, and scripts of other
//! languages, which ask the session that started them.
#![allow(clippy::print_stdout)]

mod support;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::process::{self, End, Finished};
use support::{farad, peer};

const LIMIT: Duration = Duration::from_secs(30);

/// Asks as r2pipe does, without it: a command has no end of its own, an answer ends with a NUL.
const ASK: &str = r#"
import os
def ask(command):
    os.write(int(os.environ["R2PIPE_OUT"]), command.encode())
    answer = b""
    while not answer.endswith(b"\0"):
        answer += os.read(int(os.environ["R2PIPE_IN"]), 4096)
    return answer[:-1].decode()
"#;

fn run(folder: &Path, words: &[&str]) -> Finished {
    process::run(farad(folder).args(words), None, LIMIT)
}

/// What commands print and how farad ends.
fn typed(commands: &str) -> (String, End) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let done = run(folder.path(), &["-qc", commands, "-"]);
    (done.out(), done.end)
}

#[test]
fn what_runs_next_hangs_on_what_ran_last() {
    for (line, wanted, end) in [
        ("?e a && ?e b", "a\nb\n", 0),
        ("nosuch_ && ?e b", "", 1),
        ("nosuch_ || ?e c", "c\n", 0),
        ("?e a || ?e b", "a\n", 0),
        ("nosuch_ && ?e b || ?e c", "c\n", 0),
        ("?e a || ?e b && ?e c", "a\nc\n", 0),
        ("nosuch_ && ?e b; ?e c", "c\n", 1),
        ("s nowhere_ @ 4~x || ?e c~c", "c\n", 0),
        ("?e `nosuch_` && ?e b", "\n", 1),
        ("(;nosuch_)() || ?e c", "c\n", 0),
        ("nosuch_ 2> /dev/null || nosuch_ 2> /dev/null && ?e b", "", 1),
        ("?e a | cat; ?e b && !!false && true", "a\nb\n", 0),
    ] {
        assert_eq!(typed(line), (wanted.to_owned(), End::Exit(end)), "{line}");
    }
}

#[test]
fn output_and_reports_are_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let done = run(
        folder.path(),
        &[
            "-qc",
            "?e one > out 2> err;nosuch_ >> out 2>> err;nosuch_2 2>> err >> out;?e two >> out 2>> err",
            "-",
        ],
    );
    assert_eq!((done.out(), done.err()), (String::new(), String::new()));
    assert_eq!(read("out"), "one\ntwo\n");
    assert_eq!(
        read("err").lines().filter(|line| line.contains("no command 'nosuch_")).count(),
        2,
        "{}",
        read("err")
    );
    let done = run(
        folder.path(),
        &["-qc", "nosuch_ 2>&1~nosuch~?;nosuch_ > both 2>&1;nosuch_ > /no/such/folder/f 2> e3", "-"],
    );
    assert_eq!(done.out(), "1\n");
    assert!(read("both").contains("nosuch_") && read("e3").contains("/no/such/folder/f"));
    assert!(done.err().is_empty(), "{}", done.err());
}

#[test]
fn macros_need_no_name_and_quoted_commands_no_separator() {
    for (line, wanted) in [
        ("(;?e in;s 8)();s", "in\n0x8\n"),
        ("(;?e $1 $0)(a b)~b", "b a\n"),
        ("(;?e in)() > /dev/null;(*", ""),
        ("\"?e a\"\"?e b;c\"~b", "a\nb;c\n"),
        ("?e \"a\"\"b\"", "ab\n"),
        ("?e a|E", "YQo=\n"),
        ("?e YQo=|D", "a\n"),
        ("?e hi|J~{res}", "hi\n\n"),
        ("nosuch_|J~{error}", "true\n"),
        ("nosuch_|J~{logs[0].type}", "ERROR\n"),
    ] {
        let printed = typed(line).0;
        assert_eq!(printed.trim_end(), wanted.trim_end(), "{line}");
    }
}

#[test]
fn a_file_is_run_whatever_it_is_called() {
    let names: [&[u8]; 9] = [
        b"plain",
        b"\";?e OUTSIDE;\".r2",
        b"it's a b.r2",
        b"-dash",
        b"`?e OUTSIDE`",
        b"$(?e OUTSIDE)",
        b"a\n?e OUTSIDE\n",
        b"a && ?e OUTSIDE > x # @ 4~b|c",
        b"\xff\xfe.r2",
    ];
    for name in names {
        let folder = tempfile::tempdir().unwrap();
        let name = OsStr::from_bytes(name);
        std::fs::write(folder.path().join(name), "\u{feff}?e INSIDE\r\ns 8\n").unwrap();
        for flag in ["-i", "-I"] {
            let mut command = farad(folder.path());
            let flag_words: [&OsStr; 2] = [flag.as_ref(), name];
            command.arg("-q").args(flag_words).args(["-c", "?e then", "--"]);
            let done = process::run(&mut command, None, LIMIT);
            assert_eq!(done.out(), "INSIDE\nthen\n", "{flag} {name:?}: {}", done.err());
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{name:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let done = run(folder.path(), &["-qi", "no such;?e OUTSIDE", "--"]);
    assert_eq!((done.out(), done.end), (String::new(), End::Exit(1)));
    assert!(done.err().contains("no such;?e OUTSIDE"), "{}", done.err());
}

#[test]
fn an_rc_file_is_run_in_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("a \";?e OUTSIDE;\"");
    std::fs::create_dir_all(config.join("farad")).unwrap();
    std::fs::write(config.join("farad/rc"), "?e INSIDE").unwrap();
    let mut command = Command::new(support::farad_path());
    command.args(["-qc", "?e then", "--"]).env("XDG_CONFIG_HOME", &config);
    assert_eq!(process::run(&mut command, None, LIMIT).out(), "INSIDE\nthen\n");
}

#[test]
fn a_script_is_no_list_of_commands() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("v", "untouched");
    write("x.py", "w = [1, 2]\nprint('from python')\n");
    write("noname", "import os\nw = [1, 2]\n");
    write("x.zig", "w = 1\n");
    write("sh", "#!/bin/sh\necho from sh $1\n");
    write("gone", "#!/no/such/program\nw 1\n");
    for (words, printed, reported) in [
        (&["-w", "-qi", "x.py", "v"][..], "from python\n", ""),
        (&["-w", "-qc", ". x.py", "v"], "from python\n", ""),
        (&["-w", "-qi", "noname", "v"], "", "Python"),
        (&["-w", "-qi", "x.zig", "v"], "", "Zig"),
        (&["-w", "-qi", "sh", "v"], "from sh\n", ""),
        (&["-w", "-qi", "gone", "v"], "", "/no/such/program"),
        (&["-w", "-qi", "v.bin", "v"], "", "not text"),
        (&["-qc", "#!sh sh one", "v"], "from sh one\n", ""),
        (&["-qc", "#!pipe echo piped;?e then", "v"], "piped\nthen\n", ""),
        (&["-qc", "#!klingon x", "v"], "", "klingon"),
    ] {
        std::fs::write(folder.path().join("v.bin"), b"w 1\0\n").unwrap();
        let done = run(folder.path(), words);
        assert_eq!(done.out(), printed, "{words:?}: {}", done.err());
        assert!(done.err().contains(reported), "{words:?}: {}", done.err());
        assert_eq!(done.end, End::Exit(u8::from(!reported.is_empty()).into()), "{words:?}");
    }
    assert_eq!(std::fs::read(folder.path().join("v")).unwrap(), b"untouched");
    let mut command = farad(folder.path());
    command.args(["-qi", "x.py", "v"]).env("PATH", "/no/such/folder");
    let done = process::run(&mut command, None, LIMIT);
    assert!(done.err().contains("x.py") && done.err().contains("python3"), "{}", done.err());
}

#[test]
fn a_script_asks_the_session_that_started_it() {
    let folder = tempfile::tempdir().unwrap();
    let body = r#"
print([ask("?e hi")], [ask("s 0x10")], [ask("s")], [ask("\n")])
print(all(ask(f"?v {i}").strip() == hex(i) for i in range(2000)))
print(len(ask("p8 0x100000 @e:io.0xff=0").strip()))
print([ask("?e " + "a" * 100000)] == ["a" * 100000 + "\n"], [ask("?e b\n")])
print([ask("nosuch_")], [ask("pr 4")])
"#;
    std::fs::write(folder.path().join("x.py"), format!("{ASK}{body}")).unwrap();
    let done = run(folder.path(), &["-qi", "x.py", "-c", "s", "malloc://0x100000"]);
    let wanted = "['hi\\n'] [''] ['0x10\\n'] ['']\nTrue\n2097152\nTrue ['b\\n']\n[''] ['']\n0x10\n";
    assert_eq!(done.out(), wanted, "{}", done.err());
    assert!(done.err().contains("nosuch_"), "{}", done.err());
    // What a script prints is the command's output, and one may run another.
    std::fs::write(folder.path().join("y.py"), format!("{ASK}print('got', ask('. z.py').strip())")).unwrap();
    std::fs::write(folder.path().join("z.py"), format!("{ASK}print('deep', ask('?v $$').strip())")).unwrap();
    let done = run(folder.path(), &["-qc", ". y.py @ 8~got;. y.py > f;cat f", "-"]);
    assert_eq!(done.out(), "got deep 0x8\ngot deep 0x0\n", "{}", done.err());
    // A failure of the script is one of the command.
    std::fs::write(folder.path().join("bad.py"), "raise SystemExit(3)").unwrap();
    let done = run(folder.path(), &["-qc", ". bad.py || ?e failed", "-"]);
    assert_eq!((done.out(), done.end), ("failed\n".to_owned(), End::Exit(0)));
    assert!(done.err().contains("bad.py ended with status 3"), "{}", done.err());
}

#[test]
fn an_interrupt_ends_a_script() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.py"), "import time\nprint('up', flush=True)\ntime.sleep(100)")
        .unwrap();
    let mut command = farad(folder.path());
    // SIGINT goes to farad alone, as from another terminal.
    let script = format!(
        "{} -N -qi x.py -c '?e after' - & sleep 2; kill -INT $!; wait",
        support::farad_path().display()
    );
    command = {
        let mut shell = Command::new("sh");
        shell.arg("-mc").arg(script).current_dir(folder.path()).process_group(0);
        drop(command);
        shell
    };
    let start = Instant::now();
    let done = process::run(&mut command, None, LIMIT);
    assert!(start.elapsed() < Duration::from_secs(20), "{}", done.err());
    assert!(done.err().to_lowercase().contains("interrupt"), "{} {}", done.out(), done.err());
}

#[test]
fn settings_that_are_not_here_keep_nobody_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["-e", "bin.cache=true", "-e", "no.such.setting=1", "-e", "hex.cols=8", "-qc", "e hex.cols"];
    let done = run(folder.path(), &words);
    assert_eq!((done.out(), done.end), ("8\n".to_owned(), End::Exit(0)), "{}", done.err());
    assert!(done.err().contains("no.such.setting") && done.err().contains("bin.cache"), "{}", done.err());
    assert!(!done.err().contains("did you mean"), "{}", done.err());
    let done = run(folder.path(), &["-e", "hex.cols=many", "-qc", "?e started"]);
    assert!(done.out().is_empty() && done.err().contains("hex.cols"), "{}", done.err());
}

#[test]
fn run_profiles_are_followed_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("p.rr2"), "arg1=\"x y\"\narg2=:4142\n# c\n").unwrap();
    std::fs::write(folder.path().join("a"), "of a file").unwrap();
    let shell = ["-d", "--", "/bin/sh", "-c", "for i; do echo \"($i)\"; done", "0"];
    let told = |words: &[&str]| {
        let words: Vec<&str> = words.iter().chain(&["-qc", "dc"]).chain(&shell).copied().collect();
        run(folder.path(), &words)
    };
    for (words, wanted) in [
        (&["-R", "arg4=a,b"][..], "(a,b)\n"),
        (&["-R", "arg4=\"x y\"", "-R", "arg5=:4142"], "(x y)\n(AB)\n"),
        (&["-R", "arg4=a,arg5=b"], "(a,arg5=b)\n"),
        (&["-e", "dbg.profile=arg4=a,arg5=b"], "(a)\n(b)\n"),
        (&["-R", "arg4=@a", "-R", "arg5=@4@xy", "-R", "arg6=!echo out"], "(of a file)\n(xyxy)\n(out)\n"),
    ] {
        let done = told(words);
        assert_eq!(done.out(), wanted, "{words:?}: {}", done.err());
    }
    for (words, reported) in [
        (&["-r", "/no/such.rr2"][..], "/no/such.rr2"),
        (&["-e", "dbg.profile=no.rr2"], "no.rr2"),
        (&["-R", "timeout=3"], "timeout"),
        (&["-R", "colour=red"], "colour"),
        (&["-R", "arg4=\"x"], "never closed"),
    ] {
        let done = told(words);
        assert!(
            done.out().is_empty() && done.err().contains(reported),
            "{words:?}: {} {}",
            done.out(),
            done.err()
        );
    }
    let done = run(folder.path(), &["-r", "p.rr2", "-qc", "dc", "-d", "/bin/echo"]);
    assert_eq!(done.out(), "x y AB\n", "{}", done.err());
}

#[test]
#[ignore = "needs r2pipe: run ./test"]
fn r2pipe_opens_the_session_that_started_it() {
    let folder = support::inputs();
    let python = "import r2pipe\nr2 = r2pipe.open()\nprint([r2.cmd('?e hi')], r2.cmdj('ij')['core']['fd'] > 0)\n\
                  print(all(r2.cmd(f'?v {i}').strip() == hex(i) for i in range(500)))\n";
    std::fs::write(folder.path().join("x.py"), python).unwrap();
    let node = "const r2pipe = require('r2pipe');\nr2pipe.open((err, r2) => {\n  if (err) throw err;\n  \
                r2.cmd('?e from node', (err, out) => { console.log([out.trim()]); r2.quit(); });\n});\n";
    std::fs::write(folder.path().join("x.js"), node).unwrap();
    let python: OsString = peer::installed("FARAD_PYTHON");
    let mut bin = Path::new(&python).parent().unwrap().as_os_str().to_owned();
    bin.push(":");
    bin.push(std::env::var_os("PATH").unwrap());
    for (script, wanted) in [("x.py", "['hi\\n'] True\nTrue\n"), ("x.js", "[ 'from node' ]\n")] {
        let mut command = farad(folder.path());
        command.args(["-qi", script, "vault.x86_64.elf"]);
        command.env("PATH", &bin).env("NODE_PATH", peer::installed("FARAD_NODE"));
        let done = process::run(&mut command, None, LIMIT);
        assert_eq!(done.out(), wanted, "{script}: {}", done.err());
    }
}
