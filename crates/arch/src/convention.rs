//! Calling conventions: where arguments are passed. One row each.

/// A calling convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convention {
    /// Its name, as `anal.cc` and `afc` take it.
    pub name: &'static str,
    /// Registers of integer arguments, in order.
    pub arguments: &'static [&'static str],
    /// Registers of floating point arguments, in order.
    pub floats: &'static [&'static str],
    /// The register of the result.
    pub result: &'static str,
    /// Bytes above the return address that belong to the callee, such as the home of `ms`.
    pub shadow: u64,
    /// Bytes that a call itself puts on the stack.
    pub return_size: u64,
}

const XMM: &[&str] = &["xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7"];
const FLOATS64: &[&str] = &["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7"];

const fn row(
    name: &'static str,
    arguments: &'static [&'static str],
    floats: &'static [&'static str],
    result: &'static str,
    shadow: u64,
    return_size: u64,
) -> Convention {
    Convention { name, arguments, floats, result, shadow, return_size }
}

/// All conventions. Sources: the System V and Microsoft x64 ABIs, the procedure call standards of Arm,
/// the MIPS, PowerPC and RISC-V ABIs.
pub static CONVENTIONS: &[Convention] = &[
    row("amd64", &["rdi", "rsi", "rdx", "rcx", "r8", "r9"], XMM, "rax", 0, 8),
    row("ms", &["rcx", "rdx", "r8", "r9"], &["xmm0", "xmm1", "xmm2", "xmm3"], "rax", 0x20, 8),
    row("cdecl", &[], &[], "eax", 0, 4),
    row("fastcall", &["ecx", "edx"], &[], "eax", 0, 4),
    row("arm32", &["r0", "r1", "r2", "r3"], &["s0", "s1", "s2", "s3"], "r0", 0, 0),
    row("arm64", &["x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"], FLOATS64, "x0", 0, 0),
    row("o32", &["a0", "a1", "a2", "a3"], &["f12", "f14"], "v0", 0x10, 0),
    row("n64", &["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"], &["f12", "f13", "f14", "f15"], "v0", 0, 0),
    row(
        "riscv",
        &["a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"],
        &["fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7"],
        "a0",
        0,
        0,
    ),
    row(
        "ppc",
        &["r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"],
        &["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"],
        "r3",
        0,
        0,
    ),
];

impl Convention {
    /// The convention of that name.
    pub fn find(name: &str) -> Option<&'static Convention> {
        CONVENTIONS.iter().find(|row| row.name == name)
    }

    /// The convention of an architecture's C on an operating system, where there is one.
    pub fn usual(arch: &str, bits: u32, os: &str) -> Option<&'static Convention> {
        Convention::find(match (arch, bits) {
            ("x86", 64) if os == "windows" => "ms",
            ("x86", 64) => "amd64",
            ("x86", 32) => "cdecl",
            ("arm", 64) => "arm64",
            ("arm", _) => "arm32",
            ("mips", 64) => "n64",
            ("mips", _) => "o32",
            ("riscv", _) => "riscv",
            ("ppc", _) => "ppc",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_name() {
        for row in CONVENTIONS {
            assert_eq!(Convention::find(row.name), Some(row));
        }
        assert_eq!(Convention::usual("x86", 64, "windows").map(|row| row.name), Some("ms"));
        assert_eq!(Convention::usual("x86", 16, "dos"), None);
    }
}
