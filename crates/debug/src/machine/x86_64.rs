//! x86-64, as Linux keeps its registers in `user_regs_struct` and `user_fpregs_struct`.

use std::mem::offset_of;

use farad_wire::target::{Bank, Point, PointKind};
use nix::unistd::Pid;

use super::word;
use crate::error::{Error, Result};
use crate::ptrace;

/// `asm.arch`.
pub(crate) const ARCH: &str = "x86";
/// The breakpoint: `int3`.
pub(crate) const TRAP: &[u8] = &[0xcc];
/// How far the program counter is behind a breakpoint that was hit, bytes.
pub(crate) const PAST: u64 = 1;
/// Bytes of the general registers.
pub(crate) const GENERAL: usize = size_of::<libc::user_regs_struct>();
/// Bytes of the floating point registers.
pub(crate) const FLOAT: usize = size_of::<libc::user_fpregs_struct>();

/// The program counter in the general registers, bytes.
pub(crate) const PC: usize = offset_of!(libc::user_regs_struct, rip);
/// The stack pointer.
pub(crate) const SP: usize = offset_of!(libc::user_regs_struct, rsp);
/// The register that calls leave the return address in: none.
pub(crate) const LINK: Option<usize> = None;
/// The number of the system call that was entered.
pub(crate) const CALL: usize = offset_of!(libc::user_regs_struct, orig_rax);

/// Debug registers: four addresses, and which of them count.
const ADDRESSES: usize = 4;
const STATUS: usize = 6;
const CONTROL: usize = 7;
/// Numbers of the debug registers in the bytes of their bank, which has no 4 and 5.
const BANK: [usize; 6] = [0, 1, 2, 3, STATUS, CONTROL];

/// Whether a register file is that of a program of 32 bits.
pub(crate) fn bits(general: &[u8]) -> u32 {
    // The code segment of 32-bit programs.
    if word(general, offset_of!(libc::user_regs_struct, cs)) == 0x23 { 32 } else { 64 }
}

fn register(number: usize) -> usize {
    offset_of!(libc::user, u_debugreg) + number * size_of::<u64>()
}

/// The bytes of the debug registers.
pub(crate) fn debug_registers(thread: Pid) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for number in BANK {
        bytes.extend(ptrace::peek_user(thread, register(number))?.to_le_bytes());
    }
    Ok(bytes)
}

/// Sets them.
pub(crate) fn set_debug_registers(thread: Pid, bytes: &[u8]) -> Result<()> {
    for (index, number) in BANK.into_iter().enumerate() {
        ptrace::poke_user(thread, register(number), word(bytes, index * 8))?;
    }
    Ok(())
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

/// The bytes of a bank.
pub(crate) fn registers(thread: Pid, bank: Bank) -> Result<Vec<u8>> {
    match bank {
        Bank::General => ptrace::registers(thread, libc::NT_PRSTATUS, GENERAL),
        Bank::Float => ptrace::registers(thread, libc::NT_PRFPREG, FLOAT),
        Bank::Debug => debug_registers(thread),
    }
}

/// Sets the bytes of a bank.
pub(crate) fn set_registers(thread: Pid, bank: Bank, bytes: &[u8]) -> Result<()> {
    match bank {
        Bank::General => ptrace::set_registers(thread, libc::NT_PRSTATUS, bytes),
        Bank::Float => ptrace::set_registers(thread, libc::NT_PRFPREG, bytes),
        Bank::Debug => set_debug_registers(thread, bytes),
    }
}
