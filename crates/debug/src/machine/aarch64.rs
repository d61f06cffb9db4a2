//! aarch64, as Linux keeps its registers in `user_pt_regs` and `user_fpsimd_state`.

use std::mem::offset_of;

use farad_wire::target::{Bank, Point, PointKind};
use nix::unistd::Pid;

use super::Layout;
use crate::error::{Error, Result};
use crate::ptrace;

/// `asm.arch`.
pub(crate) const ARCH: &str = "arm";
/// The breakpoint: `brk 0`.
pub(crate) const TRAP: &[u8] = &[0x00, 0x00, 0x20, 0xd4];
/// How far the program counter is behind a breakpoint that was hit, bytes.
pub(crate) const PAST: u64 = 0;
/// Bytes of the general registers, and of the floating point ones: 32 of 16, and two words.
const GENERAL: usize = size_of::<libc::user_regs_struct>();
const FLOAT: usize = 528;

/// What programs there are, in words.
pub(super) const KNOWN: &str = "aarch64 with 64 bits";

/// Where their registers are. Calls leave the return address in `x30`, and the number of a system call is in `x8`.
pub(super) static LAYOUTS: [Layout; 1] = [Layout {
    len: GENERAL,
    bits: 64,
    pc: offset_of!(libc::user_regs_struct, pc),
    sp: offset_of!(libc::user_regs_struct, sp),
    link: Some(30 * 8),
    call: 8 * 8,
}];

/// Register sets that `libc` does not name: `NT_ARM_HW_BREAK`, `NT_ARM_HW_WATCH`.
const BREAKS: libc::c_int = 0x402;
const WATCHES: libc::c_int = 0x403;
/// Slots of each in `user_hwdebug_state`.
const SLOTS: usize = 16;
/// Bytes before the slots, and of a slot.
const HEAD: usize = 8;
const SLOT: usize = 16;

/// The bytes of the debug registers: those for breakpoints.
pub(crate) fn debug_registers(thread: Pid) -> Result<Vec<u8>> {
    ptrace::registers(thread, BREAKS, HEAD + SLOT * SLOTS)
}

/// Has a thread stop at these and no others.
///
/// # Errors
/// When there are more than the machine has, or of a kind it has not.
pub(crate) fn watch(thread: Pid, points: &[Point]) -> Result<()> {
    let is_break = |point: &&Point| matches!(point.kind, PointKind::Software | PointKind::Hardware);
    let (breaks, watches): (Vec<&Point>, Vec<&Point>) = points.iter().partition(is_break);
    for (set, points) in [(BREAKS, breaks), (WATCHES, watches)] {
        let mut bytes = ptrace::registers(thread, set, HEAD + SLOT * SLOTS)?;
        let slots = usize::from(bytes.first().copied().unwrap_or(0));
        if points.len() > slots {
            return Err(Error::Other(format!(
                "the machine has only {slots} debug registers of that kind: remove one (db-)"
            )));
        }
        bytes.resize(HEAD + SLOT * slots, 0);
        bytes[HEAD..].fill(0);
        for (slot, point) in points.into_iter().enumerate() {
            let at = HEAD + slot * SLOT;
            let within = point.addr % 8;
            let len = if set == BREAKS { 4 } else { u64::from(point.len) };
            if !(1..=8).contains(&len) || set == WATCHES && within + len > 8 {
                let addr = point.addr;
                return Err(Error::Other(format!(
                    "{len} bytes at {addr:#x} cannot be watched: 8 that are aligned can"
                )));
            }
            let (addr, select) = match set {
                BREAKS => (point.addr, 0xf),
                _ => (point.addr - within, ((1u64 << len) - 1) << within),
            };
            let condition = match point.kind {
                PointKind::Software | PointKind::Hardware => 0,
                PointKind::Read => 1,
                PointKind::Write => 2,
                PointKind::Access => 3,
            };
            bytes[at..at + 8].copy_from_slice(&addr.to_le_bytes());
            let control = (select << 5 | condition << 3 | 2 << 1 | 1) as u32;
            bytes[at + 8..at + 12].copy_from_slice(&control.to_le_bytes());
        }
        if slots > 0 {
            ptrace::set_registers(thread, set, &bytes)?;
        }
    }
    Ok(())
}

/// Which of `points` stopped a thread, if one did.
pub(crate) fn touched(thread: Pid, points: &[Point]) -> Result<Option<Point>> {
    let addr = ptrace::signal(thread)?.addr;
    let general = registers(thread, Bank::General)?;
    let pc = Layout::of(&general)?.pc(&general);
    let holds = |point: &Point| match point.kind {
        PointKind::Software | PointKind::Hardware => point.addr == pc,
        // The system tells an address that the access may only begin near.
        _ => addr / 8 == point.addr / 8,
    };
    Ok(points.iter().copied().find(holds))
}

/// Whether a breakpoint in a debug register stops a thread that is resumed at it again.
pub(crate) const STOPS_AGAIN: bool = true;

fn instruction(code: &[u8]) -> u32 {
    code.first_chunk().map_or(0, |code| u32::from_le_bytes(*code))
}

/// Whether code begins with a breakpoint: `brk` with any number.
pub(crate) fn is_trap(code: &[u8]) -> bool {
    instruction(code) & 0xffe0_001f == 0xd420_0000
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
        Bank::Debug => ptrace::set_registers(thread, BREAKS, bytes),
    }
}
