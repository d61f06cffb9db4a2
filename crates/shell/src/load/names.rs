//! Names of an open file: symbols, relocations and strings, read when something first asks for them.
//!
//! What is opened costs its headers, whatever its size and however far away it is. The first command that could show or
//! change a name has all of them read, and so finds everything as if it had been there from the start.

use std::ops::ControlFlow;

use farad_bin::{Binary, StringRow, StringScope};

use super::{flag, note, with_source};
use crate::error::Result;
use crate::eval::Env;
use crate::render::{human_size, printable};

/// How many bytes of a file far away are searched for strings unasked.
const FAR: u64 = 1 << 20;

/// What is still to be read of a file, as it was asked for when the file was opened.
pub(super) struct Owed {
    pub(super) options: farad_bin::Options,
    pub(super) uri: String,
    /// Whether strings are to be looked for.
    pub(super) strings: bool,
}

/// Strings of a file's data sections.
#[derive(Default)]
pub(super) struct Strings {
    pub(super) rows: Vec<StringRow>,
    /// How to look for them, while nobody has.
    owed: Option<farad_bin::Options>,
}

/// Reads the names that open files still owe, and sets their flags and notes. What cannot be read is reported, and left out.
///
/// # Errors
/// An interrupt: then the next call tries again.
pub fn names(env: &mut Env<'_>) -> Result<()> {
    for index in 0..env.session.loaded.len() {
        read_names(env, index)?;
    }
    Ok(())
}

fn read_names(env: &mut Env<'_>, index: usize) -> Result<()> {
    let Some(owed) = env.session.loaded.get_mut(index).and_then(|loaded| loaded.owed.take()) else {
        return Ok(());
    };
    let fd = env.session.loaded[index].fd;
    let read = with_source(env, fd, |source| farad_bin::load(source, &owed.options));
    if let Err(interrupt) = env.ctx.check() {
        env.session.loaded[index].owed = Some(owed);
        return Err(interrupt.into());
    }
    match read {
        Ok(Ok(Some(binary))) => env.session.loaded[index].binary = binary,
        Ok(Ok(None)) => report(env, &owed.uri, "it changed: its names are not read"),
        Ok(Err(error)) => report(env, &owed.uri, &format!("its names are not read: {error}")),
        Err(error) => report(env, &owed.uri, &format!("its names are not read: {error}")),
    }
    if owed.strings {
        let loaded = &mut env.session.loaded[index];
        let searched = data_size(&loaded.binary);
        loaded.strings.owed = Some(owed.options);
        let is_far = env.session.io.descriptor(fd).is_ok_and(|descriptor| descriptor.is_far());
        if is_far && searched > FAR {
            let size = human_size(searched);
            env.out.report(&format!(
                "INFO: {size} far away are searched for strings when they are asked for: iz"
            ));
        } else {
            read_strings(env, index)?;
        }
    }
    let session = &mut *env.session;
    let loaded = &session.loaded[index];
    flag::set_all(&mut session.flags, loaded);
    note::set_all(&mut session.notes, loaded);
    crate::debug::mark(env);
    let loaded = &env.session.loaded[index];
    for warning in &loaded.binary.warnings {
        env.out.report(&format!("WARN: {}: {}", printable(&owed.uri), printable(warning)));
    }
    Ok(())
}

/// Looks for the strings of a descriptor's data sections where that was put off, and sets their flags and notes.
///
/// # Errors
/// An interrupt: then the next call tries again.
pub(crate) fn strings(env: &mut Env<'_>, fd: u32) -> Result<()> {
    let Some(index) = env.session.loaded.iter().position(|loaded| loaded.fd == fd) else { return Ok(()) };
    if env.session.loaded[index].strings.owed.is_none() {
        return Ok(());
    }
    read_strings(env, index)?;
    let session = &mut *env.session;
    let strings = session.loaded[index].strings();
    flag::set_strings(&mut session.flags, strings);
    note::set_strings(&mut session.notes, strings);
    Ok(())
}

fn read_strings(env: &mut Env<'_>, index: usize) -> Result<()> {
    let session = &mut *env.session;
    let Some(loaded) = session.loaded.get_mut(index) else { return Ok(()) };
    let Some(options) = loaded.strings.owed.take() else { return Ok(()) };
    let mut rows = Vec::new();
    let source = super::Bytes::of(&mut session.io, loaded.fd, env.ctx)?;
    let each = &mut |row| {
        rows.push(row);
        ControlFlow::Continue(())
    };
    let found = farad_bin::strings(&source, Some(&loaded.binary), StringScope::Data, &options, each);
    if let Err(interrupt) = env.ctx.check() {
        loaded.strings.owed = Some(options);
        return Err(interrupt.into());
    }
    loaded.strings.rows = rows;
    if let Err(error) = found {
        env.out.report(&format!("WARN: not all strings were looked for: {error}"));
    }
    Ok(())
}

/// How many bytes are searched for strings.
fn data_size(binary: &Binary) -> u64 {
    let data = binary.sections.iter().filter(|section| section.is_data);
    data.fold(0, |sum, section| sum.saturating_add(section.size))
}

fn report(env: &mut Env<'_>, uri: &str, why: &str) {
    env.out.report(&format!("WARN: {}: {why}", printable(uri)));
}
