//! From the frame that a process is in to those that called it.

use std::collections::BTreeMap;

use farad_bin::unwind::{Process, Tables};
use farad_io::{Ctx, Io, Lens};

use super::{Module, modules};
use crate::error::Result;
use crate::eval::Env;

/// A machine, by how its frames are found.
struct Machine {
    arch: &'static str,
    bits: u64,
    /// The registers that calls keep, in the order of DWARF's numbers.
    names: &'static [&'static str],
    /// The numbers of the frame pointer and the stack pointer, and of the register that calls leave the return address in.
    pointer: u16,
    stack: u16,
    link: Option<u16>,
    /// Bytes of an address.
    width: u64,
    /// Whether the tables for exceptions are of its addresses.
    tables: bool,
}

static MACHINES: [Machine; 3] = [
    Machine {
        arch: "x86",
        bits: 64,
        names: &[
            "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13",
            "r14", "r15", "rip",
        ],
        pointer: 6,
        stack: 7,
        link: None,
        width: 8,
        tables: true,
    },
    Machine {
        arch: "x86",
        bits: 32,
        names: &["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip"],
        pointer: 5,
        stack: 4,
        link: None,
        width: 4,
        tables: false,
    },
    Machine {
        arch: "arm",
        bits: 64,
        names: &[
            "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
            "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28",
            "x29", "x30", "sp",
        ],
        pointer: 29,
        stack: 31,
        link: Some(30),
        width: 8,
        tables: true,
    },
];

/// A frame of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Where it is at; of one that called, where it goes on.
    pub(crate) pc: u64,
    /// Its stack pointer.
    pub(crate) sp: u64,
    /// Bytes of the stack from it to that of the frame it called, 0 for the first.
    pub(crate) size: u64,
}

/// The frames from the current one outwards, at most `depth`: by the tables for exceptions, and where there are none by
/// the chain of frame pointers.
///
/// # Errors
/// When the maps cannot be read.
pub(crate) fn backtrace(env: &mut Env<'_>, depth: usize) -> Result<Vec<Frame>> {
    let (arch, bits) = (env.setting("asm.arch"), env.setting_number("asm.bits"));
    let machine = MACHINES.iter().find(|machine| machine.arch == arch && machine.bits == bits);
    let [pc, sp, bp] = ["PC", "SP", "BP"].map(|role| env.registers().value(role).unwrap_or(0));
    let mut frames = vec![Frame { pc, sp, size: 0 }];
    let Some(machine) = machine.filter(|_| env.find_target().is_some() && !env.debugger().has_ended()) else {
        return Ok(frames);
    };
    let files = modules_with_vdso(env)?;
    let mut registers: BTreeMap<u16, u64> = BTreeMap::new();
    for (number, name) in (0..).zip(machine.names) {
        registers.extend(env.registers().value(name).map(|value| (number, value)));
    }
    registers.entry(machine.pointer).or_insert(bp);
    let mut walk = Walk { io: &mut env.session.io, lens: &env.view.lens, ctx: env.ctx, machine, registers };
    let mut known: BTreeMap<u64, Option<Tables>> = BTreeMap::new();
    let (mut pc, mut sp) = (pc, sp);
    while frames.len() < depth {
        env.ctx.check()?;
        // A return address may be behind the end of a function that ends in a call.
        let within = if frames.len() > 1 { pc.wrapping_sub(1) } else { pc };
        let file = files.iter().find(|file| (file.from..file.to).contains(&within));
        let tables = file.filter(|_| machine.tables).and_then(|file| {
            let found = known.entry(file.from).or_insert_with(|| Tables::find(&mut walk, file.from, file.to));
            found.as_ref()
        });
        let by_tables = tables.and_then(|tables| tables.caller(&mut walk, within));
        let next = match by_tables {
            Some(caller) => {
                let back = caller
                    .registers
                    .iter()
                    .find(|(number, _)| *number == caller.link)
                    .map(|(_, value)| *value);
                let back = back.or_else(|| {
                    walk.register(caller.link).filter(|_| frames.len() == 1 && machine.link.is_some())
                });
                walk.registers.extend(caller.registers);
                back.map(|back| (back, caller.frame))
            }
            None if tables.is_some() && frames.len() > 1 => None,
            None => walk.by_pointer(pc, frames.len() == 1, file.is_some()),
        };
        let Some((back, frame)) = next.filter(|(back, frame)| *back != 0 && *frame >= sp) else { break };
        if back == pc && frame == sp {
            break;
        }
        frames.push(Frame { pc: back, sp: frame, size: frame - sp });
        walk.registers.insert(machine.stack, frame);
        (pc, sp) = (back, frame);
    }
    Ok(frames)
}

/// The files in memory, and the one that the system puts there.
fn modules_with_vdso(env: &mut Env<'_>) -> Result<Vec<Module>> {
    let maps = env.process_maps()?;
    let mut files = modules(&maps);
    let vdso = maps.iter().find(|area| area.path == "[vdso]");
    files.extend(vdso.map(|area| Module { path: area.path.clone(), from: area.from, to: area.to }));
    Ok(files)
}

/// Memory and registers on the way outwards.
struct Walk<'a> {
    io: &'a mut Io,
    lens: &'a Lens,
    ctx: &'a Ctx,
    machine: &'static Machine,
    registers: BTreeMap<u16, u64>,
}

impl Walk<'_> {
    /// The return address and the stack pointer behind it, by the frame pointer.
    fn by_pointer(&mut self, pc: u64, first: bool, in_file: bool) -> Option<(u64, u64)> {
        let Machine { pointer, stack, link, width, .. } = *self.machine;
        if first && link.is_none() {
            // At its first instruction a function has not made its frame.
            let sp = self.register(stack)?;
            let mut code = [0; 4];
            let begins =
                self.read(pc, &mut code) && matches!(code, [0x55, ..] | [0xf3, 0x0f, 0x1e, 0xfa | 0xfb]);
            let bp = self.register(pointer)?;
            if begins || !in_file || bp < sp {
                return Some((self.word(sp)?, sp.wrapping_add(width)));
            }
        }
        let at = self.register(pointer).filter(|at| *at != 0)?;
        let (saved, back) = (self.word(at)?, self.word(at.wrapping_add(width))?);
        self.registers.insert(pointer, saved);
        Some((back, at.wrapping_add(width * 2)))
    }

    fn word(&mut self, addr: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        let width = self.machine.width as usize;
        self.read(addr, &mut bytes[..width]).then(|| u64::from_le_bytes(bytes))
    }
}

impl Process for Walk<'_> {
    fn read(&mut self, addr: u64, buf: &mut [u8]) -> bool {
        let len = buf.len();
        self.io.read(addr, buf, self.lens, self.ctx).is_ok_and(|coverage| coverage.is_complete(len))
    }

    fn register(&self, number: u16) -> Option<u64> {
        self.registers.get(&number).copied()
    }
}
