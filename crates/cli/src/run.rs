//! One run of farad: settings, scripts, the target, commands, then the prompt.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use farad_io::{Cancel, Ctx, Effects, Perm, Principal, without_secrets};
use farad_serve::{Host, ViewId};
use farad_shell::load::{self, Request};
use farad_shell::out::Out;
use farad_shell::{Env, Session, View};

use crate::args::{Options, Quiet, Target};
use crate::completion::Completer;
use crate::output::{Reports, Standard};
use crate::terminal::Lines;
use crate::{assembly, interrupt, prompt};

/// Most bytes taken from standard input as a target.
const STDIN: u64 = 1 << 30;

/// The owner's side of a host: runs lines and keeps count of failures.
pub(crate) struct Runner {
    pub(crate) host: Host,
    cancel: Cancel,
    principal: Principal,
    reports: Reports,
    /// Whether any line failed.
    failed: bool,
    /// The exit status asked for by `q`.
    pub(crate) quit: Option<i32>,
    /// Where the owner's view is.
    pub(crate) seek: u64,
}

impl Runner {
    /// Starts a host and takes ^C for it.
    pub(crate) fn new(reports: Reports) -> Result<Runner> {
        let cancel = Cancel::new();
        interrupt::watch(cancel.clone())?;
        let principal = Principal::owner();
        Ok(Runner { host: assembly::host()?, cancel, principal, reports, failed: false, quit: None, seek: 0 })
    }

    /// What stops the line that runs.
    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }

    fn ctx(&self) -> Ctx {
        self.cancel.reset();
        Ctx { cancel: self.cancel.clone(), ..Ctx::owner() }.for_principal(self.principal.clone())
    }

    /// Runs a line with results to standard output. Returns whether all of it succeeded.
    pub(crate) fn line(&mut self, line: &str) -> Result<bool> {
        self.line_to(line, Box::new(Standard::new(self.reports)))
    }

    /// Runs a line that somebody left, who might do so much.
    pub(crate) fn line_of(&mut self, line: &str, allow: Effects) -> Result<bool> {
        let ctx = self.ctx().no_more_than(allow);
        self.line_in(line, &ctx, Box::new(Standard::new(self.reports)))
    }

    /// Runs a line with results to `out`. Returns whether all of it succeeded.
    pub(crate) fn line_to(&mut self, line: &str, out: Box<dyn Out + Send>) -> Result<bool> {
        let ctx = self.ctx();
        self.line_in(line, &ctx, out)
    }

    fn line_in(&mut self, line: &str, ctx: &Ctx, out: Box<dyn Out + Send>) -> Result<bool> {
        let outcome = self.host.line(ViewId::OWNER, line, ctx, out)?;
        self.failed |= !outcome.ok;
        self.quit = self.quit.or(outcome.quit);
        self.seek = outcome.seek;
        Ok(outcome.ok)
    }

    /// Runs something on the owner's environment.
    pub(crate) fn with<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut Env<'_>) -> T + Send + 'static,
    ) -> Result<T> {
        let (ctx, reports) = (self.ctx(), self.reports);
        Ok(self.host.with(ViewId::OWNER, move |session: &mut Session, view: &mut View| {
            let mut out = Standard::new(reports);
            run(&mut Env { session, view, ctx: &ctx, out: &mut out })
        })?)
    }

    /// Runs a file, whatever is in its name.
    fn script(&mut self, path: &Path) -> Result<()> {
        let path = path.to_owned();
        self.done(move |env| farad_shell::run_file(env, &path)).map(drop)
    }

    /// Runs one command that is no language: what it is called with is taken as it is. Returns whether it succeeded.
    fn command(&mut self, command: String) -> Result<bool> {
        self.done(move |env| match env.run_command(&command) {
            Ok(()) => true,
            Err(error) => {
                env.failed(&error);
                false
            }
        })
    }

    /// Runs something of the owner's that succeeds or not, as a line does.
    fn done(&mut self, run: impl FnOnce(&mut Env<'_>) -> bool + Send + 'static) -> Result<bool> {
        let (ok, quit, seek) = self.with(move |env| {
            env.view.quit = None;
            (run(env), env.view.quit, env.view.seek)
        })?;
        self.failed |= !ok;
        self.quit = self.quit.or(quit);
        self.seek = seek;
        Ok(ok)
    }

    /// The process's exit status; radare2's is 0 whatever its commands do.
    fn status(&self, is_radare2: bool, quiet: bool) -> u8 {
        match self.quit {
            Some(status) if status != 0 => (status & 0xff) as u8,
            _ => u8::from(self.failed && quiet && !is_radare2),
        }
    }
}

/// Runs what the options ask for and gives the exit status.
///
/// # Errors
/// What keeps it from starting: a setting, a target that does not open.
pub(crate) fn run(options: Options, is_radare2: bool) -> Result<u8> {
    if options.demo {
        return crate::demo::run();
    }
    let reports = match (options.errors_to_output, options.no_errors) {
        (_, true) => Reports::Nowhere,
        (true, false) => Reports::Output,
        (false, false) => Reports::Error,
    };
    let mut runner = Runner::new(reports)?;
    let lines = lines(&runner)?;
    let _restored = Restored;
    if !will_leave(&options) {
        lines.hold_keys();
    }
    settle(&mut runner, &options, &lines)?;
    open(&mut runner, &options)?;
    if options.sandbox {
        let refused = Effects::FILES | Effects::SHELL | Effects::NETWORK | Effects::DEBUG;
        runner.principal =
            Principal { name: "the sandbox (-S)".to_owned(), allow: Effects::all().difference(refused) };
    }
    place(&mut runner, &options)?;
    if options.remote_mode {
        runner.line("!=!")?;
    }
    if options.analysis > 0 {
        runner.line(if options.analysis > 1 { "aaaa" } else { "aaa" })?;
    }
    let quiet = options.quiet > Quiet::No;
    for path in &options.scripts {
        if runner.quit.is_none() {
            runner.script(path)?;
        }
    }
    if options.http_host && options.target != Target::Nothing {
        // From here on, all of it runs there.
        runner.line("=!=0")?;
    }
    for command in &options.commands {
        if runner.quit.is_none() {
            runner.line(command)?;
        }
    }
    if !(will_leave(&options) || runner.quit.is_some()) {
        prompt::run(&mut runner, &lines, options.zero)?;
    }
    // A program that was started ends with farad, unless the user wants otherwise.
    if let Err(error) = runner.with(farad_shell::leave)? {
        tracing::warn!("{error}");
    }
    Ok(runner.status(is_radare2, quiet))
}

/// Whether no prompt follows what the options ask for.
fn will_leave(options: &Options) -> bool {
    let runs = !options.scripts.is_empty() || !options.commands.is_empty();
    let serves = matches!(&options.target, Target::Uri(uri) if uri.starts_with("rap://:"));
    options.quiet == Quiet::Always || (options.quiet > Quiet::No && runs) || serves
}

/// However the run ends, the terminal is left as it was found.
pub(crate) struct Restored;

impl Drop for Restored {
    fn drop(&mut self) {
        interrupt::leave();
    }
}

/// The demo's last step: the prompt on its own session.
pub(crate) fn lines(runner: &Runner) -> Result<Lines> {
    let registry = runner.host.with(ViewId::OWNER, |session, _| session.registry.clone())?;
    Lines::standard(Completer::new(registry, runner.host.clone(), runner.cancel()))
}

/// Settings, rc file and early scripts.
fn settle(runner: &mut Runner, options: &Options, lines: &Lines) -> Result<()> {
    let mut settings = Vec::new();
    if lines.is_terminal() {
        settings.push("scr.interactive=true".to_owned());
        settings.push(format!("scr.color={}", color_depth(|name| std::env::var(name).ok())));
        if let Some((columns, rows)) = lines.size() {
            settings.push(format!("scr.columns={columns}"));
            settings.push(format!("scr.rows={rows}"));
        }
        settings.push(format!("scr.utf8={}", is_utf8(|name| std::env::var(name).ok())));
    }
    settings.extend(options.settings.iter().cloned());
    let lines = lines.clone();
    runner.with(move |env| env.view.terminal = Some(Box::new(lines)))?;
    if !options.no_rc
        && let Some(path) = rc_path()
    {
        runner.script(&path)?;
    }
    let set = runner.with(move |env| {
        settings.iter().try_for_each(|setting| farad_shell::cmd::config::set_or_warn(env, setting))
    })?;
    if let Err(error) = set {
        bail!("-e: {error}");
    }
    for path in &options.early_scripts {
        runner.script(path)?;
    }
    Ok(())
}

/// How many colours the terminal has, as `scr.color` counts them: what `NO_COLOR`, `COLORTERM` and
/// `TERM` say.
fn color_depth(variable: impl Fn(&str) -> Option<String>) -> u8 {
    let value = |name: &str| variable(name).filter(|value| !value.is_empty());
    let term = value("TERM").unwrap_or_default();
    match value("COLORTERM").as_deref() {
        _ if value("NO_COLOR").is_some() || term == "dumb" => 0,
        Some("truecolor" | "24bit") => 3,
        _ if term.contains("256color") => 2,
        _ => 1,
    }
}

/// Whether the locale writes UTF-8: the first of its variables that says something decides.
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let mut values = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    let locale = values.find(|value| !value.is_empty()).unwrap_or_default();
    let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
    let charset = charset.split('@').next().unwrap_or_default();
    ["utf-8", "utf8"].iter().any(|utf8| charset.eq_ignore_ascii_case(utf8))
}

/// `$XDG_CONFIG_HOME/farad/rc`, where it exists.
fn rc_path() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".config"));
    let config = std::env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty()).map(Into::into);
    let path = config.or_else(home)?.join("farad/rc");
    path.exists().then_some(path)
}

fn open(runner: &mut Runner, options: &Options) -> Result<()> {
    let uri = match &options.target {
        Target::Nothing => return Ok(()),
        Target::Stdin => return open_stdin(runner, options),
        Target::Uri(uri) if options.http_host => {
            let scheme = if uri.contains("://") { "" } else { "http://" };
            return match runner.command(format!("=+ {scheme}{uri}"))? {
                true => Ok(()),
                false => bail!("cannot connect to {}", without_secrets(uri)),
            };
        }
        Target::Uri(uri) if uri.starts_with("rap://:") => {
            return runner.command(format!("=:{}", &uri["rap://:".len()..])).map(drop);
        }
        Target::Uri(uri) => uri.clone(),
    };
    open_uri(runner, options, &uri)
}

fn open_stdin(runner: &mut Runner, options: &Options) -> Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(STDIN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > STDIN {
        bail!("standard input is over the limit of {STDIN} bytes");
    }
    open_uri(runner, options, &format!("malloc://{}", bytes.len().max(1)))?;
    let wrote = runner.with(move |env| {
        let fd = env.current()?;
        env.session.io.descriptor(fd)?.write_at(0, &bytes, env.ctx)
    })?;
    Ok(wrote?)
}

fn open_uri(runner: &mut Runner, options: &Options, uri: &str) -> Result<()> {
    let mut request = Request::new(uri);
    if options.write {
        request.perm |= Perm::W;
    }
    if options.no_exec {
        request.perm -= Perm::X;
    }
    request.headers = !options.no_headers;
    request.strings = !options.no_strings;
    let (base, map) = (options.base.clone(), options.map.clone());
    let opened = runner.with(move |env| {
        request.base = base.map(|text| env.number(&text)).transpose()?;
        request.map = map.map(|text| env.number(&text)).transpose()?;
        load::open(env, &request).map(|_| env.view.seek)
    })?;
    match opened {
        Ok(seek) => runner.seek = seek,
        Err(error) => bail!("{error}"),
    }
    Ok(())
}

/// `-s` and `-f`.
fn place(runner: &mut Runner, options: &Options) -> Result<()> {
    let (seek, whole) = (options.seek.clone(), options.whole_block);
    let placed = runner.with(move |env| -> farad_shell::Result<u64> {
        if let Some(text) = seek {
            env.view.seek = env.number(&text)?;
        }
        if whole {
            let fd = env.current()?;
            let size = env.session.io.descriptor(fd)?.size();
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            env.view.block = size.clamp(1, farad_shell::view::BLOCK_LIMIT);
        }
        Ok(env.view.seek)
    })?;
    match placed {
        Ok(seek) => runner.seek = seek,
        Err(error) => bail!("{error}"),
    }
    Ok(())
}

/// Ends an answer for r2pipe.
pub(crate) fn print_nul() -> Result<()> {
    let mut out = std::io::stdout();
    out.write_all(&[0])?;
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_says_whether_more_than_ascii_is_drawn() {
        for (variables, wanted) in [
            (&[("LANG", "en_US.UTF-8")][..], true),
            (&[("LANG", "C.utf8"), ("LC_CTYPE", "")], true),
            (&[("LANG", "de_DE.UTF-8@euro")], true),
            (&[("LANG", "en_US.UTF-8"), ("LC_CTYPE", "C")], false),
            (&[("LC_ALL", "POSIX"), ("LC_CTYPE", "en_US.UTF-8")], false),
            (&[("LC_ALL", "en_US.UTF-8"), ("LANG", "C")], true),
            (&[("LANG", "ja_JP.eucJP")], false),
            (&[], false),
        ] {
            let find = |name: &str| variables.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
            assert_eq!(is_utf8(find), wanted, "{variables:?}");
        }
    }

    #[test]
    fn colours_are_as_many_as_the_terminal_has() {
        for (variables, wanted) in [
            (&[("TERM", "xterm")][..], 1),
            (&[("TERM", "xterm-256color")], 2),
            (&[("TERM", "xterm"), ("COLORTERM", "truecolor")], 3),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("COLORTERM", "24bit")], 0),
            (&[("TERM", "xterm"), ("NO_COLOR", "")], 1),
            (&[("TERM", "dumb")], 0),
        ] {
            let find = |name: &str| variables.iter().find(|row| row.0 == name).map(|row| row.1.to_owned());
            assert_eq!(color_depth(find), wanted, "{variables:?}");
        }
    }
}
