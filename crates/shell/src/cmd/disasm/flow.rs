//! Instructions in the order they may run in: `pde`.

use farad_arch::Instruction;

use super::listing;
use super::short;
use super::stream::{Extent, Stream};
use crate::error::Result;
use crate::eval::Env;
use crate::registry::{Args, Glue, Group, Kind, Mode, Row, maybe};

/// The group.
pub(super) const GROUP: Group =
    Group { prefix: "pde", brief: "print instructions in the order they run", rows: ROWS };

/// Most calls that are not back.
const DEPTH: usize = 1 << 10;

static ROWS: &[Row] = &[Row::new(
    "pde",
    "So many instructions as they may run: into calls and jumps, past conditions, until it cannot be told",
    print,
)
.glue(Glue::Number)
.params(&[maybe("count", Kind::Number)])
.modes(&[Mode::Json, Mode::Quiet])
.examples(&["wx ebfe; pde 3", "wx ebfe; pdeq 2", "wx ebfe; pdej 2"])];

fn print(env: &mut Env<'_>, args: &Args<'_>) -> Result<()> {
    let count = if args.is_empty() { env.view.block as u64 / 4 } else { env.number(args.text)? };
    let mut walk = Walk { next: Some(env.view.seek), calls: Vec::new() };
    let mut separator = "[";
    for _ in 0..count {
        env.ctx.check()?;
        let Some((addr, size)) = walk.step(env)? else { break };
        let extent = Extent::Bytes(size);
        match args.mode {
            Mode::Json => short::write_json(env, addr, extent, &mut separator)?,
            Mode::Quiet => short::print_with_bytes(env, addr, extent)?,
            _ => listing::print_bare(env, addr, extent)?,
        }
    }
    match args.mode {
        Mode::Json => Ok(writeln!(env.out, "{}]", if separator == "[" { "[" } else { "" })?),
        _ => Ok(()),
    }
}

/// Where a program that runs could be.
struct Walk {
    /// `None` where that cannot be told.
    next: Option<u64>,
    /// Where to go on behind calls.
    calls: Vec<u64>,
}

impl Walk {
    /// The address and size of the next instruction.
    fn step(&mut self, env: &mut Env<'_>) -> Result<Option<(u64, u64)>> {
        let Some(addr) = self.next else { return Ok(None) };
        let mut instruction = Instruction::default();
        let mut stream = Stream::new(env, addr, Extent::Count(1))?;
        let Some(item) = stream.next(env, &mut instruction, true)? else { return Ok(None) };
        let (size, is_valid) = (item.bytes.len() as u64, item.is_valid);
        let behind = addr.wrapping_add(size);
        let kind = instruction.kind;
        self.next = match kind {
            _ if !is_valid => None,
            _ if kind.is_conditional() => Some(behind),
            _ if kind.is_return() => self.calls.pop(),
            _ if kind.is_jump() => instruction.jump,
            // A call of what only running it could tell comes back.
            _ if kind.is_call() && self.calls.len() < DEPTH && instruction.jump.is_some() => {
                self.calls.push(behind);
                instruction.jump
            }
            _ => Some(behind),
        };
        Ok(Some((addr, size)))
    }
}
