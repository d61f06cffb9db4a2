//! The forms in which registers are listed.

use std::collections::BTreeMap;

use farad_arch::{Registers, Slot};
use serde_json::{Map, Value, json};

use super::chosen;
use crate::error::Result;
use crate::eval::Env;
use crate::paint::Role;
use crate::registry::{Args, Mode};
use crate::render::printable;
use crate::table::{self, Table, number, text};

/// The space of the flags that stand for registers.
pub(super) const SPACE: &str = "registers";
/// Registers in a line of `ar=`.
const ACROSS: usize = 3;
/// Registers for arguments that are told of.
const ARGUMENTS: usize = 4;

/// A line each: name and value.
pub(in crate::cmd) fn print(env: &mut Env<'_>, which: &str) -> Result<()> {
    let slots = chosen(env, which)?;
    let values = env.registers().values.clone();
    lines(env, &slots, &values)
}

fn lines(env: &mut Env<'_>, slots: &[Slot], values: &Registers) -> Result<()> {
    let paint = env.paint();
    for slot in slots {
        let value = format!("{:#010x}", values.value_of(slot));
        writeln!(env.out, "{} = {value}", paint.of(Role::Register, &slot.name))?;
    }
    Ok(())
}

/// As they were.
pub(in crate::cmd) fn print_before(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let slots = chosen(env, args.text)?;
    let values = env.registers().before.clone();
    lines(env, &slots, &values)
}

/// Those that are not as they were.
pub(in crate::cmd) fn print_changed(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut slots = chosen(env, args.text)?;
    let (values, before) = (env.registers().values.clone(), env.registers().before.clone());
    slots.retain(|slot| values.value_of(slot) != before.value_of(slot));
    lines(env, &slots, &values)
}

/// Several in a line.
pub(in crate::cmd) fn print_columns(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let slots = chosen(env, args.text)?;
    let values = env.registers().values.clone();
    let paint = env.paint();
    for line in slots.chunks(ACROSS) {
        let mut text = String::new();
        for slot in line {
            let blanks = 6usize.saturating_sub(slot.name.len());
            let name = paint.of(Role::Register, &slot.name);
            let value = format!("{:#010x}", values.value_of(slot));
            text.push_str(&format!("{}{name} {value:18}", " ".repeat(blanks)));
        }
        writeln!(env.out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// An object of names and values; what no number of JSON holds is text.
pub(super) fn print_json(env: &mut Env<'_>, which: &str) -> Result<()> {
    let slots = chosen(env, which)?;
    let values = &env.registers().values;
    let value = |slot: &Slot| match u64::try_from(values.value_of(slot)) {
        Ok(value) => Value::from(value),
        Err(_) => format!("{:#x}", values.value_of(slot)).into(),
    };
    let object: Map<String, Value> = slots.iter().map(|slot| (slot.name.clone(), value(slot))).collect();
    Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Object(object)))?)
}

/// Commands that make a flag of each.
pub(super) fn print_flags(env: &mut Env<'_>, which: &str) -> Result<()> {
    let slots = chosen(env, which)?;
    let values = env.registers().values.clone();
    writeln!(env.out, "fs+{SPACE}")?;
    for slot in &slots {
        let (size, value) = (slot.bits.div_ceil(8), values.value_of(slot));
        writeln!(env.out, "f {} {size} {value:#010x}", slot.name)?;
    }
    Ok(writeln!(env.out, "fs-")?)
}

/// Commands that set them again.
pub(super) fn print_script(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print_script_of(env, args, "ar")
}

/// The same, by the command of that name.
pub(in crate::cmd) fn print_script_of(env: &mut Env<'_>, args: &Args<'_>, command: &str) -> Result<()> {
    let slots = chosen(env, args.text)?;
    let values = env.registers().values.clone();
    for slot in &slots {
        writeln!(env.out, "{command} {}={:#010x}", slot.name, values.value_of(slot))?;
    }
    Ok(())
}

pub(super) fn print_table(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let slots = chosen(env, "all")?;
    let values = env.registers().values.clone();
    let columns = [text("name"), text("type"), number("bits"), number("offset"), number("value")];
    let mut table = Table::new("registers", columns);
    for slot in &slots {
        table.push([
            slot.name.clone(),
            slot.bank.name().to_owned(),
            slot.bits.to_string(),
            slot.offset.map_or(String::new(), |offset| offset.to_string()),
            format!("{:#x}", values.value_of(slot)),
        ]);
    }
    table::print(env, args, table)
}

/// The roles that registers play.
fn roles(env: &mut Env<'_>) -> BTreeMap<String, String> {
    let profile = env.registers().profile().clone();
    let mut roles = BTreeMap::new();
    for (role, name) in profile.roles() {
        roles.entry(name.to_owned()).or_insert_with(|| role.to_owned());
    }
    roles
}

/// What a register's value is about: the number in decimal, where it is and what is there.
fn reference(env: &mut Env<'_>, value: u64) -> String {
    let mut told = vec![value.to_string()];
    if value != 0 && env.is_mapped(value) {
        let section = crate::cmd::print::section_name(env, value);
        told.extend(Some(section).filter(|section| !section.is_empty()));
        let flags: Vec<String> = env.session.flags.at(value).map(|flag| printable(&flag.name)).collect();
        told.extend(Some(flags.join(",")).filter(|flags| !flags.is_empty()));
        let map = env.session.io.maps.at(value).map(|map| map.perm.to_string());
        told.extend(map);
    }
    told.join(" ")
}

pub(in crate::cmd) fn print_references(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    print_references_of(env, args, "")
}

/// The same, of some registers.
pub(in crate::cmd) fn print_references_of(env: &mut Env<'_>, args: &Args<'_>, which: &str) -> Result<()> {
    let slots = chosen(env, which)?;
    let roles = roles(env);
    let values = env.registers().values.clone();
    let mut table = Table::new("registers", [text("role"), text("reg"), text("value"), text("refstr")]);
    let mut rows = Vec::new();
    for slot in &slots {
        let value = values.value_of(slot) as u64;
        let told = reference(env, value);
        let role = roles.get(&slot.name).cloned();
        if args.mode == Mode::Json {
            let mut row = Map::new();
            row.extend(role.map(|role| ("role".to_owned(), role.into())));
            row.insert("reg".to_owned(), slot.name.clone().into());
            row.insert("value".to_owned(), format!("{value:x}").into());
            row.insert("refstr".to_owned(), told.into());
            rows.push(Value::Object(row));
            continue;
        }
        table.push([role.unwrap_or_default(), slot.name.clone(), format!("{value:x}"), told]);
    }
    match args.mode {
        Mode::Json => Ok(writeln!(env.out, "{}", crate::render::json_text(&json!(rows)))?),
        _ => table::print(env, &Args { mode: Mode::Text, ..*args }, table),
    }
}

pub(super) fn print_arguments(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    for index in 0..ARGUMENTS {
        let Some(value) = env.registers().value(&format!("A{index}")) else { break };
        let told = reference(env, value);
        writeln!(env.out, "{value:#010x} {told}")?;
    }
    Ok(())
}
