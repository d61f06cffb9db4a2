//! Analysing all there is: `aa` and its kin.

use std::collections::BTreeSet;

use farad_analysis::ReferenceKind;
use farad_arch::{Instruction, Kind};
use farad_bin::SymbolKind;
use farad_io::{Effects, Perm};

use crate::analysis::{Budget, decoder, find_callees, find_function, is_code};
use crate::error::Result;
use crate::eval::Env;
use crate::held::{Parts, ZERO_CODE, joined};
use crate::progress::Progress;
use crate::registry::{Args, Glue, Group, Kind as Param, Row, maybe};

/// The group.
pub(super) const GROUP: Group = Group { prefix: "aa", brief: "analyse all", rows: ROWS };

/// Bytes of code looked at together.
const CHUNK: usize = 64 << 10;

static ROWS: &[Row] = &[
    Row::new("aa", "Find the functions that entry points and symbols name", analyse_names)
        .effects(Effects::ANNOTATE.union(Effects::READ))
        .examples(&["aa"]),
    Row::new("aaa", "As aa, then what these call, and who refers to what in all code", analyse_more)
        .effects(Effects::ANNOTATE.union(Effects::READ))
        .examples(&["aaa"]),
    Row::new("aaaa", "As aaa, then what looks like the beginning of a function", analyse_most)
        .effects(Effects::ANNOTATE.union(Effects::READ))
        .examples(&["aaaa"]),
    Row::new("aac", "Find the functions that are called in all code, or in so many bytes", analyse_calls)
        .glue(Glue::Number)
        .params(&[maybe("length", Param::Number)])
        .effects(Effects::ANNOTATE.union(Effects::READ))
        .examples(&["aac"]),
    Row::new("aar", "Note what instructions refer to in all code, or in so many bytes", analyse_references)
        .glue(Glue::Number)
        .params(&[maybe("length", Param::Number)])
        .effects(Effects::ANNOTATE.union(Effects::READ))
        .examples(&["aar"]),
    Row::new("aap", "Find functions by how they begin, in code that is in none", analyse_preludes)
        .effects(Effects::ANNOTATE.union(Effects::READ))
        .examples(&["aap"]),
    Row::new("aas", "Find the functions that symbols name", analyse_symbols)
        .effects(Effects::ANNOTATE.union(Effects::READ))
        .examples(&["aas"]),
];

fn analyse_names(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let entries: Vec<u64> = env
        .session
        .loaded
        .iter()
        .flat_map(|loaded| &loaded.binary.entries)
        .map(|entry| entry.vaddr)
        .collect();
    let mains: Vec<u64> =
        env.session.loaded.iter().filter_map(|loaded| loaded.binary.main).map(|main| main.0).collect();
    let mut budget = Budget::of(env)?;
    for addr in entries.into_iter().chain(mains) {
        find(env, addr, &mut budget)?;
    }
    analyse_symbols(env, args)
}

/// Finds a function where there can be code.
fn find(env: &mut Env<'_>, addr: u64, budget: &mut Budget) -> Result<()> {
    env.ctx.check()?;
    if is_code(env, addr) && budget.allows(env) {
        find_function(env, addr, None)?;
    }
    Ok(())
}

fn analyse_symbols(env: &mut Env<'_>, _args: &Args<'_>) -> Result<()> {
    let functions: Vec<u64> = env
        .session
        .loaded
        .iter()
        .flat_map(|loaded| &loaded.binary.symbols)
        .filter(|symbol| symbol.kind == SymbolKind::Function && symbol.vaddr != 0)
        .map(|symbol| symbol.vaddr)
        .collect();
    let mut progress = Progress::new("finding functions", functions.len() as u64);
    let mut budget = Budget::of(env)?;
    for (done, addr) in functions.into_iter().enumerate() {
        progress.at(env, done as u64);
        find(env, addr, &mut budget)?;
    }
    Ok(())
}

fn analyse_more(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    analyse_names(env, args)?;
    analyse_calls(env, args)?;
    analyse_references(env, args)
}

fn analyse_most(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    analyse_more(env, args)?;
    analyse_preludes(env, args)
}

/// The ranges of code, first and last address of each: so many bytes at the seek, else all that can be executed.
fn ranges(env: &mut Env<'_>, args: &Args<'_>) -> Result<Vec<(u64, u64)>> {
    if !args.is_empty() {
        let len = env.number(args.text)?;
        let last = len.checked_sub(1).map(|last| env.view.seek.saturating_add(last));
        return Ok(last.map(|last| (env.view.seek, last)).into_iter().collect());
    }
    let sections = env.session.loaded.iter().flat_map(|loaded| &loaded.binary.sections);
    let code = sections.filter(|section| {
        section.perm.execute && section.size > 0 && section.vaddr != 0 && section.vsize > 0
    });
    let mut ranges: Vec<(u64, u64)> =
        code.map(|section| (section.vaddr, section.vaddr.saturating_add(section.vsize - 1))).collect();
    if ranges.is_empty() {
        let maps = env.session.io.maps.iter().filter(|map| map.perm.contains(Perm::X));
        ranges = maps.map(|map| (map.from, map.to)).collect();
    }
    Ok(joined(ranges))
}

/// Hands each instruction of the code's ranges to `each`, one behind the other; of what nobody keeps it looks at a part.
fn sweep(
    env: &mut Env<'_>,
    args: &Args<'_>,
    mut each: impl FnMut(&mut Env<'_>, &Instruction) -> Result<()>,
) -> Result<()> {
    let decoder = decoder(env)?;
    let mut instruction = Instruction::default();
    let ranges = ranges(env, args)?;
    let parts = Parts::of(env, &ranges, ZERO_CODE, decoder.max_size() as u64)?;
    let mut progress = Progress::new("looking at code", parts.size());
    let mut before = 0u64;
    for (start, last) in parts.ranges.iter().copied() {
        let mut next = Some(start);
        let mut bytes = Vec::new();
        let mut at = 0;
        while let Some(addr) = next.filter(|addr| *addr <= last) {
            if bytes.len() - at < decoder.max_size() {
                env.ctx.check()?;
                progress.at(env, before + (addr - start));
                let left = usize::try_from(last - addr).unwrap_or(CHUNK).saturating_add(1);
                bytes.resize(left.min(CHUNK), 0);
                let coverage = env.read(addr, &mut bytes)?;
                bytes.truncate(coverage.runs().first().filter(|run| run.start == 0).map_or(0, |run| run.end));
                at = 0;
                if bytes.is_empty() {
                    break;
                }
            }
            let step = match decoder.decode_into(&bytes[at..], addr, &mut instruction) {
                true => {
                    each(env, &instruction)?;
                    instruction.size
                }
                false => decoder.invalid_size().min(bytes.len() - at),
            };
            at += step.max(1);
            next = addr.checked_add(step.max(1) as u64);
            if at >= bytes.len() {
                bytes.clear();
                at = 0;
            }
        }
        before = before.saturating_add((last - start).saturating_add(1));
    }
    parts.report(env);
    Ok(())
}

fn analyse_calls(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut seen = BTreeSet::new();
    let mut targets = Vec::new();
    sweep(env, args, |_, instruction| {
        if let Some(target) = instruction.jump.filter(|_| instruction.kind.is_call())
            // Position-independent code calls its own next instruction.
            && target != instruction.next()
            && seen.insert(target)
        {
            targets.push(target);
        }
        Ok(())
    })?;
    let mut progress = Progress::new("following calls", targets.len() as u64);
    let mut budget = Budget::of(env)?;
    for (done, target) in targets.into_iter().enumerate() {
        env.ctx.check()?;
        progress.at(env, done as u64);
        if is_code(env, target) && budget.allows(env) && find_function(env, target, None)? {
            find_callees(env, target, &mut budget)?;
        }
    }
    Ok(())
}

fn analyse_references(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let decoder = decoder(env)?;
    sweep(env, args, |env, instruction| {
        let session = &mut *env.session;
        let (io, lens) = (&session.io, &env.view.lens);
        let found = farad_analysis::references(&decoder, instruction, |addr| io.is_mapped(addr, lens));
        for reference in found {
            let is_new =
                session.analysis.references.from(reference.from).all(|known| known.to != reference.to);
            if is_new {
                session.analysis.references.add(reference);
            }
        }
        // As the peer has it, here the targets of conditional jumps are noted too.
        if let Some(to) = instruction.jump.filter(|to| instruction.kind.is_jump() && io.is_mapped(*to, lens))
        {
            let (from, kind) = (instruction.addr, ReferenceKind::Code);
            let access = farad_analysis::Access::Execute;
            session.analysis.references.add(farad_analysis::Reference { from, to, kind, access });
        }
        Ok(())
    })
}

/// What functions begin with: what saves the frame or reserves stack.
fn is_prelude(instruction: &Instruction) -> bool {
    let text = instruction.text();
    match instruction.kind {
        Kind::RegisterPush | Kind::Push => {
            text == "push rbp" || text == "push ebp" || text.starts_with("push {") && text.ends_with("lr}")
        }
        Kind::Nop => text.starts_with("endbr") || text == "paciasp",
        Kind::Store => text.starts_with("stp x29, x30, [sp"),
        Kind::Add => text.starts_with("addiu sp, sp, -") || text.starts_with("addi sp, sp, -"),
        _ => false,
    }
}

fn analyse_preludes(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let mut starts = Vec::new();
    sweep(env, args, |env, instruction| {
        if is_prelude(instruction) && !env.session.analysis.is_inside(instruction.addr) {
            starts.push(instruction.addr);
        }
        Ok(())
    })?;
    let mut budget = Budget::of(env)?;
    for addr in starts {
        // One that was found meanwhile may hold it.
        if !env.session.analysis.is_inside(addr) {
            find(env, addr, &mut budget)?;
        }
    }
    Ok(())
}
