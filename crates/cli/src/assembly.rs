//! The one place that puts schemes, commands and servers together.

use std::sync::Arc;

use anyhow::Result;
use farad_io::Schemes;
use farad_serve::Host;
use farad_shell::{Registry, Session};

/// Every scheme that can be opened.
pub(crate) fn schemes() -> Schemes {
    Schemes::new().with(farad_io::local()).with(farad_debug::schemes()).with(farad_io::network())
}

/// Every command.
pub(crate) fn registry() -> Arc<Registry> {
    let mut groups = farad_shell::cmd::groups();
    groups.extend(farad_serve::GROUPS);
    Registry::new(groups)
}

/// A host with a fresh session.
pub(crate) fn host() -> Result<Host> {
    Ok(Host::start(Session::new(schemes(), registry()))?)
}
