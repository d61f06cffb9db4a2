//! The registers of machines, between what Linux keeps and what gdb has.

use gdbstub::arch::Arch;
use gdbstub_arch::aarch64::AArch64;
use gdbstub_arch::aarch64::reg::AArch64CoreRegs;
use gdbstub_arch::x86::X86_64_SSE;
use gdbstub_arch::x86::reg::X86_64CoreRegs;

/// A machine whose processes are served.
pub(super) trait Machine: 'static {
    /// As the protocol's crate has it; addresses are of 64 bits.
    type Arch: Arch<Usize = u64>;
    /// `asm.arch` and `asm.bits`.
    const NAME: (&'static str, u32);

    /// gdb's registers out of those that Linux keeps.
    fn pack(general: &[u8], float: &[u8], to: &mut <Self::Arch as Arch>::Registers);
    /// The reverse, over what is there.
    fn unpack(from: &<Self::Arch as Arch>::Registers, general: &mut [u8], float: &mut [u8]);
}

/// x86-64.
pub(super) enum X86 {}
/// aarch64.
pub(super) enum Arm {}

fn get<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let part = bytes.get(at..at + N).and_then(|part| part.try_into().ok());
    part.unwrap_or([0; N])
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(part) = bytes.get_mut(at..at + value.len()) {
        part.copy_from_slice(value);
    }
}

/// Where `user_regs_struct` has gdb's first sixteen: `rax rbx rcx rdx rsi rdi rbp rsp r8` and on.
const GENERAL: [usize; 16] = [80, 40, 88, 96, 104, 112, 32, 152, 72, 64, 56, 48, 24, 16, 8, 0];
const RIP: usize = 128;
const FLAGS: usize = 144;
/// `cs ss ds es fs gs`.
const SEGMENTS: [usize; 6] = [136, 160, 184, 192, 200, 208];
/// Where `user_fpregs_struct` has its stack and vectors, 16 bytes from one to the next, and `mxcsr`.
const STACK: usize = 32;
const VECTORS: usize = 160;
const MXCSR: usize = 24;

impl Machine for X86 {
    type Arch = X86_64_SSE;
    const NAME: (&'static str, u32) = ("x86", 64);

    fn pack(general: &[u8], float: &[u8], to: &mut X86_64CoreRegs) {
        for (register, at) in to.regs.iter_mut().zip(GENERAL) {
            *register = u64::from_le_bytes(get(general, at));
        }
        to.rip = u64::from_le_bytes(get(general, RIP));
        to.eflags = u32::from_le_bytes(get(general, FLAGS));
        let [cs, ss, ds, es, fs, gs] = SEGMENTS.map(|at| u32::from_le_bytes(get(general, at)));
        let segments = &mut to.segments;
        (segments.cs, segments.ss, segments.ds, segments.es, segments.fs, segments.gs) =
            (cs, ss, ds, es, fs, gs);
        for (index, register) in to.st.iter_mut().enumerate() {
            *register = get(float, STACK + index * 16);
        }
        to.fpu.fctrl = u32::from(u16::from_le_bytes(get(float, 0)));
        to.fpu.fstat = u32::from(u16::from_le_bytes(get(float, 2)));
        to.fpu.ftag = u32::from(u16::from_le_bytes(get(float, 4)));
        to.fpu.fop = u32::from(u16::from_le_bytes(get(float, 6)));
        to.fpu.fioff = u32::from_le_bytes(get(float, 8));
        to.fpu.fooff = u32::from_le_bytes(get(float, 16));
        for (index, register) in to.xmm.iter_mut().enumerate() {
            *register = u128::from_le_bytes(get(float, VECTORS + index * 16));
        }
        to.mxcsr = u32::from_le_bytes(get(float, MXCSR));
    }

    fn unpack(from: &X86_64CoreRegs, general: &mut [u8], float: &mut [u8]) {
        for (register, at) in from.regs.iter().zip(GENERAL) {
            put(general, at, &register.to_le_bytes());
        }
        put(general, RIP, &from.rip.to_le_bytes());
        put(general, FLAGS, &from.eflags.to_le_bytes());
        for (index, register) in from.st.iter().enumerate() {
            put(float, STACK + index * 16, register);
        }
        put(float, 0, &(from.fpu.fctrl as u16).to_le_bytes());
        put(float, 2, &(from.fpu.fstat as u16).to_le_bytes());
        for (index, register) in from.xmm.iter().enumerate() {
            put(float, VECTORS + index * 16, &register.to_le_bytes());
        }
        put(float, MXCSR, &from.mxcsr.to_le_bytes());
    }
}

/// Where `user_pt_regs` has what is behind `x30`.
const SP: usize = 31 * 8;
const PC: usize = 32 * 8;
const STATE: usize = 33 * 8;
/// Where `user_fpsimd_state` has what is behind the vectors.
const FPSR: usize = 512;
const FPCR: usize = 516;

impl Machine for Arm {
    type Arch = AArch64;
    const NAME: (&'static str, u32) = ("arm", 64);

    fn pack(general: &[u8], float: &[u8], to: &mut AArch64CoreRegs) {
        for (index, register) in to.x.iter_mut().enumerate() {
            *register = u64::from_le_bytes(get(general, index * 8));
        }
        to.sp = u64::from_le_bytes(get(general, SP));
        to.pc = u64::from_le_bytes(get(general, PC));
        to.cpsr = u32::from_le_bytes(get(general, STATE));
        for (index, register) in to.v.iter_mut().enumerate() {
            *register = u128::from_le_bytes(get(float, index * 16));
        }
        to.fpsr = u32::from_le_bytes(get(float, FPSR));
        to.fpcr = u32::from_le_bytes(get(float, FPCR));
    }

    fn unpack(from: &AArch64CoreRegs, general: &mut [u8], float: &mut [u8]) {
        for (index, register) in from.x.iter().enumerate() {
            put(general, index * 8, &register.to_le_bytes());
        }
        put(general, SP, &from.sp.to_le_bytes());
        put(general, PC, &from.pc.to_le_bytes());
        put(general, STATE, &from.cpsr.to_le_bytes());
        for (index, register) in from.v.iter().enumerate() {
            put(float, index * 16, &register.to_le_bytes());
        }
        put(float, FPSR, &from.fpsr.to_le_bytes());
        put(float, FPCR, &from.fpcr.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_go_both_ways() {
        let general: Vec<u8> = (0..216u32).map(|byte| (byte * 7) as u8).collect();
        let float: Vec<u8> = (0..512u32).map(|byte| (byte * 3) as u8).collect();
        let mut registers = X86_64CoreRegs::default();
        X86::pack(&general, &float, &mut registers);
        assert_eq!(registers.rip, u64::from_le_bytes(get(&general, 128)));
        let (mut back, mut floats) = (general.clone(), float.clone());
        X86::unpack(&registers, &mut back, &mut floats);
        assert_eq!((back, floats), (general, float));
        let general: Vec<u8> = (0..272u32).map(|byte| (byte * 7) as u8).collect();
        let float: Vec<u8> = (0..528u32).map(|byte| (byte * 3) as u8).collect();
        let mut registers = AArch64CoreRegs::default();
        Arm::pack(&general, &float, &mut registers);
        let (mut back, mut floats) = (general.clone(), float.clone());
        Arm::unpack(&registers, &mut back, &mut floats);
        assert_eq!((back, floats), (general, float));
        Arm::pack(&[], &[], &mut registers);
        assert_eq!(registers.pc, 0);
    }
}
