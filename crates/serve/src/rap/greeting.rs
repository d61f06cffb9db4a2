//! What two farads tell each other: the client how it wants its text, the server what is open.

use farad_io::{Caching, Descriptor};
use farad_shell::{Session, View, config};
use farad_wire::rap::Limits;
use farad_wire::rap::hello::{ClientHello, Kind, Ownership, ServerHello};

use super::seat::Seat;
use crate::host;

/// Sets the view as the client wants it, where it says so, and returns the lines that answer.
pub(super) fn greet(seat: &Seat, session: &mut Session, hello: Option<&ClientHello>) -> String {
    if let Some(hello) = hello
        && let Err(error) = host::with_view(session, seat.view, |session, view| settle(session, view, hello))
    {
        tracing::error!("{error}");
    }
    describe(seat, session).to_string()
}

/// Sets what the client said of its terminal.
pub(super) fn settle(session: &mut Session, view: &mut View, hello: &ClientHello) {
    let values = [
        ("scr.columns", hello.width.map(|width| width.to_string())),
        ("scr.color", hello.color.map(|color| color.to_string())),
        ("scr.utf8", hello.utf8.map(|utf8| utf8.to_string())),
        ("asm.syntax", hello.syntax.clone()),
    ];
    for (name, value) in values {
        let Some(value) = value else { continue };
        if let Err(error) = config::settle(session, Some(view), name, &value) {
            tracing::debug!("a client's hello: {error}");
        }
    }
}

fn describe(seat: &Seat, session: &mut Session) -> ServerHello {
    let mut hello = ServerHello {
        session: Some(seat.ownership),
        seek: Some(seat.seek),
        prompt: Some(format!("{:#010x}", seat.seek)),
        max: Some(Limits::server().read),
        ..ServerHello::default()
    };
    let fd = seat.descriptor(session);
    if let Some(descriptor) = fd.and_then(|fd| session.io.descriptor(fd).ok()) {
        hello.size = Some(descriptor.size());
        hello.target = descriptor.is_target().then_some(true);
        let stamp = match descriptor.backend().stamp(&seat.ctx) {
            Ok(stamp) => stamp,
            Err(error) => {
                tracing::debug!("{error}");
                None
            }
        };
        hello.stamp = stamp.map(|stamp| format!("{}.{}", stamp.size, stamp.modified));
        hello.kind = Some(kind(descriptor, seat.ownership, hello.stamp.is_some()));
    }
    hello
}

/// What may be kept of it at the client: all where changes can be told, or where only this client
/// can make them.
fn kind(descriptor: &mut Descriptor, ownership: Ownership, stamped: bool) -> Kind {
    match descriptor.backend().caching() {
        Caching::Exact => Kind::Device,
        Caching::Stopped if ownership == Ownership::Own => Kind::Stopped,
        Caching::Command | Caching::Stopped => Kind::Volatile,
        Caching::Kept => Kind::Regular,
        Caching::Direct if stamped || ownership == Ownership::Own => Kind::Regular,
        Caching::Direct => Kind::Volatile,
    }
}
