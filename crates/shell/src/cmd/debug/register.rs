//! `dr`: the registers of the process, or of the emulator where there is none.

use std::collections::BTreeMap;

use farad_arch::{Bank, Slot};
use farad_io::Effects;

use crate::cmd::register as plain;
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Param, Row, Run, maybe};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "dr", brief: "registers of the process", rows: ROWS };

const TYPE: &[Param] = &[maybe("type", Kind::Word)];

const fn row(name: &'static str, brief: &'static str, run: Run) -> Row {
    Row::new(name, brief, run)
}

static ROWS: &[Row] = &[
    row("dr", "Registers: the general ones, those of a type or width, or one; name=value sets one", print)
        .effects(Effects::READ.union(Effects::DEBUG))
        .params(&[maybe("name|type|bits|name=value", Kind::Text)])
        .modes(&[Mode::Json, Mode::Script, Mode::Table]),
    row("dr?", "The value of a register", print).glue(Glue::Rest).params(&[maybe("name", Kind::Word)]),
    row("dr=", "The general registers in columns", print_columns).params(TYPE),
    row("dr.", "Commands that set the registers again", print_script),
    row("dr-", "Remove the flags that dr* made", plain::remove_flags),
    row("drn", "The register that plays a role, such as PC", plain::print_role)
        .params(&[maybe("role", Kind::Word)])
        .examples(&["drn PC"]),
    row("dro", "The registers as they were before the process ran last", plain::print_before),
    row("drd", "The registers that differ from those before", plain::print_changed),
    row("drr", "The registers with their roles and what they point at", print_references)
        .modes(&[Mode::Json]),
    row("drt", "The types of registers there are", plain::print_types).examples(&["drt"]),
    row("drp", "The profile: registers, widths and places", plain::print_profile).examples(&["drp"]),
    row("drl", "The names of the registers", print_names).modes(&[Mode::Json]).examples(&["drl", "drlj"]),
    row("dri", "The general registers by their values", print_inverse).examples(&["dri"]),
    row("drb", "The bytes that the registers of a type are kept in", print_bytes).params(TYPE),
    row("drS", "How many bytes the general registers take", plain::print_size),
    row("drs", "How many sets of values are put aside", plain::print_saved),
    row("drs+", "Put the values aside", plain::push),
    row("drs-", "Take back the values put aside last", pop),
    row("drc", "The conditions that the flags make", print_conditions),
    row("drf", "Floating point registers", print_float),
    row("drm", "Vector registers, or one", print_vector).params(&[maybe("name", Kind::Word)]),
    row("drv", "Vector registers, or one", print_vector).params(&[maybe("name", Kind::Word)]),
    row("drx", "Debug registers", print_debug),
];

/// Has what is about to be shown be that of the process.
fn fetch(env: &mut Env<'_>, which: &str) -> Result<()> {
    if env.find_target().is_none() {
        return Ok(());
    }
    env.target()?;
    let bank = env.registers().profile().find(which).map(|slot| slot.bank).or_else(|| Bank::parse(which));
    match bank {
        Some(bank) => env.fetch_registers(bank),
        None if which == "all" => env.fetch_registers(Bank::Float),
        None => Ok(()),
    }
}

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let Some((name, value)) = args.text.split_once('=') else {
        fetch(env, args.text)?;
        if args.text == "?" {
            return print_roles(env);
        }
        return plain::print(env, args);
    };
    let name = name.trim();
    fetch(env, name)?;
    let value = env.number(value)?;
    let Some(slot) = env.registers().profile().find(name).cloned() else {
        return Err(plain::missing(env, name));
    };
    let old = env.registers().values.value_of(&slot);
    env.registers().values.set_at(&slot, u128::from(value));
    if env.find_target().is_some() {
        env.ctx.allow(Effects::DEBUG, args.row.name)?;
        env.send_registers(slot.bank)?;
    }
    let new = env.registers().values.value_of(&slot);
    Ok(writeln!(env.out, "{old:#010x} -> {new:#010x}")?)
}

/// The general registers and flags, in the order of the profile.
fn print_names(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    fetch(env, "")?;
    let profile = env.registers().profile().clone();
    let of_code = profile.slots().iter().filter(|slot| matches!(slot.bank, Bank::General | Bank::Flag));
    let names: Vec<&str> = of_code.map(|slot| slot.name.as_str()).collect();
    if args.is_json() {
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&serde_json::json!(names)))?);
    }
    for name in names {
        writeln!(env.out, "{name}")?;
    }
    Ok(())
}

/// Each value with the registers that have it, the smallest first.
fn print_inverse(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    fetch(env, "")?;
    let context = env.registers();
    let width = context.profile().slots().iter().map(|slot| slot.bits).filter(|bits| *bits <= 64).max();
    let slots = context
        .profile()
        .slots()
        .iter()
        .filter(|slot| matches!(slot.bank, Bank::General | Bank::Flag) && Some(slot.bits) == width);
    let mut by_value: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for slot in slots {
        by_value.entry(context.values.value_of(slot) as u64).or_default().push(slot.name.clone());
    }
    for (value, names) in by_value {
        let map = env.session.io.maps.at(value).filter(|_| value != 0);
        let perm = map.map_or_else(|| "---".to_owned(), |map| map.perm.to_string());
        writeln!(env.out, " {perm}  {value:#010x}  {}", names.join(" "))?;
    }
    Ok(())
}

/// The roles, the registers that play them, and their values.
fn print_roles(env: &mut Env<'_>) -> Result<()> {
    let context = env.registers();
    let roles = context.profile().roles().map(|(role, name)| {
        let value = context.values.value(name).unwrap_or(0);
        format!("{role:>3} {name} {value:#010x}")
    });
    for line in roles.collect::<Vec<_>>() {
        writeln!(env.out, "{line}")?;
    }
    Ok(())
}

fn print_columns(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    fetch(env, args.text)?;
    plain::print_columns(env, args)
}

fn print_script(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    fetch(env, args.text)?;
    plain::print_script(env, args, "dr")
}

fn print_references(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    fetch(env, "")?;
    let which = if env.find_target().is_some() { plain::WIDE } else { "" };
    plain::print_references_of(env, args, which)
}

fn print_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    fetch(env, args.text)?;
    plain::print_bytes(env, args)
}

fn pop(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    plain::pop(env, args)?;
    if env.find_target().is_some() {
        env.ctx.allow(Effects::DEBUG, args.row.name)?;
        env.send_registers(Bank::General)?;
    }
    Ok(())
}

fn print_float(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    fetch(env, "fpu")?;
    plain::print_named(env, "fpu")
}

fn print_debug(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    fetch(env, "drx")?;
    plain::print_named(env, "drx")
}

fn print_vector(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    fetch(env, "vec")?;
    if args.is_empty() {
        return plain::print_named(env, "vec");
    }
    let wanted = args.text;
    let profile = env.registers().profile().clone();
    let Some(slot) = profile.find(wanted).filter(|slot: &&Slot| slot.bits > 64) else {
        return Err(Error::failed(format!("'{wanted}' is no vector register (drm lists them)")));
    };
    let value = env.registers().values.value_of(slot);
    Ok(writeln!(env.out, "{value:#034x}")?)
}

/// Conditions by radare2's names, as the flags of the machine make them.
fn print_conditions(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    fetch(env, "")?;
    let context = env.registers();
    let flag = |names: [&str; 2]| names.iter().find_map(|name| context.value(name)).unwrap_or(0) & 1 != 0;
    let (zero, carry) = (flag(["zf", "zf"]), flag(["cf", "cf"]));
    let (sign, over) = (flag(["sf", "nf"]), flag(["of", "vf"]));
    let rows = [
        ("eq", zero),
        ("ne", !zero),
        ("cf", carry),
        ("neg", sign),
        ("of", over),
        ("hi", carry),
        ("he", zero || carry),
        ("lo", !carry),
        ("loe", zero || !carry),
        ("ge", sign == over),
        ("gt", !zero && sign == over),
        ("lt", sign != over),
        ("le", zero || sign != over),
    ];
    for (name, holds) in rows {
        writeln!(env.out, "{} {name}", u8::from(holds))?;
    }
    Ok(())
}
