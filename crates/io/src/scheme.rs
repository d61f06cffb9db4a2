//! The table of URI schemes: how each name is opened, and what opening it may do.

use std::time::Duration;

use crate::backend::Backend;
use crate::ctx::{Ctx, Effects};
use crate::error::{Error, Result};
use crate::net;
use crate::perm::Perm;
use crate::uri::Uri;

/// How something is to be opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Wanted permissions; the backend fails rather than grant less than `w` when asked.
    pub perm: Perm,
    /// Make the file when it is not there.
    pub create: bool,
    /// How a program is run.
    pub launch: Launching,
    /// How long reaching a peer, and its first answer, may take (`rap.timeout`).
    pub timeout: Duration,
    /// How long a peer is waited for from then on.
    pub pace: net::Pace,
    /// How web servers are asked.
    pub web: net::WebOptions,
}

/// How a program is run that is opened under the debugger.
#[derive(Clone, Debug, Default)]
pub struct Launching {
    /// Lines of a run profile.
    pub profile: Vec<String>,
    /// Why the profile could not be had: then nothing is started.
    pub fault: Option<String>,
    /// Whether its memory is laid out at random.
    pub aslr: bool,
    /// Whether it has the terminal of this process; else its output belongs to the command that lets it run.
    pub terminal: bool,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions {
            perm: Perm::RX,
            create: false,
            launch: Launching::default(),
            timeout: net::TIMEOUT,
            pace: net::Pace::default(),
            web: net::WebOptions::default(),
        }
    }
}

/// One row of the table.
pub struct Scheme {
    /// Names before `://`; the first is the one listed.
    pub names: &'static [&'static str],
    /// What it gives, in a few words.
    pub brief: &'static str,
    /// What it can do, as `-L` prints it: `r`, `w` and `d` or `_`.
    pub permissions: &'static str,
    /// What opening it may do on this machine, checked against the principal.
    pub effects: Effects,
    /// The URI forms accepted, for `-L`.
    pub uris: &'static [&'static str],
    /// Opens it.
    pub open: fn(&Uri, &OpenOptions, &Ctx) -> Result<Box<dyn Backend>>,
}

/// The schemes a process knows. Assembled once, at the edge.
#[derive(Clone, Default)]
pub struct Schemes {
    rows: Vec<&'static Scheme>,
}

impl Schemes {
    /// An empty table.
    pub fn new() -> Schemes {
        Schemes::default()
    }

    /// Adds rows.
    pub fn with(mut self, rows: impl IntoIterator<Item = &'static Scheme>) -> Schemes {
        self.rows.extend(rows);
        self
    }

    /// All rows in the order they were added.
    pub fn rows(&self) -> impl Iterator<Item = &'static Scheme> + '_ {
        self.rows.iter().copied()
    }

    /// The row of a scheme's name.
    pub fn find(&self, name: &str) -> Option<&'static Scheme> {
        self.rows().find(|row| row.names.contains(&name))
    }

    /// The row that opens a URI.
    pub fn of_uri(&self, uri: &str) -> Option<&'static Scheme> {
        self.find(Uri::parse(uri).scheme.as_deref().unwrap_or("file"))
    }

    /// Opens a URI, checking the effects of its scheme first.
    ///
    /// # Errors
    /// An unknown scheme, a refusal, or whatever opening says.
    pub fn open(&self, text: &str, options: &OpenOptions, ctx: &Ctx) -> Result<Box<dyn Backend>> {
        let uri = Uri::parse(text);
        let name = uri.scheme.as_deref().unwrap_or("file");
        let row = self.find(name).ok_or_else(|| Error::Uri {
            uri: uri.text.clone(),
            why: format!("no scheme '{name}' (oL lists those there are)"),
        })?;
        ctx.allow(row.effects, &format!("opening {uri}"))?;
        (row.open)(&uri, options, ctx)
    }
}
