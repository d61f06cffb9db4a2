//! What the sessions of a server's clients grow from: the starter's tables and settings.
//!
//! They are taken when the server begins, since the starter's own thread may be busy when a client
//! comes.

use std::path::PathBuf;
use std::sync::Arc;

use farad_io::Schemes;
use farad_shell::config::Config;
use farad_shell::{Env, Registry, Session};

use crate::error::Result;
use crate::host::{Host, ViewId};

/// Settings that belong to the starter's terminal, not to a client's.
pub(crate) const TERMINAL: [&str; 6] =
    ["scr.color", "scr.columns", "scr.rows", "scr.utf8", "scr.interactive", "scr.echo"];

/// Settings that loading a file decides.
const OF_FILES: [&str; 5] = ["asm.arch", "asm.bits", "asm.cpu", "asm.os", "cfg.bigendian"];

/// Tables and settings.
pub(crate) struct Seed {
    schemes: Schemes,
    registry: Arc<Registry>,
    config: Config,
    view: Config,
    block: usize,
    /// Most bytes kept of one command's output (`rap.maxout`).
    pub(crate) max_out: u64,
    /// Where long output is kept (`dir.tmp`).
    pub(crate) folder: PathBuf,
}

impl Seed {
    /// What a session and view have now.
    pub(crate) fn of(env: &Env<'_>) -> Seed {
        let mut view = env.view.config.clone();
        TERMINAL.iter().for_each(|name| drop(view.unset(name)));
        let mut config = env.session.config.clone();
        if !env.session.loaded.is_empty() {
            // They tell of the starter's file.
            OF_FILES.iter().for_each(|name| drop(config.unset(name)));
        }
        TERMINAL.iter().for_each(|name| drop(config.unset(name)));
        let folder = env.setting("dir.tmp");
        Seed {
            schemes: env.session.io.schemes.clone(),
            registry: env.session.registry.clone(),
            config,
            view,
            block: env.view.block,
            max_out: env.setting_number("rap.maxout"),
            folder: if folder.is_empty() { std::env::temp_dir() } else { PathBuf::from(folder) },
        }
    }

    /// A host with a session of its own, nothing open.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn grow(&self) -> Result<Host> {
        let mut session = Session::new(self.schemes.clone(), self.registry.clone());
        session.config = self.config.clone();
        let host = Host::start(session)?;
        let (config, block) = (self.view.clone(), self.block);
        host.submit(Box::new(move |session| {
            let settled = crate::host::with_view(session, ViewId::OWNER, |session, view| {
                view.config = config;
                view.block = block;
                view.follow_settings(&session.config);
            });
            if let Err(error) = settled {
                tracing::error!("{error}");
            }
        }))?;
        Ok(host)
    }
}
