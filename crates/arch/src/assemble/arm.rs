//! ARM in its three states: what `asm.bits` says selects.

use super::{Assembly, Condition, Fault, Site, arm64};
use crate::instruction::Instruction;
use crate::settings::Settings;

/// What there is for assembling ARM.
pub(crate) static ASSEMBLY: Assembly = Assembly { assemble, idioms: |_| &arm64::IDIOMS, recondition };

fn assemble(text: &str, site: &Site<'_>) -> Result<Vec<u8>, Fault> {
    match site.settings.bits {
        64 => arm64::assemble(text, site),
        _ => Err(Fault::new("this state cannot be assembled")),
    }
}

fn recondition(
    settings: &Settings,
    instruction: &Instruction,
    bytes: &[u8],
    to: Condition,
) -> Option<Vec<u8>> {
    match settings.bits {
        64 => arm64::recondition(settings, instruction, bytes, to),
        _ => None,
    }
}
