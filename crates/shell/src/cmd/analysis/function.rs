//! Functions: finding, naming and forgetting them.

use farad_io::Effects;

use super::function_of;
use super::info;
use crate::analysis::{Budget, SPACE, find_callees, find_function, is_code};
use crate::error::{Error, Result};
use crate::eval::Env;
use crate::flag::{Flag, Flags};
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::printable;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "af", brief: "find functions", rows: ROWS };

/// What finding a function does.
const FINDS: Effects = Effects::ANNOTATE.union(Effects::READ);

static ROWS: &[Row] = &[
    Row::new("af", "Find the function that is entered here or at an address", find)
        .params(&[maybe("name", Kind::Word), maybe("addr", Kind::Address)])
        .effects(FINDS)
        .examples(&["wx c3; af", "wx c3; af foo; afl"]),
    Row::new("afr", "The same, and the functions that it calls", find)
        .params(&[maybe("name", Kind::Word), maybe("addr", Kind::Address)])
        .effects(FINDS)
        .examples(&["wx c3; afr"]),
    Row::new("af-", "Forget the function here, at an address or of a name; * is all", forget)
        .glue(Glue::Rest)
        .params(&[maybe("name|addr|*", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["wx c3; af; af-", "af-*"]),
    Row::new("afn", "Show the name of the function here, or give it another", name)
        .params(&[maybe("name", Kind::Word), maybe("addr", Kind::Address)])
        .effects(Effects::ANNOTATE)
        .examples(&["wx c3; af; afn", "wx c3; af; afn foo; afn"]),
    Row::new("afo", "Show where a function is entered", entry)
        .modes(&[Mode::Json])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afo"]),
    Row::new("afd", "Name the function an address is in, and the distance", distance)
        .params(&[maybe("addr", Kind::Address)])
        .examples(&["wx 90c3; af; afd 1"]),
    Row::new("afi", "What is known of the function here, at an address or of a name", info::print)
        .modes(&[Mode::Json, Mode::Script, Mode::Quiet])
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afi", "wx c3; af; afij", "wx c3; af; afi*"]),
    Row::new("afi.", "The name of the function here", info::print_name).examples(&["wx c3; af; afi."]),
    Row::new("afis", "How often each mnemonic stands in the function here", info::print_mnemonics)
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afis"]),
    Row::new("afC", "The cyclomatic complexity of the function here", info::print_complexity)
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afC"]),
    Row::new("afCc", "The cyclomatic complexity of the function here", info::print_complexity)
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afCc"]),
    Row::new("afCl", "The loops of the function here: jumps back", info::print_loops)
        .params(&[maybe("name|addr", Kind::Address)])
        .examples(&["wx c3; af; afCl"]),
    Row::new("afS", "Show or set the bytes of stack of the function here", stack)
        .params(&[maybe("bytes", Kind::Number)])
        .effects(Effects::ANNOTATE)
        .examples(&["wx c3; af; afS 16; afS"]),
    Row::new("aft!", "Say that the function here does not return, or that it does", noreturn)
        .params(&[need("true|false", Kind::Word)])
        .effects(Effects::ANNOTATE)
        .examples(&["wx c3; af; aft! true"]),
];

fn find(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let words = args.words();
    let name = words.first().filter(|name| !name.is_empty());
    if let Some(name) = name.filter(|name| !Flags::is_name(name)) {
        return Err(Error::failed(format!("'{}' cannot name a function", printable(name))));
    }
    let addr = words.get(1).map_or(Ok(env.view.seek), |addr| env.number(addr))?;
    if !is_code(env, addr) {
        return Err(Error::failed(format!("nothing that could be executed is mapped at {addr:#x}")));
    }
    if let Some(known) = env.session.analysis.at(addr) {
        let known = printable(&known.name);
        return Err(Error::failed(format!("{known} is entered at {addr:#x} already (af- forgets it)")));
    }
    if !find_function(env, addr, name.map(String::as_str))? {
        return Err(Error::failed(format!("no instruction at {addr:#x}")));
    }
    if args.row.name == "afr" {
        let mut budget = Budget::of(env)?;
        find_callees(env, addr, &mut budget)?;
    }
    Ok(())
}

fn forget(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let gone: Vec<u64> = match args.text {
        "*" => env.session.analysis.functions().map(|function| function.addr).collect(),
        text => vec![function_of(env, text)?.addr],
    };
    for addr in gone {
        let Some(function) = env.session.analysis.remove(addr) else { continue };
        let flags = &mut env.session.flags;
        if flags.find(&function.name).is_some_and(|flag| flag.space.as_deref() == Some(SPACE)) {
            flags.remove(&function.name);
        }
        for from in function.instructions() {
            let references = &mut env.session.analysis.references;
            let gone: Vec<u64> = references.from(from).map(|reference| reference.to).collect();
            for to in gone {
                references.remove(from, to);
            }
        }
    }
    Ok(())
}

fn name(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (new, addr) = args.split_first();
    if new.is_empty() {
        let name = super::shown(function_of(env, "")?);
        return Ok(writeln!(env.out, "{name}")?);
    }
    let new = match new.strip_prefix("base64:") {
        Some(digits) => String::from_utf8_lossy(&crate::parse::base64_bytes(digits)?).into_owned(),
        None => new.to_owned(),
    };
    if !Flags::is_name(&new) {
        return Err(Error::failed(format!("'{}' cannot name a function", printable(&new))));
    }
    let function = function_of(env, addr)?;
    let (addr, old, size) = (function.addr, function.name.clone(), function.span().max(1));
    if env.session.analysis.named(&new).is_some_and(|other| other.addr != addr) {
        return Err(Error::failed(format!("another function is named '{}'", printable(&new))));
    }
    env.session.analysis.change(addr, |function| function.name = new.clone());
    if !env.session.flags.change(&old, |flag| flag.name = new.clone()) {
        let flag = Flag::new(&new, addr, size);
        env.session.flags.set(Flag { space: Some(SPACE.into()), ..flag });
    }
    Ok(())
}

fn entry(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = function_of(env, args.text)?;
    let (addr, name) = (function.addr, function.name.clone());
    if args.is_json() {
        return Ok(writeln!(env.out, "{}", serde_json::json!({ "name": name, "addr": addr }))?);
    }
    Ok(writeln!(env.out, "{addr:#010x}")?)
}

fn distance(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addr = if args.is_empty() { env.view.seek } else { env.number(args.text)? };
    let function = env.session.analysis.of(addr).ok_or_else(|| super::none(addr))?;
    let name = super::shown(function);
    match addr.wrapping_sub(function.addr) as i64 {
        0 => writeln!(env.out, "{name}")?,
        distance => writeln!(env.out, "{name} {distance:+}")?,
    }
    Ok(())
}

fn stack(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let function = function_of(env, "")?;
    let (addr, stack) = (function.addr, function.stack);
    if args.is_empty() {
        return Ok(writeln!(env.out, "{stack}")?);
    }
    let stack = env.number(args.text)?;
    env.session.analysis.change(addr, |function| function.stack = stack);
    Ok(())
}

fn noreturn(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let is_noreturn = match args.required("true or false")? {
        "true" => true,
        "false" => false,
        other => return Err(args.wrong(format!("'{}' is neither true nor false", printable(other)))),
    };
    let addr = function_of(env, "")?.addr;
    env.session.analysis.change(addr, |function| function.is_noreturn = is_noreturn);
    Ok(())
}
