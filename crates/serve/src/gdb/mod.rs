//! The gdb server: gdb's remote protocol for the process under the debugger of a session.
//!
//! The protocol is the crate `gdbstub`'s. A client's questions become those of [`farad_wire::target`], asked on the session's
//! thread, which others may use in between. When a client is gone its breakpoints are, too.

mod link;
mod machine;
mod target;

use std::sync::Arc;
use std::time::Duration;

use farad_io::Ctx;
use farad_wire::target::{Info, Reply, Request};
use gdbstub::stub::state_machine::GdbStubStateMachine;
use gdbstub::stub::{DisconnectReason, GdbStub};
use tokio::sync::watch;

use crate::listen::{Client, Server};
use crate::policy;
use crate::stream::Stream;
use link::Link;
use machine::{Arm, Machine, X86};
use target::Served;

/// How long is waited for a client's bytes before it is looked at the process again.
const TICK: Duration = Duration::from_millis(5);

/// What a server of this kind serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// The descriptor.
    pub(crate) fd: u32,
    /// The server started it, and ends when its client lets it go.
    pub(crate) ours: bool,
}

/// Serves one client until it hangs up, or the server ends.
pub(crate) async fn serve(
    stream: Stream,
    server: &Arc<Server>,
    client: &Arc<Client>,
    program: Program,
    mut stop: watch::Receiver<bool>,
) {
    let name = format!("gdb client {}", client.peer);
    let ctx = Ctx::owner().for_principal(policy::principal(&name, server.allow));
    let link = match Link::new(stream, TICK) {
        Ok(link) => link,
        Err(error) => return tracing::warn!("{}: {name}: {error}", server.place),
    };
    let hang_up = link.hang_up();
    let (place, session, client) = (server.place.clone(), server.clone(), client.clone());
    let work = tokio::task::spawn_blocking(move || {
        let (host, view) = (session.host.clone(), session.host.join());
        let asked = target::ask(&host, view, program.fd, &ctx, Request::Describe);
        let ended = match asked {
            Ok(Reply::Info(info)) => {
                client.opened(false, &info.exe);
                let arm = (info.arch.as_str(), info.bits) == ("arm", 64);
                let served = (host.clone(), view, program.fd, ctx.clone());
                if arm { talk::<Arm>(link, served, *info) } else { talk::<X86>(link, served, *info) }
            }
            Ok(_) => Err("the process does not tell what it is".to_owned()),
            Err(why) => Err(why),
        };
        host.leave(view);
        ended
    });
    let ended = tokio::select! {
        ended = work => ended.unwrap_or_else(|error| Err(error.to_string())),
        _ = stop.wait_for(|stop| *stop) => {
            hang_up();
            return;
        }
    };
    match ended {
        Ok(lets_go) => {
            if lets_go && program.ours {
                server.end();
            }
        }
        Err(why) => tracing::warn!("{place}: {name}: {why}"),
    }
}

/// The conversation. Returns whether the client let the process go, and did not just hang up.
fn talk<M: Machine>(link: Link, served: target::Place, info: Info) -> Result<bool, String> {
    if !info.registers.is_empty() || (info.arch.as_str(), info.bits) != M::NAME {
        return Err(format!("processes of {} with {} bits are not served", info.arch, info.bits));
    }
    let mut target = Served::<M>::new(served, info);
    let ended = drive(link, &mut target);
    target.forget_points();
    match ended {
        Ok(DisconnectReason::Kill) => target.end(farad_wire::target::End::Kill).map(|()| true),
        Ok(DisconnectReason::Disconnect) => Ok(true),
        Ok(_) | Err(None) => Ok(false),
        Err(Some(why)) => Err(why),
    }
}

/// Runs the protocol's state machine. An error without words is a client that hung up.
fn drive<M: Machine>(link: Link, target: &mut Served<M>) -> Result<DisconnectReason, Option<String>> {
    let failed = |error: &dyn std::fmt::Display| Some(error.to_string());
    let mut gdb = GdbStub::new(link).run_state_machine(target).map_err(|error| failed(&error))?;
    loop {
        gdb = match gdb {
            GdbStubStateMachine::Idle(mut idle) => match idle.borrow_conn().read() {
                Ok(Some(byte)) => idle.incoming_data(target, byte).map_err(|error| failed(&error))?,
                Ok(None) => GdbStubStateMachine::Idle(idle),
                Err(_) => return Err(None),
            },
            GdbStubStateMachine::Running(mut running) => match target.stopped() {
                Some(reason) => running.report_stop(target, reason).map_err(|error| failed(&error))?,
                None => match running.borrow_conn().read() {
                    Ok(Some(byte)) => running.incoming_data(target, byte).map_err(|error| failed(&error))?,
                    Ok(None) => GdbStubStateMachine::Running(running),
                    Err(_) => {
                        target.interrupt();
                        target.wait();
                        return Err(None);
                    }
                },
            },
            GdbStubStateMachine::CtrlCInterrupt(interrupt) => {
                target.interrupt();
                let none: Option<target::Stopped> = None;
                interrupt.interrupt_handled(target, none).map_err(|error| failed(&error))?
            }
            GdbStubStateMachine::Disconnected(ended) => return Ok(ended.get_reason()),
        };
    }
}
