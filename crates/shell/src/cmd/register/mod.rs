//! Registers: `ar`, and `aer` for those that emulation works on, which are the same.

use farad_arch::{Bank, Slot};

use crate::error::{Error, Result};
use crate::eval::Env;
use crate::registry::{Args, Group, Kind, Mode, Param, Row, Run, maybe};
use crate::render::printable;

mod list;
#[cfg(test)]
mod tests;

pub(super) use list::{
    print as print_named, print_before, print_changed, print_columns, print_references_of,
    print_script_of as print_script,
};

/// The groups.
pub(super) const GROUP: Group = Group { prefix: "ar", brief: "registers", rows: ROWS };
pub(super) const EMULATED: Group =
    Group { prefix: "aer", brief: "registers of the emulator", rows: EMULATED_ROWS };

const WHICH: &[Param] = &[maybe("name|type|bits|name=value", Kind::Text)];
const TYPE: &[Param] = &[maybe("type", Kind::Word)];

const fn registers(name: &'static str, examples: &'static [&'static str]) -> Row {
    Row::new(
        name,
        "Registers: the general ones, those of a type or width, or one; name=value sets one",
        print,
    )
    .params(WHICH)
    .modes(&[Mode::Json, Mode::Script, Mode::Table])
    .examples(examples)
}

const fn row(name: &'static str, brief: &'static str, run: Run, examples: &'static [&'static str]) -> Row {
    Row::new(name, brief, run).examples(examples)
}

static ROWS: &[Row] = &[
    registers("ar", &["ar", "ar rax=5; ar rax", "arj", "ar 32", "ar flg", "ar*", "ar,"]),
    row("ar=", "The general registers in columns", list::print_columns, &["ar="]).params(TYPE),
    row("ar.", "Commands that set the registers again", list::print_script, &["ar."]),
    row("ar0", "Set all registers to 0", clear, &["ar rax=1; ar0; ar rax"]),
    row("ar-", "Remove the flags that ar* made", remove_flags, &["ar-"]),
    row("arA", "The registers for arguments, and what is where they point", list::print_arguments, &["arA"]),
    row(
        "arr",
        "The registers with their roles and what they point at",
        list::print_references,
        &["arr", "arrj"],
    )
    .modes(&[Mode::Json]),
    row("arn", "The register that plays a role, such as PC", print_role, &["arn PC"])
        .params(&[maybe("role", Kind::Word)]),
    row("aro", "The registers as they were before the last step or mark", list::print_before, &["aro"]),
    row("ard", "The registers that differ from those before", list::print_changed, &["ar rax=1; ard"]),
    row("art", "The types of registers there are", print_types, &["art"]),
    row("arp", "The profile: registers, widths and places", print_profile, &["arp"]),
    row("arb", "The bytes that the registers of a type are kept in", print_bytes, &["arb", "arb fpu"])
        .params(TYPE),
    row("arS", "How many bytes the general registers take", print_size, &["arS"]),
    row("ara", "How many sets of values are put aside", print_saved, &["ara"]),
    row("ara+", "Put the values aside", push, &["ara+; ar rax=1; ara-; ar rax"]),
    row("ara-", "Take back the values put aside last", pop, &["ara+; ara-"]),
];

static EMULATED_ROWS: &[Row] = &[
    registers("aer", &["aer rax=0x10; aer rax", "aerj"]),
    row("aer=", "The general registers in columns", list::print_columns, &["aer="]).params(TYPE),
    row("aer.", "Commands that set the registers again", list::print_script, &[]),
    row("aer0", "Set all registers to 0", clear, &["aer0"]),
];

/// Stands for all registers as wide as an address but those of the floating point unit.
pub(super) const WIDE: &str = "*";

/// The registers that an argument means: of a type, of a width, or all.
fn chosen(env: &mut Env<'_>, text: &str) -> Result<Vec<Slot>> {
    let width = env.address_bytes() as u32 * 8;
    let slots = env.registers().profile().clone();
    let of = |bank: Bank, bits: Option<u32>| -> Vec<Slot> {
        let fits = |slot: &&Slot| slot.bank == bank && bits.is_none_or(|bits| slot.bits == bits);
        slots.slots().iter().filter(fits).cloned().collect()
    };
    let chosen = match (text, text.parse::<u32>()) {
        ("", _) => {
            let flags = slots.slots().iter().filter(|slot| slot.bank == Bank::Flag && slot.bits == width);
            let general = of(Bank::General, Some(width)).into_iter().chain(flags.cloned());
            // In the order of the profile; what always reads 0 tells nothing.
            let mut general: Vec<Slot> = general.filter(|slot| slot.offset.is_some()).collect();
            general.sort_by_key(|slot| slots.slots().iter().position(|other| other.name == slot.name));
            general
        }
        ("all", _) => slots.slots().to_vec(),
        // Those of a width, whatever they are for, as the debugger tells of them.
        (WIDE, _) => {
            let banks = [Bank::General, Bank::Flag, Bank::Segment];
            slots
                .slots()
                .iter()
                .filter(|slot| banks.contains(&slot.bank) && slot.bits == width)
                .cloned()
                .collect()
        }
        (_, Ok(bits)) => of(Bank::General, Some(bits)),
        _ => match Bank::parse(text) {
            Some(bank) => of(bank, None),
            None => Vec::new(),
        },
    };
    if chosen.is_empty() && !text.is_empty() {
        return Err(missing(env, text));
    }
    if slots.slots().is_empty() {
        let arch = env.setting("asm.arch").to_owned();
        return Err(Error::failed(format!("nothing is known of the registers of {arch}")));
    }
    Ok(chosen)
}

/// A name that is no register.
pub(super) fn missing(env: &Env<'_>, name: &str) -> Error {
    let arch = env.setting("asm.arch").to_owned();
    Error::failed(format!("{arch} has no register '{}' (ar all lists them)", printable(name)))
}

pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    match args.mode {
        Mode::Json => return list::print_json(env, args.text),
        Mode::Script => return list::print_flags(env, args.text),
        Mode::Table => return list::print_table(env, args),
        Mode::Text | Mode::Quiet => {}
    }
    if let Some((name, value)) = args.text.split_once('=') {
        let value = env.number(value)?;
        return match env.registers().values.set(name.trim(), u128::from(value)) {
            true => Ok(()),
            false => Err(missing(env, name.trim())),
        };
    }
    // One register is its value alone.
    if let Some(value) = env.registers().values.value(args.text) {
        return Ok(writeln!(env.out, "{value:#010x}")?);
    }
    list::print(env, args.text)
}

fn clear(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    env.registers().values.clear();
    Ok(())
}

pub(super) fn remove_flags(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let names: Vec<String> = env.registers().profile().slots().iter().map(|slot| slot.name.clone()).collect();
    for name in names {
        let is_ours = |flag: &crate::flag::Flag| flag.space.as_deref() == Some(list::SPACE);
        if env.session.flags.find(&name).is_some_and(is_ours) {
            env.session.flags.remove(&name);
        }
    }
    Ok(())
}

pub(super) fn print_role(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let profile = env.registers().profile().clone();
    if args.is_empty() {
        for (role, name) in profile.roles() {
            writeln!(env.out, "{role} {name}")?;
        }
        return Ok(());
    }
    match profile.role(args.text) {
        Some(name) => Ok(writeln!(env.out, "{name}")?),
        None => {
            let roles: Vec<&str> = profile.roles().map(|(role, _)| role).collect();
            let role = printable(args.text);
            Err(Error::failed(format!("no register plays the role '{role}': roles are {}", roles.join(" "))))
        }
    }
}

pub(super) fn print_types(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let profile = env.registers().profile().clone();
    for bank in Bank::ALL.iter().filter(|bank| profile.slots().iter().any(|slot| slot.bank == **bank)) {
        writeln!(env.out, "{}", bank.name())?;
    }
    Ok(())
}

pub(super) fn print_profile(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let profile = env.registers().profile().to_string();
    Ok(write!(env.out, "{profile}")?)
}

pub(super) fn print_bytes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let name = if args.is_empty() { "gpr" } else { args.text };
    let bank = Bank::parse(name).ok_or_else(|| args.wrong("there is no such type (art lists them)"))?;
    let bytes = env.registers().values.bytes(bank).to_vec();
    crate::cmd::print::dump_bytes(env, 0, &bytes)
}

pub(super) fn print_size(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let size = env.registers().profile().size(Bank::General);
    Ok(writeln!(env.out, "{size}")?)
}

pub(super) fn print_saved(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let saved = env.registers().saved();
    Ok(writeln!(env.out, "{saved}")?)
}

pub(super) fn push(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    match env.registers().push() {
        true => Ok(()),
        false => Err(Error::failed("too many sets of values are put aside: take one back by ara-")),
    }
}

pub(super) fn pop(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    match env.registers().pop() {
        true => Ok(()),
        false => Err(Error::failed("no values are put aside (ara+ puts them)")),
    }
}
