//! Runs the tree of a command line against a session and a view.
//!
//! Effects are checked here, at every node and command, against the principal of the context,
//! however deep the nesting. Text that a peer wrote is data: where it would choose what runs,
//! it runs on the peer's behalf, who may leave notes and do nothing else. So it is with text that holds
//! words of a client who may do less than the caller.

use std::path::Path;

use farad_io::{Ctx, Effects, Principal};

use crate::error::{Error, Result};
use crate::lang::tree::{Condition, Errors, Interpret};
use crate::lang::{self, Body, Statement, Text};
use crate::origin::{self, Origin};
use crate::out::{Collected, Out};
use crate::registry::{Args, Kind, Mode};
use crate::render::{excerpt, printable};
use crate::session::Session;
use crate::view::View;

mod bytes;
pub(crate) mod each;
mod link;
mod names;
mod script;
mod sink;
mod stored;
mod temp;
mod turn;
pub(crate) mod variable;

pub use script::run_file;

/// How deep commands may be nested: macros, aliases, backticks, interpreted files.
const DEPTH: usize = 48;
/// Most bytes that a substitution may give.
const SUBSTITUTION: usize = 16 << 20;

/// What a command works with.
pub struct Env<'a> {
    /// The target.
    pub session: &'a mut Session,
    /// The reader's place.
    pub view: &'a mut View,
    /// Deadline, cancel flag, principal.
    pub ctx: &'a Ctx,
    /// Where it writes.
    pub out: &'a mut dyn Out,
}

/// Text whose substitutions have run.
pub(crate) struct Resolved {
    /// The text.
    pub(crate) text: String,
    /// Whose words are in it besides the caller's, and where in the text those begin.
    origin: Option<(Origin, usize)>,
}

impl Resolved {
    /// The context to run the text in as one command: the caller's, less what somebody else's words may
    /// not choose.
    fn ctx(&self, ctx: &Ctx) -> Ctx {
        let Some((origin, from)) = &self.origin else { return ctx.clone() };
        let name = self.text.trim_start();
        let name = name.split(char::is_whitespace).next().unwrap_or(name);
        let name_ends = self.text.len() - self.text.trim_start().len() + name.len();
        match *from <= name_ends {
            true => origin.ctx(ctx),
            false => origin.ctx_of_arguments(ctx),
        }
    }

    /// The context to run the text in as language: somebody else's words may be any command of it.
    fn script_ctx(&self, ctx: &Ctx) -> Ctx {
        self.origin.as_ref().map_or_else(|| ctx.clone(), |(origin, _)| origin.ctx(ctx))
    }

    /// Appends a word behind a blank, which has somebody else's words in it if they are named.
    fn push_word(&mut self, word: &str, origin: Option<&Origin>) {
        if let Some(origin) = origin {
            self.join(origin);
        }
        self.text.push(' ');
        self.text.push_str(word);
    }

    /// What is appended next is somebody else's.
    fn join(&mut self, other: &Origin) {
        match &mut self.origin {
            Some((origin, _)) => {
                origin.allow &= other.allow;
                origin.is_peer |= other.is_peer;
            }
            None => self.origin = Some((other.clone(), self.text.len())),
        }
    }
}

/// Runs one line as a client typed or sent it: errors are reported and counted, and the rest
/// of the line runs on. Returns whether all of it succeeded.
pub fn run_line(env: &mut Env<'_>, line: &str) -> bool {
    let sandboxed = env.sandboxed();
    match &sandboxed {
        Some(ctx) => run_line_in(&mut env.with_ctx(ctx), line),
        None => run_line_in(env, line),
    }
}

fn run_line_in(env: &mut Env<'_>, line: &str) -> bool {
    env.view.failures = 0;
    env.view.refused = Effects::empty();
    env.session.io.begin_command();
    let typed = line.trim_start();
    let result = match &env.view.divert {
        Some(prefix) if !typed.is_empty() && !["=", "!=!", "-="].iter().any(|own| typed.starts_with(own)) => {
            let whole = format!("{prefix}{typed}");
            env.run_command(&whole)
        }
        _ => env.run_text(line),
    };
    if let Err(error) = result {
        env.failed(&error);
    }
    env.view.failures == 0
}

impl Env<'_> {
    /// The context less what `cfg.sandbox` refuses, where it is on and the context has any of that.
    fn sandboxed(&self) -> Option<Ctx> {
        if !self.is_set("cfg.sandbox") {
            return None;
        }
        let grains = self.setting("cfg.sandbox.grain").split(',').map(str::trim);
        let refused = grains.map(|grain| match grain {
            "all" => Effects::FILES | Effects::SHELL | Effects::NETWORK | Effects::DEBUG,
            "disk" | "files" => Effects::FILES,
            "exec" => Effects::SHELL | Effects::DEBUG,
            "socket" => Effects::NETWORK,
            _ => Effects::empty(),
        });
        let refused = refused.fold(Effects::empty(), Effects::union);
        let Principal { name, allow } = &*self.ctx.principal;
        if !allow.intersects(refused) {
            return None;
        }
        Some(self.ctx.for_principal(Principal {
            name: format!("{name} in the sandbox (cfg.sandbox)"),
            allow: allow.difference(refused),
        }))
    }

    /// The same with another place to write.
    pub fn with_out<'b>(&'b mut self, out: &'b mut dyn Out) -> Env<'b> {
        Env { session: self.session, view: self.view, ctx: self.ctx, out }
    }

    /// The same on behalf of somebody else.
    pub fn with_ctx<'b>(&'b mut self, ctx: &'b Ctx) -> Env<'b> {
        Env { session: self.session, view: self.view, ctx, out: self.out }
    }

    /// Parses and runs a text that may hold several commands.
    ///
    /// # Errors
    /// A parse error, or an interrupt; commands that fail are reported and counted.
    pub fn run_text(&mut self, text: &str) -> Result<()> {
        let script = lang::parse(text, &crate::cmd::dialect())?;
        self.nested(|env| env.run_script(&script))
    }

    /// Runs the commands that a setting holds, as who set it might.
    ///
    /// # Errors
    /// As [`Env::run_text`].
    pub fn run_setting(&mut self, name: &str) -> Result<()> {
        let commands = self.setting(name).to_owned();
        if commands.is_empty() {
            return Ok(());
        }
        let allow = self.setting_allow(name);
        Origin::mark_left(name, allow, self.out);
        let ctx = self.ctx.no_more_than(allow);
        self.with_ctx(&ctx).run_text(&commands)
    }

    /// Runs each line of a text in order.
    ///
    /// # Errors
    /// An interrupt; what fails is reported with its line and counted.
    pub fn run_lines(&mut self, text: &str) -> Result<()> {
        for (number, line) in text.lines().enumerate() {
            self.ctx.check()?;
            let before = self.view.failures;
            if let Err(error) = self.run_text(line) {
                if error.is_interrupt() || error.is_output() {
                    return Err(error);
                }
                self.failed(&error);
            }
            if self.view.failures > before {
                let line = printable(&excerpt(line));
                self.out.report(&format!("  in line {}: {line}", number + 1));
            }
            if self.view.quit.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Runs the command that a text names, with no special characters left in it.
    ///
    /// # Errors
    /// An unknown command, a refusal, or what the command says.
    pub fn run_command(&mut self, text: &str) -> Result<()> {
        let text = text.trim_start();
        if text.is_empty() {
            return Ok(());
        }
        self.ctx.check()?;
        let registry = self.session.registry.clone();
        if let Some(asked) = crate::cmd::asks_help(text)
            && !registry.is_complete(text.trim_end())
        {
            return crate::cmd::print_help(self, asked);
        }
        let found = registry.find(text)?;
        self.ctx.allow(found.row.effects, found.row.name)?;
        self.session.done |= found.does(text);
        if let Some(left) = origin::lesser(self.session, self.ctx).filter(|_| !found.row.plain) {
            left.mark(self.out);
        }
        origin::note(self.session, self.ctx, found.row.effects);
        if found.row.waits_for_names() {
            crate::load::names(self)?;
        }
        let args = Args { row: &found.row, mode: found.mode, text: &text[found.args], glued: found.glued };
        self.nested(|env| (found.row.run)(env, &args))
    }

    /// Runs a text as language and gives back what it prints, up to a limit.
    fn capture(&mut self, text: &Text) -> Result<String> {
        let resolved = self.resolve(text)?;
        let ctx = resolved.script_ctx(self.ctx);
        let script = lang::parse(&resolved.text, &crate::cmd::dialect())?;
        Ok(self.with_ctx(&ctx).collect(|env| env.nested(|env| env.run_script(&script)))?.0)
    }

    /// Reports a failure and counts it.
    pub fn failed(&mut self, error: &Error) {
        self.view.failures += 1;
        if let Error::Io(farad_io::Error::Refused { missing, .. }) = error {
            self.view.refused |= *missing;
        }
        self.out.report(&format!("ERROR: {}", excerpt(&error.to_string())));
    }

    fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.view.depth >= DEPTH {
            return Err(Error::Limit { what: "the nesting of commands", limit: DEPTH.to_string() });
        }
        self.view.depth += 1;
        let result = run(self);
        self.view.depth -= 1;
        result
    }

    fn run_statement(&mut self, statement: &Statement) -> Result<()> {
        // An earlier one may have gone into the sandbox.
        match self.sandboxed() {
            Some(ctx) => self.with_ctx(&ctx).run_allowed(statement),
            None => self.run_allowed(statement),
        }
    }

    fn run_allowed(&mut self, statement: &Statement) -> Result<()> {
        self.with_sink(statement.sink.as_ref(), |env| {
            env.with_form(statement.form.as_ref(), |env| {
                if let Body::Interpret(Interpret::Output(body)) = &statement.body {
                    let (text, origin) = env.collect(|env| env.run_filtered(statement, body))?;
                    env.check_script(body, origin.as_ref())?;
                    return env.interpret(&text, origin);
                }
                env.run_filtered(statement, &statement.body)
            })
        })
    }

    fn run_filtered(&mut self, statement: &Statement, body: &Body) -> Result<()> {
        self.with_grep(&statement.grep, |env| match &statement.errors {
            Some(Errors::Output) => env.with_merged(|env| env.run_repeated(statement, body)),
            _ => env.run_repeated(statement, body),
        })
    }

    fn run_repeated(&mut self, statement: &Statement, body: &Body) -> Result<()> {
        for _ in 0..statement.repeat.unwrap_or(1) {
            self.ctx.check()?;
            self.give_turn();
            match &statement.each {
                Some(each) => self.run_each(each, &statement.temps, body)?,
                None => self.with_temps(&statement.temps, |env| env.run_body(body))?,
            }
        }
        Ok(())
    }

    fn run_body(&mut self, body: &Body) -> Result<()> {
        match body {
            Body::Empty => Ok(()),
            Body::Command(text) => {
                let resolved = self.resolve(text)?;
                self.run_resolved(&resolved)
            }
            Body::Shell(text) => {
                let resolved = self.resolve(text)?;
                self.run_shell(&resolved, self.out.is_terminal())
            }
            Body::ShellCapture(text) => {
                let resolved = self.resolve(text)?;
                self.run_shell(&resolved, false)
            }
            Body::Interpret(interpret) => self.run_interpret(interpret),
            Body::Macro(definition) => self.run_macro(definition),
            Body::Alias(alias) => self.run_alias(alias),
            Body::Language(text) => self.run_language(text),
            Body::Condition(Condition { when, then }) => {
                if when.holds(self.view.value) {
                    return self.run_statement(then);
                }
                Ok(())
            }
        }
    }

    /// Runs a command whose substitutions have run.
    fn run_resolved(&mut self, command: &Resolved) -> Result<()> {
        let found = self.session.registry.find(command.text.trim_start());
        let runs_text = found.is_ok_and(|found| found.row.params.iter().any(|p| p.kind == Kind::Command));
        let ctx = if runs_text { command.script_ctx(self.ctx) } else { command.ctx(self.ctx) };
        self.with_ctx(&ctx).run_command(&command.text)
    }

    fn run_interpret(&mut self, interpret: &Interpret) -> Result<()> {
        match interpret {
            Interpret::File(path) => {
                let path = self.resolve(path)?;
                let ctx = path.ctx(self.ctx);
                let path = lang::unquote(path.text.trim());
                self.with_ctx(&ctx).run_script_file(Path::new(&path))
            }
            Interpret::Shell(command) => {
                let resolved = self.resolve(command)?;
                let (text, origin) = self.collect(|env| env.run_shell(&resolved, false))?;
                self.interpret(&text, origin)
            }
            Interpret::Output(body) => {
                let (text, origin) = self.collect(|env| env.run_body(body))?;
                self.check_script(body, origin.as_ref())?;
                self.interpret(&text, origin)
            }
        }
    }

    /// Fails where what a command printed is for people: then what somebody left could read as a command.
    fn check_script(&self, body: &Body, origin: Option<&Origin>) -> Result<()> {
        let Body::Command(text) = body else { return Ok(()) };
        let head = text.head().trim();
        let Ok(found) = self.session.registry.find(head) else { return Ok(()) };
        let name = found.row.name;
        let is_script = found.mode == Mode::Script || name == "C*.";
        // The commands of some rows are what they were given, or what a peer gives.
        let is_listing = name.ends_with('*') || origin.is_some_and(|origin| !origin.is_peer);
        if is_script || found.row.plain || !is_listing {
            return Ok(());
        }
        let whose = origin.map(|origin| format!(", and has words of {}", origin.name)).unwrap_or_default();
        Err(Error::failed(format!("what {name} prints is no script{whose}: none of it was run")))
    }

    /// Runs lines that something produced: on behalf of who else's words are in it.
    fn interpret(&mut self, text: &str, origin: Option<Origin>) -> Result<()> {
        self.ctx.allow(Effects::INTERPRET, "running output as commands")?;
        match origin {
            Some(origin) => {
                // What their commands print is theirs too.
                origin.mark(self.out);
                let ctx = origin.ctx(self.ctx);
                self.with_ctx(&ctx).run_lines(text)
            }
            None => self.run_lines(text),
        }
    }

    /// Runs a program of this machine.
    fn run_shell(&mut self, command: &Resolved, on_terminal: bool) -> Result<()> {
        let ctx = command.ctx(self.ctx);
        ctx.allow(Effects::SHELL, "running a program")?;
        let program = command.text.trim();
        if program.is_empty() {
            return Err(Error::failed("the program is missing: write !PROGRAM"));
        }
        let screen = if on_terminal { self.screen() } else { self.screen().asking() };
        // It may ask this very session something.
        let captured = || Error::failed("the program did not run");
        if !on_terminal {
            let run = |out: &mut dyn Out, _: &Ctx| crate::out::run_captured(program, out, &ctx, screen);
            return Ok(self.wait_aside(run).ok_or_else(captured)??);
        }
        self.out.flush()?;
        let status = self
            .wait_aside(|_, _| crate::out::run_on_terminal(program, screen))
            .ok_or_else(captured)?
            .map_err(|source| Error::File { path: "/bin/sh".to_owned(), source })?;
        self.view.value = status.code().unwrap_or(-1) as u64;
        if crate::out::is_interrupted(status) {
            // Behind the ^C that the terminal shows.
            self.out.write_all(b"\n")?;
            return Err(farad_io::Error::Cancelled.into());
        }
        Ok(())
    }

    /// Runs the substitutions of a text. What then prints the text prints somebody else's where part of it
    /// is theirs.
    fn resolve(&mut self, text: &Text) -> Result<Resolved> {
        let mut whole = Resolved { text: String::new(), origin: None };
        for piece in &text.pieces {
            match piece {
                lang::Piece::Literal(literal) => whole.text.push_str(literal),
                lang::Piece::Substitute(script) => {
                    let (output, origin) = self.collect(|env| env.nested(|env| env.run_script(script)))?;
                    if let Some(origin) = origin {
                        origin.mark(self.out);
                        whole.join(&origin);
                    }
                    whole.text.push_str(&output.trim_end_matches(['\n', '\r']).replace('\n', " "));
                }
            }
        }
        Ok(whole)
    }

    /// Runs something and gives back what it prints, and whose words are in it besides the caller's.
    ///
    /// # Errors
    /// What it fails with, and more output than the limit.
    pub(crate) fn collect(
        &mut self,
        run: impl FnOnce(&mut Env<'_>) -> Result<()>,
    ) -> Result<(String, Option<Origin>)> {
        let mut collected = Collected::new(self.out, SUBSTITUTION);
        run(&mut Env { session: self.session, view: self.view, ctx: self.ctx, out: &mut collected })?;
        Ok(collected.into_text())
    }
}

#[cfg(test)]
mod tests;
