//! Leaving, and help itself.

use farad_io::Effects;

use super::help;
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Row, maybe};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "q", brief: "leave", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("q", "Leave, with an exit status", quit)
        .glue(Glue::Number)
        .params(&[maybe("status", Kind::Number)])
        .effects(Effects::VIEW),
    Row::new("q!", "Leave at once", quit).params(&[maybe("status", Kind::Number)]).effects(Effects::VIEW),
];

fn quit(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let status = if args.is_empty() { 0 } else { env.number(args.text)? };
    env.view.quit = Some(status as i32 & 0xff);
    Ok(())
}

#[expect(dead_code, reason = "the ? row takes it")]
fn print_groups(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    help::print_groups(env)
}
