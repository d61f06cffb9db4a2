//! The registers of RISC-V, under the names of its calling convention.

use std::sync::{Arc, LazyLock};

use super::{Bank, Builder, Profile};
use crate::settings::Settings;

static WIDE: LazyLock<Arc<Profile>> = LazyLock::new(|| build(64));
static NARROW: LazyLock<Arc<Profile>> = LazyLock::new(|| build(32));

/// The profile of a mode.
pub(crate) fn profile(settings: &Settings) -> Option<Arc<Profile>> {
    Some(if settings.bits == 64 { WIDE.clone() } else { NARROW.clone() })
}

const GENERAL: &str = "pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 \
                       t5 t6";
const FLOAT: &str = "ft0 ft1 ft2 ft3 ft4 ft5 ft6 ft7 fs0 fs1 fa0 fa1 fa2 fa3 fa4 fa5 fa6 fa7 fs2 fs3 fs4 fs5 fs6 \
                     fs7 fs8 fs9 fs10 fs11 ft8 ft9 ft10 ft11";

fn build(bits: u32) -> Arc<Profile> {
    let status = bits / 8 * 32;
    Builder::default()
        .roles("PC=pc SP=sp LR=ra BP=s0 A0=a0 A1=a1 A2=a2 A3=a3 A4=a4 A5=a5 A6=a6 A7=a7 R0=a0 R1=a1 SN=a7")
        .row(Bank::General, GENERAL, bits, 0)
        .zero("zero", bits)
        .add(Bank::Flag, "fcsr", 32, status)
        .flags("nx:0 uf:1 of:2 dz:3 nv:4", status)
        .bit(Bank::Flag, "frm", 3, status * 8 + 5)
        .row(Bank::Float, FLOAT, 64, 0)
        .done()
}
