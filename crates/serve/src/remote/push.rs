//! `=<`: a command's output sent to a host as it is printed.

use std::io::{self, Write};

use farad_shell::out::Out;
use farad_shell::{Args, Env, Error, Result};

use super::hosts::{Hosts, Wire, split_number, with_wire};

pub(super) fn push(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let (number, line) = match args.glued {
        true => split_number(args.text),
        false => ("", args.text),
    };
    if line.is_empty() {
        return Err(args.wrong("the command is missing"));
    }
    let id = Hosts::of(env.session).chosen(number)?;
    with_wire(env, id, |env, wire| {
        let Wire::Line(host) = wire else {
            return Err(Error::failed(
                "rap and http servers take commands, no output (=< sends to tcp, udp and unix)",
            ));
        };
        host.push(env.ctx, |sink| {
            let mut out = Pushed { sink, inner: env.out };
            Env { session: env.session, view: env.view, ctx: env.ctx, out: &mut out }.run_text(line)
        })
    })
}

/// Results go to the host, reports to whoever typed the command.
struct Pushed<'a> {
    sink: &'a mut dyn Write,
    inner: &'a mut dyn Out,
}

impl Write for Pushed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl Out for Pushed<'_> {
    fn report(&mut self, line: &str) {
        self.inner.report(line);
    }

    fn mark_peer(&mut self, peer: &str) {
        self.inner.mark_peer(peer);
    }

    fn mark_origin(&mut self, origin: &farad_shell::origin::Origin) {
        self.inner.mark_origin(origin);
    }

    fn is_plain(&self) -> bool {
        true
    }

    fn progress(&mut self, line: &str) {
        self.inner.progress(line);
    }
}
