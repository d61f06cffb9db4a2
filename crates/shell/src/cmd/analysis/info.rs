//! What is known of one function: `afi`.

use std::collections::{BTreeMap, BTreeSet};

use farad_analysis::{Function, Reference, ReferenceKind};
use farad_arch::Instruction;
use serde_json::{Map, Value, json};

use super::{function_of, shown};
use crate::analysis::{callees, decoder};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Mode};
use crate::render::script_line;

/// A function's references, in both directions.
pub(super) struct Neighbours {
    /// What its instructions refer to.
    pub(super) from: Vec<Reference>,
    /// What refers to its instructions.
    pub(super) to: Vec<Reference>,
}

impl Neighbours {
    pub(super) fn of(env: &Env<'_>, function: &Function) -> Neighbours {
        let references = &env.session.analysis.references;
        Neighbours {
            from: function.instructions().flat_map(|addr| references.from(addr)).collect(),
            to: function.instructions().flat_map(|addr| references.to(addr)).collect(),
        }
    }

    /// What the function calls or jumps to.
    pub(super) fn code(&self) -> impl Iterator<Item = &Reference> {
        self.from.iter().filter(|reference| is_code(reference))
    }

    /// What it reads, writes or takes the address of.
    pub(super) fn data(&self) -> impl Iterator<Item = &Reference> {
        self.from.iter().filter(|reference| !is_code(reference))
    }

    /// What calls it or jumps into it.
    pub(super) fn callers(&self) -> impl Iterator<Item = &Reference> {
        self.to.iter().filter(|reference| is_code(reference))
    }

    /// What takes its address or reads it.
    pub(super) fn readers(&self) -> impl Iterator<Item = &Reference> {
        self.to.iter().filter(|reference| !is_code(reference))
    }

    /// Calls that the function makes.
    pub(super) fn calls(&self) -> usize {
        self.from.iter().filter(|reference| reference.kind == ReferenceKind::Call).count()
    }
}

fn is_code(reference: &Reference) -> bool {
    matches!(reference.kind, ReferenceKind::Code | ReferenceKind::Call)
}

/// What kind of function a name says it is.
pub(crate) fn kind(function: &Function) -> &'static str {
    match function.name.split('.').next() {
        Some("sym") => "sym",
        Some("loc") => "loc",
        _ => "fcn",
    }
}

/// The calling convention in force.
pub(super) fn convention(env: &Env<'_>, function: &Function) -> String {
    function.convention.clone().unwrap_or_else(|| env.setting("anal.cc").to_owned())
}

pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    // As the peer has it, no function is no output.
    let Ok(function) = function_of(env, args.text).cloned() else {
        if args.is_json() {
            writeln!(env.out, "[]")?;
        }
        return Ok(());
    };
    match args.mode {
        Mode::Json => {
            let object = object(env, &function, true);
            writeln!(env.out, "{}", crate::render::json_text(&Value::Array(vec![object])))?;
        }
        Mode::Script => script(env, &function)?,
        Mode::Quiet => writeln!(env.out, "{} {}", shown(&function), function.size())?,
        _ => text(env, &function)?,
    }
    Ok(())
}

fn text(env: &mut Env<'_>, function: &Function) -> Result<()> {
    let near = Neighbours::of(env, function);
    let code = |reference: &Reference, addr: u64| {
        let letter = if reference.kind == ReferenceKind::Call { 'C' } else { 'J' };
        format!(" {addr:#010x} {letter}")
    };
    let calls: String = near.code().map(|reference| code(reference, reference.to)).collect();
    let callers: String = near.callers().map(|reference| code(reference, reference.from)).collect();
    let data: String = near.data().map(|reference| format!(" {:#010x}", reference.to)).collect();
    let readers: String = near.readers().map(|reference| format!(" {:#010x}", reference.from)).collect();
    let (indegree, outdegree) = (near.callers().count(), near.calls());
    let pure = is_pure(&near);
    let convention = convention(env, function);
    let out = &mut *env.out;
    writeln!(out, "#")?;
    writeln!(out, "addr: {:#010x}", function.addr)?;
    writeln!(out, "name: {}", shown(function))?;
    writeln!(out, "size: {}", function.span())?;
    writeln!(out, "is-pure: {pure}")?;
    writeln!(out, "realsz: {}", function.size())?;
    writeln!(out, "stackframe: {}", function.stack)?;
    if !convention.is_empty() {
        writeln!(out, "call-convention: {convention}")?;
    }
    writeln!(out, "cyclomatic-complexity: {}", function.complexity())?;
    writeln!(out, "bits: {}", function.bits)?;
    writeln!(out, "type: {} [NEW]", kind(function))?;
    writeln!(out, "num-bbs: {}", function.blocks.len())?;
    writeln!(out, "num-instrs: {}", function.instruction_count())?;
    writeln!(out, "edges: {}", function.edges())?;
    writeln!(out, "minbound: {:#010x}", function.start())?;
    writeln!(out, "maxbound: {:#010x}", function.end())?;
    writeln!(out, "is-lineal: {}", function.size() == function.span())?;
    writeln!(out, "end-bbs: {}", function.ends())?;
    writeln!(out, "call-refs:{calls}")?;
    writeln!(out, "data-refs:{data}")?;
    writeln!(out, "code-xrefs:{callers}")?;
    writeln!(out, "noreturn: {}", function.is_noreturn)?;
    writeln!(out, "in-degree: {indegree}")?;
    writeln!(out, "out-degree: {outdegree}")?;
    writeln!(out, "data-xrefs:{readers}")?;
    Ok(())
}

/// Whether it touches no memory but its own stack and calls nothing.
fn is_pure(near: &Neighbours) -> bool {
    near.data().next().is_none() && near.calls() == 0
}

/// A function as JSON. With `whole` also its variables, for the forms that show one function.
pub(super) fn object(env: &Env<'_>, function: &Function, whole: bool) -> Value {
    let near = Neighbours::of(env, function);
    let ends = |reference: &Reference, addr: u64, at: u64| json!({ "addr": addr, "type": reference.kind.name(), "at": at });
    let mut row = Map::new();
    let mut put = |name: &str, value: Value| {
        row.insert(name.to_owned(), value);
    };
    put("addr", function.addr.into());
    put("name", function.name.clone().into());
    put("size", function.span().into());
    put("is-pure", is_pure(&near).to_string().into());
    put("realsz", function.size().into());
    put("noreturn", function.is_noreturn.into());
    put("stackframe", function.stack.into());
    let convention = convention(env, function);
    if !convention.is_empty() {
        put("calltype", convention.into());
    }
    put("cc", function.complexity().into());
    put("bits", function.bits.into());
    put("type", kind(function).into());
    put("nbbs", function.blocks.len().into());
    put("is-lineal", (function.size() == function.span()).into());
    put("ninstrs", function.instruction_count().into());
    put("edges", function.edges().into());
    put("ebbs", function.ends().into());
    put("minbound", function.start().into());
    put("maxbound", function.end().into());
    put("callrefs", near.code().map(|reference| ends(reference, reference.to, reference.from)).collect());
    put("datarefs", near.data().map(|reference| Value::from(reference.to)).collect());
    put("codexrefs", near.callers().map(|reference| ends(reference, reference.from, reference.to)).collect());
    put("dataxrefs", near.readers().map(|reference| Value::from(reference.from)).collect());
    put("indegree", near.callers().count().into());
    put("outdegree", near.calls().into());
    if whole {
        put("difftype", "new".into());
    }
    Value::Object(row)
}

/// Commands that make the function again.
fn script(env: &mut Env<'_>, function: &Function) -> Result<()> {
    let (addr, out) = (function.addr, &mut *env.out);
    writeln!(out, "{}", script_line(&format!("f {} {} {addr:#010x}", function.name, function.span())))?;
    writeln!(out, "{}", script_line(&format!("af {} {addr:#010x}", function.name)))?;
    Ok(())
}

pub(super) fn print_name(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    if let Some(name) = env.session.analysis.of(env.view.seek).map(shown) {
        writeln!(env.out, "{name}")?;
    }
    Ok(())
}

pub(super) fn print_complexity(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let complexity = function_of(env, args.text)?.complexity();
    Ok(writeln!(env.out, "{complexity}")?)
}

pub(super) fn print_loops(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let loops = function_of(env, args.text)?.loops();
    Ok(writeln!(env.out, "{loops}")?)
}

pub(super) fn print_mnemonics(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let addrs: Vec<u64> = function_of(env, args.text)?.instructions().collect();
    let decoder = decoder(env)?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut instruction = Instruction::default();
    let mut bytes = vec![0; decoder.max_size()];
    for addr in addrs {
        env.read(addr, &mut bytes)?;
        if decoder.decode_text(&bytes, addr, &mut instruction) {
            *counts.entry(instruction.mnemonic.clone()).or_default() += 1;
        }
    }
    for (mnemonic, count) in counts {
        writeln!(env.out, "{count:4} {mnemonic}")?;
    }
    Ok(())
}

/// The functions that a function calls, by address, each with its name.
pub(super) fn called(env: &Env<'_>, addr: u64) -> Vec<(u64, String)> {
    let mut seen = BTreeSet::new();
    let each = callees(env, addr).into_iter().filter(|callee| seen.insert(*callee));
    each.map(|callee| {
        (callee, crate::analysis::name_at(env, callee).unwrap_or_else(|| format!("{callee:#010x}")))
    })
    .collect()
}
