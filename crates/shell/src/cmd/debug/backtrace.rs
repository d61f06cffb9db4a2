//! `dbt`: the frames that led to where the process is.

use farad_io::Effects;
use serde_json::{Value, json};

use super::row;
use crate::debug::{Frame, Module, backtrace, modules};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Group, Mode, Row};
use crate::render::{json_text, printable};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "dbt", brief: "backtrace", rows: ROWS };

static ROWS: &[Row] = &[
    row("dbt", "The frames that led to where the process is, the innermost first", print)
        .effects(Effects::READ)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet]),
    row("dbt=", "The frames in a line", print_line).effects(Effects::READ),
];

fn frames(env: &mut Env<'_>) -> Result<Vec<Frame>> {
    let depth = usize::try_from(env.setting_number("dbg.btdepth")).unwrap_or(usize::MAX).max(1);
    backtrace(env, depth)
}

/// The flag an address belongs to, or else the file, and how far it is behind that.
fn name(env: &mut Env<'_>, files: &[Module], addr: u64) -> Option<(String, u64)> {
    let others = [Some(crate::debug::SPACE), Some("format")];
    let is_code = |flag: &crate::flag::Flag| !others.contains(&flag.space.as_deref());
    let file = files.iter().find(|file| (file.from..file.to).contains(&addr));
    let flag = env.session.flags.before(addr, is_code);
    match (file, flag) {
        (Some(file), Some(flag)) if flag.addr < file.from => Some((printable(file.name()), addr - file.from)),
        (Some(file), None) => Some((printable(file.name()), addr - file.from)),
        (_, flag) => flag.map(|flag| (printable(&flag.name), addr - flag.addr)),
    }
}

fn function(env: &Env<'_>, addr: u64) -> String {
    let function = env.session.analysis.of(addr).map(|function| function.name.clone());
    let symbol = || {
        let flag = env.session.flags.before(addr, |flag| flag.space.as_deref() == Some("symbols"))?;
        (addr - flag.addr < flag.size).then(|| flag.name.clone())
    };
    function.or_else(symbol).map_or_else(|| "??".to_owned(), |name| printable(&name))
}

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let frames = frames(env)?;
    let files = if env.find_target().is_some() && !env.debugger().has_ended() {
        modules(&env.process_maps()?)
    } else {
        Vec::new()
    };
    if args.mode == Mode::Json {
        let rows: Vec<Value> = (0..)
            .zip(&frames)
            .map(|(index, frame): (usize, &Frame)| {
                let named = name(env, &files, frame.pc);
                let desc = named.map_or_else(String::new, |(name, behind)| format!("{name}+{behind}"));
                let function = function(env, frame.pc);
                json!({
                    "idx": index,
                    "pc": frame.pc,
                    "sp": frame.sp,
                    "frame_size": frame.size,
                    "fname": function,
                    "desc": desc,
                })
            })
            .collect();
        return Ok(writeln!(env.out, "{}", json_text(&Value::Array(rows)))?);
    }
    for (index, frame) in frames.iter().enumerate() {
        let Frame { pc, sp, size } = *frame;
        match args.mode {
            Mode::Quiet => writeln!(env.out, "{pc:#010x}")?,
            Mode::Script => writeln!(env.out, "f bt.frame{index} 1 {pc:#010x}")?,
            _ => {
                let behind = match name(env, &files, pc) {
                    Some((name, 0)) => format!("{name} {name}0"),
                    Some((name, behind)) => format!("{name} {name}+{behind}"),
                    None => String::new(),
                };
                let function = function(env, pc);
                let line = format!("{index}  {pc:<#18x} sp: {sp:<#18x}  {size:<5}[{function}]  {behind}");
                writeln!(env.out, "{}", line.trim_end())?;
            }
        }
    }
    Ok(())
}

fn print_line(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let frames = frames(env)?;
    let names: Vec<String> = frames.iter().map(|frame| format!("{:#x}", frame.pc)).collect();
    Ok(writeln!(env.out, "{}", names.join(" "))?)
}
