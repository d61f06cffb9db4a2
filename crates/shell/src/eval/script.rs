//! Files that are run: lines of commands, and scripts for programs, which ask this session by two pipes.

use std::path::Path;
use std::process::{Command, ExitStatus};

use farad_io::{Ctx, Effects};

use super::Env;
use crate::error::{Error, Result};
use crate::lang::{self, Text};
use crate::out::{Out, Talk};
use crate::render::printable;
use crate::script::{self, LANGUAGES, Script};

/// Most bytes of a file that is run.
const SCRIPT: u64 = 64 << 20;

/// Runs a file as a client named it, whatever is in its name: errors are reported and counted. Returns whether all
/// of it succeeded.
pub fn run_file(env: &mut Env<'_>, path: &Path) -> bool {
    let sandboxed = env.sandboxed();
    let mut env = match &sandboxed {
        Some(ctx) => env.with_ctx(ctx),
        None => env.with_ctx(env.ctx),
    };
    env.view.failures = 0;
    env.view.refused = Effects::empty();
    env.session.io.begin_command();
    if let Err(error) = env.nested(|env| env.run_script_file(path)) {
        env.failed(&error);
    }
    env.view.failures == 0
}

impl Env<'_> {
    /// Runs a file for whom the context is for.
    pub(super) fn run_script_file(&mut self, path: &Path) -> Result<()> {
        self.ctx.allow(Effects::FILES | Effects::INTERPRET, "running a file's commands")?;
        let text = crate::parse::read_file(path, SCRIPT, self.ctx)?;
        let text = script::without_mark(&text);
        match script::kind(path, text)? {
            Script::Commands => self.interpret(&String::from_utf8_lossy(text), None),
            Script::Program(program, args) => {
                let mut command = Command::new(program);
                command.args(args);
                self.talk_to(command, &printable(&path.to_string_lossy()))
            }
        }
    }

    /// `#!pipe cmd` runs a line of the shell, `#!python file` a file of a language, both so that they can ask.
    pub(super) fn run_language(&mut self, text: &Text) -> Result<()> {
        let resolved = self.resolve(text)?;
        let ctx = resolved.ctx(self.ctx);
        let (name, rest) = resolved.text.split_once([' ', '\t']).unwrap_or((&resolved.text, ""));
        let rest = rest.trim();
        let command = match (name, rest) {
            ("", _) => return self.list_languages(),
            ("pipe", "") => return Err(Error::failed("the program is missing: write #!pipe PROGRAM")),
            ("pipe", line) => {
                let mut command = Command::new("/bin/sh");
                command.arg("-c").arg(line);
                command
            }
            (_, "") if !self.out.is_terminal() => {
                return Err(Error::failed(format!("the file is missing: write #!{name} FILE")));
            }
            _ => {
                let (program, args) = script::interpreter(name)?;
                let mut command = Command::new(program);
                command.args(args).args(lang::words(rest));
                command
            }
        };
        self.with_ctx(&ctx).talk_to(command, &format!("#!{name}"))
    }

    fn list_languages(&mut self) -> Result<()> {
        for language in LANGUAGES.iter().filter(|language| !language.programs.is_empty()) {
            let found = language.program().map(|path| path.display().to_string());
            let found = found.unwrap_or_else(|| format!("no {} in PATH", language.programs.join(" or ")));
            writeln!(self.out, "{:<12} {found}", language.name)?;
        }
        Ok(())
    }

    /// Runs a program and answers what it asks, for whom the context is for, until it ends.
    fn talk_to(&mut self, command: Command, name: &str) -> Result<()> {
        self.ctx.allow(Effects::SHELL, "running a program")?;
        self.out.flush()?;
        let program = Path::new(command.get_program()).display().to_string();
        let screen = self.screen();
        let mut talk =
            Talk::start(command, screen, self.ctx).map_err(|source| Error::File { path: program, source })?;
        let status = loop {
            let step = match talk_on(&mut talk, self.out, self.ctx, false)? {
                Some(step) => Some(step),
                // It may ask this very session something, by another way.
                None => match self.wait_aside(|out, ctx| talk_on(&mut talk, out, ctx, true)) {
                    Some(step) => step?,
                    None => None,
                },
            };
            match step {
                Some(Step::Asked(line)) => self.answer(&talk, &line)?,
                Some(Step::Ended(status)) => break status,
                None => {}
            }
        };
        self.view.value = status.code().unwrap_or(-1) as u64;
        match status.code() {
            Some(0) => Ok(()),
            Some(code) => Err(Error::failed(format!("{name} ended with status {code}"))),
            None => Err(Error::failed(format!("{name} was ended by {status}"))),
        }
    }

    fn answer(&mut self, talk: &Talk, line: &str) -> Result<()> {
        let mut reply = talk.reply(self.out, self.ctx);
        let mut env = Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut reply };
        env.run_reporting(|env| env.run_text(line))?;
        Ok(reply.finish()?)
    }
}

/// What a program did.
enum Step {
    Asked(String),
    Ended(ExitStatus),
}

/// Passes on what a program prints until it asks something or ends; none where that is not waited for.
fn talk_on(talk: &mut Talk, out: &mut dyn Out, ctx: &Ctx, waits: bool) -> Result<Option<Step>> {
    loop {
        // What it wrote before its end is there once the end is seen.
        let ended = talk.end()?;
        talk.pass_on(out)?;
        if let Some(line) = talk.command()? {
            return Ok(Some(Step::Asked(line)));
        }
        if let Some(status) = ended {
            return Ok(Some(Step::Ended(status)));
        }
        if !waits {
            return Ok(None);
        }
        talk.wait(ctx)?;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use farad_io::{Ctx, Principal, Schemes};

    use super::*;
    use crate::cmd;
    use crate::out::Capture;
    use crate::registry::Registry;
    use crate::session::Session;
    use crate::view::View;

    /// What a line prints and reports for somebody who lacks some effects.
    fn run(line: &str, lacks: Effects) -> (String, String) {
        let principal = Principal { name: "client".into(), allow: Effects::all().difference(lacks) };
        let ctx = Ctx::owner().for_principal(principal);
        let mut session = Session::new(Schemes::new().with(farad_io::local()), Registry::new(cmd::groups()));
        let (mut view, mut out) = (View::default(), Capture::new());
        crate::run_line(&mut Env { session: &mut session, view: &mut view, ctx: &ctx, out: &mut out }, line);
        (out.text(), out.reports.join("\n"))
    }

    #[test]
    fn who_may_run_no_program_runs_no_script() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name).display().to_string()
        };
        let (sh, plain) = (write("a.sh", "echo ran > \"$0.ran\"; echo ran"), write("a", "?e plain"));
        let line = format!("#!/bin/sh\ntouch {}/first", folder.path().display());
        let first = write("first.txt", &line);
        for text in [format!(". {sh}"), format!(". {first}"), format!("#!sh {sh}"), format!("#!pipe sh {sh}")]
        {
            let (printed, reported) = run(&text, Effects::SHELL);
            assert!(
                printed.is_empty() && reported.contains("running a program"),
                "{text}: {printed} {reported}"
            );
        }
        assert_eq!(run(&format!(". {plain}"), Effects::SHELL).0, "?e plain\n".trim_start_matches("?e "));
        for (text, lacks) in [(format!(". {plain}"), Effects::FILES), (format!(". {sh}"), Effects::INTERPRET)]
        {
            let (printed, reported) = run(&text, lacks);
            assert!(printed.is_empty() && reported.contains("client"), "{text}: {printed} {reported}");
        }
        let (_, reported) = run(&format!("nosuch_ 2> {}/err", folder.path().display()), Effects::FILES);
        assert!(reported.contains("writing a file"), "{reported}");
        let names: BTreeSet<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }

    #[test]
    fn a_script_acts_for_whom_it_runs_for() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("a.py");
        let ask = "import os\nos.write(int(os.environ['R2PIPE_OUT']), b'w x; ?e ran')\n\
                   print(os.read(int(os.environ['R2PIPE_IN']), 100))\n";
        std::fs::write(&script, ask).unwrap();
        let (printed, reported) = run(&format!(". {}", script.display()), Effects::WRITE);
        assert_eq!(printed, "b'ran\\n\\x00'\n", "{reported}");
        assert!(reported.contains("client"), "{reported}");
    }
}
