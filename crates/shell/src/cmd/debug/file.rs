//! `dd`: the files that the process has open.

use farad_wire::target::{Reply, Request};
use serde_json::{Value, json};

use super::row;
use crate::debug::{surprise, syscall};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::{json_text, printable};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "dd", brief: "open files of the process", rows: ROWS };

static ROWS: &[Row] = &[
    row("dd", "List the open files", print).modes(&[Mode::Json]),
    row("dd-", "Close an open file in the process", close)
        .glue(Glue::Number)
        .params(&[need("fd", Kind::Number)]),
    row("dds", "Move where an open file is at", seek)
        .params(&[need("fd", Kind::Number), maybe("offset", Kind::Number)]),
    row("ddd", "Make an open file have another number, too", copy)
        .params(&[need("fd", Kind::Number), need("new", Kind::Number)]),
];

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Reply::Files(files) = env.ask(&Request::Files)? else { return Err(surprise()) };
    let perm = |perm: u8| match perm {
        4 => "r--",
        2 => "-w-",
        _ => "rw-",
    };
    if args.mode == Mode::Json {
        let rows = files.iter().map(|file| {
            json!({ "fd": file.fd, "offset": file.offset, "perm": perm(file.perm), "path": file.path })
        });
        let rows: Vec<Value> = rows.collect();
        return Ok(writeln!(env.out, "{}", json_text(&Value::Array(rows)))?);
    }
    for file in files {
        writeln!(env.out, "{} {:#010x} {} {}", file.fd, file.offset, perm(file.perm), printable(&file.path))?;
    }
    Ok(())
}

fn close(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let fd = env.number(args.required("the number of a file")?)?;
    syscall(env, "close", &[fd]).map(drop)
}

fn seek(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (fd, offset) = args.split_first();
    let fd = env.number(args.required("the number of a file").map(|_| fd)?)?;
    let offset = super::number_or(env, offset, 0)?;
    syscall(env, "lseek", &[fd, offset, 0]).map(drop)
}

fn copy(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (fd, new) = args.split_first();
    if new.is_empty() {
        return Err(args.wrong("give the number it has and the one it is to have"));
    }
    let (fd, new) = (env.number(fd)?, env.number(new)?);
    syscall(env, "dup3", &[fd, new, 0]).map(drop)
}
