//! rap 1, radare2's remoting protocol, and the extension by which two farads know each other.
//!
//! One module a direction ([`request`], [`reply`]), the shared frame beneath them, and the extension in [`hello`] and
//! [`trailer`]. The format is written down in `docs/protocol/rap1.md`; it follows captured conversations of
//! radare2 5.7.4 and 6.2.1. What a message does to a session is not known here.

mod error;
mod frame;
pub mod hello;
mod limit;
mod operation;
pub mod reply;
pub mod request;
pub mod stock;
pub mod trailer;

pub use error::{DecodeError, EncodeError};
pub use limit::{Bound, Limits};
pub use operation::Operation;
pub use reply::{Reply, ReplyDecoder, ReplyEvent, command_reply_header, read_reply_header};
pub use request::{Request, RequestDecoder, Whence, write_header};
