//! `ds`: instruction by instruction.

use farad_wire::target::{How, Until};

use super::{number_or, row, told};
use crate::debug::{resume, run_on};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Param, Row, maybe, need};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "ds", brief: "stepping", rows: ROWS };

const COUNT: &[Param] = &[maybe("count", Kind::Number)];

static ROWS: &[Row] = &[
    row("ds", "Step one instruction, or as many as given", step).glue(Glue::Number).params(COUNT),
    row("dso", "Step over calls, one instruction or as many as given", step_over).params(COUNT),
    row("dss", "Skip instructions: they are passed, not run", skip).params(COUNT),
    row("dsf", "Step until the function returns", finish),
    row("dsi", "Step until an expression is not 0", step_while).params(&[need("expression", Kind::Text)]),
    row("dsl", "Step to the next line of source, or as many lines as given, over calls", step_line)
        .params(COUNT),
    row("dsp", "Step into the program: through what is not of its file", step_program),
    row("dsu", "Step until an address is reached", step_until).params(&[need("addr", Kind::Address)]),
];

/// Most steps of a condition, which is looked at here and not where the process is.
const STEPS: u64 = 1 << 24;

fn step(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = number_or(env, args.text, 1)?;
    let stop = resume(env, How::Step(count), Vec::new(), None)?;
    told(env, &stop)
}

fn step_over(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = number_or(env, args.text, 1)?;
    let stop = run_on(env, &How::Over(count), &[], None)?;
    drop(stop);
    Ok(())
}

fn skip(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = i64::try_from(number_or(env, args.text, 1)?).unwrap_or(i64::MAX);
    env.target()?;
    let pc = env.registers().value("PC").unwrap_or(0);
    let next = crate::cmd::skip_instructions(env, pc, count)?;
    env.registers().values.set("PC", u128::from(next));
    env.send_registers(farad_arch::Bank::General)?;
    env.view.seek = next;
    Ok(())
}

fn walk(env: &mut Env<'_>, over: bool, until: Until) -> Result<()> {
    run_on(env, &How::Walk { over, until }, &[], None).map(drop)
}

fn finish(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    walk(env, true, Until::Out)
}

fn step_until(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = env.number(args.required("an address")?)?;
    walk(env, false, Until::Address(addr))
}

fn step_program(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let program = program_ranges(env)?;
    walk(env, false, Until::Inside(program))
}

/// Where the code of the program's own file is.
pub(super) fn program_ranges(env: &mut Env<'_>) -> Result<Vec<(u64, u64)>> {
    let maps = env.process_maps()?;
    let exe = env.debugger().info.exe.clone();
    let code = maps.iter().filter(|area| area.path == exe && area.perm & 1 != 0);
    let ranges: Vec<(u64, u64)> = code.map(|area| (area.from, area.to)).collect();
    match ranges.is_empty() {
        true => Err(Error::failed("no code of the program's file is in memory (dm lists the maps)")),
        false => Ok(ranges),
    }
}

fn step_while(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let expression = args.required("an expression")?.to_owned();
    for _ in 0..STEPS {
        let stop = resume(env, How::Step(1), Vec::new(), None)?;
        if stop.reason != farad_wire::target::Reason::Stepped {
            return told(env, &stop);
        }
        if env.number(&expression)? != 0 {
            return Ok(());
        }
        env.ctx.check()?;
    }
    Err(Error::Limit { what: "the number of steps", limit: STEPS.to_string() })
}

fn step_line(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = number_or(env, args.text, 1)?;
    env.target()?;
    crate::load::names(env)?;
    for _ in 0..count {
        let pc = env.registers().value("PC").unwrap_or(0);
        let Some(line) = crate::debug::line_of(env, pc)? else {
            let why =
                format!("no line of source is known of {pc:#x}: the file has no debug information of it");
            return Err(Error::failed(why));
        };
        let mut here = line.clone();
        // A line may have several pieces of code, one behind the other.
        while (&here.file, here.number) == (&line.file, line.number) {
            let until = Until::Outside(vec![(here.from, here.to)]);
            let stop = run_on(env, &How::Walk { over: true, until }, &[], None)?;
            if stop.reason != farad_wire::target::Reason::Stepped {
                return Ok(());
            }
            env.ctx.check()?;
            let pc = env.registers().value("PC").unwrap_or(0);
            match crate::debug::line_of(env, pc)? {
                Some(next) => here = next,
                None => break,
            }
        }
    }
    let pc = env.registers().value("PC").unwrap_or(0);
    if let Some(line) = crate::debug::line_of(env, pc)? {
        env.out.report(&format!("INFO: {}:{}", crate::render::printable(&line.file), line.number));
    }
    Ok(())
}
