//! Where a statement's output goes: greps, pipes, files, aliases.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};

use farad_io::Effects;

use super::Env;
use crate::error::{Error, Result};
use crate::lang::{Form, FormKind, Grep, Sink, Text, unquote};
use crate::origin::Origin;
use crate::out::{Chain, Diverted, Logged, Paged, Piped, Screen};
use crate::parse::{base64_bytes, base64_digits};
use crate::session::Alias;

impl Env<'_> {
    /// Runs with the output going to a sink.
    pub(super) fn with_sink(
        &mut self,
        sink: Option<&Sink>,
        run: impl FnOnce(&mut Env<'_>) -> Result<()>,
    ) -> Result<()> {
        match sink {
            None => run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: self.out }),
            Some(Sink::Pipe(command)) => {
                let command = self.resolve(command)?;
                let ctx = command.ctx(self.ctx);
                ctx.allow(Effects::SHELL, "piping into a program")?;
                let screen = self.screen();
                let mut piped = Piped::new(command.text.trim(), self.out, self.ctx, screen)?;
                let ran =
                    run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut piped });
                // A program that was left at the terminal has had what its user wanted.
                let ran = if piped.is_left() { ran.or_else(unless_output) } else { ran };
                // What was printed before a failure goes on all the same.
                ran.and(piped.finish().map_err(Error::from))
            }
            Some(Sink::Plain) => crate::config::without_colours(self, |env| {
                run(&mut Env { session: env.session, view: env.view, ctx: env.ctx, out: env.out })
            }),
            Some(Sink::Interpret) => {
                let (text, origin) = self.collect(run)?;
                self.interpret(&text, origin)
            }
            Some(Sink::File { path, append }) => {
                let (path, file) = self.create(path, *append)?;
                let mut out = Diverted { writer: BufWriter::new(file), inner: self.out };
                let ran =
                    run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut out });
                ran.and(out.writer.flush().map_err(|source| Error::File { path, source }))
            }
            Some(Sink::Alias { name, append }) => {
                let (mut text, mut origin) = self.collect(run)?;
                let mut allow = self.ctx.principal.allow;
                if let Some(old) = self.session.aliases.get(name).filter(|_| *append) {
                    text.insert_str(0, &old.text);
                    allow &= old.allow;
                    if let Some(other) = old.words_of() {
                        Origin::join(&mut origin, &other);
                    }
                }
                self.insert_alias(name, Alias { text, shown: true, origin, allow })
            }
        }
    }

    /// Opens a file to write to.
    pub(super) fn create(&mut self, path: &Text, append: bool) -> Result<(String, File)> {
        let path = self.resolve(path)?;
        path.ctx(self.ctx).allow(Effects::FILES, "writing a file")?;
        let path = unquote(path.text.trim());
        let mut options = OpenOptions::new();
        options.create(true).write(true).append(append).truncate(!append);
        let file = options.open(&path).map_err(|source| Error::File { path: path.clone(), source })?;
        Ok((path, file))
    }

    /// Runs with the whole output put into another form.
    pub(super) fn with_form(
        &mut self,
        form: Option<&Form>,
        run: impl FnOnce(&mut Env<'_>) -> Result<()>,
    ) -> Result<()> {
        let Some(Form { kind, grep }) = form else {
            return run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: self.out });
        };
        let before = self.view.failures;
        let mut reports = Vec::new();
        let (text, origin) = self.collect(|env| match kind {
            FormKind::Json => {
                let mut logged = Logged { reports: Vec::new(), inner: env.out };
                let mut inner = Env { session: env.session, view: env.view, ctx: env.ctx, out: &mut logged };
                let ran = inner.run_reporting(run);
                reports = logged.reports;
                ran
            }
            FormKind::Encode | FormKind::Decode => run(env),
        })?;
        let bytes = match kind {
            FormKind::Json => {
                let logs: Vec<_> = reports.iter().map(|line| log(line)).collect();
                let failed = self.view.failures > before;
                let whole = serde_json::json!({
                    "res": text, "error": failed, "value": self.view.value, "code": u8::from(failed), "logs": logs
                });
                crate::render::json_text(&whole) + "\n"
            }
            FormKind::Encode => base64_digits(text.as_bytes()) + "\n",
            FormKind::Decode => String::from_utf8_lossy(&base64_bytes(text.trim())?).into_owned(),
        };
        if let Some(origin) = origin {
            origin.mark(self.out);
        }
        self.with_grep(grep, |env| Ok(env.out.write_all(bytes.as_bytes())?))
    }

    /// Runs with the output going through greps, first to last. One that asks how filters are
    /// written is told so, and nothing runs.
    pub(super) fn with_grep(
        &mut self,
        greps: &[Grep],
        run: impl FnOnce(&mut Env<'_>) -> Result<()>,
    ) -> Result<()> {
        if greps.iter().any(|grep| grep.help) {
            return crate::cmd::print_filters(self);
        }
        if greps.iter().any(|grep| grep.pager) {
            return self.paged(|env| env.filtered(greps, run));
        }
        self.filtered(greps, run)
    }

    fn filtered(&mut self, greps: &[Grep], run: impl FnOnce(&mut Env<'_>) -> Result<()>) -> Result<()> {
        if greps.is_empty() {
            // What writes to a terminal is to know that it does.
            return run(self);
        }
        let mut chain = Chain::new(greps, self.out);
        let ran = run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut chain });
        // What a command printed before it failed is counted and sorted all the same.
        ran.and(chain.finish().map_err(Error::from))
    }

    /// What a program that takes the output, or gives it, gets of the terminal: the owner's has it where the output goes
    /// there, and may ask there otherwise.
    pub(super) fn screen(&mut self) -> Screen {
        if !self.ctx.principal.is_owner() {
            return Screen::None;
        }
        let loan = self.view.terminal.as_mut().and_then(|terminal| terminal.lend());
        match loan {
            Some(loan) if self.out.is_terminal() => Screen::Own(loan),
            Some(loan) => Screen::Ask(loan),
            None => Screen::None,
        }
    }

    /// Runs with the output in a pager, where a person reads it as it comes and it does not fit the screen.
    ///
    /// # Errors
    /// What it fails with; that the pager was left is no failure.
    pub(crate) fn paged(&mut self, run: impl FnOnce(&mut Env<'_>) -> Result<()>) -> Result<()> {
        let is_seen = self.out.is_terminal() && self.is_set("scr.interactive");
        let terminal = self.view.terminal.as_mut().filter(|_| is_seen);
        let Some(pager) = terminal.and_then(|terminal| terminal.pager(&self.ctx.cancel)) else {
            return run(self);
        };
        self.out.flush()?;
        let mut paged = Paged::new(pager, self.out);
        let ran = run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut paged });
        let is_left = paged.finish()?;
        if is_left { ran.or_else(unless_output) } else { ran }
    }
}

/// Nobody wanted more of the output.
fn unless_output(error: Error) -> Result<()> {
    if error.is_output() { Ok(()) } else { Err(error) }
}

/// A report as radare2's second protocol for scripts has it.
fn log(line: &str) -> serde_json::Value {
    let (kind, message) = match line.split_once(": ") {
        Some((kind @ ("ERROR" | "WARN" | "INFO"), message)) => (kind, message),
        _ => ("INFO", line),
    };
    serde_json::json!({ "type": kind, "message": message })
}
