//! Structs, unions, enums, typedefs and functions by themselves.

use serde_json::{Map, Value, json};

use super::{defined, find, model, types};
use crate::ctype::{Definition, Nested, Type};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::printable;

/// The format of a struct or union by its name.
fn format(env: &mut Env<'_>, name: &str, definition: &Definition) -> Result<String> {
    let model = model(env);
    let kind = match definition {
        Definition::Union { .. } => Type::Union(name.to_owned()),
        _ => Type::Struct(name.to_owned()),
    };
    types(env).format(&kind, Nested::Named, model)
}

/// `ts` and `tu`.
pub(super) fn list(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let named = !args.is_empty();
    let chosen = match named {
        true => vec![(args.text.to_owned(), find(env, args, args.text)?)],
        false => defined(env, args),
    };
    if args.is_json() && !named {
        let rows = chosen.iter().map(|(name, _)| json!({ "type": name }));
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows.collect())))?);
    }
    for (name, definition) in chosen {
        if args.mode == Mode::Text && !named {
            writeln!(env.out, "{}", printable(&name))?;
            continue;
        }
        let format = match format(env, &name, &definition) {
            Ok(format) => format,
            Err(error) if named => return Err(error),
            Err(error) => {
                env.failed(&error);
                continue;
            }
        };
        match args.mode {
            Mode::Json => {
                writeln!(env.out, "{}", crate::render::json_text(&json!({ "name": name, "format": format })))?
            }
            Mode::Script => writeln!(env.out, "'pf.{} {}", printable(&name), printable(&format))?,
            _ => writeln!(env.out, "pf {}", printable(&format))?,
        }
    }
    Ok(())
}

pub(super) fn size(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (text, model) = (args.required("the type")?, model(env));
    let all = types(env);
    let size = all.extent(&all.named(text, model)?, model)?.size;
    env.view.value = size;
    Ok(writeln!(env.out, "{size}")?)
}

fn cases(definition: &Definition) -> &[(String, i64)] {
    match definition {
        Definition::Enum { cases } => cases,
        _ => &[],
    }
}

fn cases_json(definition: &Definition) -> Value {
    let rows = cases(definition).iter().map(|(name, value)| (name.clone(), (*value).into()));
    Value::Object(rows.collect())
}

pub(super) fn enums(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let Some(name) = words.first() else {
        let all = defined(env, args);
        if args.is_json() {
            let rows: Map<String, Value> =
                all.iter().map(|(name, definition)| (name.clone(), cases_json(definition))).collect();
            return Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Object(rows)))?);
        }
        return all.iter().try_for_each(|(name, _)| Ok(writeln!(env.out, "{}", printable(name))?));
    };
    let definition = find(env, args, name)?;
    if let Some(value) = words.get(1) {
        let value = env.number(value)?.cast_signed();
        let case = cases(&definition).iter().find(|(_, case)| *case == value);
        let (case, _) = case.ok_or_else(|| Error::failed(format!("no case of {name} is {value:#x}")))?;
        return Ok(writeln!(env.out, "{}", printable(case))?);
    }
    if args.is_json() {
        return Ok(writeln!(env.out, "{}", cases_json(&definition))?);
    }
    cases(&definition)
        .iter()
        .try_for_each(|(case, value)| Ok(writeln!(env.out, "{} = {value:#x}", printable(case))?))
}

pub(super) fn enum_value(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let [name, case] = &words[..] else { return Err(args.wrong("an enum and a case are needed")) };
    let definition = find(env, args, name)?;
    let found = cases(&definition).iter().find(|(known, _)| known == case);
    let (_, value) = found.ok_or_else(|| {
        Error::failed(format!("{name} has no case '{}' (te {name} lists them)", printable(case)))
    })?;
    Ok(writeln!(env.out, "{value:#x}")?)
}

pub(super) fn typedefs(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let of = |definition: &Definition| match definition {
        Definition::Typedef(kind) => kind.declare(""),
        _ => String::new(),
    };
    if !args.is_empty() {
        let kind = of(&find(env, args, args.text)?);
        return match args.is_json() {
            true => Ok(writeln!(env.out, "{}", crate::render::json_text(&json!({ args.text: kind })))?),
            false => Ok(writeln!(env.out, "{}", printable(&kind))?),
        };
    }
    let all = defined(env, args);
    if args.is_json() {
        let rows: Map<String, Value> =
            all.iter().map(|(name, definition)| (name.clone(), of(definition).into())).collect();
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Object(rows)))?);
    }
    all.iter().try_for_each(|(name, _)| Ok(writeln!(env.out, "{}", printable(name))?))
}

pub(super) fn functions(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let chosen = match args.is_empty() {
        true => defined(env, args),
        false => vec![(args.text.to_owned(), find(env, args, args.text)?)],
    };
    let mut rows = Vec::new();
    for (name, definition) in &chosen {
        let Definition::Function(signature) = definition else { continue };
        let returns = signature.returns.declare("");
        if args.is_json() {
            let takes =
                signature.takes.iter().map(|(name, kind)| json!({ "type": kind.declare(""), "name": name }));
            rows.push(json!({ "name": name, "ret": returns, "args": takes.collect::<Vec<Value>>() }));
        } else if args.is_empty() {
            writeln!(env.out, "{}", printable(name))?;
        } else {
            writeln!(env.out, "func.{name}.args={}\nfunc.{name}.ret={returns}", signature.takes.len())?;
            for (at, (argument, kind)) in signature.takes.iter().enumerate() {
                writeln!(env.out, "func.{name}.arg.{at}={},{argument}", kind.declare(""))?;
            }
        }
    }
    match (args.is_json(), args.is_empty(), rows.first()) {
        (true, false, Some(row)) => writeln!(env.out, "{}", crate::render::json_text(row))?,
        (true, ..) => writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?,
        _ => {}
    }
    Ok(())
}
