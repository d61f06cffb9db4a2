//! The hosts that a session is connected to; among the session's extensions.

use farad_io::Effects;
use farad_shell::{Env, Error, Result, Session};
use farad_wire::rap::hello::Ownership;

use super::line::Line;
use super::rap::Rap;
use super::web::Web;

/// The first number that stands for a descriptor, as the peer counts.
const FIRST_FD: u32 = 3;

/// How a host is spoken to.
pub(super) enum Wire {
    /// A rap server.
    Rap(Box<Rap>),
    /// Text over tcp, udp or a unix socket.
    Line(Box<Line>),
    /// Requests to a web server.
    Web(Box<Web>),
}

impl Wire {
    /// Whether it leads to this machine, by the address that was connected to.
    pub(super) fn is_here(&self) -> bool {
        match self {
            Wire::Rap(rap) => rap.client.is_here(),
            Wire::Line(line) => line.is_here(),
            Wire::Web(web) => web.is_here(),
        }
    }
}

/// A host.
pub(super) struct Host {
    /// Its number, never given twice.
    pub(super) id: u32,
    /// Another number for it, as the peer lists one.
    pub(super) fd: u32,
    /// The user's name for it.
    pub(super) name: Option<String>,
    /// `rap`, `tcp`, `udp`, `unix`, `http` or `https`.
    pub(super) protocol: &'static str,
    /// How to connect to it again.
    pub(super) uri: String,
    /// Name or address; the path of a unix socket.
    pub(super) host: String,
    /// Port; 0 where there is none.
    pub(super) port: u16,
    /// What was opened there; empty for nothing.
    pub(super) file: String,
    /// Whether it is on this machine, where it takes us for its user.
    pub(super) local: bool,
    /// `None` while a command has it.
    pub(super) wire: Option<Wire>,
}

impl Host {
    /// What a prompt calls it.
    pub(super) fn label(&self) -> String {
        match (&self.name, self.port) {
            (Some(name), _) => name.clone(),
            (None, 0) => self.host.clone(),
            (None, port) => format!("{}:{port}", self.host),
        }
    }

    /// Whose session commands run in there, where that is known.
    pub(super) fn ownership(&self) -> Option<Ownership> {
        match &self.wire {
            Some(Wire::Rap(rap)) => Some(rap.client.ownership()),
            _ => None,
        }
    }
}

/// All hosts, in the order they were added.
#[derive(Default)]
pub(super) struct Hosts {
    pub(super) all: Vec<Host>,
    next: u32,
    last: Option<u32>,
}

impl Hosts {
    /// A session's.
    pub(super) fn of(session: &mut Session) -> &mut Hosts {
        session.extensions.of::<Hosts>()
    }

    /// Takes in a host under the next number, which becomes the last used. Returns the number.
    pub(super) fn add(session: &mut Session, host: Host) -> u32 {
        let opened = session.io.descriptors().map(|descriptor| descriptor.fd).max();
        let hosts = Hosts::of(session);
        let listed = hosts.all.iter().map(|host| host.fd).max();
        let fd = opened.max(listed).map_or(FIRST_FD, |fd| fd.saturating_add(1));
        let id = hosts.next;
        hosts.next += 1;
        hosts.last = Some(id);
        hosts.all.push(Host { id, fd, ..host });
        id
    }

    /// The host that a number names: by its own, else by its descriptor's.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn by_number(&self, number: u32) -> Result<u32> {
        let found = self.all.iter().find(|host| host.id == number);
        let found = found.or_else(|| self.all.iter().find(|host| host.fd == number));
        found.map(|host| host.id).ok_or_else(|| Error::failed(format!("no host {number} (= lists them)")))
    }

    /// The host of a name.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn by_name(&self, name: &str) -> Result<u32> {
        let found = self.all.iter().find(|host| host.name.as_deref() == Some(name));
        found
            .map(|host| host.id)
            .ok_or_else(|| Error::failed(format!("no host is called '{name}' (= lists them)")))
    }

    /// The host used last, else the one added last.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn last(&self) -> Result<u32> {
        let last = self.last.filter(|&id| self.all.iter().any(|host| host.id == id));
        last.or_else(|| self.all.last().map(|host| host.id))
            .ok_or_else(|| Error::failed("no host is connected (=+ HOST:PORT connects to one)"))
    }

    /// The host that the text in front of a command names, else the last one.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn chosen(&self, number: &str) -> Result<u32> {
        match number.trim() {
            "" => self.last(),
            digits => {
                let number =
                    digits.parse().map_err(|_| Error::failed(format!("'{digits}' is no host's number")))?;
                self.by_number(number)
            }
        }
    }

    /// Hangs up on a host.
    pub(super) fn remove(&mut self, id: u32) {
        self.all.retain(|host| host.id != id);
    }

    pub(super) fn find(&self, id: u32) -> Option<&Host> {
        self.all.iter().find(|host| host.id == id)
    }
}

/// Lends a host's connection to something that works with the session too. The host becomes the
/// last used.
///
/// # Errors
/// When the host is not there, or in use already; what `work` says.
pub(super) fn with_wire<T>(
    env: &mut Env<'_>,
    id: u32,
    work: impl FnOnce(&mut Env<'_>, &mut Wire) -> Result<T>,
) -> Result<T> {
    let hosts = Hosts::of(env.session);
    let host = hosts.all.iter_mut().find(|host| host.id == id);
    let host = host.ok_or_else(|| Error::failed(format!("no host {id} (= lists them)")))?;
    if host.local {
        env.ctx.allow(Effects::LOCAL, &format!("asking host {id} on this machine"))?;
    }
    let mut wire = host
        .wire
        .take()
        .ok_or_else(|| Error::failed(format!("host {id} is already at work for this line")))?;
    hosts.last = Some(id);
    let result = work(env, &mut wire);
    // A name that is looked up again may lead elsewhere than at first.
    let here = wire.is_here();
    let is_gone = matches!(&wire, Wire::Rap(rap) if !rap.client.is_connected());
    let hosts = Hosts::of(env.session);
    if let Some(host) = hosts.all.iter_mut().find(|host| host.id == id) {
        host.wire = Some(wire);
        host.local |= here;
        if is_gone {
            let uri = host.uri.clone();
            hosts.remove(id);
            env.out.report(&format!("host {id} is gone (=+ {uri} connects again)"));
        }
    }
    result
}

/// A host's number in front of a text, and what is behind it.
pub(super) fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (number, rest.trim_start())
}
