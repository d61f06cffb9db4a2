//! Running the file that is open: what the user noted of it stays, at the place that it is loaded at.

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::load::{self, Request};
use crate::note::Kind;

/// Runs the current file under the debugger, where it is, and has it in the file's place.
///
/// # Errors
/// When nothing is open that can be run.
pub(crate) fn run_file(env: &mut Env<'_>, args: &[String]) -> Result<()> {
    let fd = env.current()?;
    let uri = env.session.io.descriptor(fd)?.uri.clone();
    let uri = program_uri(&uri, args)?;
    let old = env.session.loaded.iter().position(|loaded| loaded.fd == fd);
    let program = load::open(env, &Request::new(&uri))?;
    let Some(old) = old else { return settle(env, fd, program) };
    let base = env.session.loaded[old].binary.base;
    let file = env.debugger().info.exe.clone();
    let new = env.session.loaded.iter().skip(old + 1).find(|loaded| loaded.is_of(&file));
    let moved = new.map_or(0, |new| new.binary.base.wrapping_sub(base));
    let loaded = env.session.loaded.remove(old);
    load::remove_flags(env, &loaded);
    let ranges: Vec<(u64, u64)> =
        loaded.binary.maps.iter().map(|map| (map.vaddr, map.vaddr.saturating_add(map.size))).collect();
    let is_there = |addr: u64| ranges.iter().any(|(from, to)| (*from..*to).contains(&addr));
    let notes: Vec<_> = env.session.notes.all().filter(|note| is_there(note.addr)).cloned().collect();
    env.session.notes.remove_if(|note| is_there(note.addr));
    for mut note in notes.into_iter().filter(|note| note.kind == Kind::Comment || moved == 0) {
        note.addr = note.addr.wrapping_add(moved);
        env.session.notes.set(note);
    }
    let flags: Vec<String> =
        env.session.flags.all().filter(|flag| is_there(flag.addr)).map(|flag| flag.name.clone()).collect();
    for name in flags.iter().filter(|_| moved != 0) {
        env.session.flags.change(name, |flag| flag.addr = flag.addr.wrapping_add(moved));
    }
    if moved != 0 && env.session.analysis.functions().next().is_some() {
        env.out.report("INFO: the program is loaded elsewhere than the file was: functions are to be analysed again (aaa)");
    }
    // What the file had for memory without bytes of its own.
    let zeros: Vec<u32> =
        env.session.io.maps.iter().filter(|map| is_there(map.from)).map(|map| map.fd).collect();
    for zero in zeros {
        let is_zero =
            env.session.io.descriptor(zero).is_ok_and(|descriptor| descriptor.uri.starts_with("null://"));
        if is_zero {
            env.close(zero)?;
        }
    }
    settle(env, fd, program)
}

fn settle(env: &mut Env<'_>, file: u32, program: u32) -> Result<()> {
    env.close(file)?;
    env.select(program)?;
    load::names(env)
}

/// The URI by which a file is run, where it is.
fn program_uri(uri: &str, args: &[String]) -> Result<String> {
    let (place, path) = match uri.strip_prefix("rap://").and_then(|rest| rest.split_once('/')) {
        Some((server, path)) => (format!("rap://{server}/"), path),
        None => (String::new(), uri.strip_prefix("file://").unwrap_or(uri)),
    };
    if path.contains("://") || path == "-" {
        return Err(Error::failed(format!("{uri} is no file that can be run")));
    }
    let words = std::iter::once(path).chain(args.iter().map(String::as_str));
    let line = shlex::try_join(words).map_err(|error| Error::failed(error.to_string()))?;
    Ok(format!("{place}dbg://{line}"))
}
