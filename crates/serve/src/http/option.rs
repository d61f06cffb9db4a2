//! What an HTTP server's settings say, taken when it begins.

use std::fs::{File, Metadata};
use std::io::Read;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use farad_io::{Effects, Principal};
use farad_shell::Env;

use super::guard::Guard;
use super::tls;
use crate::error::{Error, Result};

/// Longest file with a token, bytes, and the shortest token taken.
const TOKEN_FILE: u64 = 4096;
const TOKEN: usize = 16;

/// What may be done over HTTP without any of the options.
const FREE: Effects = Effects::READ
    .union(Effects::VIEW)
    .union(Effects::ANNOTATE)
    .union(Effects::WRITE)
    .union(Effects::SETTINGS)
    .union(Effects::NETWORK)
    .union(Effects::INTERPRET);

/// The options that allow more, and what.
const MORE: [(&str, Effects); 4] = [
    ("http.shell", Effects::SHELL),
    ("http.files", Effects::FILES),
    ("http.debug", Effects::DEBUG),
    ("http.local", Effects::LOCAL),
];

/// A server's options.
pub(super) struct Options {
    /// What its clients may do.
    pub(super) allow: Effects,
    /// Who is answered.
    pub(super) guard: Guard,
    /// Addresses of clients that are admitted; none for all.
    pub(super) from: Vec<IpAddr>,
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
    /// Folder of the page; none for the one built in.
    pub(super) root: Option<PathBuf>,
    pub(super) index: String,
    /// Folder of uploaded files, where some are taken.
    pub(super) uploads: Option<PathBuf>,
    /// And given back.
    pub(super) downloads: Option<PathBuf>,
    /// Longest upload, bytes.
    pub(super) max_upload: u64,
    /// Longest output of a command, bytes.
    pub(super) max_out: u64,
}

impl Options {
    /// As the settings are now.
    ///
    /// # Errors
    /// A certificate, key or token that cannot be had.
    pub(super) fn of(env: &Env<'_>) -> Result<Options> {
        let more = MORE.iter().filter(|(name, _)| env.is_set(name));
        let path = |name: &str| Some(env.setting(name)).filter(|path| !path.is_empty()).map(PathBuf::from);
        let (tls, names) = match (path("http.cert"), path("http.key")) {
            (Some(cert), Some(key)) => {
                private(&key)?;
                let (acceptor, names) = tls::acceptor(&cert, &key)?;
                (Some(acceptor), names)
            }
            (None, None) => (None, Vec::new()),
            _ => {
                return Err(Error::Option(
                    "http.cert and http.key are set together or not at all".to_owned(),
                ));
            }
        };
        let token = match (env.is_set("http.auth"), path("http.authfile")) {
            (false, _) => None,
            (true, Some(path)) => Some(token(&path)?),
            (true, None) => {
                return Err(Error::Option(
                    "http.auth needs http.authfile, a file that has the token".to_owned(),
                ));
            }
        };
        let from = env.setting("http.allow");
        let from = from.split(',').map(str::trim).filter(|text| !text.is_empty());
        let from = from.map(|text| {
            let wrong = || Error::Option(format!("http.allow: '{text}' is no address"));
            text.parse().map_err(|_| wrong())
        });
        let root = path("http.uproot");
        Ok(Options {
            // Who begins a server gives away no more than they may do.
            allow: more.fold(FREE, |allow, (_, more)| allow | *more) & env.ctx.principal.allow,
            guard: Guard { names, token, secure: tls.is_some() },
            from: from.collect::<Result<_>>()?,
            tls,
            root: path("http.root"),
            index: env.setting("http.index").to_owned(),
            uploads: root.clone().filter(|_| env.is_set("http.upload")),
            downloads: root.filter(|_| env.is_set("http.upget")),
            max_upload: env.setting_number("http.maxsize"),
            max_out: env.setting_number("http.maxout"),
        })
    }

    /// Whether those who may not are kept out wherever it listens.
    pub(super) fn is_closed(&self) -> bool {
        self.tls.is_some() && self.guard.token.is_some()
    }

    /// On whose behalf a client's commands run.
    pub(super) fn principal(&self, peer: &str) -> Principal {
        Principal { name: format!("HTTP client {peer}"), allow: self.allow }
    }

    /// The names of what clients may do beyond reading.
    pub(super) fn allowed(&self) -> Vec<String> {
        let told = Effects::WRITE
            | Effects::NETWORK
            | MORE.iter().fold(Effects::empty(), |all, (_, more)| all | *more);
        (self.allow & told).names()
    }
}

/// Which options would allow what was refused, for the one who was.
pub(super) fn hint(refused: Effects) -> Option<String> {
    let names = MORE.iter().filter(|(_, effect)| refused.intersects(*effect));
    let names: Vec<_> = names.map(|(name, _)| format!("-e {name}=true")).collect();
    (!names.is_empty()).then(|| format!("allow it where farad is started: {}", names.join(" ")))
}

/// The first line of a file.
fn token(path: &PathBuf) -> Result<String> {
    private(path)?;
    let failed = |why: String| Error::Option(format!("http.authfile: {}: {why}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    file.take(TOKEN_FILE).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    let token = text.lines().next().unwrap_or("").trim();
    if token.len() < TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(failed(format!(
            "its first line is not a token of {TOKEN} visible characters or more \
             (head -c 24 /dev/urandom | base64 makes one)"
        )));
    }
    Ok(token.to_owned())
}

/// Secrets are in files that only their owner reads.
fn private(path: &PathBuf) -> Result<()> {
    let failed = |why: String| Error::Option(format!("{}: {why}", path.display()));
    let meta: Metadata = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if meta.mode() & 0o077 != 0 {
        return Err(failed("others can read this secret: chmod 600 it".to_owned()));
    }
    Ok(())
}
