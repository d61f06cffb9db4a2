//! Colours of the output: `ec`. They are each reader's own.

use farad_io::Effects;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::paint::{Palette, ROLES, Role, Spec, THEMES};
use crate::registry::{Args, Group, Kind, Mode, Row, maybe};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "ec", brief: "choose colours", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("ec", "List the parts of the output with their colours, show one, or set one", color)
        .modes(&[Mode::Json, Mode::Script])
        .params(&[maybe("key", Kind::Word), maybe("colour [background]", Kind::Text)])
        .effects(Effects::SETTINGS)
        .examples(&["ec", "ec offset", "ec offset blue", "ec offset=rgb:ff8000 black bold", "ecj", "ec*"]),
    Row::new("ecd", "Go back to the colours of the theme", reset)
        .effects(Effects::SETTINGS)
        .examples(&["ec offset blue; ecd"]),
    Row::new("eco", "List the themes, or choose one", theme)
        .modes(&[Mode::Json, Mode::Quiet])
        .params(&[maybe("theme", Kind::Word)])
        .effects(Effects::SETTINGS)
        .examples(&["eco", "ecoj", "eco dusk"]),
    Row::new("ecn", "Choose the next theme", next).effects(Effects::SETTINGS).examples(&["ecn"]),
    Row::new("ecp", "Choose the theme before", next).effects(Effects::SETTINGS).examples(&["ecp"]),
    Row::new("ecs", "Show each part of the output in its colours", show)
        .effects(Effects::empty())
        .examples(&["ecs"]),
];

fn color(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => {
            let rows = ROLES.iter().map(|row| {
                let rgb = env.view.palette.style(row.role).rgb();
                (row.key.to_owned(), rgb.map_or(Value::Null, |(r, g, b)| json!([r, g, b])))
            });
            return Ok(writeln!(
                env.out,
                "{}",
                crate::render::json_text(&Value::Object(rows.collect::<Map<_, _>>()))
            )?);
        }
        Mode::Script => {
            for row in ROLES {
                writeln!(env.out, "ec {} {}", row.key, env.view.palette.style(row.role))?;
            }
            return Ok(());
        }
        _ if args.is_empty() => return show(env, args),
        _ => {}
    }
    let (key, value) = args.text.split_once(['=', ' ']).unwrap_or((args.text, ""));
    let role = Role::find(key.trim()).ok_or_else(|| {
        let near = crate::nearest::nearest(key, ROLES.iter().map(|row| row.key));
        let hint = near.map_or(String::new(), |near| format!("; the nearest is {near}"));
        Error::failed(format!("'{}' has no colour (ec lists what has{hint})", printable(key)))
    })?;
    if value.trim().is_empty() {
        return Ok(writeln!(env.out, "{}", env.view.palette.style(role))?);
    }
    let spec = Spec::parse(value).map_err(|reason| Error::failed(printable(&reason)))?;
    env.view.palette.set(role, spec);
    Ok(())
}

/// A line for each role, painted where there is colour.
fn show(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let paint = env.paint();
    for row in ROLES {
        let mut text = String::new();
        paint.push(&mut text, row.role, &format!("{:18}", row.key));
        writeln!(env.out, "{text} {:24} {}", env.view.palette.style(row.role).to_string(), row.brief)?;
    }
    Ok(())
}

fn reset(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let theme = env.view.palette.theme;
    select(env, theme)
}

fn select(env: &mut Env<'_>, name: &str) -> Result<()> {
    env.view.palette = Palette::of_theme(name).ok_or_else(|| {
        let names: Vec<&str> = THEMES.iter().map(|theme| theme.name).collect();
        Error::failed(format!("no theme '{}': {}", printable(name), names.join(", ")))
    })?;
    Ok(())
}

fn theme(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let current = env.view.palette.theme;
    match args.mode {
        Mode::Json => {
            let names: Vec<&str> = THEMES.iter().map(|theme| theme.name).collect();
            Ok(writeln!(env.out, "{}", crate::render::json_text(&json!(names)))?)
        }
        Mode::Quiet => THEMES.iter().try_for_each(|theme| Ok(writeln!(env.out, "{}", theme.name)?)),
        _ if args.is_empty() => THEMES.iter().try_for_each(|theme| {
            let mark = if theme.name == current { '>' } else { '-' };
            Ok(writeln!(env.out, "{mark} {:8} {}", theme.name, theme.brief)?)
        }),
        _ => select(env, args.text),
    }
}

fn next(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let here = THEMES.iter().position(|theme| theme.name == env.view.palette.theme).unwrap_or(0);
    let step = if args.row.name == "ecp" { THEMES.len() - 1 } else { 1 };
    select(env, THEMES[(here + step) % THEMES.len()].name)
}

#[cfg(test)]
mod tests {
    use crate::cmd::tests::output;

    #[test]
    fn colours_are_set_and_go_back_to_the_theme() {
        assert_eq!(output("ec offset=rgb:f00 blue;ec offset;ecd;ec offset"), "rgb:ff0000 blue\ngreen\n");
        assert_eq!(
            output("eco dusk;ec offset;ecp;ec offset;ecn;ecn;eco~paper"),
            "rgb:727169\nnone faint\n> paper    Dark colours on a light background\n"
        );
        let script = output("ec fname yellow bold;ec*");
        assert_eq!(output(&format!("{};ec*", script.trim_end().replace('\n', ";"))), script);
    }

    #[test]
    fn a_listing_is_painted_as_the_reader_wants() {
        let painted = output("e scr.color=3;ec offset rgb:010203;wx c3;pd 1");
        assert!(painted.contains("\u{1b}[38;2;1;2;3m0x00000000\u{1b}[0m"), "{painted:?}");
        let plain = output("wx c3;pd 1");
        let strip = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
        assert_eq!(strip.replace_all(&painted, ""), plain);
    }
}
