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
use crate::host::{Host, Lane, ViewId};

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
        // What the starter's file decides is not for others.
        let has_file = !env.session.loaded.is_empty();
        let folder = env.setting("dir.tmp");
        Seed {
            schemes: env.session.io.schemes.clone(),
            registry: env.session.registry.clone(),
            config: env.session.config.clone().for_session(has_file),
            view: env.view.config.clone().for_session(false),
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
        host.submit(
            Lane::View(ViewId::OWNER),
            Box::new(move |session| {
                let settled = crate::host::with_view(session, ViewId::OWNER, |session, view| {
                    view.config = config;
                    view.block = block;
                    view.follow_settings(&session.config);
                });
                if let Err(error) = settled {
                    tracing::error!("{error}");
                }
            }),
        )?;
        Ok(host)
    }
}
