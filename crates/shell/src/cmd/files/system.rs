//! The machine, the clock and the screen.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::cmd::format::civil;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::Args;
use crate::render::printable;

pub(super) fn clear(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    if env.is_set("scr.interactive") {
        write!(env.out, "\x1b[2J\x1b[0;0H")?;
    }
    Ok(())
}

pub(super) fn home(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    if env.is_set("scr.interactive") {
        write!(env.out, "\x1b[0;0H")?;
    }
    Ok(())
}

pub(super) fn name_system(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = rustix::system::uname();
    let system = name.sysname().to_string_lossy();
    match args.text {
        "-r" => Ok(writeln!(env.out, "{system} {}", name.release().to_string_lossy())?),
        _ => Ok(writeln!(env.out, "{system}")?),
    }
}

/// The name that the system's table has for the user; the number where it has none.
pub(super) fn name_user(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let id = rustix::process::geteuid().as_raw().to_string();
    let table = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = table.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id).then_some(name)
    });
    Ok(writeln!(env.out, "{}", printable(name.unwrap_or(&id)))?)
}

pub(super) fn number_user(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", rustix::process::geteuid().as_raw())?)
}

pub(super) fn which(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = args.required("the program")?;
    let is_program = |path: &Path| {
        fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| is_program(path));
    match found {
        Some(path) => Ok(writeln!(env.out, "{}", printable(&path.to_string_lossy()))?),
        None => Err(Error::failed(format!("no program '{}' in any folder of PATH", printable(name)))),
    }
}

pub(super) fn date(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = now.map_or(0, |since| since.as_secs());
    Ok(writeln!(env.out, "{}", civil(i64::try_from(seconds).unwrap_or(i64::MAX)))?)
}

pub(super) fn sleep(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let seconds = args.required("how long")?.parse::<f64>().ok();
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let mut left = wait.ok_or_else(|| args.wrong(format!("'{}' is no number of seconds", args.text)))?;
    env.out.flush()?;
    let slept = env.try_wait(|_, ctx| {
        while !left.is_zero() {
            ctx.check()?;
            let part = left.min(Duration::from_millis(20));
            std::thread::sleep(part);
            left -= part;
        }
        Ok(())
    });
    slept.unwrap_or_else(|| Err(Error::failed("too many commands of this session wait already")))
}
