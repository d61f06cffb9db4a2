//! Leaving.

use farad_io::Effects;

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
    Row::new("q!", "Leave at once", quit)
        .glue(Glue::Number)
        .params(&[maybe("status", Kind::Number)])
        .effects(Effects::VIEW),
];

fn quit(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let status = if args.is_empty() { 0 } else { env.number(args.text)? };
    env.view.quit = Some(status as i32 & 0xff);
    Ok(())
}
