//! Where the session at the far end is: what a prompt shows, asked for in the same flight as the command before it.

use std::io::Write;

use farad_wire::rap::Request;
use farad_wire::rap::hello::Note;

use super::client::RapClient;
use super::command::{Beginning, Text, status};
use super::pipeline::{Patience, Step};
use crate::backend::Status;
use crate::ctx::Ctx;
use crate::error::Result;

/// Longest answer of a stock server that is understood.
const SEEK: usize = 64;

impl RapClient {
    /// Asks for the seek of the session there; `None` where the answer was not understood.
    ///
    /// # Errors
    /// [`Error::Connection`](crate::Error::Connection), or the interrupt.
    pub fn seek(&mut self, ctx: &Ctx) -> Result<Option<u64>> {
        self.begin(ctx)?;
        self.put_back()?;
        self.ask_seek()?;
        let result = self.take_seek(ctx);
        self.settle(result, ctx)
    }

    /// Runs `line` as [`command`](Self::command) does, and asks in the same flight for the seek that it leaves.
    ///
    /// # Errors
    /// As [`command`](Self::command).
    pub fn command_and_seek(
        &mut self,
        line: &str,
        out: &mut dyn Write,
        ctx: &Ctx,
    ) -> Result<(Status, Option<u64>)> {
        self.begin(ctx)?;
        self.wait_for_command();
        self.ask_command(line)?;
        self.ask_seek()?;
        let result = self.run(out, ctx).and_then(|trailer| Ok((trailer, self.take_seek(ctx)?)));
        let (trailer, seek) = self.settle(result, ctx)?;
        Ok((trailer.map_or_else(Status::default, status), seek))
    }

    fn ask_seek(&mut self) -> Result<()> {
        let question = if self.is_farad() { Note::Stat.to_string() } else { "s".to_owned() };
        self.push(&Request::Command { text: question.into_bytes() })
    }

    fn take_seek(&mut self, ctx: &Ctx) -> Result<Option<u64>> {
        if self.is_farad() {
            self.take_answer(ctx)?;
            return Ok(self.hello().and_then(|hello| hello.seek));
        }
        let mut printed = Beginning::of(SEEK);
        let mut text = Text::plain(&mut printed);
        while !self.pipe.is_idle() {
            let step: Step = self.pipe.step(None, Patience::of(ctx))?;
            text.take(&mut self.pipe, &step)?;
        }
        Ok(address(printed.bytes()))
    }
}

/// The address that a stock server's `s` prints.
fn address(printed: &[u8]) -> Option<u64> {
    let text = str::from_utf8(printed).ok()?.trim_end_matches(|c: char| c == '\0' || c.is_ascii_whitespace());
    let digits = text.strip_prefix("0x")?;
    // `from_str_radix` would take a sign.
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| u64::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::error::Error;
    use crate::rap::fake::{Fake, Server};

    #[test]
    fn a_command_and_the_place_behind_it_are_one_round_trip() {
        for server in [Server::stock(vec![0; 100_000]), Server::farad(vec![0; 100_000])] {
            let fake = Fake::honest(Server { delay: Duration::from_millis(30), ..server });
            let ctx = Ctx::owner();
            let mut client = fake.connect(Some("/file")).unwrap();
            assert_eq!(client.seek(&ctx).unwrap(), Some(0x40));
            if !client.is_farad() {
                // A stock server's session moves along with raw reads.
                client.read_at(9_000, &mut [0; 10], &ctx).unwrap();
            }
            let (flights, trips) = (fake.flights(), client.traffic().trips);
            let mut out = Vec::new();
            for (line, seek) in [("echo one", 0x40), ("go 0x1234", 0x1234), ("print 70000", 0x1234)] {
                let (status, found) = client.command_and_seek(line, &mut out, &ctx).unwrap();
                assert_eq!((status, found), (Status::default(), Some(seek)), "{line}");
            }
            assert_eq!((fake.flights() - flights, client.traffic().trips - trips), (3, 3));
            assert_eq!(out.len(), 4 + 70_000);
        }
    }

    #[test]
    fn a_failed_or_cancelled_command_leaves_the_connection_in_step() {
        let fake = Fake::honest(Server::farad(Vec::new()));
        let mut client = fake.connect(None).unwrap();
        let ctx = Ctx::owner();
        let (status, seek) = client.command_and_seek("fail so it is", &mut Vec::new(), &ctx).unwrap();
        assert_eq!((status.failure.as_deref(), seek), (Some("so it is"), Some(0x40)));
        let cancel = ctx.cancel.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            cancel.raise();
        });
        let cut = client.command_and_seek("sleep 200", &mut Vec::new(), &ctx);
        assert!(matches!(cut, Err(Error::Cancelled)), "{cut:?}");
        ctx.cancel.reset();
        assert_eq!(client.seek(&ctx).unwrap(), Some(0x40));
    }

    #[test]
    fn only_an_address_is_taken_for_one() {
        assert_eq!(address(b"0x1234\n\0"), Some(0x1234));
        for printed in [b"".as_slice(), b"0x", b"12", b"0x+1", b"0x1 0x2\n", b"0x10000000000000000", b"\xff"]
        {
            assert_eq!(address(printed), None, "{printed:?}");
        }
    }
}
