//! The schemes that reach other machines, in the order they are listed.

use crate::scheme::Scheme;

use super::rap;

static NETWORK: &[&Scheme] = &[&rap::SCHEME];

/// The schemes that need a network.
pub fn network() -> impl Iterator<Item = &'static Scheme> {
    NETWORK.iter().copied()
}
