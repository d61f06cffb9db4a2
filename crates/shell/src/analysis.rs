//! Following code in a session: what the crate `analysis` needs to know of it, and keeping what it
//! finds under names.

use std::collections::{BTreeSet, HashSet};

use farad_analysis::{Analysis, Code, Found, Limits};
use farad_arch::{Convention, Decoder, Syntax};
use farad_io::{Ctx, Held, Io, Lens, Perm};

use crate::error::Result;
use crate::eval::Env;
use crate::flag::{Flag, Flags};
use crate::held::{Parts, ZERO_CODE, joined};
use crate::session::Session;

/// Spaces of the flags that name code.
const NAMING: [&str; 3] = ["symbols", "imports", "functions"];
/// The space of the flags that analysis sets.
pub(crate) const SPACE: &str = "functions";

/// Most flags at one address that are asked what they name.
const CROWD: usize = 1 << 8;
/// How often code may lie in functions on the average.
const OVERLAP: u64 = 4;
/// Bytes of functions that are followed in any case.
const FOLLOWED: u64 = 2 << 20;

/// Functions that do not return, without what flags put before names.
const NORETURN: &[&str] = &[
    "_Exit",
    "_Unwind_Resume",
    "__assert",
    "__assert_fail",
    "__assert_rtn",
    "__chk_fail",
    "__cxa_bad_cast",
    "__cxa_rethrow",
    "__cxa_throw",
    "__errx",
    "__fortify_fail",
    "__libc_start_main",
    "__longjmp_chk",
    "__stack_chk_fail",
    "_exit",
    "abort",
    "err",
    "errx",
    "exit",
    "exit_group",
    "longjmp",
    "panic",
    "pthread_exit",
    "quick_exit",
    "siglongjmp",
    "terminate",
    "verr",
    "verrx",
    "ExitProcess",
    "ExitThread",
    "FatalExit",
    "RaiseFailFastException",
];

/// A session's memory as analysis reads it.
struct Target<'a> {
    io: &'a mut Io,
    lens: &'a Lens,
    flags: &'a Flags,
    analysis: &'a Analysis,
    ctx: &'a Ctx,
}

impl Code for Target<'_> {
    type Error = crate::Error;

    fn read(&mut self, addr: u64, buf: &mut [u8]) -> Result<usize> {
        // Code that runs into memory that nobody wrote to ends there.
        let extent = self.io.extent(addr, self.lens);
        if extent.held == Held::Zeros && extent.last - addr >= ZERO_CODE {
            return Ok(0);
        }
        let coverage = self.io.read(addr, buf, self.lens, self.ctx)?;
        Ok(coverage.runs().first().filter(|run| run.start == 0).map_or(0, |run| run.end))
    }

    fn is_mapped(&self, addr: u64) -> bool {
        self.io.is_mapped(addr, self.lens)
    }

    fn is_executable(&self, addr: u64) -> bool {
        // Memory that nobody marked, such as a raw image, may hold code anywhere.
        let maps = &self.io.maps;
        maps.at(addr).is_some_and(|map| map.perm.contains(Perm::X) || !maps.are_executable())
    }

    fn is_function(&self, addr: u64) -> bool {
        self.analysis.at(addr).is_some() || flags_at(self.flags, addr).any(names_function)
    }

    fn returns(&self, addr: u64) -> bool {
        if let Some(function) = self.analysis.at(addr) {
            return !function.is_noreturn && !is_noreturn(&function.name);
        }
        !flags_at(self.flags, addr).any(|flag| is_noreturn(&flag.name))
    }
}

/// The flags at an address, of a crowd the first ones: each instruction that goes there asks for them.
fn flags_at(flags: &Flags, addr: u64) -> impl Iterator<Item = &Flag> {
    flags.at(addr).take(CROWD)
}

/// How much code is followed while all is analysed. A file can have functions begin at every byte of the same code.
pub(crate) struct Budget {
    /// Most bytes of all functions together.
    most: u64,
    is_told: bool,
}

impl Budget {
    /// A budget for the code there is.
    ///
    /// # Errors
    /// An interrupt.
    pub(crate) fn of(env: &Env<'_>) -> Result<Budget> {
        let io = &env.session.io;
        let is_code = |map: &&farad_io::Map| map.perm.contains(Perm::X) || !io.maps.are_executable();
        let maps: Vec<(u64, u64)> = io.maps.iter().filter(is_code).map(|map| (map.from, map.to)).collect();
        let there = Parts::of(env, &joined(maps), 0, 0)?.size();
        Ok(Budget { most: there.saturating_mul(OVERLAP).max(FOLLOWED), is_told: false })
    }

    /// Whether another function may be looked for. That none may be is told once.
    pub(crate) fn allows(&mut self, env: &mut Env<'_>) -> bool {
        let size = env.session.analysis.size();
        if size < self.most {
            return true;
        }
        if !std::mem::replace(&mut self.is_told, true) {
            env.out.report(&format!(
                "WARN: functions overlap and have {size:#x} bytes together: no more are looked for (af finds single ones)"
            ));
        }
        false
    }
}

/// Whether a function of this name does not return.
pub(crate) fn is_noreturn(name: &str) -> bool {
    let stem = name.rsplit_once("imp.").or_else(|| name.rsplit_once("reloc.")).map_or(name, |(_, stem)| stem);
    let stem = stem.strip_prefix("sym.").unwrap_or(stem);
    let stem = stem.rsplit_once(".dll_").map_or(stem, |(_, stem)| stem);
    NORETURN.contains(&stem)
}

/// A decoder for analysis: the settings in force, in the syntax that the rules read.
///
/// # Errors
/// When the architecture has no such width or byte order.
pub(crate) fn decoder(env: &Env<'_>) -> Result<Decoder> {
    crate::cmd::decoder_with(env, Some(Syntax::Intel))
}

/// Finds the function that is entered at an address and keeps it, with what it refers to, unless
/// one is kept there. Whether it is new.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn find_function(env: &mut Env<'_>, addr: u64, name: Option<&str>) -> Result<bool> {
    if env.session.analysis.at(addr).is_some() {
        return Ok(false);
    }
    let decoder = decoder(env)?;
    let limits = Limits {
        block_size: env.setting_number("anal.bb.maxsize").max(1),
        size: env.setting_number("anal.fcn.maxsize").max(1),
        ..Limits::default()
    };
    let Session { io, flags, analysis, .. } = &mut *env.session;
    let mut target = Target { io, lens: &env.view.lens, flags, analysis, ctx: env.ctx };
    let found = farad_analysis::descend(&mut target, &decoder, addr, &limits)?;
    if found.function.blocks.is_empty() {
        return Ok(false);
    }
    let mut found = found;
    if env.is_set("anal.vars")
        && let Some(convention) = convention(env)
    {
        found.function.shadow = convention.shadow;
        let Session { io, flags, analysis, .. } = &mut *env.session;
        let mut target = Target { io, lens: &env.view.lens, flags, analysis, ctx: env.ctx };
        found.function.variables =
            farad_analysis::variables(&mut target, &decoder, &found.function, convention)?;
    }
    keep(env, found, name);
    Ok(true)
}

/// The calling convention in force: the one that `anal.cc` names, else the architecture's usual one.
pub(crate) fn convention(env: &Env<'_>) -> Option<&'static Convention> {
    let bits = env.setting_number("asm.bits") as u32;
    Convention::find(env.setting("anal.cc"))
        .or_else(|| Convention::usual(env.setting("asm.arch"), bits, env.setting("asm.os")))
}

/// Keeps a function under a name: the one given, that of a flag there, or one made of its address.
fn keep(env: &mut Env<'_>, found: Found, name: Option<&str>) {
    let mut function = found.function;
    let addr = function.addr;
    function.name = match name {
        Some(name) => name.to_owned(),
        None => name_for(env, addr),
    };
    let calls_itself_last = |env: &Env<'_>| {
        // A thunk is what it jumps to.
        let mut blocks = function.blocks.values();
        let (Some(only), None) = (blocks.next(), blocks.next()) else { return false };
        let target = only.jump.or_else(|| found.references.iter().find(|it| it.from == addr).map(|it| it.to));
        only.offsets.len() == 1
            && target.is_some_and(|to| flags_at(&env.session.flags, to).any(|flag| is_noreturn(&flag.name)))
    };
    function.is_noreturn = is_noreturn(&function.name) || calls_itself_last(env);
    if env.session.flags.find(&function.name).is_none() && Flags::is_name(&function.name) {
        let flag = Flag::new(&function.name, addr, function.span().max(1));
        env.session.flags.set(Flag { space: Some(SPACE.into()), ..flag });
    }
    for reference in found.references {
        env.session.analysis.references.add(reference);
    }
    env.session.analysis.add(function);
}

/// The name of a function that is entered at an address.
pub(crate) fn name_for(env: &Env<'_>, addr: u64) -> String {
    let names_code = |flag: &&Flag| names_code(flag);
    match flags_at(&env.session.flags, addr).find(names_code) {
        Some(flag) => flag.name.clone(),
        None => format!("{}.{addr:08x}", env.setting("anal.fcnprefix")),
    }
}

/// Whether a flag is of code.
fn names_code(flag: &Flag) -> bool {
    flag.space.as_deref().is_some_and(|space| NAMING.contains(&space)) && !flag.name.starts_with("obj.")
}

/// Whether a flag is where a function is entered, and no label inside one.
fn names_function(flag: &Flag) -> bool {
    names_code(flag) && !flag.name.starts_with("loc.")
}

/// Finds the functions that a function calls, and those that these call, as deep as the setting says.
///
/// # Errors
/// What cannot be read, and an interrupt.
pub(crate) fn find_callees(env: &mut Env<'_>, addr: u64, budget: &mut Budget) -> Result<()> {
    let depth = env.setting_number("anal.depth");
    let mut seen = BTreeSet::from([addr]);
    let mut pending = vec![(addr, depth)];
    while let Some((addr, depth)) = pending.pop() {
        env.ctx.check()?;
        if depth == 0 {
            continue;
        }
        for callee in callees(env, addr) {
            if seen.insert(callee) && is_code(env, callee) && budget.allows(env) {
                find_function(env, callee, None)?;
                pending.push((callee, depth - 1));
            }
        }
    }
    Ok(())
}

/// The addresses that a function calls, in order of the calls, each once.
pub(crate) fn callees(env: &Env<'_>, addr: u64) -> Vec<u64> {
    let analysis = &env.session.analysis;
    let Some(function) = analysis.at(addr) else { return Vec::new() };
    let mut seen = HashSet::new();
    let references = function.instructions().flat_map(|from| analysis.references.from(from));
    references
        .filter(|reference| reference.kind == farad_analysis::ReferenceKind::Call)
        .map(|reference| reference.to)
        .filter(|to| seen.insert(*to))
        .collect()
}

/// Whether code may be at an address.
pub(crate) fn is_code(env: &mut Env<'_>, addr: u64) -> bool {
    let Session { io, flags, analysis, .. } = &mut *env.session;
    let target = Target { io, lens: &env.view.lens, flags, analysis, ctx: env.ctx };
    target.is_mapped(addr) && target.is_executable(addr)
}

/// What an address is called: the function it is entered by or in, else the flag at or below it,
/// with the distance.
pub(crate) fn name_at(env: &Env<'_>, addr: u64) -> Option<String> {
    let with = |name: &str, from: u64| match addr - from {
        0 => name.to_owned(),
        distance => format!("{name}+{distance}"),
    };
    if let Some(function) = env.session.analysis.of(addr).filter(|function| function.addr <= addr) {
        return Some(with(&function.name, function.addr));
    }
    let flags = &env.session.flags;
    let below = flags.before(addr, |_| true)?.addr;
    let is_section = |flag: &&Flag| flag.space.as_deref() == Some("sections");
    let flag = flags.at(below).find(|flag| !is_section(flag)).or_else(|| flags.at(below).next())?;
    Some(with(&flag.name, below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_does_not_return() {
        for name in [
            "exit",
            "sym.imp.abort",
            "reloc.__stack_chk_fail",
            "sym.imp.KERNEL32.dll_ExitProcess",
            "sym._exit",
        ] {
            assert!(is_noreturn(name), "{name}");
        }
        for name in ["sym.exit_code", "main", "sym.imp.atexit"] {
            assert!(!is_noreturn(name), "{name}");
        }
    }
}
