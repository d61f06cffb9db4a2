//! Where a statement's output goes: greps, pipes, files, aliases.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};

use farad_io::Effects;

use super::Env;
use crate::error::{Error, Result};
use crate::lang::{Grep, Sink, unquote};
use crate::out::{Chain, Diverted, Piped};
use crate::session::Alias;

/// Lines of a page where the height of the screen is not known.
const PAGE: usize = 24;

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
                let mut piped = Piped::new(command.text.trim(), self.out, self.ctx)?;
                let ran =
                    run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut piped });
                // What was printed before a failure goes on all the same.
                ran.and(piped.finish().map_err(Error::from))
            }
            Some(Sink::Plain) => {
                let color = self.view.config.find("scr.color").map(str::to_owned);
                crate::config::variable("scr.color")
                    .map(|row| self.view.config.set(row, "0".to_owned()))
                    .map_err(|error| Error::failed(error.to_string()))?;
                let result =
                    run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: self.out });
                match (color, crate::config::variable("scr.color")) {
                    (Some(color), Ok(row)) => self.view.config.set(row, color),
                    _ => drop(self.view.config.unset("scr.color")),
                }
                result
            }
            Some(Sink::Interpret) => {
                let (text, peer) = self.collect(run)?;
                self.interpret(&text, peer)
            }
            Some(Sink::File { path, append }) => {
                let path = self.resolve(path)?;
                path.ctx(self.ctx).allow(Effects::FILES, "writing a file")?;
                let path = unquote(path.text.trim());
                let file = OpenOptions::new()
                    .create(true)
                    .write(true)
                    .append(*append)
                    .truncate(!*append)
                    .open(&path)
                    .map_err(|source| Error::File { path: path.clone(), source })?;
                let mut out = Diverted { writer: BufWriter::new(file), inner: self.out };
                let ran =
                    run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut out });
                ran.and(out.writer.flush().map_err(|source| Error::File { path, source }))
            }
            Some(Sink::Alias { name, append }) => {
                let (mut text, mut peer) = self.collect(run)?;
                let mut allow = self.ctx.principal.allow;
                if let Some(old) = self.session.aliases.get(name).filter(|_| *append) {
                    text.insert_str(0, &old.text);
                    allow &= old.allow;
                    peer = peer.or_else(|| old.peer.clone());
                }
                self.insert_alias(name, Alias { text, shown: true, peer, allow })
            }
        }
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
        if greps.iter().any(|grep| grep.pager) && self.can_page() {
            let (text, peer) = self.collect(|env| env.filtered(greps, run))?;
            if let Some(peer) = peer {
                self.out.mark_peer(&peer);
            }
            return self.page(text.as_bytes());
        }
        self.filtered(greps, run)
    }

    fn filtered(&mut self, greps: &[Grep], run: impl FnOnce(&mut Env<'_>) -> Result<()>) -> Result<()> {
        let mut chain = Chain::new(greps, self.out);
        let ran = run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut chain });
        // What a command printed before it failed is counted and sorted all the same.
        ran.and(chain.finish().map_err(Error::from))
    }

    /// Whether a person reads the output as it comes and can say that they want the next page.
    pub(crate) fn can_page(&self) -> bool {
        self.out.is_terminal() && self.is_set("scr.interactive") && self.view.terminal.is_some()
    }

    /// Writes text, a page at a time where somebody can say that they want the next.
    pub(crate) fn page(&mut self, text: &[u8]) -> Result<()> {
        if !self.can_page() {
            return Ok(self.out.write_all(text)?);
        }
        let rows = usize::try_from(self.setting_number("scr.rows")).ok().filter(|rows| *rows > 1);
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let mut pages = lines.chunks(rows.unwrap_or(PAGE) - 1).peekable();
        while let Some(page) = pages.next() {
            page.iter().try_for_each(|line| self.out.write_all(line))?;
            self.out.flush()?;
            let more = pages.peek().is_some();
            let Some(terminal) = self.view.terminal.as_mut().filter(|_| more) else { break };
            let answer = terminal.read_line("-- more (q ends) --")?;
            self.ctx.check()?;
            if answer.is_none_or(|answer| answer.trim() == "q") {
                break;
            }
        }
        Ok(())
    }
}
