//! The registers of x86: general ones where Linux puts them in `user_regs_struct`, floating point where it
//! puts them in `user_fpregs_struct`.

use std::sync::{Arc, LazyLock};

use super::{Bank, Builder, Profile};
use crate::settings::Settings;

static WIDE: LazyLock<Arc<Profile>> = LazyLock::new(wide);
static MIDDLE: LazyLock<Arc<Profile>> = LazyLock::new(middle);
static NARROW: LazyLock<Arc<Profile>> = LazyLock::new(narrow);

/// The profile of a mode.
pub(crate) fn profile(settings: &Settings) -> Option<Arc<Profile>> {
    Some(match settings.bits {
        64 => WIDE.clone(),
        32 => MIDDLE.clone(),
        _ => NARROW.clone(),
    })
}

/// A profile with the register that only the system knows: the number of the system call it is in.
pub(super) fn of_process(profile: &Profile) -> Arc<Profile> {
    Builder(profile.clone()).add(Bank::General, "orig_rax", 64, 120).done()
}

impl Builder {
    /// A register with its lower half, quarter and byte under their own names.
    fn nested(self, names: [&str; 4], byte: u32) -> Self {
        let widths = [64, 32, 16, 8];
        widths
            .into_iter()
            .zip(names)
            .fold(self, |builder, (bits, name)| builder.add(Bank::General, name, bits, byte))
    }

    /// `rax` and its kin, the second byte among them.
    fn lettered(self, letter: char, byte: u32) -> Self {
        let [r, e, x, l] =
            [format!("r{letter}x"), format!("e{letter}x"), format!("{letter}x"), format!("{letter}l")];
        self.nested([&r, &e, &x, &l], byte).add(Bank::General, &format!("{letter}h"), 8, byte + 1)
    }

    /// `r8` and its kin.
    fn ordinal(self, number: u32, byte: u32) -> Self {
        let [d, w, b] = ["d", "w", "b"].map(|suffix| format!("r{number}{suffix}"));
        self.nested([&format!("r{number}"), &d, &w, &b], byte)
    }

    /// The 32-bit `eax` and its kin.
    fn lettered_narrow(self, letter: char, byte: u32) -> Self {
        let builder = self.add(Bank::General, &format!("e{letter}x"), 32, byte);
        builder.lettered_word(letter, byte)
    }

    /// The 16-bit `ax` and its bytes.
    fn lettered_word(self, letter: char, byte: u32) -> Self {
        self.add(Bank::General, &format!("{letter}x"), 16, byte)
            .add(Bank::General, &format!("{letter}h"), 8, byte + 1)
            .add(Bank::General, &format!("{letter}l"), 8, byte)
    }

    /// A 32-bit register and its lower half.
    fn halved(self, name: &str, byte: u32) -> Self {
        self.add(Bank::General, name, 32, byte).add(Bank::General, &name[1..], 16, byte)
    }

    /// Vector registers and their halves.
    fn vectors(self, numbers: std::ops::Range<u32>, byte: u32) -> Self {
        numbers.fold(self, |builder, number| {
            let at = byte + number * 16;
            builder
                .add(Bank::Vector, &format!("xmm{number}"), 128, at)
                .add(Bank::Float, &format!("xmm{number}l"), 64, at)
                .add(Bank::Float, &format!("xmm{number}h"), 64, at + 8)
        })
    }

    /// The debug registers, each of `bits`.
    fn debug(self, bits: u32) -> Self {
        [0, 1, 2, 3, 6, 7].into_iter().fold(self, |builder, number| {
            builder.add(Bank::Debug, &format!("dr{number}"), bits, number * bits / 8)
        })
    }
}

/// The flags of the lower 16 bits that programs look at.
const FLAGS: &str = "cf:0 pf:2 af:4 zf:6 sf:7 tf:8 if:9 df:10 of:11";

fn wide() -> Arc<Profile> {
    let mut builder = Builder::default()
        .roles("PC=rip SP=rsp BP=rbp R0=rax A0=rdi A1=rsi A2=rdx A3=rcx A4=r8 A5=r9 A6=r10 A7=r11 SN=rax")
        .lettered('a', 80)
        .lettered('b', 40)
        .lettered('c', 88)
        .lettered('d', 96)
        .nested(["rsi", "esi", "si", "sil"], 104)
        .nested(["rdi", "edi", "di", "dil"], 112);
    // The kernel keeps them from the last to the first, but for those that calls do not keep.
    for (number, byte) in [(8, 72), (9, 64), (10, 56), (11, 48), (12, 24), (13, 16), (14, 8), (15, 0)] {
        builder = builder.ordinal(number, byte);
    }
    builder
        .add(Bank::General, "rip", 64, 128)
        .nested(["rbp", "ebp", "bp", "bpl"], 32)
        .add(Bank::Segment, "cs", 64, 136)
        .add(Bank::Flag, "rflags", 64, 144)
        .add(Bank::Flag, "eflags", 32, 144)
        .flags(FLAGS, 144)
        .zero("riz", 64)
        .nested(["rsp", "esp", "sp", "spl"], 152)
        .row(Bank::Segment, "ss fs_base gs_base ds es fs gs", 64, 160)
        .debug(64)
        .row(Bank::Float, "cwd swd ftw fop", 16, 0)
        .row(Bank::Float, "frip frdp", 64, 8)
        .row(Bank::Float, "mxcsr mxcr_mask", 32, 24)
        .numbered(Bank::Float, "st", 0..8, 64, 32, 16)
        .vectors(0..16, 160)
        .done()
}

fn middle() -> Arc<Profile> {
    Builder::default()
        .roles("PC=eip SP=esp BP=ebp R0=eax A0=eax A1=ebx A2=ecx A3=edx A4=esi A5=edi SN=eax")
        .zero("eiz", 32)
        .add(Bank::General, "oeax", 32, 44)
        .lettered_narrow('a', 24)
        .lettered_narrow('b', 0)
        .lettered_narrow('c', 4)
        .lettered_narrow('d', 8)
        .halved("esi", 12)
        .halved("edi", 16)
        .halved("esp", 60)
        .halved("ebp", 20)
        .halved("eip", 48)
        .row(Bank::Segment, "ds es fs gs", 32, 28)
        .add(Bank::Segment, "cs", 32, 52)
        .add(Bank::Segment, "ss", 32, 64)
        .add(Bank::Flag, "eflags", 32, 56)
        .add(Bank::Flag, "flags", 16, 56)
        .flags(FLAGS, 56)
        .flags("nt:14 rf:16 vm:17", 56)
        .debug(32)
        .numbered(Bank::Float, "st", 0..8, 64, 32, 16)
        .vectors(0..8, 160)
        .done()
}

fn narrow() -> Arc<Profile> {
    Builder::default()
        .roles("PC=ip SP=sp BP=bp R0=ax A0=ax A1=bx A2=cx A3=dx A4=si A5=di SN=ah")
        .add(Bank::General, "ip", 16, 48)
        .lettered_narrow('a', 24)
        .lettered_narrow('b', 0)
        .lettered_narrow('c', 4)
        .lettered_narrow('d', 8)
        .halved("esp", 60)
        .halved("ebp", 20)
        .halved("esi", 12)
        .halved("edi", 16)
        .row(Bank::Segment, "cs ss ds es fs gs", 16, 52)
        .add(Bank::Flag, "eflags", 32, 56)
        .add(Bank::Flag, "flags", 16, 56)
        .flags(FLAGS, 56)
        .vectors(0..8, 160)
        .done()
}
