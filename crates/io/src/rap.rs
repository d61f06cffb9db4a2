//! The client's end of rap 1: requests sent ahead of their replies, and what a stock server needs done around them.
//!
//! [`RapClient`] is what the rest of farad uses. The bytes on the wire are
//! [`farad_wire::rap`]'s business, reaching the peer is [`net`](crate::net)'s.

mod client;
mod command;
mod greeting;
mod pipeline;
mod place;
mod target;
mod transfer;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod peer_test;
#[cfg(test)]
mod tests;

pub use client::{RapClient, Traffic};
pub use greeting::{RapOptions, Reverse, ReverseRun};
