//! Running instruction by instruction: over calls, and until something is so. Whoever can step and run to an address can.

mod code;

use farad_wire::target::{Reason, Until};

pub use code::{Machine, Place};

/// Bytes that show what an instruction does.
const CODE: usize = 16;
/// Steps between two looks at whether to stop.
const GLANCE: u64 = 64;

/// A thread that is stopped, and can be taken further.
pub trait Stepping {
    /// What can go wrong.
    type Error;

    /// One instruction. What stopped it before that was done, if something did.
    ///
    /// # Errors
    /// When it cannot run.
    fn step(&mut self) -> Result<Option<Reason>, Self::Error>;

    /// Runs until the thread comes to `addr` with a stack pointer of `sp` or above. What else stopped it, if something did.
    ///
    /// # Errors
    /// When it cannot run.
    fn run_to(&mut self, addr: u64, sp: u64) -> Result<Option<Reason>, Self::Error>;

    /// Where it is.
    ///
    /// # Errors
    /// When that cannot be found out.
    fn place(&mut self) -> Result<Place, Self::Error>;

    /// Reads memory; returns how many bytes were readable.
    ///
    /// # Errors
    /// When that failed.
    fn read(&mut self, addr: u64, buf: &mut [u8]) -> Result<usize, Self::Error>;

    /// Whether somebody wants it to stop.
    fn is_interrupted(&mut self) -> bool;
}

/// Runs until something is so, at least one instruction. Returns why it stopped.
///
/// # Errors
/// When it cannot run.
pub fn walk<S: Stepping>(
    thread: &mut S,
    machine: Machine,
    over: bool,
    until: &Until,
) -> Result<Reason, S::Error> {
    let mut steps = 0;
    loop {
        steps += 1;
        if steps % GLANCE == 0 && thread.is_interrupted() {
            return Ok(Reason::Interrupted);
        }
        let returns = matches!(until, Until::Out) && machine.returns(&code(thread)?);
        let stopped = if over { step_over(thread, machine)? } else { thread.step()? };
        if let Some(reason) = stopped {
            return Ok(reason);
        }
        let within = |ranges: &[(u64, u64)], pc| ranges.iter().any(|(from, to)| (*from..*to).contains(&pc));
        let done = match until {
            Until::Out => returns,
            Until::Return => machine.returns(&code(thread)?),
            Until::Call => machine.calls(&code(thread)?),
            Until::Address(addr) => thread.place()?.pc == *addr,
            Until::Inside(ranges) => within(ranges, thread.place()?.pc),
            Until::Outside(ranges) => !within(ranges, thread.place()?.pc),
        };
        if done {
            return Ok(Reason::Stepped);
        }
    }
}

/// One instruction with all that it calls. Returns why it stopped before that was done.
///
/// # Errors
/// When it cannot run.
pub fn step_over<S: Stepping>(thread: &mut S, machine: Machine) -> Result<Option<Reason>, S::Error> {
    let before = thread.place()?;
    if let Some(reason) = thread.step()? {
        return Ok(Some(reason));
    }
    let after = thread.place()?;
    let mut failed = None;
    let back = machine.called(before, after, |addr| {
        let mut bytes = [0; 8];
        let width = if let Machine::X86 { width: 4 } = machine { 4 } else { 8 };
        match thread.read(addr, &mut bytes[..width]) {
            Ok(count) => (count == width).then(|| u64::from_le_bytes(bytes)),
            Err(error) => {
                failed = Some(error);
                None
            }
        }
    });
    match (failed, back) {
        (Some(error), _) => Err(error),
        (None, Some(back)) => thread.run_to(back, after.sp),
        (None, None) => Ok(None),
    }
}

/// The instruction that comes next.
fn code<S: Stepping>(thread: &mut S) -> Result<Vec<u8>, S::Error> {
    let mut code = vec![0; CODE];
    let pc = thread.place()?.pc;
    let count = thread.read(pc, &mut code)?;
    code.truncate(count);
    Ok(code)
}
