//! Statements one after the other: which runs by how the one before it went, and where reports go.

use super::Env;
use crate::error::Result;
use crate::lang::tree::{Errors, Link};
use crate::lang::{Script, Statement, Temp, Text};
use crate::out::{Merged, Reported};

impl Env<'_> {
    pub(super) fn run_script(&mut self, script: &Script) -> Result<()> {
        let (mut ok, mut at_start) = (true, self.view.failures);
        for statement in &script.statements {
            match statement.link {
                Link::Always => at_start = self.view.failures,
                Link::And if !ok => continue,
                Link::Or if ok => continue,
                Link::And => {}
                // What failed was provided for.
                Link::Or => self.view.failures = at_start,
            }
            let before = self.view.failures;
            self.run_reported(statement)?;
            ok = self.view.failures == before;
            if self.view.quit.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Runs a statement with its reports going where it sends them.
    fn run_reported(&mut self, statement: &Statement) -> Result<()> {
        let Some(Errors::File { path, append }) = &statement.errors else {
            return self.run_reporting(|env| env.run_statement(statement));
        };
        self.run_reporting(|env| {
            let (_, file) = env.create(path, *append)?;
            let mut out = Reported { writer: file, inner: env.out };
            let mut inner = Env { session: env.session, view: env.view, ctx: env.ctx, out: &mut out };
            inner.run_reporting(|env| env.run_statement(statement))
        })
    }

    /// Runs one command, with no special characters left in it, on bytes given in hex.
    pub(crate) fn run_on_bytes(&mut self, command: &str, hex: &str) -> Result<()> {
        let temps = [Temp::Hex(Text::literal(hex))];
        self.with_temps(&temps, |env| env.run_command(command))
    }

    /// Runs with reports going where results go.
    pub(super) fn with_merged(&mut self, run: impl FnOnce(&mut Env<'_>) -> Result<()>) -> Result<()> {
        let mut out = Merged(self.out);
        let mut inner = Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut out };
        inner.run_reporting(run)
    }

    /// Runs something and reports what it fails with; only what ends the whole line is handed back.
    pub(super) fn run_reporting(&mut self, run: impl FnOnce(&mut Env<'_>) -> Result<()>) -> Result<()> {
        let mut inner = Env { session: self.session, view: self.view, ctx: self.ctx, out: self.out };
        match run(&mut inner) {
            Err(error) if error.is_interrupt() || error.is_output() => Err(error),
            Err(error) => {
                self.failed(&error);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}
