//! The `=` commands: hosts this session is connected to, what runs there, and the servers of this
//! process.
//!
//! What follows a host's number is the far end's business, and what it answers is data here.

use farad_io::Effects;
use farad_shell::registry::{Glue, Kind, Mode, Param, maybe, need};
use farad_shell::{Group, Row};

mod connect;
mod divert;
mod hosts;
mod http;
mod line;
mod list;
mod push;
mod rap;
mod run;
mod server;
mod session;
mod web;

pub use divert::diverted_prompt;
pub use server::serve_foreground;

const NETWORK: Effects = Effects::NETWORK;
/// Whoever may begin a server lets others in, and whoever may end one shuts them out.
const SERVING: Effects = Effects::NETWORK.union(Effects::LOCAL);
const HOST: Param = maybe("host", Kind::Word);
const COMMAND: Param = need("command", Kind::Command);
const PLACE: Param = need("[address:]port", Kind::Word);

/// The groups.
pub const GROUPS: [Group; 2] = [
    Group { prefix: "=", brief: "hosts far away, and servers here", rows: ROWS },
    Group { prefix: "=h", brief: "serving over HTTP", rows: &http::ROWS },
];

static ROWS: &[Row] = &[
    Row::new(
        "=",
        "List the hosts, or run a command at one: by number, else at the last used",
        run::list_or_run,
    )
    .glue(Glue::Rest)
    .params(&[HOST, maybe("command", Kind::Command)])
    .modes(&[Mode::Json, Mode::Script])
    .effects(NETWORK),
    Row::new("=@", "Run a command at the host of that name", run::run_at_name)
        .glue(Glue::Rest)
        .params(&[need("name", Kind::Word), COMMAND])
        .effects(NETWORK),
    Row::new("=+", "Connect to a host and open what stands behind the port", connect::add)
        .glue(Glue::Rest)
        .params(&[need("[name=][scheme://]host[:port][/uri]", Kind::Word)])
        .effects(NETWORK),
    Row::new("=-", "Hang up on a host, or on all", list::remove)
        .glue(Glue::Rest)
        .params(&[HOST])
        .effects(NETWORK),
    Row::new("=<", "Run a command here and send its output to a host", push::push)
        .glue(Glue::Rest)
        .params(&[HOST, COMMAND])
        .effects(NETWORK),
    Row::new("=!", "Run a command through the current descriptor", run::run_through_descriptor)
        .glue(Glue::Rest)
        .params(&[COMMAND])
        .effects(NETWORK),
    Row::new(":", "The same as =!", run::run_through_descriptor)
        .glue(Glue::Rest)
        .params(&[COMMAND])
        .effects(NETWORK),
    Row::new("==", "Type lines to a host until q or ^D", session::hold)
        .glue(Glue::Rest)
        .params(&[HOST])
        .effects(NETWORK),
    Row::new(
        "=!=",
        "Run all that is typed at a host, or through the descriptor; again to end it",
        divert::divert,
    )
    .glue(Glue::Rest)
    .params(&[HOST])
    .effects(NETWORK),
    Row::new("!=!", "Run all that is typed through the descriptor; again to end it", divert::divert)
        .effects(Effects::VIEW),
    Row::new("-=", "The same as !=!", divert::divert).effects(Effects::VIEW),
    Row::new("=:", "Serve rap on a port until ^C, or run one command on a server", server::serve_or_run)
        .glue(Glue::Rest)
        .params(&[PLACE, maybe("command", Kind::Command)])
        .effects(NETWORK),
    Row::new("=&:", "Serve rap on a port in the background", server::serve_behind)
        .glue(Glue::Rest)
        .params(&[PLACE])
        .effects(SERVING),
    Row::new("=t", "Serve commands as text on a tcp port until ^C", server::serve_text)
        .glue(Glue::Number)
        .params(&[PLACE])
        .effects(SERVING),
    Row::new(".:", "The same as =t", server::serve_text).glue(Glue::Rest).params(&[PLACE]).effects(SERVING),
    Row::new(
        "=g",
        "Serve gdb on a port: a program that is started, or the process under the debugger",
        server::serve_gdb,
    )
    .glue(Glue::Rest)
    .params(&[PLACE, maybe("program", Kind::Text)])
    .effects(SERVING.union(Effects::DEBUG)),
    Row::new("=l", "List the servers of this process and their clients", server::list),
    Row::new("=l-", "Stop a server", server::stop)
        .glue(Glue::Rest)
        .params(&[need("number", Kind::Word)])
        .effects(SERVING),
];
