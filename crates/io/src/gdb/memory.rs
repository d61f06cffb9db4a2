//! The target's memory through a stub: several packets in a flight, and what is unmapped found page by page.

use farad_wire::gdb::hex_bytes;

use super::client::GdbClient;
use super::conversation::is_refusal;
use crate::area::PAGE;
use crate::ctx::Ctx;
use crate::error::{Error, Result};

/// Packets in a flight.
const FLIGHT: usize = 16;

impl GdbClient {
    /// Bytes of memory that one answer can have.
    fn piece(&self) -> usize {
        (self.packet - 16) / 2
    }

    fn question(&self, addr: u64, len: usize) -> Vec<u8> {
        let letter = if self.features.has("binary-upload") { 'x' } else { 'm' };
        format!("{letter}{addr:x},{len:x}").into_bytes()
    }

    /// The bytes of an answer, never more than were asked for. None where there are none.
    fn bytes(&mut self, answer: &[u8], len: usize) -> Result<Option<Vec<u8>>> {
        if is_refusal(answer) {
            return Ok(None);
        }
        let bytes = match (self.features.has("binary-upload"), answer) {
            (true, [b'b', bytes @ ..]) => Some(bytes.to_vec()),
            (true, _) => None,
            (false, digits) => hex_bytes(digits),
        };
        match bytes {
            Some(bytes) if bytes.len() <= len => Ok(Some(bytes)),
            _ => Err(self.talk.fail("memory that it sent cannot be read")),
        }
    }

    /// Reads as much as is in one piece.
    ///
    /// # Errors
    /// When the connection failed.
    pub fn read_at(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        if self.has_ended() {
            return Ok(0);
        }
        let len = usize::try_from(u64::MAX - addr).unwrap_or(usize::MAX).min(buf.len());
        let piece = self.piece();
        let mut wait = self.talk.list();
        let mut done = 0;
        while done < len {
            let starts: Vec<usize> = (done..len).step_by(piece).take(FLIGHT).collect();
            let size = |start: usize| piece.min(len - start);
            let questions: Vec<Vec<u8>> =
                starts.iter().map(|start| self.question(addr + *start as u64, size(*start))).collect();
            let answers = self.talk.ask_all_of_list(&questions, &mut wait, ctx)?;
            for (start, answer) in starts.into_iter().zip(answers) {
                let bytes = self.bytes(&answer, size(start))?.unwrap_or_default();
                buf[start..start + bytes.len()].copy_from_slice(&bytes);
                done = start + bytes.len();
                if bytes.len() < size(start) {
                    // Some of it is not there, or the stub gives all or nothing.
                    let rest = size(start) - bytes.len();
                    return Ok(done + self.read_pages(addr + done as u64, &mut buf[done..done + rest], ctx)?);
                }
            }
        }
        Ok(done)
    }

    fn read_pages(&mut self, addr: u64, buf: &mut [u8], ctx: &Ctx) -> Result<usize> {
        let mut wait = self.talk.list();
        let mut done = 0;
        while done < buf.len() {
            let at = addr + done as u64;
            let room = usize::try_from(PAGE - at % PAGE).unwrap_or(1);
            let len = room.min(buf.len() - done).min(self.piece());
            let question = self.question(at, len);
            let answer = self.talk.ask_of_list(&question, &mut wait, ctx)?;
            let bytes = self.bytes(&answer, len)?.unwrap_or_default();
            buf[done..done + bytes.len()].copy_from_slice(&bytes);
            done += bytes.len();
            if bytes.len() < len {
                break;
            }
        }
        Ok(done)
    }

    /// Reads small windows in one flight; those that are not there are left out.
    pub(super) fn read_windows(
        &mut self,
        windows: &[(u64, usize)],
        ctx: &Ctx,
    ) -> Result<Vec<(u64, Vec<u8>)>> {
        let piece = self.piece();
        let wanted: Vec<(u64, usize)> = windows
            .iter()
            .filter(|window| window.1 > 0)
            .map(|(addr, len)| (*addr, piece.min(*len)))
            .collect();
        let questions: Vec<Vec<u8>> = wanted.iter().map(|(addr, len)| self.question(*addr, *len)).collect();
        let answers = self.talk.ask_all(&questions, ctx)?;
        let mut read = Vec::new();
        for ((addr, len), answer) in wanted.into_iter().zip(answers) {
            if let Some(bytes) = self.bytes(&answer, len)?.filter(|bytes| !bytes.is_empty()) {
                read.push((addr, bytes));
            }
        }
        Ok(read)
    }

    /// Writes all of `data`.
    ///
    /// # Errors
    /// When the stub does not, or the connection failed.
    pub fn write_at(&mut self, addr: u64, data: &[u8], ctx: &Ctx) -> Result<()> {
        // A byte may take two of a packet, in hex and in binary alike.
        let piece = self.piece().saturating_sub(16).max(1);
        let mut wait = self.talk.list();
        for (index, part) in data.chunks(piece).enumerate() {
            let at = addr.wrapping_add((index * piece) as u64);
            let mut content = match self.binary {
                true => format!("X{at:x},{:x}:", part.len()).into_bytes(),
                false => format!("M{at:x},{:x}:{}", part.len(), farad_wire::gdb::hex(part)).into_bytes(),
            };
            if self.binary {
                content.extend_from_slice(part);
            }
            let answer = self.talk.ask_of_list(&content, &mut wait, ctx)?;
            if answer != b"OK" {
                let why = format!("the stub does not write {} bytes at {at:#x}", part.len());
                return Err(Error::Target { uri: self.talk.uri().to_owned(), why });
            }
        }
        Ok(())
    }
}
