//! System calls of a process: their names, numbers and arguments.

use crate::eval::Env;

/// The registers that system calls take their arguments in.
const X86: [&str; 6] = ["rdi", "rsi", "rdx", "r10", "r8", "r9"];
const ARM: [&str; 6] = ["x0", "x1", "x2", "x3", "x4", "x5"];

fn is_arm(env: &Env<'_>) -> bool {
    env.setting("asm.arch") == "arm"
}

/// The name of a system call.
pub(crate) fn syscall_name(env: &Env<'_>, number: u64) -> String {
    let id = usize::try_from(number).unwrap_or(usize::MAX);
    let name = match is_arm(env) {
        true => syscalls::aarch64::Sysno::new(id).map(|call| call.name()),
        false => syscalls::x86_64::Sysno::new(id).map(|call| call.name()),
    };
    name.unwrap_or("unknown").to_owned()
}

/// The number of a system call of a name.
pub(crate) fn syscall_number(env: &Env<'_>, name: &str) -> Option<u64> {
    let number = match is_arm(env) {
        true => name.parse::<syscalls::aarch64::Sysno>().ok()?.id(),
        false => name.parse::<syscalls::x86_64::Sysno>().ok()?.id(),
    };
    u64::try_from(number).ok()
}

/// The arguments of the system call that a process is about to make.
pub(crate) fn syscall_arguments(env: &mut Env<'_>) -> Vec<u64> {
    let names = if is_arm(env) { ARM } else { X86 };
    let context = env.registers();
    names.iter().filter_map(|name| context.value(name)).collect()
}
