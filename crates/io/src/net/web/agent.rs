//! What makes the requests: connections kept, certificates trusted, names looked up by [`resolve`].

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, DefaultConnector, NextTimeout};
use ureq::{Agent, config::Config};

use super::Request;
use super::capital::Capital;
use crate::ctx::Ctx;
use crate::error::{Error, Result};
use crate::net::connect::{is_local, resolve};

/// Most bytes of an answer's head.
const HEAD: usize = 64 << 10;

/// Most addresses of a name that are tried.
const ADDRESSES: usize = 16;

/// A source of agents: one serves until a request of it was given up. Clones are the same source.
#[derive(Clone)]
pub(super) struct Agents {
    pub(super) request: Request,
    config: Config,
    asker: Asker,
    agent: Arc<Mutex<Agent>>,
}

impl Agents {
    /// `ca` names a file of certificates to trust in place of those built in; empty is none.
    ///
    /// # Errors
    /// [`Error::Open`] when the file cannot be read or holds none.
    pub(super) fn new(request: Request, ca: &str) -> Result<Agents> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_response_header_size(HEAD)
            .timeout_resolve(Some(request.reach))
            .timeout_connect(Some(request.reach))
            .timeout_send_request(Some(request.silence))
            .timeout_recv_response(Some(request.silence))
            .timeout_per_read(Some(request.silence))
            .user_agent(concat!("farad/", env!("CARGO_PKG_VERSION")));
        if !request.roams {
            config = config.proxy(None).max_redirects(0);
        }
        if !ca.is_empty() {
            let roots = RootCerts::from(certificates(ca)?);
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        let (config, asker) = (config.build(), Asker::default());
        let agent = make(&config, &asker);
        Ok(Agents { request, config, asker, agent: Arc::new(Mutex::new(agent)) })
    }

    /// An agent that looks names up for `ctx`; `uri` names the server in errors.
    pub(super) fn agent(&self, uri: &str, ctx: &Ctx) -> Agent {
        self.asker.set(uri, ctx);
        self.agent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a server of this machine was reached. Connections are kept, so that who asks next may not look it up.
    pub(super) fn is_here(&self) -> bool {
        self.asker.here.load(Ordering::Relaxed)
    }

    /// Ends what is under way, by hanging up.
    pub(super) fn give_up(&self) {
        let next = make(&self.config, &self.asker);
        let mut agent = self.agent.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *agent, next).shutdown();
    }
}

fn make(config: &Config, asker: &Asker) -> Agent {
    Agent::with_parts(config.clone(), DefaultConnector::default().chain(Capital), asker.clone())
}

/// Who asks, and for what; and whether a server of this machine was among those reached.
#[derive(Clone, Default)]
struct Asker {
    asks: Arc<Mutex<Option<(String, Ctx)>>>,
    here: Arc<AtomicBool>,
}

impl Asker {
    fn set(&self, uri: &str, ctx: &Ctx) {
        *self.asks.lock().unwrap_or_else(PoisonError::into_inner) = Some((uri.to_owned(), ctx.clone()));
    }
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asker")
    }
}

impl Resolver for Asker {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        let (Some(host), true) = (uri.host(), uri.scheme().is_some()) else {
            return Err(ureq::Error::HostNotFound);
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let asker = self.asks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (name, ctx) = asker.ok_or(ureq::Error::HostNotFound)?;
        let within = timeout.not_zero().map_or(crate::net::TIMEOUT, |after| *after);
        let found =
            resolve(host, port, &name, within, &ctx).map_err(|error| ureq::Error::Other(error.into()))?;
        self.here.fetch_or(found.iter().any(is_local), Ordering::Relaxed);
        let mut addresses = self.empty();
        found.into_iter().take(ADDRESSES).for_each(|address| addresses.push(address));
        Ok(addresses)
    }
}

fn certificates(path: &str) -> Result<Vec<Certificate<'static>>> {
    let wrong = |source: std::io::Error| Error::Open { uri: format!("{path} (e http.ca)"), source };
    let bytes = std::fs::read(path).map_err(wrong)?;
    let items = parse_pem(&bytes).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let all: Vec<Certificate<'static>> = items.collect();
    match all.is_empty() {
        true => Err(wrong(std::io::Error::other("there is no certificate in it"))),
        false => Ok(all),
    }
}
