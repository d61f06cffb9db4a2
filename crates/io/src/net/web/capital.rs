//! Writes `Authorization` with a capital, which is how radare2's server knows it (5.7.4), though HTTP has it any way.

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// The header as it is written, and as it is to be.
const SMALL: &[u8] = b"\r\nauthorization:";
const LARGE: &[u8] = b"\r\nAuthorization:";

/// The last link of a chain of connectors.
#[derive(Debug)]
pub(super) struct Capital;

impl<In: Transport> Connector<In> for Capital {
    type Out = Capitalized<In>;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(Capitalized))
    }
}

#[derive(Debug)]
pub(super) struct Capitalized<T>(T);

impl<T: Transport> Transport for Capitalized<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if let Some(output) = self.0.buffers().output().get_mut(..amount) {
            capitalize(output);
        }
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}

/// Changes the header in a request's head, and nothing in its body.
fn capitalize(output: &mut [u8]) {
    if !output.starts_with(b"GET ") && !output.starts_with(b"POST ") {
        return;
    }
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(output.len());
    if let Some(at) = output[..end].windows(SMALL.len()).position(|part| part == SMALL) {
        output[at..at + LARGE.len()].copy_from_slice(LARGE);
    }
}
