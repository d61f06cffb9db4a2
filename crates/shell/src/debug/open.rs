//! Taking a process up: the names of its program, where they are in memory, and the breakpoints in it.

use std::collections::BTreeMap;

use farad_bin::{Binary, Depth, EntryKind};
use farad_io::{Effects, Launching, Perm};
use farad_wire::target::{Area, End, Fate, Info, Lost, Reply, Request};

use super::{Debugger, LOOK, surprise};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::load::{self, Loaded, Request as Open};

/// Takes up the process that a descriptor has: its registers, its memory as one map, and the names of its program.
///
/// # Errors
/// When it does not tell what it is.
pub(crate) fn open(env: &mut Env<'_>, fd: u32, request: &Open) -> Result<()> {
    let Reply::Info(info) = env.ask_of(fd, &Request::Describe)? else { return Err(surprise()) };
    let size = u64::MAX;
    env.session.io.maps.add(fd, 0, size, 0, Perm::RWX)?;
    let stop = info.stop.clone();
    let debugger = env.debugger();
    (debugger.fd, debugger.info, debugger.maps) = (Some(fd), *info, None);
    settle_loss(env, fd)?;
    if request.headers
        && let Err(error) = read_program(env, request.strings)
    {
        let path = crate::render::printable(&env.debugger().info.exe);
        env.out.report(&format!("WARN: {path}: the names of the program are not read: {error}"));
    }
    settle_machine(env);
    let settings = crate::cmd::settings(env);
    env.session.registers.replace(&settings, farad_arch::Profile::of_process(&settings));
    search_here(env);
    env.note(stop);
    let pc = env.registers().value("PC").unwrap_or(0);
    env.view.seek = pc;
    if env.debugger().info.core {
        map_files(env, fd)?;
        let stop = env.debugger().stop.clone();
        super::tell(env, &stop);
    }
    if !env.debugger().info.launched {
        let (pid, fate) = (env.debugger().info.pid, env.setting("dbg.onlost").to_owned());
        env.out.report(&format!(
            "INFO: process {pid} is stopped; when this debugger is lost: {fate} (e dbg.onlost=detach, keep or kill)"
        ));
    }
    Ok(())
}

/// The machine is that of the process, where its program does not tell and the user has not said.
fn settle_machine(env: &mut Env<'_>) {
    let info = &env.debugger().info;
    let values =
        [("asm.arch", info.arch.clone()), ("asm.bits", info.bits.to_string()), ("asm.os", info.os.clone())];
    for (name, value) in values {
        if env.session.config.find(name).is_none()
            && let Err(error) = crate::config::settle(env.session, None, name, &value)
        {
            tracing::debug!("what a process is: {error}");
        }
    }
}

/// Where searches look, and that at the memory map of the process.
const SEARCH: &str = "search.in";
const HERE: &str = "dbg.map";

/// Has searches look at the memory map that the process is at, unless the user wants otherwise.
fn search_here(env: &mut Env<'_>) {
    if env.session.config.find(SEARCH).is_none()
        && env.view.config.find(SEARCH).is_none()
        && let Err(error) = crate::config::settle(env.session, None, SEARCH, HERE)
    {
        tracing::debug!("{error}");
    }
}

/// What goes before the path of a file of the machine that a URI's bytes are on.
pub(crate) fn place_of(uri: &str) -> String {
    let server = uri.strip_prefix("rap://").and_then(|rest| rest.split_once('/'));
    server.map_or_else(String::new, |(server, _)| format!("rap://{server}/"))
}

/// Has the parts of files that a core leaves out be read from the files.
fn map_files(env: &mut Env<'_>, fd: u32) -> Result<()> {
    let areas: Vec<Area> =
        env.process_maps()?.into_iter().filter(|area| area.path.starts_with('/')).collect();
    let mut opened: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for area in areas {
        let mut byte = [0];
        // What a core leaves out of a file is left out from the beginning of an area on, or not at all.
        let missing = env.session.io.descriptor(fd)?.read_at(area.to - 1, &mut byte, env.ctx)? == 0;
        if !missing || area.perm & 2 != 0 {
            continue;
        }
        let file = match opened.get(&area.path) {
            Some(file) => *file,
            None => {
                let file = open_module(env, fd, &area.path);
                opened.insert(area.path.clone(), file);
                file
            }
        };
        if let Some(file) = file {
            env.session.io.maps.add(file, area.from, area.to - area.from, area.offset, Perm::RX)?;
        }
    }
    Ok(())
}

fn open_module(env: &mut Env<'_>, fd: u32, path: &str) -> Option<u32> {
    let uri = match env.session.io.descriptor(fd).ok()?.target_file(path) {
        Ok(uri) => uri,
        Err(error) => {
            env.out.report(&format!("WARN: {error}: what the core leaves out of it is missing"));
            return None;
        }
    };
    let current = env.current().ok();
    let file = env.session.io.open(&uri, &load::options(env, Perm::R), env.ctx).ok()?;
    if let Some(current) = current {
        env.select(current).ok()?;
    }
    env.debugger().files.push(file);
    Some(file)
}

/// Says what becomes of the process when its debugger is lost.
fn settle_loss(env: &mut Env<'_>, fd: u32) -> Result<()> {
    let fate = match env.setting("dbg.onlost") {
        "kill" => Fate::Kill,
        "keep" => Fate::Keep,
        _ => Fate::Detach,
    };
    let linger = u32::try_from(env.setting_number("dbg.linger")).unwrap_or(u32::MAX);
    env.ask_of(fd, &Request::Lost(Lost { fate, linger })).map(drop)
}

/// Reads the names of the program that the process runs, at the place it is loaded at.
fn read_program(env: &mut Env<'_>, strings: bool) -> Result<()> {
    let fd = env.target()?;
    let info = env.debugger().info.clone();
    if info.exe.is_empty() {
        env.out
            .report("INFO: the stub does not tell which program it is: give its file, gdb://HOST:PORT/FILE");
        return Ok(());
    }
    let uri = env.session.io.descriptor(fd)?.target_file(&info.exe)?;
    read_file(env, &uri, strings, |binary| base_of(binary, &info))
}

/// Where a program begins that the system says begins to run at `entry`.
fn base_of(binary: &Binary, info: &Info) -> Option<u64> {
    let entry = binary.entries.iter().find(|entry| entry.kind == EntryKind::Program)?;
    let moved = info.entry.wrapping_sub(entry.vaddr);
    (info.entry != 0 && moved != 0).then(|| binary.base.wrapping_add(moved))
}

/// Reads the names of a file of the process's machine, at the place that `base` tells of it.
pub(super) fn read_file(
    env: &mut Env<'_>,
    uri: &str,
    strings: bool,
    base: impl Fn(&Binary) -> Option<u64>,
) -> Result<()> {
    let current = env.current().ok();
    let file = env.session.io.open(uri, &load::options(env, Perm::R), env.ctx)?;
    if let Some(current) = current {
        env.select(current)?;
    }
    let options = farad_bin::Options { depth: Depth::Layout, ..load::string_options(env) };
    let read = load::with_source(env, file, |source| farad_bin::load(source, &options))?;
    let copy;
    let found = match read {
        Ok(Some(binary)) => {
            copy = super::symbol::copy_of(env, &binary, uri);
            base(&binary)
        }
        Ok(None) => {
            env.close(file)?;
            return Ok(());
        }
        Err(error) => {
            env.close(file)?;
            return Err(Error::failed(error.to_string()));
        }
    };
    let request = Open { base: found, strings, ..Open::new(uri) };
    if !is_in_memory(env, file, &request)? {
        env.close(file)?;
        return Err(Error::failed("the file is not the one that is in memory"));
    }
    if let Some(copy) = copy.as_ref().and_then(|copy| copy.to_str()) {
        return read_copy(env, file, copy, &request);
    }
    if let Some(loaded) = load::read_layout(env, file, &request)? {
        load::settle(env, &loaded);
        env.session.loaded.push(loaded);
        env.debugger().files.push(file);
    }
    Ok(())
}

/// Reads the names of a file out of a copy of it here. The file itself is what they are found by later.
fn read_copy(env: &mut Env<'_>, file: u32, copy: &str, request: &Open) -> Result<()> {
    let current = env.current().ok();
    let here = env.session.io.open(copy, &load::options(env, Perm::R), env.ctx)?;
    if let Some(current) = current {
        env.select(current)?;
    }
    env.debugger().files.extend([file, here]);
    let request = Open { uri: copy.to_owned(), ..request.clone() };
    if let Some(loaded) = load::read_layout(env, here, &request)? {
        load::settle(env, &loaded);
        env.session.loaded.push(loaded);
    }
    env.out.report(&format!("INFO: names are taken from {copy}"));
    Ok(())
}

/// Whether the beginning of a file is in memory where the file is to be; what cannot be read there is taken to be.
fn is_in_memory(env: &mut Env<'_>, file: u32, request: &Open) -> Result<bool> {
    let fd = env.target()?;
    let options =
        farad_bin::Options { base: request.base, depth: Depth::Layout, ..load::string_options(env) };
    let Ok(Some(binary)) = load::with_source(env, file, |source| farad_bin::load(source, &options))? else {
        return Ok(true);
    };
    let first = binary.maps.iter().find(|map| matches!(map.source, farad_bin::MapSource::File { offset: 0 }));
    let Some(at) = first.map(|map| map.vaddr) else { return Ok(true) };
    let (mut here, mut there) = ([0; HEAD], [0; HEAD]);
    let read = env.session.io.descriptor(file)?.read_at(0, &mut here, env.ctx)?;
    let found = env.session.io.descriptor(fd)?.read_at(at, &mut there, env.ctx)?;
    let len = read.min(found);
    Ok(here[..len] == there[..len])
}

/// Bytes of a file's beginning that tell it from others.
const HEAD: usize = 64;

/// The process runs another program: its names are read, and breakpoints set again that are still in place.
pub(super) fn change_program(env: &mut Env<'_>) -> Result<()> {
    let fd = env.target()?;
    let Reply::Info(info) = env.ask_of(fd, &Request::Describe)? else { return Err(surprise()) };
    let is_other = info.exe != env.debugger().info.exe || info.entry != env.debugger().info.entry;
    env.debugger().info = *info;
    if is_other {
        forget_files(env)?;
        if let Err(error) = read_program(env, true) {
            env.out.report(&format!("WARN: the names of the program are not read: {error}"));
        }
    }
    insert_all(env)
}

/// Forgets the files whose names were read.
fn forget_files(env: &mut Env<'_>) -> Result<()> {
    let files = env.debugger().files.clone();
    files.into_iter().try_for_each(|file| forget_file(env, file))
}

/// Forgets one, which may be closed already.
fn forget_file(env: &mut Env<'_>, file: u32) -> Result<()> {
    env.debugger().files.retain(|other| *other != file);
    let is_it = |loaded: &Loaded| loaded.fd == file;
    if let Some(index) = env.session.loaded.iter().position(is_it) {
        let loaded = env.session.loaded.remove(index);
        load::remove_flags(env, &loaded);
    }
    match env.close(file) {
        Ok(()) | Err(farad_io::Error::NoDescriptor(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Sets all breakpoints in the process as it is now. Those that cannot be set are told of, and disabled.
pub(super) fn insert_all(env: &mut Env<'_>) -> Result<()> {
    let set =
        env.debugger().points.iter().filter(|(_, it)| it.is_set()).map(|(index, it)| (index, it.clone()));
    for (index, point) in set.collect::<Vec<_>>() {
        super::run::set_or_disable(env, index, &point)?;
    }
    Ok(())
}

/// Starts the program again.
///
/// # Errors
/// When it was not started by the debugger, or cannot be.
pub(crate) fn restart(env: &mut Env<'_>, args: Option<Vec<String>>) -> Result<()> {
    let fd = env.target()?;
    let Launching { profile, fault, .. } = super::launching(env);
    if let Some(why) = fault {
        return Err(Error::failed(why));
    }
    let Reply::Stop(stop) = env.ask(&Request::Restart { args, profile, look: LOOK })? else {
        return Err(surprise());
    };
    env.note(*stop);
    change_program(env)?;
    settle_loss(env, fd)
}

/// Ends the debugging when the session is left: programs that were started are killed, unless `dbg.exitkills` is off.
///
/// # Errors
/// When a process does not go.
pub fn leave(env: &mut Env<'_>) -> Result<()> {
    let end = if env.is_set("dbg.exitkills") { End::Close } else { End::Detach };
    let all: Vec<u32> = env.session.io.descriptors().map(|descriptor| descriptor.fd).collect();
    let mut left = Ok(());
    for fd in all {
        if is_target(env, fd) {
            left = left.and(close(env, fd, end));
        }
    }
    left
}

fn is_target(env: &mut Env<'_>, fd: u32) -> bool {
    env.session.io.descriptor(fd).is_ok_and(|descriptor| descriptor.is_target())
}

/// Ends the debugging of the process: its descriptor is closed as the user wants, and not as one that was lost.
///
/// # Errors
/// When there is no process, or it does not go.
pub(crate) fn finish(env: &mut Env<'_>, end: End) -> Result<()> {
    let fd = env.target()?;
    close(env, fd, end)
}

/// Closes a descriptor for a user who may not know what it is: the debugging of a process ends with it, and the names of a
/// file go.
///
/// # Errors
/// When there is no such descriptor, the principal may not debug the process that it has, or that does not go.
pub(crate) fn close_any(env: &mut Env<'_>, fd: u32) -> Result<()> {
    if is_target(env, fd) {
        if let Err(refused) = env.ctx.allow(Effects::DEBUG, "ending the debugging of a process")
            && !is_core(env, fd)
        {
            return Err(refused.into());
        }
        return close(env, fd, End::Close);
    }
    if env.debugger().files.contains(&fd) {
        return forget_file(env, fd);
    }
    env.close(fd)?;
    env.session.loaded.retain(|loaded| loaded.fd != fd);
    Ok(())
}

/// Whether a descriptor has what is left of a process only.
fn is_core(env: &mut Env<'_>, fd: u32) -> bool {
    matches!(env.ask_of(fd, &Request::Describe), Ok(Reply::Info(info)) if info.core)
}

fn close(env: &mut Env<'_>, fd: u32, end: End) -> Result<()> {
    let ended = env.ask_of(fd, &Request::End(end));
    if env.debugger().fd == Some(fd) {
        forget_process(env)?;
    }
    env.close(fd)?;
    ended.map(drop)
}

/// Forgets all that was known of the process.
fn forget_process(env: &mut Env<'_>) -> Result<()> {
    forget_files(env)?;
    *env.debugger() =
        Debugger { signals: std::mem::take(&mut env.debugger().signals), ..Debugger::default() };
    let name = env.registers().profile().role("PC").unwrap_or("pc").to_owned();
    env.session.flags.remove(&name);
    // Searches were to look at its memory.
    if env.session.config.find(SEARCH) == Some(HERE)
        && let Err(error) = crate::config::unsettle(env.session, SEARCH)
    {
        tracing::debug!("{error}");
    }
    Ok(())
}
