//! Running code of ours in a process, and leaving no trace of it: registers and bytes are put back.

use farad_wire::target::{self, Bytes, How, Reason, Reply, Request, Resume, Stop};

use super::call::Machine;
use super::surprise;
use crate::error::{Error, Result};
use crate::eval::Env;

/// Most bytes of code.
const CODE: usize = 4096;

/// Has the process make a system call, and gives what it returned.
///
/// # Errors
/// When the process cannot run, or the call failed.
pub(crate) fn syscall(env: &mut Env<'_>, name: &str, arguments: &[u64]) -> Result<u64> {
    let unknown = || Error::failed(format!("{name} is no system call of this machine"));
    let number = super::syscall_number(env, name).ok_or_else(unknown)?;
    let machine = Machine::of(env)?;
    let arguments = machine.arguments.into_iter().zip(arguments.iter().copied());
    let registers: Vec<(&str, u64)> = arguments.chain([(machine.number, number)]).collect();
    let result = run(env, machine.call, &registers, How::Step(1), Vec::new())?;
    let result = machine.result(result);
    // The last page of numbers stands for errors.
    if result > u64::MAX - 4096 {
        let error = std::io::Error::from_raw_os_error(i32::try_from(result.wrapping_neg()).unwrap_or(0));
        return Err(Error::failed(format!("{name} in the process: {error}")));
    }
    Ok(result)
}

/// Has the process run code, and gives the first register that results are in.
///
/// # Errors
/// When the process cannot run, or something else than the end of the code stopped it.
pub(crate) fn execute(env: &mut Env<'_>, code: &[u8]) -> Result<u64> {
    if code.is_empty() || code.len() > CODE {
        return Err(Error::Limit { what: "the length of code", limit: format!("1 to {CODE} bytes") });
    }
    // A breakpoint is put into what is behind it.
    let whole = [code, Machine::of(env)?.nothing].concat();
    env.target()?;
    let end = env.registers().value("PC").unwrap_or(0).wrapping_add(code.len() as u64);
    run(env, &whole, &[], How::Continue, vec![end])
}

fn run(env: &mut Env<'_>, code: &[u8], registers: &[(&str, u64)], how: How, until: Vec<u64>) -> Result<u64> {
    let fd = env.target()?;
    if env.debugger().has_ended() {
        return Err(Error::failed("the process has ended (do starts the program again)"));
    }
    let pc = env.registers().value("PC").unwrap_or(0);
    let before = env.debugger().stop.clone();
    let mut original = vec![0; code.len()];
    let ctx = env.ctx;
    let count = env.session.io.descriptor(fd)?.read_at(pc, &mut original, ctx)?;
    original.truncate(count);
    let values = env.registers().values.clone();
    env.session.io.descriptor(fd)?.write_at(pc, &code[..count], ctx)?;
    for (name, value) in registers {
        env.registers().values.set(name, u128::from(*value));
    }
    let ran = env.send_registers(farad_arch::Bank::General).and_then(|()| once(env, &how, until));
    // Whatever happened, it is put back.
    let result = env.registers().value("R0").unwrap_or(0);
    env.registers().values = values;
    let thread = before.thread;
    let bytes = before.general.clone();
    let stop = ran?;
    if stop.is_end() {
        env.note(stop);
        return Err(Error::failed("the process ended in it"));
    }
    env.session.io.descriptor(fd)?.write_at(pc, &original, ctx)?;
    env.order(&Request::SetRegisters { thread, bank: target::Bank::General, bytes })?;
    env.debugger().maps = None;
    env.debugger().stop = before;
    match stop.reason {
        Reason::Stepped | Reason::Breakpoint { .. } => Ok(result),
        _ => {
            super::tell(env, &stop);
            Err(Error::failed("it was stopped before it ended, and was put back to where it was"))
        }
    }
}

/// One run that is not to be told of. Its registers are those of the session then.
fn once(env: &mut Env<'_>, how: &How, until: Vec<u64>) -> Result<Stop> {
    let ask = Resume {
        how: how.clone(),
        until,
        signal: None,
        stops: target::Stops::default(),
        signals: target::Signals::default(),
        look: target::Look::default(),
        known: Vec::new(),
        output: 0,
    };
    let Reply::Stop(stop) = env.ask(&Request::Resume(ask))? else { return Err(surprise()) };
    let Bytes(general) = &stop.general;
    let layout = env.debugger().info.registers.clone();
    super::spread(&mut env.registers().values, general, &layout);
    Ok(*stop)
}
