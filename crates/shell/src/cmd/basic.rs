//! Leaving, and who is here.

use farad_io::Effects;

use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "q", brief: "leave", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("q", "Leave, with an exit status", quit)
        .glue(Glue::Number)
        .params(&[maybe("status", Kind::Number)])
        .effects(Effects::VIEW)
        .before_names(),
    Row::new("q!", "Leave at once", quit)
        .glue(Glue::Number)
        .params(&[maybe("status", Kind::Number)])
        .effects(Effects::VIEW)
        .before_names(),
    Row::new("?V", "Show farad's version", show_version)
        .modes(&[Mode::Json])
        .effects(Effects::empty())
        .examples(&["?V", "?Vj"]),
];

/// farad's name, version and the machine it runs on, in a line.
pub fn version(json: bool) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
    match json {
        true => {
            serde_json::json!({ "name": "farad", "version": version, "arch": arch, "os": os }).to_string()
        }
        false => format!("farad {version} {arch} {os}"),
    }
}

fn show_version(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    Ok(writeln!(env.out, "{}", version(args.is_json()))?)
}

fn quit(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let status = if args.is_empty() { 0 } else { env.number(args.text)? };
    env.view.quit = Some(status as i32 & 0xff);
    Ok(())
}
