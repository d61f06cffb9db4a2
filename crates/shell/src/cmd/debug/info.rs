//! `di`: what the process is and why it stopped; `dx`: code of the user's in it.

use farad_io::Effects;
use farad_wire::target::{Reason, Reply, Request};
use serde_json::{Map, Value};

use super::row;
use crate::debug::{execute, signal_name, surprise};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Mode, Param, Row, maybe, need};
use crate::render::{json_text, printable};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "di", brief: "what the process is", rows: ROWS };

const CODE: &[Param] = &[need("hex", Kind::Hex)];

static ROWS: &[Row] = &[
    row("di", "What the process is and why it stopped", print).modes(&[
        Mode::Json,
        Mode::Script,
        Mode::Quiet,
    ]),
    row("dg", "Write what the process is now to a core file", write_core)
        .effects(Effects::DEBUG.union(Effects::FILES))
        .params(&[maybe("file", Kind::File)]),
    row("dL", "List the ways there are to a process, and mark the one in use", print_ways),
    row("dif", "Compare two files", compare)
        .effects(Effects::FILES)
        .params(&[maybe("file", Kind::File), maybe("file", Kind::File)]),
    row("dir", "List a folder, as ls does", list_folder)
        .effects(Effects::FILES)
        .params(&[maybe("path", Kind::File)]),
    row("dx", "Run code in the process, and put it back to where it was", run_code).params(CODE),
    row("dxa", "Assemble code, run it in the process, and put it back", run_assembly)
        .params(&[need("code", Kind::Text)]),
    row("dxs", "Have the process make a system call, and show what it returns", run_call)
        .params(&[need("call", Kind::Word), maybe("arguments", Kind::Text)]),
];

fn rows(env: &mut Env<'_>) -> Result<Vec<(&'static str, Value)>> {
    let Reply::Info(info) = env.ask(&Request::Describe)? else { return Err(surprise()) };
    let uid = match env.ask(&Request::Processes) {
        Ok(Reply::Processes(all)) => all.into_iter().find(|it| it.pid == info.pid).map(|it| it.uid),
        _ => None,
    };
    let stop = &info.stop;
    let dead = matches!(stop.reason, Reason::Exited { .. } | Reason::Killed { .. });
    let (signal, why) = match &stop.reason {
        Reason::Signal { number, .. } | Reason::Killed { number } => (*number, signal_name(*number)),
        Reason::Exited { status } => (0, format!("exited {status}")),
        Reason::Begun => (0, "begun".to_owned()),
        Reason::Stepped => (5, "step".to_owned()),
        Reason::Breakpoint { addr } => (5, format!("breakpoint {addr:#x}")),
        Reason::Watchpoint { addr } => (5, format!("watchpoint {addr:#x}")),
        Reason::Syscall { number, .. } => (5, format!("syscall {number}")),
        Reason::Event => (5, "event".to_owned()),
        Reason::Interrupted => (2, "interrupted".to_owned()),
        Reason::Output => (5, "output".to_owned()),
    };
    let lost = env.setting("dbg.onlost").to_owned();
    Ok(vec![
        ("type", if dead { "dead" } else { "stopped" }.into()),
        ("signal", signal.into()),
        ("reason", why.into()),
        ("pid", info.pid.into()),
        ("tid", stop.thread.into()),
        ("uid", uid.unwrap_or(0).into()),
        ("exe", info.exe.clone().into()),
        ("arch", info.arch.clone().into()),
        ("bits", info.bits.into()),
        ("os", info.os.clone().into()),
        ("launched", info.launched.into()),
        ("onlost", lost.into()),
    ])
}

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let rows = rows(env)?;
    if args.mode == Mode::Json {
        let object: Map<String, Value> =
            rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        return Ok(writeln!(env.out, "{}", json_text(&Value::Object(object)))?);
    }
    let plain = |value: &Value| match value {
        Value::String(text) => printable(text),
        other => other.to_string(),
    };
    if args.mode == Mode::Quiet {
        let all: Vec<String> = rows.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect();
        return Ok(writeln!(env.out, "{}", all.join(" "))?);
    }
    for (name, value) in &rows {
        match args.mode {
            Mode::Script if value.is_number() => writeln!(env.out, "f dbg.{name} 1 {value}")?,
            Mode::Script => {}
            _ => writeln!(env.out, "{name}={}", plain(value))?,
        }
    }
    Ok(())
}

/// A way is a scheme; the descriptor's URI tells which is in use.
fn print_ways(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let fd = env.find_target();
    let uri = fd.and_then(|fd| Some(env.session.io.descriptor(fd).ok()?.uri.clone())).unwrap_or_default();
    let schemes = env.session.io.schemes.clone();
    let ways =
        schemes.rows().filter(|row| row.effects.contains(Effects::DEBUG) && row.permissions.contains('d'));
    for (index, row) in ways.enumerate() {
        let name = row.names.first().copied().unwrap_or_default();
        let used = uri.starts_with(&format!("{name}://"));
        writeln!(env.out, "{index}  {}  {name:<8} {}", if used { "dbg" } else { "---" }, row.brief)?;
    }
    Ok(())
}

fn write_core(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.target()?;
    let pid = env.debugger().stop.pid;
    let path = match args.words().first() {
        Some(path) => path.clone(),
        None => format!("core.{pid}"),
    };
    let written = crate::debug::dump(env, &path)?;
    let size = crate::render::human_size(written);
    env.out.report(&format!("INFO: {size} of memory are in {path}"));
    Ok(())
}

fn compare(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [one, other] = &words[..] else {
        return Ok(writeln!(env.out, "Usage: dif <file> <file>")?);
    };
    let read = |path: &str| crate::parse::read_file(path, FILE, env.ctx);
    let (one_bytes, other_bytes) = (read(one)?, read(other)?);
    let (old, new) = (String::from_utf8_lossy(&one_bytes), String::from_utf8_lossy(&other_bytes));
    let difference = similar::TextDiff::from_lines(&*old, &*new);
    let text = difference.unified_diff().header(one, other).to_string();
    for line in text.lines() {
        writeln!(env.out, "{}", printable(line))?;
    }
    Ok(())
}

/// Most bytes of a file that is compared.
const FILE: u64 = 16 << 20;

fn list_folder(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let line = format!("ls {}", args.text);
    env.run_command(line.trim_end())
}

fn run_code(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let code = crate::parse::hex_bytes(args.required("the code")?)?;
    let result = execute(env, &code)?;
    Ok(writeln!(env.out, "{result:#010x}")?)
}

fn run_assembly(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.target()?;
    let code = crate::cmd::assembled(env, args.required("the code")?)?;
    let result = execute(env, &code)?;
    Ok(writeln!(env.out, "{result:#010x}")?)
}

fn run_call(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [name, arguments @ ..] = &words[..] else { return Err(args.wrong("the call is missing")) };
    let values: Vec<u64> = arguments.iter().map(|text| env.number(text)).collect::<Result<_>>()?;
    let result = crate::debug::syscall(env, name, &values)?;
    Ok(writeln!(env.out, "{result:#010x}")?)
}
