//! The lines above a row: flags, what refers to it, and a function's heading.

use std::collections::BTreeMap;

use farad_analysis::{Function, Reference, ReferenceKind, Storage, Variable};

use super::style::Style;
use super::{Margin, name, push_margin};
use crate::eval::Env;
use crate::paint::{Line, Role};
use crate::render::printable;

/// Appends the lines above the row at an address.
pub(super) fn push(env: &Env<'_>, style: &Style, margin: &Margin<'_>, addr: u64, line: &mut Line) {
    let entered = env.session.analysis.at(addr).filter(|_| style.frame);
    let above = |line: &mut Line| push_margin(env, style, margin, addr, line);
    if style.flags {
        push_flags(env, style, entered, addr, line, &above);
    }
    if style.xrefs {
        for reference in references(env, style, addr) {
            above(line);
            line.push(Role::Comment, &reference);
            line.end();
        }
    }
    if let Some(function) = entered {
        push_heading(style, function, line);
    }
}

/// A line for each flag of an address, or one for all; not for the name of the function entered there.
fn push_flags(
    env: &Env<'_>,
    style: &Style,
    entered: Option<&Function>,
    addr: u64,
    line: &mut Line,
    above: &impl Fn(&mut Line),
) {
    let flags = name::listed(env, addr).into_iter();
    let flags = flags.filter(|flag| entered.is_none_or(|function| function.name != flag.name));
    let names = flags.map(|flag| match style.flags_inline {
        true => printable(&flag.name),
        false => printable(flag.real_name.as_ref().unwrap_or(&flag.name)),
    });
    let names: Vec<String> = names.collect();
    let lines = if style.flags_inline && !names.is_empty() { vec![names.join(", ")] } else { names };
    for name in lines {
        above(line);
        if style.flags_addr && style.addr {
            line.push(Role::Offset, &format!("{addr:#010x}"));
            line.plain("  ");
        }
        line.push(Role::Flag, &format!(";-- {name}:"));
        line.end();
    }
}

/// Who refers to an address: a line for each way that each function does.
fn references(env: &Env<'_>, style: &Style, addr: u64) -> Vec<String> {
    let analysis = &env.session.analysis;
    // In the order of the addresses, those of one function together.
    let mut order: Vec<(String, &str)> = Vec::new();
    let mut groups: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
    let is_wanted = |reference: &Reference| style.xrefs_code || reference.kind != ReferenceKind::Code;
    for reference in analysis.references.to(addr).filter(is_wanted) {
        let (name, place) = match analysis.of(reference.from) {
            Some(function) => (printable(&function.name), format!("{:#x}", reference.from)),
            None => match env.session.flags.before(reference.from, |_| true) {
                Some(flag) => (printable(&flag.name), format!("+{:#x}", reference.from - flag.addr)),
                None => (String::new(), format!("{:#x}", reference.from)),
            },
        };
        let key = (name, reference.kind.name());
        if !groups.contains_key(&key) {
            order.push(key.clone());
        }
        groups.entry(key).or_default().push(format!("{place}({})", reference.access.letter()));
    }
    let line = |key: (String, &str)| {
        let places = groups.get(&key).map(Vec::as_slice).unwrap_or_default();
        let plural = if places.len() > 1 { "S" } else { "" };
        let from = if key.0.is_empty() { String::new() } else { format!(" {}", key.0) };
        format!("; {} XREF{plural} from{from} @ {}", key.1, places.join(", "))
    };
    order.into_iter().map(line).collect()
}

/// The line that says what a function is called with, and one on where that is.
fn push_heading(style: &Style, function: &Function, line: &mut Line) {
    line.push(Role::FunctionFrame, style.frames.first);
    line.plain(&format!("{}{}: ", style.frames.blank, function.size()));
    line.push(Role::FunctionName, &printable(&function.name));
    line.plain(&format!(" ({});", signature(function)));
    line.end();
    if !style.variables {
        return;
    }
    let summary = if style.summary { summary(function) } else { Vec::new() };
    let each = function.variables.iter().filter(|_| !style.summary).map(describe);
    for (prefix, text) in summary.into_iter().map(|text| ("`- ", text)).chain(each.map(|text| ("; ", text))) {
        line.push(Role::FunctionFrame, style.frames.middle);
        line.plain(style.frames.blank);
        if !style.summary {
            line.plain(&" ".repeat(style.lines.map_or(0, |width| width + 3)));
        }
        line.push(Role::Variable, &format!("{prefix}{text}"));
        line.end();
    }
}

/// The arguments of a function as C has them.
fn signature(function: &Function) -> String {
    let argument = |variable: &Variable| {
        let separator = if variable.type_name.ends_with('*') { "" } else { " " };
        format!("{}{separator}{}", variable.type_name, printable(&variable.name))
    };
    function.arguments().map(argument).collect::<Vec<_>>().join(", ")
}

/// Where a function's variables are, in a line: registers of arguments, and for each base how many
/// places there are and how far from the top of the frame.
fn summary(function: &Function) -> Vec<String> {
    let mut parts = Vec::new();
    let arguments: Vec<String> = function
        .arguments()
        .map(|variable| match &variable.storage {
            Storage::Register(name) => name.clone(),
            Storage::Stack { base, displacement, .. } => format!("{}[{displacement:#x}]", letters(base)),
        })
        .collect();
    if !arguments.is_empty() {
        parts.push(format!("args({})", arguments.join(", ")));
    }
    let mut bases: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for variable in function.locals() {
        if let Storage::Stack { base, offset, .. } = &variable.storage {
            bases
                .entry(letters(base))
                .or_default()
                .push(offset.unsigned_abs().saturating_add(function.shadow));
        }
    }
    let base = |(base, places): (&&str, &Vec<u64>)| {
        let (low, high) = (places.iter().min()?, places.iter().max()?);
        Some(format!("{}:{base}[{low:#x}..{high:#x}]", places.len()))
    };
    let places: Vec<String> = bases.iter().filter_map(base).collect();
    if !places.is_empty() {
        parts.push(format!("vars({})", places.join(" ")));
    }
    if parts.is_empty() { Vec::new() } else { vec![parts.join(" ")] }
}

/// The letters that a base register is listed by.
fn letters(base: &str) -> &str {
    match base {
        "rsp" | "esp" | "sp" => "sp",
        _ => "bp",
    }
}

/// A variable for people: `var int64_t var_10h @ rbp-0x10`.
pub(crate) fn describe(variable: &Variable) -> String {
    let kind = if variable.is_argument { "arg" } else { "var" };
    let (type_name, name) = (&variable.type_name, printable(&variable.name));
    match &variable.storage {
        Storage::Register(register) => format!("{kind} {type_name} {name} @ {register}"),
        Storage::Stack { base, displacement, .. } => {
            let sign = if *displacement < 0 { '-' } else { '+' };
            format!("{kind} {type_name} {name} @ {base}{sign}{:#x}", displacement.unsigned_abs())
        }
    }
}
