//! The command language, sessions, views, settings, flags and command tables.
//!
//! A session is all that is known of a target; a view is one reader's place in it. Commands
//! write only to the [`Out`](out::Out) they are handed. Must not know standard output, sockets
//! or async.

pub(crate) mod analysis;
pub mod cmd;
pub mod config;
mod ctype;
mod debug;
mod digest;
mod emulate;
pub mod error;
pub mod eval;
pub mod flag;
mod graph;
mod held;
pub mod lang;
pub mod load;
mod nearest;
pub mod note;
pub mod origin;
pub mod out;
pub mod paint;
pub mod parse;
mod peer;
mod progress;
pub mod register;
pub mod registry;
pub mod render;
mod script;
pub mod session;
pub mod spaces;
mod store;
mod table;
pub mod view;

pub use debug::{ask_target, leave, list_directives, stopped_at, target};
pub use error::{Error, Result};
pub use eval::{Env, run_file, run_line};
pub use registry::{Args, Group, Registry, Row};
pub use session::Session;
pub use view::View;
