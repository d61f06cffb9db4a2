//! The machines whose system calls are known: their names, numbers, arguments, and the instructions that make one.

use syscalls::{aarch64, x86, x86_64};

use crate::error::{Error, Result};
use crate::eval::Env;

/// A machine, as Linux has it.
pub(super) struct Machine {
    /// `asm.arch` and `asm.bits`.
    arch: &'static str,
    bits: u64,
    /// The instruction that makes a system call.
    pub(super) call: &'static [u8],
    /// Instructions that do nothing, at least as long as a breakpoint.
    pub(super) nothing: &'static [u8],
    /// The registers that system calls take their number and their arguments in. The result is in the first that results
    /// are in.
    pub(super) number: &'static str,
    pub(super) arguments: [&'static str; 6],
    /// The system call that maps memory by six arguments.
    map: &'static str,
    name_of: fn(usize) -> Option<&'static str>,
    number_of: fn(&str) -> Option<usize>,
}

static MACHINES: [Machine; 3] = [
    Machine {
        arch: "x86",
        bits: 64,
        call: &[0x0f, 0x05],
        nothing: &[0x90; 4],
        number: "rax",
        arguments: ["rdi", "rsi", "rdx", "r10", "r8", "r9"],
        map: "mmap",
        name_of: |id| Some(x86_64::Sysno::new(id)?.name()),
        number_of: |name| Some(name.parse::<x86_64::Sysno>().ok()?.id() as usize),
    },
    Machine {
        arch: "x86",
        bits: 32,
        call: &[0xcd, 0x80],
        nothing: &[0x90; 4],
        number: "eax",
        arguments: ["ebx", "ecx", "edx", "esi", "edi", "ebp"],
        // The one without a number takes the address of its arguments.
        map: "mmap2",
        name_of: |id| Some(x86::Sysno::new(id)?.name()),
        number_of: |name| Some(name.parse::<x86::Sysno>().ok()?.id() as usize),
    },
    Machine {
        arch: "arm",
        bits: 64,
        call: &[0x01, 0x00, 0x00, 0xd4],
        nothing: &[0x1f, 0x20, 0x03, 0xd5],
        number: "x8",
        arguments: ["x0", "x1", "x2", "x3", "x4", "x5"],
        map: "mmap",
        name_of: |id| Some(aarch64::Sysno::new(id)?.name()),
        number_of: |name| Some(name.parse::<aarch64::Sysno>().ok()?.id() as usize),
    },
];

impl Machine {
    /// The machine of the settings.
    ///
    /// # Errors
    /// When its system calls are not known.
    pub(super) fn of(env: &Env<'_>) -> Result<&'static Machine> {
        let (arch, bits) = (env.setting("asm.arch"), env.setting_number("asm.bits"));
        let unknown = || Error::failed(format!("system calls of {arch} with {bits} bits are not known"));
        MACHINES.iter().find(|row| row.arch == arch && row.bits == bits).ok_or_else(unknown)
    }

    /// What a system call gave, as a number of 64 bits with a sign: those that stand for errors are below 0.
    pub(super) fn result(&self, value: u64) -> u64 {
        if self.bits == 32 { i64::from(value as u32 as i32) as u64 } else { value }
    }
}

/// The name of a system call.
pub(crate) fn syscall_name(env: &Env<'_>, number: u64) -> String {
    let id = usize::try_from(number).unwrap_or(usize::MAX);
    let name = Machine::of(env).ok().and_then(|machine| (machine.name_of)(id));
    name.unwrap_or("unknown").to_owned()
}

/// The number of a system call of a name.
pub(crate) fn syscall_number(env: &Env<'_>, name: &str) -> Option<u64> {
    let number = (Machine::of(env).ok()?.number_of)(name)?;
    u64::try_from(number).ok()
}

/// The name of the system call that maps memory, its offset last.
///
/// # Errors
/// When the machine is not known.
pub(crate) fn map_call(env: &Env<'_>) -> Result<&'static str> {
    Ok(Machine::of(env)?.map)
}

/// The arguments of the system call that a process is about to make.
pub(crate) fn syscall_arguments(env: &mut Env<'_>) -> Vec<u64> {
    let Ok(machine) = Machine::of(env) else { return Vec::new() };
    let context = env.registers();
    machine.arguments.iter().filter_map(|name| context.value(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_machine_knows_its_calls_by_name_and_number() {
        for (machine, number) in MACHINES.iter().zip([39, 20, 172]) {
            assert_eq!((machine.number_of)("getpid"), Some(number), "{} {}", machine.arch, machine.bits);
            assert_eq!((machine.name_of)(number), Some("getpid"));
            assert!((machine.number_of)(machine.map).is_some());
            let settings = farad_arch::Settings {
                arch: machine.arch.to_owned(),
                bits: machine.bits as u32,
                ..farad_arch::Settings::default()
            };
            let profile = farad_arch::Profile::of_process(&settings);
            for name in machine.arguments.iter().chain([&machine.number]) {
                assert!(profile.find(name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn errors_are_below_0_on_each_machine() {
        assert_eq!(MACHINES[0].result(u64::MAX), u64::MAX);
        assert_eq!(MACHINES[1].result(0xffff_fff2), 14u64.wrapping_neg());
        assert_eq!(MACHINES[1].result(0x7fff_fff2), 0x7fff_fff2);
    }
}
