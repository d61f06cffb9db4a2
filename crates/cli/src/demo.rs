//! `farad demo`: the main job on real input, each step printed as one can paste it and checked.

mod far;
mod link;
mod sink;

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use farad_shell::out::Out;
use farad_shell::view::Terminal;
use sha2::{Digest, Sha256};

use crate::output::{Reports, Standard};
use crate::run::{self, Runner};
use crate::{completion, prompt};
use far::Far;
use link::Link;
use sink::Sink;

/// There and back over the slow link.
const ROUND_TRIP: Duration = Duration::from_millis(80);
/// How long the search that is interrupted may run.
const PATIENCE: Duration = Duration::from_millis(600);
/// How soon an interrupted command must be over.
const STOPPED: Duration = Duration::from_secs(3);
/// Columns of a command before what it cost.
const COLUMN: usize = 58;

/// Runs the demo; the exit status is 0 when every step did what it should.
///
/// # Errors
/// When the far ends or the link cannot be set up.
pub(crate) fn run() -> Result<u8> {
    let mut demo = Demo { runner: Runner::new(Reports::Error)?, steps: 0, wrong: Vec::new() };
    let files = ["/bin/ls", "/bin/cat"];
    let hosts = [Far::start()?, Far::start()?];
    demo.title("Two hosts on this machine, each a farad of its own with a file opened there");
    demo.tour(&hosts, files)?;
    demo.title("What is printed here can go to any peer");
    let sinks = demo.push()?;
    demo.title("The same over a link of 80 ms: what each command waits for");
    let links = demo.slow(&hosts[0], files[0])?;
    let ok = demo.verdict();
    if ok && io::stdin().is_terminal() && io::stdout().is_terminal() {
        println!("The hosts are still connected: = lists them, =0 pd 5 runs there, q leaves.\n");
        let lines = run::lines(&demo.runner)?;
        let _restored = run::Restored;
        let shared = lines.clone();
        demo.runner.with(move |env| env.view.terminal = Some(Box::new(shared)))?;
        prompt::run(&mut demo.runner, &lines, false)?;
    }
    drop((hosts, sinks, links));
    Ok(u8::from(!ok))
}

struct Demo {
    runner: Runner,
    steps: usize,
    wrong: Vec<String>,
}

/// What a command gave.
struct Answer {
    text: String,
    ok: bool,
    took: Duration,
}

impl Demo {
    fn title(&self, text: &str) {
        println!("\n{}\n{}", text, "-".repeat(text.chars().count()));
    }

    /// Lists, reads, disassembles and seeks on two hosts, and talks to one in a session.
    fn tour(&mut self, hosts: &[Far; 2], files: [&str; 2]) -> Result<()> {
        for (id, (host, file)) in hosts.iter().zip(files).enumerate() {
            self.step(&format!("=+ rap://127.0.0.1:{}/{file}", host.port), |answer| answer.text.is_empty())?;
            self.step(&format!("={id} px 32 @ 0"), |answer| {
                answer.text.contains("7f45 4c46") || answer.text.lines().count() == 3
            })?;
        }
        let ports = [hosts[0].port, hosts[1].port];
        self.step("=", |answer| {
            let lines: Vec<&str> = answer.text.lines().collect();
            lines.len() == 2 && ports.iter().zip(&lines).all(|(port, line)| line.contains(&port.to_string()))
        })?;
        for id in 0..2 {
            self.step(&format!("={id} iS~text"), |answer| answer.text.contains(".text"))?;
            self.step(&format!("={id} pd 4 @ entry0"), |answer| answer.text.contains("entry0"))?;
        }
        let here = self.step("=0 s", |answer| answer.text.starts_with("0x"))?.text;
        self.step("=1 s 0x1000;=1 s;=0 s", |answer| answer.text == format!("0x1000\n{here}"))?;
        self.session()
    }

    /// Opens a `==` session and types into it.
    fn session(&mut self) -> Result<()> {
        let typed = Typed(["s entry0", "pi 2", "q"].map(str::to_owned).into_iter().collect());
        self.runner.with(move |env| env.view.terminal = Some(Box::new(typed)))?;
        self.step("==1", |answer| answer.text.lines().count() == 2)?;
        self.runner.with(|env| env.view.terminal = None)?;
        Ok(())
    }

    /// Pushes output to peers that take it.
    fn push(&mut self) -> Result<Vec<Sink>> {
        self.step("o malloc://1K;w pushed over the network;ps", |answer| {
            answer.text == "pushed over the network\n"
        })?;
        let local = self.quietly("px 64")?;
        let sinks = vec![Sink::tcp()?, Sink::udp()?];
        for (id, (kind, sink)) in ["tcp", "udp"].into_iter().zip(&sinks).enumerate() {
            self.step(&format!("=+ {kind}://127.0.0.1:{}/", sink.port), |answer| answer.text.is_empty())?;
            self.step(&format!("=<{} px 64", id + 2), |answer| answer.text.is_empty())?;
            let received = sink.take();
            let same = received == local;
            println!(
                "# the {kind} peer received {} bytes{}",
                received.len(),
                if same { ", all of it" } else { "" }
            );
            self.check(same, &format!("what the {kind} peer received is not what was pushed"));
        }
        Ok(sinks)
    }

    /// Works over a slow link: the command plane, the IO plane, long replies, ^C.
    fn slow(&mut self, host: &Far, file: &str) -> Result<Vec<Link>> {
        let link = Link::open(host.port, ROUND_TRIP)?;
        let port = link.port;
        self.timed(&link, &format!("=+ slow=rap://127.0.0.1:{port}/{file}"), 3, |answer| {
            answer.text.is_empty()
        })?;
        self.timed(&link, "=@slow pd 3 @ entry0", 1, |answer| answer.text.contains("entry0"))?;
        self.timed(&link, "=@slow iS~text", 1, |answer| answer.text.contains(".text"))?;
        self.timed(&link, &format!("o rap://127.0.0.1:{port}/{file}"), 4, |_| true)?;
        self.timed(&link, "px 32 @ entry0", 2, |answer| answer.text.lines().count() == 3)?;
        self.timed(&link, "px 32 @ entry0", 0, |answer| answer.text.lines().count() == 3)?;
        self.timed(&link, "pd 3 @ entry0", 0, |answer| answer.text.contains("entry0"))?;
        self.timed(&link, "is~?", 0, |answer| answer.text.trim().parse().is_ok_and(|count: u64| count > 0))?;

        let far =
            self.timed(&link, "=@slow p8 50K @ entry0 > $far;?e done", 3, |answer| answer.text == "done\n")?;
        let far_text = self.quietly("$far")?;
        let near_text = self.quietly(&format!("o {file};p8 50K @ entry0"))?;
        let (far_hash, near_hash) = (hash(&far_text), hash(&near_text));
        println!("# {} bytes in {} ms, sha256 {}…", far_text.len(), far.took.as_millis(), &far_hash[..16]);
        println!("# the same command on the file opened here: sha256 {}…", &near_hash[..16]);
        self.check(far_text.len() > 100_000 && far_hash == near_hash, "the long reply is not what was sent");
        self.interrupt(&link, port)?;
        Ok(vec![link])
    }

    /// Interrupts a command at the far end; the next command is answered.
    fn interrupt(&mut self, link: &Link, port: u16) -> Result<()> {
        self.timed(link, &format!("=+ long=rap://127.0.0.1:{port}/malloc://1K"), 3, |answer| {
            answer.text.is_empty()
        })?;
        let cancel = self.runner.cancel();
        let after = std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            cancel.raise();
        });
        let answer = self.answer("=@long sleep 60")?;
        println!(
            "# ^C after {} ms; the prompt was back {} ms later",
            PATIENCE.as_millis(),
            answer.took.saturating_sub(PATIENCE).as_millis()
        );
        let stopped = !answer.ok && answer.took >= PATIENCE && answer.took < PATIENCE + STOPPED;
        self.check(stopped, "the command did not stop at ^C");
        let _ = after.join();
        link.take_trips();
        self.timed(link, "=@long ?e still here", 2, |answer| answer.text == "still here\n")?;
        Ok(())
    }

    /// Runs a command, shown, and checks what it gave.
    fn step(&mut self, command: &str, right: impl FnOnce(&Answer) -> bool) -> Result<Answer> {
        let answer = self.answer(command)?;
        let ok = answer.ok && right(&answer);
        self.check(ok, &format!("'{command}' did not do what it should"));
        Ok(answer)
    }

    /// The same over a link, and says what it cost: at most `most` round trips.
    fn timed(
        &mut self,
        link: &Link,
        command: &str,
        most: u64,
        right: impl FnOnce(&Answer) -> bool,
    ) -> Result<Answer> {
        link.take_trips();
        let answer = self.step(command, right)?;
        let trips = link.take_trips();
        let noun = if trips == 1 { "round trip" } else { "round trips" };
        println!("{:COLUMN$}# {trips} {noun}, {} ms", "", answer.took.as_millis());
        self.check(trips <= most, &format!("'{command}' took {trips} round trips, more than {most}"));
        Ok(answer)
    }

    fn check(&mut self, right: bool, wrong: &str) {
        self.steps += 1;
        if !right {
            println!("# WRONG: {wrong}");
            self.wrong.push(wrong.to_owned());
        }
    }

    /// Runs a command, its prompt and output shown.
    fn answer(&mut self, command: &str) -> Result<Answer> {
        let prompt = self.runner.with(completion::prompt)?;
        println!("{prompt}{command}");
        self.run(command, Some(Standard::new(Reports::Error)))
    }

    /// Runs a command that is not shown and gives what it prints.
    fn quietly(&mut self, command: &str) -> Result<String> {
        let answer = self.run(command, None)?;
        if !answer.ok {
            bail!("'{command}' failed");
        }
        Ok(answer.text)
    }

    fn run(&mut self, command: &str, shown: Option<Standard>) -> Result<Answer> {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let start = Instant::now();
        let ok = self.runner.line_to(command, Box::new(Kept { kept: kept.clone(), shown }))?;
        let took = start.elapsed();
        let bytes = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
        let text = String::from_utf8(bytes).context("a command printed something that is no text")?;
        Ok(Answer { text, ok, took })
    }

    fn verdict(&self) -> bool {
        match self.wrong.as_slice() {
            [] => println!("\n{} checks, all right.", self.steps),
            wrong => println!("\n{} of {} checks failed:\n  {}", wrong.len(), self.steps, wrong.join("\n  ")),
        }
        self.wrong.is_empty()
    }
}

fn hash(text: &str) -> String {
    farad_shell::parse::hex_digits(&Sha256::digest(text))
}

/// Results are kept, and shown as well.
struct Kept {
    kept: Arc<Mutex<Vec<u8>>>,
    shown: Option<Standard>,
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        if let Some(shown) = &mut self.shown {
            shown.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.shown.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Out for Kept {
    fn report(&mut self, line: &str) {
        if let Some(shown) = &mut self.shown {
            shown.report(line);
        }
    }

    fn mark_peer(&mut self, peer: &str) {
        if let Some(shown) = &mut self.shown {
            shown.mark_peer(peer);
        }
    }

    fn mark_origin(&mut self, origin: &farad_shell::origin::Origin) {
        if let Some(shown) = &mut self.shown {
            shown.mark_origin(origin);
        }
    }
}

/// A terminal at which somebody types these lines.
struct Typed(std::collections::VecDeque<String>);

impl Terminal for Typed {
    fn read_line(&mut self, prompt: &str) -> io::Result<Option<String>> {
        let line = self.0.pop_front();
        if let Some(line) = &line {
            println!("{prompt}{line}");
        }
        Ok(line)
    }
}
