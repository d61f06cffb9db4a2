//! `do`: starting the program again, and ending the debugging of it.

use farad_wire::target::End;

use super::row;
use crate::debug::{finish, restart, run_file};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Param, Row, maybe, need};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "do", brief: "starting again", rows: ROWS };

const ARGUMENTS: &[Param] = &[maybe("arguments", Kind::Text)];

static ROWS: &[Row] = &[
    row("do", "Start the program again, or run the file that is open", start),
    row(
        "doo",
        "Start the program again, or run the file that is open, with other arguments where some are given",
        start_with,
    )
    .params(ARGUMENTS),
    row(
        "ood",
        "Start the program again, or run the file that is open, with other arguments where some are given",
        start_with,
    )
    .params(ARGUMENTS),
    row(
        "doc",
        "End the debugging: a program that was started is killed, a process that was taken goes on",
        close,
    ),
    row("dor", "Set the run profile: directives such as arg1=text,stdin=file", set_profile)
        .params(&[need("directives", Kind::Text)]),
    row("doe", "Show the run profile", print_profile),
];

fn start(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    begin(env, None)
}

/// Starts the program again; or the file that is open, where nothing is being debugged.
fn begin(env: &mut Env<'_>, args: Option<Vec<String>>) -> Result<()> {
    match env.find_target() {
        Some(_) => restart(env, args),
        None => run_file(env, &args.unwrap_or_default()),
    }
}

fn start_with(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let given = (!args.is_empty()).then(|| args.words());
    begin(env, given)
}

fn close(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    finish(env, End::Close)
}

fn set_profile(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    env.set_debug_setting("dbg.profile", args.required("the profile")?)
}

fn print_profile(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let profile = env.setting("dbg.profile").to_owned();
    for line in crate::debug::directives(&profile) {
        writeln!(env.out, "{}", crate::render::printable(&line))?;
    }
    Ok(())
}
