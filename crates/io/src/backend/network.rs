//! The schemes that reach other machines, in the order they are listed.

use crate::scheme::Scheme;

use super::{gdb, http, r2web, rap, socket, tcp_slurp, unix};

static NETWORK: &[&Scheme] = &[
    &rap::SCHEME,
    &tcp_slurp::SCHEME,
    &socket::SCHEME,
    &unix::SCHEME,
    &http::PLAIN,
    &http::SECURE,
    &r2web::PLAIN,
    &r2web::SECURE,
    &gdb::SCHEME,
];

/// The schemes that need a network.
pub fn network() -> impl Iterator<Item = &'static Scheme> {
    NETWORK.iter().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::backend::local;

    #[test]
    fn rows_are_complete_and_their_names_are_unique() {
        let mut seen: HashSet<&str> = local().flat_map(|row| row.names).copied().collect();
        for row in network() {
            assert!(!row.brief.is_empty() && !row.effects.is_empty(), "{:?}", row.names);
            assert!(matches!(row.permissions, "r__" | "rw_" | "rwd"), "{:?}", row.names);
            for name in row.names {
                assert!(seen.insert(name), "{name} is listed twice");
                assert!(row.uris.iter().any(|uri| uri.starts_with(&format!("{name}://"))), "{name}");
            }
        }
    }
}
