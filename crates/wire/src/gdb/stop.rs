//! Why a target stopped, as stubs tell it.

use super::text::{hex_bytes, number};

/// A thread by the process's number, where that is told, and its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    /// The process; 0 where it is not told.
    pub pid: u64,
    /// The thread.
    pub id: u64,
}

impl Thread {
    /// Reads `pPID.TID` or `TID`.
    pub fn parse(text: &str) -> Option<Thread> {
        match text.strip_prefix('p').map(|text| text.split_once('.')) {
            Some(Some((pid, id))) => Some(Thread { pid: number(pid)?, id: number(id)? }),
            Some(None) => Some(Thread { pid: number(&text[1..])?, id: 0 }),
            None => Some(Thread { pid: 0, id: number(text)? }),
        }
    }
}

/// The way packets name it.
impl std::fmt::Display for Thread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.pid {
            0 => write!(f, "{:x}", self.id),
            pid => write!(f, "p{pid:x}.{:x}", self.id),
        }
    }
}

/// What a stub says when the target stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReply {
    /// By a signal, in gdb's numbers.
    Signal {
        /// The signal.
        number: u8,
        /// The thread, where it is told.
        thread: Option<Thread>,
        /// The address that is watched and was touched.
        watch: Option<u64>,
        /// It was a breakpoint, and the program counter is at it.
        breakpoint: bool,
    },
    /// The process ended by itself.
    Exited(u8),
    /// A signal, in gdb's numbers, ended it.
    Killed(u8),
    /// It printed something, and goes on.
    Output(Vec<u8>),
    /// It wants something of the client's files, and waits.
    File,
    /// There is no thread any more.
    None,
}

impl StopReply {
    /// Reads a packet; none for one that is no stop.
    pub fn parse(content: &[u8]) -> Option<StopReply> {
        let (kind, rest) = content.split_first()?;
        let text = str::from_utf8(rest).ok()?;
        let byte = || u8::try_from(number(text.get(..2)?)?).ok();
        match kind {
            b'S' => Some(StopReply::Signal { number: byte()?, thread: None, watch: None, breakpoint: false }),
            b'T' => {
                let (mut thread, mut watch, mut breakpoint) = (None, None, false);
                for (name, value) in text.get(2..)?.split(';').filter_map(|pair| pair.split_once(':')) {
                    match name {
                        "thread" => thread = Thread::parse(value),
                        "watch" | "rwatch" | "awatch" => watch = number(value),
                        "swbreak" | "hwbreak" => breakpoint = true,
                        // Registers, cores, and what is not known.
                        _ => {}
                    }
                }
                Some(StopReply::Signal { number: byte()?, thread, watch, breakpoint })
            }
            b'W' => Some(StopReply::Exited(byte()?)),
            b'X' => Some(StopReply::Killed(byte()?)),
            b'O' if rest != b"K" => Some(StopReply::Output(hex_bytes(rest)?)),
            b'F' => Some(StopReply::File),
            b'N' => Some(StopReply::None),
            _ => None,
        }
    }
}

/// Signals whose numbers gdb has its own of: Linux's, and gdb's.
const SIGNALS: [(i32, u8); 11] = [
    (7, 10),
    (10, 30),
    (12, 31),
    (17, 20),
    (18, 19),
    (19, 17),
    (20, 18),
    (23, 16),
    (29, 23),
    (30, 32),
    (31, 12),
];

/// Linux's number of a signal of gdb's; one that has none keeps it.
pub fn signal_from_gdb(number: u8) -> i32 {
    SIGNALS.iter().find(|row| row.1 == number).map_or(i32::from(number), |row| row.0)
}

/// gdb's number of a signal of Linux's.
pub fn signal_to_gdb(number: i32) -> u8 {
    let known = SIGNALS.iter().find(|row| row.0 == number).map(|row| row.1);
    known.unwrap_or_else(|| u8::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_read() {
        let stop = StopReply::parse(b"T05swbreak:;06:0*,;thread:p3a.3b;core:1;");
        let thread = Some(Thread { pid: 0x3a, id: 0x3b });
        assert_eq!(stop, Some(StopReply::Signal { number: 5, thread, watch: None, breakpoint: true }));
        assert_eq!(thread.map(|thread| thread.to_string()).as_deref(), Some("p3a.3b"));
        let Some(StopReply::Signal { watch, .. }) = StopReply::parse(b"T05watch:7ffe10;") else { panic!() };
        assert_eq!(watch, Some(0x7f_fe10));
        assert_eq!(StopReply::parse(b"W07;process:1"), Some(StopReply::Exited(7)));
        assert_eq!(StopReply::parse(b"X0b"), Some(StopReply::Killed(11)));
        assert_eq!(StopReply::parse(b"O6869"), Some(StopReply::Output(b"hi".to_vec())));
        for none in [&b""[..], b"OK", b"T", b"S0", b"E01", b"O6", b"\xff"] {
            assert_eq!(StopReply::parse(none), None, "{none:?}");
        }
    }

    #[test]
    fn signals_go_both_ways() {
        // gdb has no number for 16.
        for number in (1..32).filter(|number| *number != 16) {
            assert_eq!(signal_from_gdb(signal_to_gdb(number)), number);
        }
    }
}
