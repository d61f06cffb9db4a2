//! The registers of MIPS, under the names of the O32 convention.

use std::sync::{Arc, LazyLock};

use super::{Bank, Builder, Profile};
use crate::settings::Settings;

static WIDE: LazyLock<Arc<Profile>> = LazyLock::new(|| build(64));
static NARROW: LazyLock<Arc<Profile>> = LazyLock::new(|| build(32));

/// The profile of a mode.
pub(crate) fn profile(settings: &Settings) -> Option<Arc<Profile>> {
    Some(if settings.bits == 64 { WIDE.clone() } else { NARROW.clone() })
}

const NAMES: &str = "at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1 gp sp fp \
                     ra pc hi lo t";

fn build(bits: u32) -> Arc<Profile> {
    Builder::default()
        .roles("PC=pc SP=sp BP=fp LR=ra SN=v0 A0=a0 A1=a1 A2=a2 A3=a3 R0=v0 R1=v1")
        .zero("zero", bits)
        .row(Bank::General, NAMES, bits, bits / 8)
        .numbered(Bank::Float, "f", 0..32, bits, 0, bits / 8)
        .done()
}
