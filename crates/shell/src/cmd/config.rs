//! Settings: show, set, reset, explain.

use farad_io::Effects;

use crate::config::{self, Kind as Type, Reach, VARIABLES, Variable};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::origin::Origin;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "e", brief: "show and change settings", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new(
        "e",
        "List settings, show one, or set some (name=value,...); name=? lists what it takes",
        evaluate,
    )
    .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
    .params(&[maybe("name[=value]", Kind::Setting)])
    .effects(Effects::empty())
    .examples(&["e hex.cols", "e hex.cols=8", "e hex.", "e asm.syntax=?", "ej", "e*"]),
    Row::new("e.", "Set a setting: e.name=value", set_glued)
        .glue(Glue::Rest)
        .params(&[need("name=value", Kind::Setting)])
        .effects(Effects::SETTINGS)
        .examples(&["e.hex.cols=8"]),
    Row::new("e,", "Set some settings: e,name=value,name=value", set_glued)
        .glue(Glue::Rest)
        .params(&[need("name=value,...", Kind::Setting)])
        .effects(Effects::SETTINGS)
        .examples(&["e,hex.cols=8,io.va=false"]),
    Row::new("es", "List how the names of settings begin, or how those of one begin go on", list_spaces)
        .params(&[maybe("beginning", Kind::Word)])
        .effects(Effects::empty())
        .examples(&["es", "es hex"]),
    Row::new("ev", "List the settings whose names begin so with value and account", list_accounts)
        .modes(&[Mode::Json])
        .params(&[maybe("name", Kind::Setting)])
        .effects(Effects::empty())
        .examples(&["ev hex.cols", "evj hex"]),
    Row::new("e?", "Explain a setting", explain)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Setting)])
        .effects(Effects::empty())
        .examples(&["e? hex.cols"]),
    Row::new("e??", "Explain the settings whose names begin so", explain)
        .glue(Glue::Rest)
        .params(&[maybe("name", Kind::Setting)])
        .effects(Effects::empty())
        .examples(&["e?? hex."]),
    Row::new("el", "Explain all settings", explain)
        .params(&[maybe("name", Kind::Setting)])
        .effects(Effects::empty())
        .examples(&["el hex."]),
    Row::new("ep", "Explain a setting", explain)
        .params(&[need("name", Kind::Setting)])
        .effects(Effects::empty())
        .examples(&["ep hex.cols"]),
    Row::new("e-", "Put a setting, or all, back to what they were at first", reset)
        .glue(Glue::Rest)
        .params(&[maybe("name", Kind::Setting)])
        .effects(Effects::SETTINGS)
        .examples(&["e-hex.cols"]),
    Row::new("e!", "Turn a true setting false and a false one true", toggle)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Setting)])
        .effects(Effects::SETTINGS)
        .examples(&["e! hex.header"]),
    Row::new("er", "Let nobody change a setting any more", lock)
        .params(&[need("name", Kind::Setting)])
        .effects(Effects::SETTINGS.union(Effects::POLICY))
        .examples(&["er hex.depth"]),
    Row::new("et", "Show the type of a setting", show_type)
        .params(&[need("name", Kind::Setting)])
        .effects(Effects::empty())
        .examples(&["et hex.cols"]),
];

/// Sets a variable from `name=value`: one that is each reader's own for this view, or for all
/// views that have not set it themselves when `everywhere`; any other for the session.
///
/// # Errors
/// An unknown or locked variable, a wrong value, or a refusal.
pub fn set(env: &mut Env<'_>, assignment: &str, everywhere: bool) -> Result<()> {
    let (name, value) = assignment
        .split_once('=')
        .ok_or_else(|| Error::failed(format!("'{assignment}' sets nothing: write name=value")))?;
    let reach = if everywhere { Reach::Everybody } else { Reach::Reader };
    config::change(env, find(name.trim())?, Some(value.trim()), reach)
}

/// Sets a variable that was asked for before anything else. One that does not exist here, or never changes, keeps
/// nobody from starting: it is told of.
///
/// # Errors
/// A value that the variable does not take.
pub fn set_or_warn(env: &mut Env<'_>, assignment: &str) -> Result<()> {
    let name = assignment.split('=').next().unwrap_or_default().trim();
    let unknown = config::variable(name).err();
    let fixed = || {
        let (_, value) = assignment.split_once('=')?;
        let result = config::variable(name).ok()?.normalize(value.trim());
        result.err().filter(|error| matches!(error, config::ConfigError::Fixed { .. }))
    };
    match unknown.or_else(fixed) {
        Some(why) => {
            env.out.report(&format!("WARN: -e {}: {why}", printable(assignment)));
            Ok(())
        }
        None => set(env, assignment, true),
    }
}

fn architecture(name: &str) -> Option<&'static farad_arch::Arch> {
    farad_arch::ARCHS.iter().find(|arch| arch.name == name)
}

/// Brings what settings stand for elsewhere up to date: the `io.*` of the view's lens.
pub(crate) fn apply(env: &mut Env<'_>) {
    env.view.follow_settings(&env.session.config);
}

fn find(name: &str) -> Result<&'static Variable> {
    config::variable(name).map_err(|error| Error::failed(error.to_string()))
}

/// The value in force. A processor that nobody named is the architecture's own.
fn value<'a>(env: &'a Env<'_>, name: &str) -> &'a str {
    match env.setting(name) {
        "" if name == "asm.cpu" => env.setting("asm.arch"),
        value => value,
    }
}

fn evaluate(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => return list_json(env),
        Mode::Script => return list_script(env),
        Mode::Quiet => {
            return VARIABLES.iter().try_for_each(|row| Ok(writeln!(env.out, "{}", row.name)?));
        }
        Mode::Text | Mode::Table => {}
    }
    if args.is_empty() {
        return list(env, "");
    }
    if let Some((name, wanted)) = args.text.split_once('=')
        && matches!(wanted.trim(), "?" | "??")
    {
        return list_choices(env, find(name.trim())?);
    }
    if args.text.contains('=') {
        return set_glued(env, args);
    }
    if args.text.ends_with('.') {
        return list(env, args.text);
    }
    let row = find(args.text)?;
    let shown = value(env, row.name).to_owned();
    Ok(writeln!(env.out, "{shown}")?)
}

/// Sets `name=value`, or several with commas between where each sets something.
fn set_glued(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("name=value")?;
    let several = text.split(',').all(|each| each.contains('='));
    let each: Vec<&str> = if several { text.split(',').collect() } else { vec![text] };
    each.into_iter().try_for_each(|each| set(env, &crate::lang::unquote(each), false))
}

fn list_spaces(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut last = None;
    for row in VARIABLES {
        let (beginning, rest) = row.name.split_once('.').unwrap_or((row.name, ""));
        let shown = if args.is_empty() { beginning } else { rest };
        if (args.is_empty() || beginning == args.text) && last != Some(shown) {
            writeln!(env.out, "{shown}")?;
            last = Some(shown);
        }
    }
    match last {
        Some(_) => Ok(()),
        None => {
            Err(Error::failed(format!("no setting begins with '{}.' (es lists what they do)", args.text)))
        }
    }
}

fn list_accounts(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let rows: Vec<&Variable> = beginning_with(args.text).collect();
    if rows.is_empty() {
        find(args.text)?;
    }
    let mut objects = Vec::new();
    for row in rows {
        let shown = value(env, row.name).to_owned();
        match args.is_json() {
            true => objects.push(serde_json::json!({
                "name": row.name,
                "value": json_value(row, &shown),
                "type": row.type_name(),
                "desc": row.brief,
                "ro": env.session.config.is_locked(row.name),
            })),
            false => writeln!(env.out, "{} = {shown} ; {}", row.name, row.brief)?,
        }
    }
    if args.is_json() {
        writeln!(env.out, "{}", serde_json::Value::Array(objects))?;
    }
    Ok(())
}

/// A value in JSON, by the type of its variable.
fn json_value(row: &Variable, shown: &str) -> serde_json::Value {
    match row.kind {
        Type::Bool => (shown == "true").into(),
        Type::Number if shown.starts_with('-') => config::number(shown).cast_signed().into(),
        Type::Number => config::number(shown).into(),
        Type::Text | Type::Choice(_) => shown.into(),
    }
}

fn beginning_with(prefix: &str) -> impl Iterator<Item = &'static Variable> {
    VARIABLES.iter().filter(move |row| row.name.starts_with(prefix))
}

fn list(env: &mut Env<'_>, prefix: &str) -> Result<()> {
    let mut any = false;
    for row in beginning_with(prefix) {
        any = true;
        let shown = value(env, row.name).to_owned();
        writeln!(env.out, "{} = {shown}", row.name)?;
    }
    if any { Ok(()) } else { Err(Error::failed(format!("no setting begins with '{prefix}' (e lists them)"))) }
}

fn list_script(env: &mut Env<'_>) -> Result<()> {
    for row in VARIABLES {
        let shown = printable(value(env, row.name));
        Origin::mark_left(row.name, env.setting_allow(row.name), env.out);
        writeln!(env.out, "'e {}={shown}", row.name)?;
    }
    Ok(())
}

fn list_json(env: &mut Env<'_>) -> Result<()> {
    let mut all = serde_json::Map::new();
    for row in VARIABLES {
        let shown = value(env, row.name);
        let shown = json_value(row, shown);
        all.insert(row.name.to_owned(), shown);
    }
    Ok(writeln!(env.out, "{}", serde_json::Value::Object(all))?)
}

fn list_choices(env: &mut Env<'_>, row: &Variable) -> Result<()> {
    if let Some(arch) = architecture(env.setting("asm.arch")).filter(|_| row.name == "asm.bits") {
        return arch.bits.iter().try_for_each(|bits| Ok(writeln!(env.out, "{bits}")?));
    }
    let choices = match row.kind {
        Type::Bool => vec!["false", "true"],
        Type::Choice(choices) => choices(),
        Type::Number | Type::Text => Vec::new(),
    };
    choices.iter().try_for_each(|choice| Ok(writeln!(env.out, "{choice}")?))
}

fn explain(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut rows = beginning_with(args.text).peekable();
    if rows.peek().is_none() {
        find(args.text)?;
    }
    rows.try_for_each(|row| Ok(writeln!(env.out, "{:>20}: {}", row.name, row.brief)?))
}

fn reset(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.is_empty() {
        true => config::reset_all(env),
        false => config::change(env, find(args.text)?, None, Reach::Reader),
    }
}

fn toggle(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let row = find(args.required("the setting")?)?;
    let flipped = match (row.kind, env.setting(row.name)) {
        (Type::Bool, "true") => "false",
        (Type::Bool, _) => "true",
        _ => {
            return Err(Error::failed(format!(
                "{} is neither true nor false: it is {}",
                row.name,
                row.type_name()
            )));
        }
    };
    config::change(env, row, Some(flipped), Reach::Reader)
}

fn lock(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    config::lock(env, find(args.required("the setting")?)?)
}

fn show_type(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let row = find(args.required("the setting")?)?;
    Ok(writeln!(env.out, "{}", row.type_name())?)
}
