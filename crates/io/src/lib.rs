//! Bytes at addresses, wherever they are.
//!
//! Owns: URIs, backends, descriptors, maps, the write cache, the block cache with
//! read-ahead, and the client side of every network protocol. Must not know
//! commands, printing or sessions.

pub mod area;
mod backend;
mod cache;
mod ctx;
mod desc;
mod error;
mod extent;
pub mod gdb;
mod layer;
mod lens;
mod map;
pub mod net;
mod overlay;
mod perm;
pub mod rap;
mod scheme;
mod uri;
pub mod walk;

pub use backend::{
    Backend, Caching, ReadShared, Remote, Resize, Stamp, Status, Target, WriteAt, local, network,
};
pub use ctx::{Cancel, Ctx, Effects, Principal};
pub use desc::Descriptor;
pub use error::{Error, Result, Stage};
pub use extent::{Extent, Held};
pub use layer::{Coverage, Io};
pub use lens::Lens;
pub use map::{Map, MapId, Maps};
pub use overlay::Overlay;
pub use perm::Perm;
pub use scheme::{Launching, OpenOptions, Scheme, Schemes};
pub use uri::{Endpoint, Transport, Uri, without_secrets};
