//! What instructions do to the flow of a program, by their bytes: enough to pass over calls without a decoder.

/// A machine whose calls and returns are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Machine {
    /// x86, 32 and 64 bits.
    X86 {
        /// Bytes of an address.
        width: u64,
    },
    /// aarch64.
    Arm64,
}

/// Where a thread is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The program counter.
    pub pc: u64,
    /// The stack pointer.
    pub sp: u64,
    /// The register that calls leave the return address in, where there is one.
    pub link: u64,
}

impl Machine {
    /// The machine of an architecture and width, as `asm.arch` and `asm.bits` have them.
    pub fn of(arch: &str, bits: u32) -> Option<Machine> {
        match (arch, bits) {
            ("x86", 64) => Some(Machine::X86 { width: 8 }),
            ("x86", 32) => Some(Machine::X86 { width: 4 }),
            ("arm", 64) => Some(Machine::Arm64),
            _ => None,
        }
    }

    /// Whether code begins with an instruction that returns.
    pub fn returns(self, code: &[u8]) -> bool {
        match self {
            Machine::X86 { .. } => match code {
                // `rep ret`, for old branch predictors.
                [0xf3, rest @ ..] => matches!(rest, [0xc3 | 0xc2, ..]),
                _ => matches!(code, [0xc3 | 0xc2 | 0xcb | 0xca, ..]),
            },
            Machine::Arm64 => word(code) & 0xffff_f000 == 0xd65f_0000,
        }
    }

    /// Whether code begins with an instruction that calls.
    pub fn calls(self, code: &[u8]) -> bool {
        match self {
            Machine::X86 { .. } => match code {
                [0x40..=0x4f | 0x3e | 0xf2, rest @ ..] if !rest.is_empty() => self.calls(rest),
                // The middle of the second byte tells which of the instructions of this group.
                [0xff, mode, ..] => matches!(mode >> 3 & 7, 2 | 3),
                _ => matches!(code, [0xe8, ..]),
            },
            // `bl`, and `blr` and its kin.
            Machine::Arm64 => word(code) >> 26 == 0b10_0101 || word(code) & 0xfeff_f000 == 0xd63f_0000,
        }
    }

    /// Where what a step called will return to, if it called; `read` reads an address.
    pub fn called(self, before: Place, after: Place, read: impl FnOnce(u64) -> Option<u64>) -> Option<u64> {
        match self {
            Machine::X86 { width } => {
                let back = Some(after.sp).filter(|sp| before.sp.wrapping_sub(*sp) == width).and_then(read)?;
                // The longest instruction is of 15 bytes; one that goes on behind itself has only pushed something.
                let behind = back.wrapping_sub(before.pc);
                ((1..=15).contains(&behind) && after.pc != back).then_some(back)
            }
            Machine::Arm64 => {
                let back = before.pc.wrapping_add(4);
                (after.link == back && after.pc != back && before.link != back).then_some(back)
            }
        }
    }
}

fn word(code: &[u8]) -> u32 {
    code.first_chunk().map_or(0, |code| u32::from_le_bytes(*code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_returns_are_known_by_their_bytes() {
        let x86 = Machine::X86 { width: 8 };
        for (code, calls, returns) in [
            (&[0xe8, 0, 0, 0, 0][..], true, false),
            (&[0x41, 0xff, 0xd4], true, false),
            (&[0xff, 0x15, 0, 0, 0, 0], true, false),
            (&[0xff, 0xe0], false, false),
            (&[0xc3], false, true),
            (&[0xf3, 0xc3], false, true),
            (&[0x90], false, false),
            (&[0x48], false, false),
            (&[], false, false),
        ] {
            assert_eq!((x86.calls(code), x86.returns(code)), (calls, returns), "{code:x?}");
        }
        for (code, calls, returns) in [
            (0x9400_0001u32, true, false),
            (0xd63f_0020, true, false),
            (0xd65f_03c0, false, true),
            (0xd503_201f, false, false),
        ] {
            let code = code.to_le_bytes();
            assert_eq!(
                (Machine::Arm64.calls(&code), Machine::Arm64.returns(&code)),
                (calls, returns),
                "{code:x?}"
            );
        }
    }

    #[test]
    fn a_call_is_told_from_what_only_pushes() {
        let x86 = Machine::X86 { width: 8 };
        let before = Place { pc: 0x1000, sp: 0x8000, link: 0 };
        let after = |pc, sp| Place { pc, sp, link: 0 };
        assert_eq!(x86.called(before, after(0x2000, 0x7ff8), |_| Some(0x1005)), Some(0x1005));
        assert_eq!(x86.called(before, after(0x1005, 0x7ff8), |_| Some(0x1005)), None);
        assert_eq!(x86.called(before, after(0x2000, 0x8000), |_| Some(0x1005)), None);
        assert_eq!(x86.called(before, after(0x2000, 0x7ff8), |_| None), None);
        let linked = Place { pc: 0x2000, sp: 0x8000, link: 0x1004 };
        assert_eq!(Machine::Arm64.called(before, linked, |_| None), Some(0x1004));
    }
}
