//! The registers of ARM and AArch64, where Linux keeps them.

use std::sync::{Arc, LazyLock};

use super::{Bank, Builder, Profile};
use crate::settings::Settings;

static WIDE: LazyLock<Arc<Profile>> = LazyLock::new(wide);
static NARROW: LazyLock<Arc<Profile>> = LazyLock::new(narrow);

/// The profile of a mode.
pub(crate) fn profile(settings: &Settings) -> Option<Arc<Profile>> {
    Some(if settings.bits == 64 { WIDE.clone() } else { NARROW.clone() })
}

fn wide() -> Arc<Profile> {
    // The upper half of a vector register is `d` behind its lower: the kernel keeps them at 16 bytes each.
    Builder::default()
        .roles("PC=pc LR=lr SP=sp BP=x29 R0=x0 R1=x1 R2=x2 R3=x3 F0=d0 F1=d1 F2=d2 F3=d3")
        .roles("A0=x0 A1=x1 A2=x2 A3=x3 A4=x4 A5=x5 A6=x6 A7=x7 ZF=zf SF=nf OF=vf CF=cf SN=x16")
        .numbered(Bank::Float, "b", 0..32, 8, 0, 16)
        .numbered(Bank::Float, "h", 0..32, 16, 0, 16)
        .numbered(Bank::Float, "s", 0..32, 32, 0, 16)
        .numbered(Bank::Float, "d", 0..32, 64, 0, 16)
        .numbered(Bank::Vector, "q", 0..32, 128, 0, 16)
        .numbered(Bank::Vector, "v", 0..32, 128, 0, 16)
        .numbered(Bank::General, "w", 0..31, 32, 0, 8)
        .add(Bank::General, "wsp", 32, 248)
        .zero("wzr", 32)
        .numbered(Bank::General, "x", 0..31, 64, 0, 8)
        .add(Bank::General, "tmp", 64, 288)
        .add(Bank::General, "fp", 64, 232)
        .add(Bank::General, "lr", 64, 240)
        .add(Bank::General, "sp", 64, 248)
        .add(Bank::General, "pc", 64, 256)
        .zero("zr", 64)
        .zero("xzr", 64)
        .add(Bank::Flag, "pstate", 64, 280)
        .flags("vf:28 cf:29 zf:30 nf:31", 280)
        .done()
}

fn narrow() -> Arc<Profile> {
    Builder::default()
        .roles("PC=r15 LR=r14 SP=sp BP=fp R0=r0 A0=r0 A1=r1 A2=r2 A3=r3 ZF=zf SF=nf OF=vf CF=cf SN=r7")
        .row(Bank::General, "sb sl fp ip sp lr pc", 32, 36)
        .numbered(Bank::General, "r", 0..16, 32, 0, 4)
        .add(Bank::Flag, "cpsr", 32, 64)
        .flags("tf:5 ef:9", 64)
        .bit(Bank::Flag, "itc", 4, 64 * 8 + 10)
        .bit(Bank::Flag, "gef", 4, 64 * 8 + 16)
        .flags("jf:24 qf:27 vf:28 cf:29 zf:30 nf:31", 64)
        .numbered(Bank::Float, "s", 0..32, 32, 0, 4)
        .numbered(Bank::Float, "d", 0..32, 64, 0, 8)
        .numbered(Bank::Vector, "q", 0..16, 128, 0, 16)
        .done()
}
