//! `dk`: signals.

use farad_wire::target::Request;
use serde_json::{Value, json};

use super::row;
use crate::debug::{Handling, signal_name, signal_number, signals};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe, need};
use crate::render::json_text;

/// The group.
pub(super) const GROUP: Group = Group { prefix: "dk", brief: "signals", rows: ROWS };

static ROWS: &[Row] = &[
    row("dk", "List the signals and what is done with them, or send one to the process", send)
        .params(&[maybe("signal", Kind::Word)])
        .modes(&[Mode::Json]),
    row("dk?", "The number of a signal's name, or the name of a number", resolve)
        .glue(Glue::Rest)
        .params(&[need("signal", Kind::Word)]),
    row("dko", "Set what is done with a signal: stop, cont (the process gets it) or skip", set)
        .params(&[maybe("signal", Kind::Word), maybe("stop|cont|skip", Kind::Word)]),
];

fn number(args: &Args<'_>, text: &str) -> Result<i32> {
    signal_number(text).ok_or_else(|| args.wrong(format!("'{text}' is no signal (dk lists them)")))
}

fn handling(env: &mut Env<'_>, signal: i32) -> &'static str {
    env.debugger().signals.handling(signal).map_or("", Handling::word)
}

fn send(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if !args.is_empty() {
        let number = number(args, args.text)?;
        return env.order(&Request::Signal { pid: 0, number });
    }
    let rows: Vec<(i32, &str, &str)> =
        signals().map(|(signal, name)| (signal, name, handling(env, signal))).collect();
    if args.mode == Mode::Json {
        let row = |(signal, name, handling): &(i32, &str, &str)| json!({ "signum": signal.to_string(), "name": name, "option": if handling.is_empty() { Value::Null } else { (*handling).into() } });
        let rows: Vec<Value> = rows.iter().map(row).collect();
        return Ok(writeln!(env.out, "{}", json_text(&Value::Array(rows)))?);
    }
    for (signal, name, handling) in rows {
        writeln!(env.out, "{}", format!("{signal} {name} {handling}").trim_end())?;
    }
    Ok(())
}

fn resolve(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let text = args.required("a signal")?;
    let signal = number(args, text)?;
    match text.parse::<i32>() {
        Ok(_) => writeln!(env.out, "{}", signal_name(signal))?,
        Err(_) => writeln!(env.out, "{signal}")?,
    }
    Ok(())
}

fn set(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    if args.is_empty() {
        return send(env, args);
    }
    let (text, wanted) = args.split_first();
    let signal = number(args, text)?;
    let wanted = match wanted {
        "" | "stop" => Handling::Stop,
        "cont" | "pass" => Handling::Pass,
        "skip" => Handling::Skip,
        other => return Err(args.wrong(format!("'{other}' cannot be done: stop, cont and skip can"))),
    };
    env.debugger().signals.set(signal, wanted);
    Ok(())
}
