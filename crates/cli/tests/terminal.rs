//! farad at a terminal that tmux keeps: what is typed ahead, programs, the pager, stops, ^C at every wait, windows of other
//! sizes. Each test waits for what the screen should show, never for a time.
//!
//! `./test` installs tmux, less and vim, and runs these when they are there.

mod support;

use std::fmt::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long the screen may take to show something.
const LIMIT: Duration = Duration::from_secs(30);

/// A terminal of its own, with a program in it and a scratch folder.
struct Screen {
    name: String,
    folder: tempfile::TempDir,
}

impl Screen {
    /// A terminal of 100 columns and 24 rows with farad, at its first prompt.
    fn farad(words: &str) -> Screen {
        let screen = Screen::of(&format!("exec {}", farad_line(words)));
        screen.wait_prompt();
        screen
    }

    /// One with a shell, whose prompt is `sh> `.
    fn shell() -> Screen {
        let screen = Screen::of("exec env PS1='sh> ' bash --norc");
        screen.wait_shell();
        screen
    }

    fn of(line: &str) -> Screen {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("farad-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let screen = Screen { name, folder: tempfile::tempdir().expect("a scratch folder") };
        let state = screen.folder.path().join("state");
        let state = state.to_str().expect("a path of text");
        let line = format!("LC_ALL=C.UTF-8 XDG_STATE_HOME={state} LESS= LESSHISTFILE=- TERM=screen {line}");
        screen.tmux(&["new-session", "-d", "-x", "100", "-y", "24", &line]);
        screen
    }

    fn tmux(&self, words: &[&str]) -> Output {
        let mut command = Command::new("tmux");
        command.args(["-u", "-f", "/dev/null", "-L", &self.name]).args(words).current_dir(self.folder.path());
        let output = command.output().expect("tmux (./test installs it)");
        assert!(output.status.success(), "tmux {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Types characters as they are, in one write.
    fn send(&self, text: &str) {
        let hex: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut words = vec!["send-keys", "-H"];
        words.extend(hex.iter().map(String::as_str));
        self.tmux(&words);
    }

    /// Types a line.
    fn line(&self, text: &str) {
        self.send(&format!("{text}\r"));
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// Waits until the screen is as it should be.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + LIMIT;
        loop {
            let text = self.text();
            if holds(&text) {
                return text;
            }
            assert!(Instant::now() < until, "the screen never shows {what}:\n{text}");
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    #[track_caller]
    fn wait(&self, wanted: &str) -> String {
        self.until(&format!("{wanted:?}"), |text| text.contains(wanted))
    }

    /// Waits for a line that is this and no more.
    #[track_caller]
    fn wait_line(&self, wanted: &str) -> String {
        self.until(&format!("the line {wanted:?}"), |text| text.lines().any(|line| line.trim_end() == wanted))
    }

    /// Waits until the last line is a prompt with nothing behind it.
    #[track_caller]
    fn wait_prompt(&self) -> String {
        self.until("a prompt", |text| text.trim_end().ends_with("]>"))
    }

    /// Waits until the last line is the shell's prompt.
    #[track_caller]
    fn wait_shell(&self) -> String {
        self.until("the shell", |text| text.trim_end().ends_with("sh>"))
    }

    /// That the prompt is there and runs what is typed: `word` is printed.
    #[track_caller]
    fn runs(&self, word: &str) {
        self.line(&format!("?e {word}"));
        self.wait_line(word);
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What a file of the folder holds, once it has so many lines.
    #[track_caller]
    fn lines_of(&self, file: &str, count: usize) -> Vec<String> {
        let until = Instant::now() + LIMIT;
        loop {
            let text = std::fs::read_to_string(self.path().join(file)).unwrap_or_default();
            if text.lines().count() >= count {
                return text.lines().map(str::to_owned).collect();
            }
            assert!(Instant::now() < until, "{file} has too few lines:\n{text}\n{}", self.text());
            std::thread::sleep(Duration::from_millis(25));
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = Command::new("tmux").args(["-L", &self.name, "kill-server"]).output();
    }
}

fn farad_line(words: &str) -> String {
    format!("{} -N -e scr.color=0 {words}", support::farad_path().display())
}

#[test]
#[ignore = "needs tmux"]
fn lines_typed_ahead_run_in_order() {
    let screen = Screen::farad("-");
    screen.send("?e A1\r?e A2\r?e A3\r");
    screen.wait_line("A3");
    // While a command runs, a program does, and one that reads some of them. Nothing is shown twice.
    screen.send("sleep 1\r?e B1\r");
    screen.send("?e B2 a line\x7f\x7f\x7f\x7fwith blanks\r");
    screen.wait_line("B2 a with blanks");
    screen.send("!sleep 1\r?e C1\r");
    screen.send("?e C2\r");
    screen.wait_line("C2");
    screen.send("!head -n 1\rfor the program\r");
    screen.wait_line("for the program");
    screen.line("!cat");
    screen.wait("]> !cat\n");
    screen.send("one\rtwo\r");
    screen.until("both lines twice", |text| {
        text.matches("\none\n").count() == 2 && text.matches("\ntwo\n").count() == 2
    });
    screen.send("\x04?e D1\r");
    let text = screen.wait_line("D1");
    let order = ["A1", "A2", "A3", "B1", "B2 a with blanks", "C1", "C2", "for the program", "D1"];
    let found: Vec<&str> = text.lines().filter(|line| order.contains(line)).collect();
    let wanted: Vec<&str> = order.into_iter().filter(|word| text.lines().any(|line| line == *word)).collect();
    let without_echo: Vec<&str> = found.iter().copied().filter(|line| *line != "for the program").collect();
    assert!(without_echo.iter().eq(wanted.iter().filter(|word| **word != "for the program")), "{text}");
    assert_eq!(text.matches("?e B1").count(), 1, "shown once: {text}");
}

#[test]
#[ignore = "needs tmux"]
fn pastes_run_whole_and_in_order() {
    let screen = Screen::farad("malloc://64K");
    let mut expected = Vec::new();
    for (round, mode) in ["-dp", "-d"].into_iter().enumerate() {
        let mut text = String::new();
        for index in 0..200 {
            writeln!(text, "?e paste {round} {index}\t{} >> log", "x".repeat(index % 120)).expect("text");
            expected.push(format!("paste {round} {index}"));
        }
        if mode == "-d" {
            // Without marks a tab is a key.
            text = text.replace('\t', " ");
        }
        let file = screen.path().join("paste");
        std::fs::write(&file, &text).expect("a file");
        screen.tmux(&["load-buffer", file.to_str().expect("a path of text")]);
        if round == 1 {
            screen.line("sleep 1");
        }
        screen.tmux(&["paste-buffer", mode]);
        let lines = screen.lines_of("log", expected.len());
        let lines: Vec<String> =
            lines.iter().map(|line| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines, expected);
    }
    // A paste that ends within a line waits there.
    screen.tmux(&["set-buffer", "?e whole\n?e half"]);
    screen.tmux(&["paste-buffer", "-dp"]);
    screen.wait("]> ?e half");
    screen.line(" line");
    screen.wait_line("half line");
    // A line that is longer than the system keeps of one.
    let long = "41".repeat(6000);
    screen.send("sleep 1\r");
    for part in long.as_bytes().chunks(500) {
        screen.send(std::str::from_utf8(part).expect("digits"));
    }
    screen.send("\x01wx \x05\rp8 1 @ 5999\r");
    screen.wait_line("41");
}

#[test]
#[ignore = "needs tmux"]
fn programs_have_the_terminal() {
    let screen = Screen::shell();
    screen.line(&farad_line("malloc://64K"));
    screen.wait_prompt();
    screen.line("!tty");
    screen.wait("\n/dev/pts/");
    // Its group is the one in the foreground.
    screen.line("!ps -o pgid=,tpgid= -p $$ | awk '{ print $1 == $2 ? \"in front\" : \"behind\" }'");
    screen.wait_line("in front");
    // Collected, it is no terminal.
    screen.line("!!test -t 1 || echo collected");
    screen.wait_line("collected");
    screen.line("!test -t 1 && echo shown~shown");
    screen.runs("none");
    assert!(!screen.text().lines().any(|line| line == "shown"));
    // However a program ends and whatever it did to the terminal, lines are edited as before.
    for program in ["stty raw -echo", "kill -9 $$", "stty -icanon; kill $$", "sh -ic 'kill -9 $$'", "nosuch"]
    {
        screen.line(&format!("!{program}"));
        screen.send("?e mendee\x7fd\r");
        screen.wait_line("mended");
        screen.line("!stty -a | grep -o -w -e -icanon -e -echo | wc -l");
        screen.wait_line("0");
        screen.send("\x0c");
        screen
            .until("an empty screen", |text| text.trim().ends_with("]>") && text.trim().lines().count() == 1);
    }
    screen.line("!less /etc/passwd");
    screen.until("a file", |text| text.trim_end().ends_with("/etc/passwd"));
    screen.send("q");
    screen.runs("after-less");
    screen.line("px 4K | less");
    screen.until("a page", |text| text.trim_end().ends_with(':'));
    // ^C is the pager's alone, and stops go through to the shell.
    screen.send("\x03");
    screen.send("\x1a");
    screen.wait_shell();
    screen.line("echo in the $((6*7)) shell");
    screen.wait_line("in the 42 shell");
    screen.line("fg");
    screen.until("the page again", |text| text.trim_end().ends_with(':') && !text.contains("sh> "));
    screen.send("q?e after-fg\r");
    screen.wait_line("after-fg");
    screen.line("!vi -u NONE file");
    screen.wait("\"file\"");
    screen.send("iwritten\x1b\x1a");
    screen.wait_line("in the 42 shell");
    screen.line("fg");
    screen.until("vi again", |text| text.starts_with("written"));
    screen.send("\x1b:wq\r");
    screen.wait_prompt();
    screen.runs("after-vi");
    assert_eq!(std::fs::read_to_string(screen.path().join("file")).expect("what vi wrote"), "written\n");
    // A pager that is left ends what nobody will see; one that reads no keys takes all.
    screen.line("px 40M @e:io.0xff=1 | head -n 1; ?e then");
    screen.wait_line("then");
    screen.line("!sh");
    screen.wait_shell();
    screen.line("exit 3");
    screen.wait_prompt();
    screen.line("q");
    screen.wait_shell();
}

#[test]
#[ignore = "needs tmux"]
fn stops_and_going_on_lose_nothing() {
    for shell in ["bash --norc", "dash -i"] {
        let screen = Screen::of(&format!("exec env PS1='sh> ' {shell}"));
        screen.wait_shell();
        screen.line(&farad_line("-"));
        screen.wait_prompt();
        screen.send("?e half");
        screen.wait("?e half");
        screen.send("\x1a");
        screen.wait_shell();
        screen.line("stty -a | grep -o -w -e -icanon -e -echo | wc -l");
        screen.wait_line("0");
        screen.line("fg");
        screen.until("the line again", |text| text.trim_end().ends_with("]> ?e half"));
        screen.line("-done");
        screen.wait_line("half-done");
        // While a command runs.
        screen.line("sleep 2;?e slept");
        screen.wait("]> sleep 2;?e slept\n");
        screen.send("\x1a");
        screen.wait_shell();
        screen.line("echo typed and shown");
        screen.wait("sh> echo typed and shown");
        screen.line("fg");
        screen.wait_line("slept");
        screen.runs("again");
        // In farad's own pager.
        screen.line("px 4K~..");
        screen.wait("lines 1-23");
        screen.send("\x1a");
        screen.wait_shell();
        screen.line("fg");
        screen.wait("lines 1-23");
        screen.send("q?e left\r");
        screen.wait_line("left");
    }
    // Where no shell could let it go on, nothing stops.
    let screen = Screen::farad("-");
    screen.send("\x1a?e on\r");
    screen.wait_line("on");
    screen.line("!sleep 1; echo slept");
    screen.wait("]> !sleep 1; echo slept\n");
    screen.send("\x1a");
    screen
        .until("its end", |text| text.lines().any(|line| line.ends_with("slept") && !line.contains("echo")));
    screen.runs("still-on");
}

#[test]
#[ignore = "needs tmux"]
fn every_wait_ends_at_an_interrupt() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("its number").port();
    let screen = Screen::farad("malloc://64K");
    let waits = [
        ("sleep 100".to_owned(), ""),
        ("!sleep 100".to_owned(), ""),
        ("!!sleep 100".to_owned(), ""),
        ("?e `!!sleep 100`".to_owned(), ""),
        ("px | sleep 100".to_owned(), ""),
        ("px | cat; sleep 100".to_owned(), ""),
        ("?e x~..;sleep 100".to_owned(), ""),
        ("!cat".to_owned(), ""),
        (format!("=+ rap://127.0.0.1:{port}/"), ""),
        (format!("o rap://127.0.0.1:{port}/x"), ""),
        (format!("=+ http://127.0.0.1:{port}/"), ""),
        ("99999999 ?e x > /dev/null".to_owned(), ""),
        ("px 8K~..".to_owned(), "lines 1-23"),
        ("???".to_owned(), "lines 1-23"),
        ("?i a question".to_owned(), "a question"),
        ("(forever;sleep 1;.(forever));.(forever)".to_owned(), ""),
        ("sleep 100 @@= 1 2 3".to_owned(), ""),
    ];
    for (index, (line, shown)) in waits.iter().enumerate() {
        screen.line(line);
        if shown.is_empty() {
            let head: String = line.chars().take(60).collect();
            screen.wait(&format!("]> {head}"));
            // Until it runs, ^C is a key of the line behind it; nothing on the screen tells.
            std::thread::sleep(Duration::from_millis(400));
        } else {
            screen.wait(shown);
        }
        screen.send("\x03");
        screen.wait_prompt();
        screen.runs(&format!("free-{index}"));
        screen.send("\x0c");
        screen.until("an empty screen", |text| text.trim().lines().count() == 1);
    }
    // At the prompt, in a search of the history, and in completion's question.
    screen.send("?e dropped\x03?e kept\r");
    screen.wait_line("kept");
    screen.send("\x12free");
    screen.wait("(reverse-i-search)`free'");
    screen.send("\x03?e searched\r");
    screen.wait_line("searched");
    screen.send("p\t\t");
    screen.wait("possibilities? (y or n)");
    screen.send("\x03?e answered\r");
    screen.wait_line("answered");
    for leaves in ["\r", "\x1b", "n"] {
        screen.send("\x0cp\t\t");
        screen.wait("possibilities? (y or n)");
        screen.send(leaves);
        screen.until("the line", |text| text.trim_end().ends_with("]> p"));
        screen.send("d 1 @ 0~:0\x15?e gone-on\r");
        screen.wait_line("gone-on");
    }
}

#[test]
#[ignore = "needs tmux"]
fn the_pager_can_be_lived_in() {
    let screen = Screen::farad("malloc://64K");
    screen.line("px 4K~..");
    screen.until("the first page", |text| text.contains("lines 1-23 of 257"));
    screen.send("/0x00000800\r");
    screen.until("what is looked for on top", |text| text.starts_with("0x00000800"));
    screen.send("?0x00000100\r");
    screen.until("what is before", |text| text.starts_with("0x00000100"));
    screen.send("/nothing of the kind\r");
    screen.wait("not found");
    screen.send("G");
    screen.wait("(100%) END");
    screen.tmux(&["resize-window", "-x", "70", "-y", "40"]);
    screen.until("a taller window, filled", |text| {
        text.contains("lines 219-257 of 257")
            && text.lines().filter(|line| line.starts_with("0x")).count() == 39
    });
    screen.send("g");
    screen.wait("lines 1-39 of 257");
    // What is typed behind the key that leaves it is the prompt's, which has what it showed before.
    screen.send("q?e `?v $c` `?v $r`\r");
    let text = screen.wait_line("0x46 0x28");
    assert!(text.contains("]> px 4K~.."), "{text}");
    // The first screen comes before the end.
    screen.line("(slow;px 1K;sleep 100);.(slow)~..");
    screen.wait("lines 1-39 of 65");
    screen.wait("more comes");
    screen.send("\x03");
    screen.wait_prompt();
    // What fits is printed.
    screen.line("px 32~..;?e fits");
    screen.wait_line("fits");
    screen.line("?");
    screen.wait("lines 1-39");
    screen.send("q");
    screen.wait_prompt();
    screen.line("px?");
    screen.wait("lines 1-");
    screen.send("q?e helped\r");
    screen.wait_line("helped");
    // A window that changes at the prompt, with a line that takes several rows.
    screen.send(&format!("?e {}", "y".repeat(150)));
    screen.wait(&"y".repeat(60));
    screen.tmux(&["resize-window", "-x", "50", "-y", "30"]);
    screen.send("z\r");
    // The signal of the new size and what is typed reach the prompt in any order.
    for _ in 0..100 {
        screen.send("?e `?v $c`\r");
        screen.wait_prompt();
        if screen.text().lines().any(|line| line.trim_end() == "0x32") {
            return;
        }
    }
    panic!("the new width is never known:\n{}", screen.text());
}

#[test]
#[ignore = "needs tmux"]
fn lists_of_names_are_columns_and_the_locale_draws() {
    let screen = Screen::farad("malloc://64K");
    screen.line("e scr.utf8");
    screen.wait_line("true");
    screen.line("e scr.columns=77;f name.one=1;f name.two=2;f name.three=3");
    screen.send("s name.\t\t");
    screen.until("the names in one row", |text| {
        text.lines()
            .any(|line| line.split_whitespace().collect::<Vec<_>>() == ["name.one", "name.three", "name.two"])
    });
    screen.send("tw\t;s\r");
    screen.wait_line("0x2");
    let is_columns =
        |text: &str| text.lines().any(|line| line.starts_with('p') && line.split_whitespace().count() > 6);
    screen.send("p\t\ty");
    screen.until("columns", is_columns);
    screen.send("\x15\x0c");
    screen.tmux(&["resize-window", "-x", "100", "-y", "12"]);
    screen.send("p\t\ty");
    screen.until("columns of a pager", |text| text.contains("lines 1-11 of") && is_columns(text));
    screen.send("q\x15");
    screen.runs("listed");
    // A setting that was chosen stays, whatever the window does.
    screen.tmux(&["resize-window", "-x", "90", "-y", "30"]);
    let until = Instant::now() + LIMIT;
    while !screen.text().contains("\n77\n30\n") {
        assert!(Instant::now() < until, "{}", screen.text());
        // tmux takes its time to tell the window's program.
        screen.line("e scr.columns;e scr.rows");
        std::thread::sleep(Duration::from_millis(100));
    }
    let screen = Screen::farad("-e scr.utf8=false -");
    screen.line("e scr.utf8");
    screen.wait_line("false");
}

#[test]
#[ignore = "needs tmux"]
fn keys_edit_the_line() {
    let screen = Screen::farad("-");
    for (keys, wanted) in [
        ("?e abc\x02\x02X\x05Y", "aXbcY"),
        ("wrong\x15?e right", "right"),
        ("?e one two\x17\x17?e \x19", "?e one two"),
        ("?e one\x1bb\x1bd\x19\x19", "oneone"),
        ("?e ab\x14", "ba"),
        ("?e \u{e9}\u{4e00}\x7f", "\u{e9}"),
        ("?e deleted\x1b[D\x1b[3~!", "delete!"),
        ("\x10", "delete!"),
        ("\x1b[A\x1b[A\x1b[B?", "delete!?"),
    ] {
        screen.send("\x0c");
        screen.until("an empty screen", |text| text.trim().lines().count() == 1);
        screen.send(&format!("{keys}\r"));
        screen.wait_line(wanted);
    }
    screen.send("\x12right\r");
    screen.until("the line that was found, run", |text| {
        text.ends_with("right\n") || text.contains("\nright\n")
    });
    screen.send("\x04");
    let until = Instant::now() + LIMIT;
    while Command::new("tmux")
        .args(["-L", &screen.name, "has-session"])
        .output()
        .expect("tmux")
        .status
        .success()
    {
        assert!(Instant::now() < until, "^D does not leave");
        std::thread::sleep(Duration::from_millis(25));
    }
}
