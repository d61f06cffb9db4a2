//! The registers of PowerPC. A field of the condition register has a byte of its own: ESIL keeps there the
//! difference that a comparison found.

use std::sync::{Arc, LazyLock};

use super::{Bank, Builder, Profile};
use crate::settings::Settings;

static WIDE: LazyLock<Arc<Profile>> = LazyLock::new(|| build(64));
static NARROW: LazyLock<Arc<Profile>> = LazyLock::new(|| build(32));

/// The profile of a mode.
pub(crate) fn profile(settings: &Settings) -> Option<Arc<Profile>> {
    Some(if settings.bits == 64 { WIDE.clone() } else { NARROW.clone() })
}

fn build(bits: u32) -> Arc<Profile> {
    let word = bits / 8;
    let fields = word * 38;
    Builder::default()
        .roles(
            "PC=pc SP=r1 BP=r31 LR=lr SR=srr1 SN=r0 R0=r3 A0=r3 A1=r4 A2=r5 A3=r6 A4=r7 A5=r8 A6=r9 A7=r10",
        )
        .row(Bank::General, "srr0 srr1", bits, 0)
        .numbered(Bank::General, "r", 0..32, bits, 2 * word, word)
        .row(Bank::General, "lr ctr msr pc", bits, 34 * word)
        .add(Bank::General, "cr", 64, fields)
        .numbered(Bank::General, "cr", 0..8, 8, fields, 1)
        .row(Bank::General, "xer mq fpscr vrsave pvr", bits, fields + 8)
        .row(Bank::General, "dccr iccr dear", 32, fields + 8 + 5 * word)
        .row(Bank::General, "mask", bits, fields + 20 + 5 * word)
        .numbered(Bank::Float, "f", 0..32, 64, 0, 8)
        .done()
}
