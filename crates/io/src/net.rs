//! The client side of the network beneath any protocol: reaching a peer, and a byte stream to it.
//!
//! Nothing here blocks for longer than 20 ms without looking at the [`Ctx`](crate::Ctx), so a peer that says
//! nothing cannot hold its caller.

mod connect;
mod datagram;
mod exchange;
mod link;
mod push;
mod wait;
pub(crate) mod web;

use std::time::Duration;

pub(crate) use wait::{MOST, Wait, advise, advise_web};

pub use connect::{TIMEOUT, connect};
pub use exchange::{exchange, tcp_exchange};
pub use link::{Link, Moved};
pub use push::{Carrier, Push, Pushing};
pub use wait::Pace;
pub use web::{WebClient, WebOptions};

/// How long a wait lasts before it looks whether it is to stop.
pub(crate) const TICK: Duration = Duration::from_millis(20);
