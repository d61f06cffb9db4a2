//! x86-64, as Linux keeps its registers in `user_regs_struct` and `user_fpregs_struct`.

use std::mem::offset_of;

use farad_wire::target::{Bank, Point, PointKind};
use nix::unistd::Pid;

use super::Layout;
use crate::error::{Error, Result};
use crate::ptrace;

/// `asm.arch`.
pub(crate) const ARCH: &str = "x86";
/// The breakpoint: `int3`.
pub(crate) const TRAP: &[u8] = &[0xcc];
/// How far the program counter is behind a breakpoint that was hit, bytes.
pub(crate) const PAST: u64 = 1;
/// Bytes of the general registers, and of the floating point ones.
const GENERAL: usize = size_of::<libc::user_regs_struct>();
const FLOAT: usize = size_of::<libc::user_fpregs_struct>();
/// The same of a program of 32 bits, which are kept in `user_regs_struct32`; of its floating point registers there are as many in
/// a set of their own.
const GENERAL_32: usize = 17 * 4;
const NT_PRXFPREG: libc::c_int = 0x46e6_2b7f;

/// What programs there are, in words.
pub(super) const KNOWN: &str = "x86 with 64 and 32 bits";

/// Where their registers are.
pub(super) static LAYOUTS: [Layout; 2] = [
    Layout {
        len: GENERAL,
        bits: 64,
        pc: offset_of!(libc::user_regs_struct, rip),
        sp: offset_of!(libc::user_regs_struct, rsp),
        link: None,
        call: offset_of!(libc::user_regs_struct, orig_rax),
    },
    Layout { len: GENERAL_32, bits: 32, pc: 12 * 4, sp: 15 * 4, link: None, call: 11 * 4 },
];

/// Debug registers: four addresses, and which of them count.
const ADDRESSES: usize = 4;
const STATUS: usize = 6;
const CONTROL: usize = 7;
/// How many there are in the bytes of their bank, of which two are none.
const BANK: usize = 8;
const NONE: [usize; 2] = [4, 5];

fn register(number: usize) -> usize {
    offset_of!(libc::user, u_debugreg) + number * size_of::<u64>()
}

/// The bytes of the debug registers, each as wide as an address of the program.
pub(crate) fn debug_registers(thread: Pid) -> Result<Vec<u8>> {
    let width = width(thread)?;
    let mut bytes = Vec::new();
    for number in 0..BANK {
        let value = if NONE.contains(&number) { 0 } else { ptrace::peek_user(thread, register(number))? };
        bytes.extend_from_slice(&value.to_le_bytes()[..width]);
    }
    Ok(bytes)
}

/// Sets them.
pub(crate) fn set_debug_registers(thread: Pid, bytes: &[u8]) -> Result<()> {
    for (number, value) in bytes.chunks_exact(width(thread)?).enumerate().take(BANK) {
        if !NONE.contains(&number) {
            let value = value.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
            ptrace::poke_user(thread, register(number), value)?;
        }
    }
    Ok(())
}

/// Bytes of an address of a program.
fn width(thread: Pid) -> Result<usize> {
    let general = ptrace::registers(thread, libc::NT_PRSTATUS, GENERAL)?;
    Ok(Layout::of(&general)?.bits as usize / 8)
}

/// Has a thread stop at these and no others.
///
/// # Errors
/// When there are more than the machine has, or of a kind it has not.
pub(crate) fn watch(thread: Pid, points: &[Point]) -> Result<()> {
    if points.len() > ADDRESSES {
        return Err(Error::Other(format!(
            "the machine has only {ADDRESSES} debug registers: remove one (db-)"
        )));
    }
    let mut control = 0u64;
    for (slot, point) in points.iter().enumerate() {
        let condition = match point.kind {
            PointKind::Software | PointKind::Hardware => 0b00,
            PointKind::Write => 0b01,
            // The machine cannot watch reads alone.
            PointKind::Read | PointKind::Access => 0b11,
        };
        let len = match point.len {
            _ if condition == 0 => 0b00,
            1 => 0b00,
            2 => 0b01,
            4 => 0b11,
            8 => 0b10,
            len => return Err(Error::Other(format!("{len} bytes cannot be watched: 1, 2, 4 or 8 can"))),
        };
        if condition != 0 && !point.addr.is_multiple_of(u64::from(point.len)) {
            let (addr, len) = (point.addr, point.len);
            return Err(Error::Other(format!(
                "{len} bytes at {addr:#x} cannot be watched: they are not aligned"
            )));
        }
        control |= 1 << (slot * 2) | (condition | len << 2) << (16 + slot * 4);
    }
    // None counts while the addresses change.
    ptrace::poke_user(thread, register(CONTROL), 0)?;
    for (slot, point) in points.iter().enumerate() {
        ptrace::poke_user(thread, register(slot), point.addr)?;
    }
    ptrace::poke_user(thread, register(CONTROL), control)
}

/// Which of `points` stopped a thread, if one did; asked once a stop.
pub(crate) fn touched(thread: Pid, points: &[Point]) -> Result<Option<Point>> {
    let status = ptrace::peek_user(thread, register(STATUS))?;
    if status & 0xf != 0 {
        ptrace::poke_user(thread, register(STATUS), status & !0xf)?;
    }
    let slot = (0..points.len()).find(|slot| status & 1 << slot != 0);
    Ok(slot.map(|slot| points[slot]))
}

/// Whether a breakpoint in a debug register stops a thread that is resumed at it again.
pub(crate) const STOPS_AGAIN: bool = false;

/// Whether code begins with a breakpoint.
pub(crate) fn is_trap(code: &[u8]) -> bool {
    code.starts_with(TRAP)
}

/// The set that has the floating point registers as `fxsave` writes them.
fn float_set(thread: Pid) -> Result<libc::c_int> {
    Ok(if width(thread)? == 4 { NT_PRXFPREG } else { libc::NT_PRFPREG })
}

/// The bytes of a bank.
pub(crate) fn registers(thread: Pid, bank: Bank) -> Result<Vec<u8>> {
    match bank {
        Bank::General => ptrace::registers(thread, libc::NT_PRSTATUS, GENERAL),
        Bank::Float => ptrace::registers(thread, float_set(thread)?, FLOAT),
        Bank::Debug => debug_registers(thread),
    }
}

/// Sets the bytes of a bank.
pub(crate) fn set_registers(thread: Pid, bank: Bank, bytes: &[u8]) -> Result<()> {
    match bank {
        Bank::General => ptrace::set_registers(thread, libc::NT_PRSTATUS, bytes),
        Bank::Float => ptrace::set_registers(thread, float_set(thread)?, bytes),
        Bank::Debug => set_debug_registers(thread, bytes),
    }
}
