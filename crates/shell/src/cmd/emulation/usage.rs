//! What registers and memory instructions use: `aea`. Each runs on a copy, with the emulated registers.

use std::collections::BTreeMap;

use serde_json::json;

use crate::emulate::{Event, Memory, Run};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::Args;

/// Names in the order they came up.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn add(&mut self, name: &str) {
        if !self.has(name) {
            self.0.push(name.to_owned());
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }
}

pub(super) fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = if args.is_empty() { 1 } else { env.number(args.text)? };
    let decoder = crate::cmd::decoder(env)?;
    let registers = env.registers().values.clone();
    let counter = registers.profile().role("PC").unwrap_or_default().to_owned();
    let mut run = Run::new(env, registers, Memory::Copy(BTreeMap::new()));
    let (mut read, mut written, mut input) = (Names::default(), Names::default(), Names::default());
    let (mut loads, mut stores) = (Vec::new(), Vec::new());
    let mut addr = env.view.seek;
    for _ in 0..count {
        env.ctx.check()?;
        let mut bytes = vec![0; decoder.max_size()];
        env.read_filled(addr, &mut bytes)?;
        let Some(explanation) = decoder.explain(&bytes, addr) else { break };
        let words: Vec<&str> = explanation.esil.split(',').collect();
        for (index, word) in words.iter().enumerate() {
            let is_target = words.get(index + 1).is_some_and(|next| matches!(*next, "=" | ":="));
            let is_register = run.registers.profile().slots().iter().any(|slot| slot.name == *word);
            if is_register && !is_target && **word != *counter {
                if !written.has(word) {
                    input.add(word);
                }
                read.add(word);
            }
        }
        run.events.clear();
        let _ = run.run(env, &explanation);
        for event in &run.events {
            match event {
                Event::Register { name, .. } if *name != counter => written.add(name),
                Event::Register { .. } => {}
                Event::Memory { addr, write: true, .. } => stores.push(*addr),
                Event::Memory { addr, write: false, .. } => loads.push(*addr),
            }
        }
        addr = explanation.instruction.next();
    }
    let never: Vec<String> = read.0.iter().filter(|name| !written.has(name)).cloned().collect();
    if args.is_json() {
        let all = json!({
            "I": input.0, "R": read.0, "W": written.0, "N": never, "@R": loads, "@W": stores,
        });
        return Ok(writeln!(env.out, "{}", crate::render::json_text(&all))?);
    }
    let addrs =
        |addrs: &[u64]| addrs.iter().map(|addr| format!("{addr:#x}")).collect::<Vec<String>>().join(" ");
    match args.row.name {
        "aear" => Ok(writeln!(env.out, "{}", read.0.join(" "))?),
        "aeaw" => Ok(writeln!(env.out, "{}", written.0.join(" "))?),
        "aean" => Ok(writeln!(env.out, "{}", never.join(" "))?),
        _ => {
            let rows = [
                ("I", input.0.join(" ")),
                ("R", read.0.join(" ")),
                ("W", written.0.join(" ")),
                ("N", never.join(" ")),
                ("@R", addrs(&loads)),
                ("@W", addrs(&stores)),
            ];
            for (name, list) in rows.iter().filter(|row| !row.1.is_empty()) {
                writeln!(env.out, "{name:>2}: {list}")?;
            }
            Ok(())
        }
    }
}
