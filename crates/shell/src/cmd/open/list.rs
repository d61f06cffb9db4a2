//! The forms in which descriptors and loaded files are listed.

use serde_json::{Value, json};

use farad_io::Perm;

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::{printable, script_line};

/// Columns of a bar.
const BAR: u64 = 25;

pub(super) fn descriptors(env: &mut Env<'_>, mode: Mode) -> Result<()> {
    let io = &env.session.io;
    let current = io.current(&env.view.lens).ok();
    if mode == Mode::Json {
        let rows = io.descriptors().map(|descriptor| {
            json!({
                "raised": current == Some(descriptor.fd),
                "fd": descriptor.fd,
                "uri": descriptor.uri,
                "from": 0,
                "writable": descriptor.perm.contains(Perm::W),
                "size": descriptor.size(),
            })
        });
        let rows = Value::Array(rows.collect());
        return Ok(writeln!(env.out, "{rows}")?);
    }
    for descriptor in io.descriptors() {
        let (fd, perm, uri) = (descriptor.fd, descriptor.perm, printable(&descriptor.uri));
        match mode {
            Mode::Quiet => writeln!(env.out, "{fd}")?,
            // The last of all addresses stands for none: where it is mapped, om* tells.
            Mode::Script => {
                let line = format!("o \"{uri}\" {:#x} {perm}", u64::MAX);
                let is_plain = script_line(&uri) == uri;
                writeln!(env.out, "{}", if is_plain { line } else { format!("'{line}") })?;
            }
            _ => {
                let mark = if current == Some(fd) { '*' } else { '-' };
                writeln!(env.out, "{fd:2} {mark} {perm} {:#010x} {uri}", descriptor.size())?;
            }
        }
    }
    Ok(())
}

pub(super) fn current(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = env.current()?;
    let descriptor = env.session.io.descriptor(fd)?;
    match args.mode {
        Mode::Quiet => writeln!(env.out, "{fd}")?,
        Mode::Json => {
            let row = json!({ "fd": fd, "uri": descriptor.uri, "size": descriptor.size() });
            writeln!(env.out, "{}", crate::render::json_text(&row))?;
        }
        _ => writeln!(env.out, "{}", printable(&descriptor.uri))?,
    }
    Ok(())
}

pub(super) fn bars(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let io = &env.session.io;
    let current = io.current(&env.view.lens).ok();
    let largest = io.descriptors().map(|descriptor| descriptor.size()).max().unwrap_or(0).max(1);
    for descriptor in io.descriptors() {
        let mark = if current == Some(descriptor.fd) { '*' } else { '-' };
        let filled = (u128::from(descriptor.size()) * u128::from(BAR) / u128::from(largest)) as usize;
        let bar = "#".repeat(filled) + &"-".repeat(BAR as usize - filled);
        let uri = printable(&descriptor.uri);
        writeln!(
            env.out,
            "{:2} {mark} {} {:#010x} [{bar}] {uri}",
            descriptor.fd,
            descriptor.perm,
            descriptor.size()
        )?;
    }
    Ok(())
}

pub(super) fn binaries(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let io = &env.session.io;
    let current = io.current(&env.view.lens).ok();
    let mut rows = Vec::new();
    for (index, loaded) in env.session.loaded.iter().enumerate() {
        let descriptor = io.descriptors().find(|descriptor| descriptor.fd == loaded.fd);
        let uri = descriptor.map_or_else(String::new, |descriptor| printable(&descriptor.uri));
        let size = descriptor.map_or(0, |descriptor| descriptor.size());
        let (fd, binary, info) = (loaded.fd, &loaded.binary, &loaded.binary.info);
        match args.mode {
            Mode::Json => rows.push(json!({
                "name": uri,
                "iofd": fd,
                "bfid": index,
                "size": size,
                "obj": { "arch": info.arch, "bits": info.bits, "binoffset": 0, "objsize": size },
            })),
            Mode::Quiet => writeln!(env.out, "{index}")?,
            Mode::Script if script_line(&uri) == uri => {
                writeln!(env.out, "oba {:#010x} {uri} # {index}", binary.base)?;
            }
            Mode::Script => writeln!(env.out, "'oba {:#010x} {uri}", binary.base)?,
            Mode::Text | Mode::Table => {
                let mark = if current == Some(fd) { '*' } else { '-' };
                let (arch, bits, base) = (info.arch, info.bits, binary.base);
                writeln!(
                    env.out,
                    "{mark} {index} {fd} {arch}-{bits} ba:{base:#010x} sz:{} {uri}",
                    info.size
                )?;
            }
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?;
    }
    Ok(())
}
