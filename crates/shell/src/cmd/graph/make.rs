//! Graphs of what analysis found.

use std::collections::BTreeMap;

use farad_analysis::{Function, Reference, ReferenceKind};
use serde_json::{Value, json};

use crate::analysis::{callees, name_for};
use crate::cmd::{block_rows, function_of, print_ops_json};
use crate::error::Result;
use crate::eval::Env;
use crate::graph::{Graph, Node, Way};
use crate::paint::Paint;
use crate::render::json_string;

/// The blocks of a function, and which leads to which.
pub(super) fn blocks(env: &mut Env<'_>, name: &str, paint: &Paint) -> Result<Graph> {
    let function = function_of(env, name)?.clone();
    let mut graph = Graph::default();
    // The block that is entered comes first.
    let entry = function.blocks.get(&function.addr);
    let rest = function.blocks.values().filter(|block| block.addr != function.addr);
    let mut places = BTreeMap::new();
    for block in entry.into_iter().chain(rest) {
        let body = block_rows(env, block, paint)?;
        let place = graph.set(Node { title: format!("{:#x}", block.addr), body, addr: Some(block.addr) });
        places.insert(block.addr, place);
    }
    for block in function.blocks.values() {
        let is_decided = block.jump.is_some() && block.fail.is_some();
        for (index, to) in block.successors().into_iter().enumerate() {
            let way = match (is_decided, index) {
                (true, 0) => Way::True,
                (true, 1) => Way::False,
                _ => Way::Always,
            };
            if let (Some(from), Some(to)) = (places.get(&block.addr), places.get(&to)) {
                graph.connect(*from, *to, way);
            }
        }
    }
    Ok(graph)
}

/// The blocks of a function and their instructions as JSON.
pub(super) fn print_blocks_json(env: &mut Env<'_>, name: &str) -> Result<()> {
    let function = function_of(env, name)?.clone();
    let (name, addr) = (json_string(&function.name), function.addr);
    let (count, size, stack) = (function.instruction_count(), function.size(), function.stack);
    let (arguments, locals) = (function.arguments().count(), function.locals().count());
    let kind = json_string(crate::cmd::function_kind(&function));
    write!(
        env.out,
        "[{{\"name\":{name},\"addr\":{addr},\"ninstr\":{count},\"nargs\":{arguments},\"nlocals\":{locals},\
         \"size\":{size},\"stack\":{stack},\"type\":{kind},\"blocks\":["
    )?;
    for (place, block) in function.blocks.values().enumerate() {
        let separator = if place > 0 { "," } else { "" };
        write!(env.out, "{separator}{{\"addr\":{},\"size\":{}", block.addr, block.size)?;
        for (name, to) in [("jump", block.jump), ("fail", block.fail)] {
            if let Some(to) = to {
                write!(env.out, ",\"{name}\":{to}")?;
            }
        }
        if !block.cases.is_empty() {
            let cases = block.cases.iter().map(|(value, addr)| json!({ "value": value, "addr": addr }));
            write!(env.out, ",\"cases\":{}", Value::Array(cases.collect()))?;
        }
        write!(env.out, ",\"ops\":")?;
        print_ops_json(env, block.addr, block.size)?;
        write!(env.out, "}}")?;
    }
    Ok(writeln!(env.out, "]}}]")?)
}

/// What an address is called in a graph.
fn title(env: &Env<'_>, addr: u64) -> String {
    if let Some(function) = env.session.analysis.at(addr) {
        return function.name.clone();
    }
    match crate::cmd::operand_name(env, addr) {
        Some(name) => name,
        None => format!("{addr:#010x}"),
    }
}

/// Adds the functions that one calls.
fn add_calls(env: &Env<'_>, graph: &mut Graph, addr: u64) {
    let callees = callees(env, addr);
    if callees.is_empty() {
        return;
    }
    let from = graph.node(&name_for_function(env, addr));
    for callee in callees {
        let to = graph.node(&title(env, callee));
        graph.connect_once(from, to);
    }
}

fn name_for_function(env: &Env<'_>, addr: u64) -> String {
    env.session.analysis.at(addr).map_or_else(|| name_for(env, addr), |function| function.name.clone())
}

/// What a function calls.
pub(super) fn calls(env: &mut Env<'_>, name: &str, _: &Paint) -> Result<Graph> {
    let addr = function_of(env, name)?.addr;
    let mut graph = Graph::bundled();
    graph.node(&name_for_function(env, addr));
    add_calls(env, &mut graph, addr);
    Ok(graph)
}

/// What every function calls.
pub(super) fn all_calls(env: &mut Env<'_>, _: &str, _: &Paint) -> Result<Graph> {
    let mut graph = Graph::bundled();
    for addr in functions(env) {
        env.ctx.check()?;
        add_calls(env, &mut graph, addr);
    }
    Ok(graph)
}

/// The addresses of all functions, in the order they were found.
fn functions(env: &Env<'_>) -> Vec<u64> {
    env.session.analysis.functions().map(|function| function.addr).collect()
}

/// Functions with what they call, as JSON.
pub(super) fn print_calls_json(env: &mut Env<'_>, name: &str, is_all: bool) -> Result<()> {
    let addrs = if is_all { functions(env) } else { vec![function_of(env, name)?.addr] };
    let mut rows = Vec::new();
    for addr in addrs {
        env.ctx.check()?;
        let calls: Vec<String> = callees(env, addr).into_iter().map(|callee| title(env, callee)).collect();
        let Some(function) = env.session.analysis.at(addr).filter(|_| !is_all || !calls.is_empty()) else {
            continue;
        };
        rows.push(json!({ "name": function.name, "size": function.size(), "imports": calls }));
    }
    Ok(writeln!(env.out, "{}", crate::render::json_text(&Value::Array(rows)))?)
}

/// Adds what a function refers to and is wanted.
fn add_references(env: &Env<'_>, graph: &mut Graph, function: &Function, is_wanted: fn(&Reference) -> bool) {
    let references = &env.session.analysis.references;
    for at in function.instructions() {
        for reference in references.from(at).filter(is_wanted) {
            let from = graph.node(&function.name);
            let to = graph.node(&title(env, reference.to));
            graph.connect_once(from, to);
        }
    }
}

fn is_data(reference: &Reference) -> bool {
    matches!(reference.kind, ReferenceKind::Data | ReferenceKind::Text)
}

fn of_one(env: &mut Env<'_>, name: &str, is_wanted: fn(&Reference) -> bool) -> Result<Graph> {
    let function = function_of(env, name)?.clone();
    let mut graph = Graph::default();
    graph.node(&function.name);
    add_references(env, &mut graph, &function, is_wanted);
    Ok(graph)
}

fn of_all(env: &mut Env<'_>, is_wanted: fn(&Reference) -> bool) -> Result<Graph> {
    let mut graph = Graph::default();
    for function in env.session.analysis.functions() {
        env.ctx.check()?;
        add_references(env, &mut graph, function, is_wanted);
    }
    Ok(graph)
}

/// The data that a function refers to.
pub(super) fn data(env: &mut Env<'_>, name: &str, _: &Paint) -> Result<Graph> {
    of_one(env, name, is_data)
}

/// The data that every function refers to.
pub(super) fn all_data(env: &mut Env<'_>, _: &str, _: &Paint) -> Result<Graph> {
    of_all(env, is_data)
}

/// All that a function refers to.
pub(super) fn references(env: &mut Env<'_>, name: &str, _: &Paint) -> Result<Graph> {
    let mut graph = of_one(env, name, |_| true)?;
    graph.is_bundled = true;
    Ok(graph)
}

/// All that every function refers to.
pub(super) fn all_references(env: &mut Env<'_>, _: &str, _: &Paint) -> Result<Graph> {
    let mut graph = of_all(env, |_| true)?;
    graph.is_bundled = true;
    Ok(graph)
}

/// What refers to an address.
pub(super) fn references_to(env: &mut Env<'_>, text: &str, _: &Paint) -> Result<Graph> {
    let addr = if text.is_empty() { env.view.seek } else { env.number(text)? };
    let mut graph = Graph::default();
    let to = graph.set(Node { title: title(env, addr), addr: Some(addr), ..Node::default() });
    for reference in env.session.analysis.references.to(addr) {
        env.ctx.check()?;
        let node = Node { title: title(env, reference.from), addr: Some(reference.from), ..Node::default() };
        let from = graph.set(node);
        graph.connect_once(from, to);
    }
    Ok(graph)
}

/// The imports, and which functions call which.
pub(super) fn imports(env: &mut Env<'_>, _: &str, _: &Paint) -> Result<Graph> {
    let mut graph = Graph::default();
    let flags = env.session.flags.all().filter(|flag| flag.space.as_deref() == Some("imports"));
    for flag in flags {
        env.ctx.check()?;
        let to = graph.node(&flag.name);
        for reference in env.session.analysis.references.to(flag.addr) {
            if let Some(function) = env.session.analysis.of(reference.from) {
                let from = graph.node(&function.name);
                graph.connect_once(from, to);
            }
        }
    }
    Ok(graph)
}
