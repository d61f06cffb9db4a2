//! The `=` commands: hosts this session is connected to, what runs there, and the servers of this
//! process.

use farad_io::Effects;
use farad_shell::registry::{Glue, Kind, maybe, need};
use farad_shell::{Group, Row};

mod server;

pub use server::serve_foreground;

const NETWORK: Effects = Effects::NETWORK;

/// The group.
pub const GROUP: Group = Group { prefix: "=", brief: "hosts far away, and servers here", rows: ROWS };

static ROWS: &[Row] = &[
    Row::new("=:", "Serve rap on a port until ^C, or run one command on a server", server::serve_or_run)
        .glue(Glue::Rest)
        .params(&[need("[address:]port", Kind::Word), maybe("command", Kind::Command)])
        .effects(NETWORK),
    Row::new("=&:", "Serve rap on a port in the background", server::serve_behind)
        .glue(Glue::Rest)
        .params(&[need("[address:]port", Kind::Word)])
        .effects(NETWORK),
    Row::new("=t", "Serve commands as text on a tcp port until ^C", server::serve_text)
        .glue(Glue::Number)
        .params(&[need("[address:]port", Kind::Word)])
        .effects(NETWORK),
    Row::new(".:", "The same as =t", server::serve_text)
        .glue(Glue::Rest)
        .params(&[need("[address:]port", Kind::Word)])
        .effects(NETWORK),
    Row::new("=l", "List the servers of this process and their clients", server::list),
    Row::new("=l-", "Stop a server", server::stop)
        .glue(Glue::Rest)
        .params(&[need("number", Kind::Word)])
        .effects(NETWORK),
];
