//! Graphs: what they are ([`Graph`]), where a picture has their boxes and lines ([`layout`]), the
//! picture in characters ([`draw`]), and how other programs read them ([`format`]).
//!
//! Knows nothing of sessions: a graph is made elsewhere, of blocks, calls or whatever.

pub(crate) mod draw;
pub(crate) mod format;
mod layer;
pub(crate) mod layout;
mod model;
mod order;
mod place;
mod route;

pub(crate) use model::{Graph, Node, Row, Way};
