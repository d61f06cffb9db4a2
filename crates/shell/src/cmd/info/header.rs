//! The file's header: its numbers (`ih`) and the account of it (`iH`).

use serde_json::{Map, Value, json};

use super::{current, form, print_json, write_json};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::printable;

/// The header's numbers.
pub(super) fn print_fields(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mode = form(args);
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, mode) };
    let fields = loaded.binary.header.clone();
    if mode == Mode::Json {
        let mut rows = Vec::new();
        for field in fields {
            let mut row = Map::new();
            let mut put = |name: &str, value: Value| row.insert(name.to_owned(), value);
            put("name", field.name.into());
            put("vaddr", field.offset.into());
            put("paddr", field.offset.into());
            put("size", field.size.into());
            if field.value != 0 {
                put("value", field.value.into());
            }
            put("format", field.format.to_string().into());
            let value = memory_value(env, field.offset, field.format)?;
            put("pf", json!([{ "type": field.format.to_string(), "offset": field.offset, "value": value }]));
            rows.push(Value::Object(row));
        }
        return print_json(env.out, rows);
    }
    if mode == Mode::Script {
        writeln!(env.out, "'fs header")?;
    }
    for field in fields {
        let (at, value) = (field.offset, field.value);
        match mode {
            Mode::Script => {
                let name = farad_bin::flag_name("header.", field.name.trim_end());
                writeln!(env.out, "'f {name} {} {at:#010x}", field.size)?;
            }
            _ => writeln!(env.out, "{at:#010x} {at:#010x} {value:#010x} {}", field.name)?,
        }
    }
    Ok(())
}

/// What memory holds where a header's number lies in the file.
fn memory_value(env: &mut Env<'_>, addr: u64, format: char) -> Result<u64> {
    let size = match format {
        'w' => 2,
        'q' => 8,
        _ => 4,
    };
    let mut bytes = vec![0; size];
    env.read(addr, &mut bytes)?;
    Ok(crate::parse::integer(&bytes, env.big_endian()))
}

/// A readable account of the header.
pub(super) fn print_account(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Some(loaded) = current(env.session, &env.view.lens) else { return super::nothing(env, args.mode) };
    let lines = &loaded.binary.header_text;
    if args.is_json() {
        return write_json(env.out, &Value::from(lines.clone()));
    }
    for line in lines {
        writeln!(env.out, "{}", printable(line))?;
    }
    Ok(())
}
