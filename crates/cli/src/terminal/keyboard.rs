//! Keys from the terminal, one at a time.

use std::io;
use std::time::Duration;

use super::device::{Device, Input};
use super::key::{Decoder, Key};

/// How long the rest of a key may take: an escape character that is alone for so long is the key of that name.
const REST: Duration = Duration::from_millis(60);

/// What happens at a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Key(Key),
    /// Draw again: the window has another size, or the screen was another's.
    Redraw,
    /// Nothing within the time given, or nothing that is a key.
    Nothing,
    /// The terminal is gone.
    End,
}

/// Who reads keys has it, and nobody else then.
pub(super) struct Keyboard {
    pub(super) device: &'static Device,
    decoder: Decoder,
}

impl Keyboard {
    pub(super) fn new(device: &'static Device) -> Keyboard {
        Keyboard { device, decoder: Decoder::default() }
    }

    /// Whether something can be read without a wait.
    pub(super) fn is_ready(&self) -> bool {
        self.device.is_ready()
    }

    /// Waits for what happens next, without an end where no limit is given.
    pub(super) fn next(&mut self, limit: Option<Duration>) -> io::Result<Event> {
        loop {
            if let Some(key) = self.decoder.next() {
                return Ok(Event::Key(key));
            }
            let is_inside = self.decoder.is_inside();
            match self.device.read(if is_inside { Some(REST) } else { limit })? {
                Input::Byte(byte) => {
                    self.decoder.push(byte);
                    // Where it ended what is no key (a paste), whoever waits may have something to draw.
                    if !self.decoder.is_inside() {
                        return Ok(self.decoder.next().map_or(Event::Nothing, Event::Key));
                    }
                }
                Input::Redraw => return Ok(Event::Redraw),
                Input::Nothing if is_inside => self.decoder.flush(),
                Input::Nothing => return Ok(Event::Nothing),
                Input::End => return Ok(Event::End),
            }
        }
    }
}
