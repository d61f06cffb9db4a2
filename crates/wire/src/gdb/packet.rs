//! Packets: `$data#xx`, with escapes and run lengths taken out.

use super::Error;

/// Asks a stub to stop the target, outside of packets.
pub const INTERRUPT: u8 = 3;

/// Longest content of a packet, bytes.
pub const LIMIT: usize = 1 << 20;

/// What a stream of bytes holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The last packet arrived.
    Ack,
    /// It did not arrive whole: send it again.
    Nack,
    /// A packet, and whether its sum is right.
    Packet {
        /// What is in it.
        content: Vec<u8>,
        /// Whether it arrived whole.
        intact: bool,
    },
    /// A notification, which nobody asked for.
    Notification(Vec<u8>),
}

/// Bytes to events, however they are cut.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    content: Vec<u8>,
    sum: u8,
    notifies: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Outside,
    Inside,
    Escaped,
    Repeats,
    Sum(Option<u8>),
}

impl Decoder {
    /// Takes the next byte.
    ///
    /// # Errors
    /// [`Error`].
    pub fn push(&mut self, byte: u8) -> Result<Option<Event>, Error> {
        match self.state {
            State::Outside => match byte {
                b'+' => return Ok(Some(Event::Ack)),
                b'-' => return Ok(Some(Event::Nack)),
                b'$' | b'%' => {
                    self.content.clear();
                    (self.state, self.sum, self.notifies) = (State::Inside, 0, byte == b'%');
                }
                // Noise between packets, as a console on the same line makes it.
                _ => {}
            },
            State::Inside if byte == b'#' => self.state = State::Sum(None),
            State::Inside if byte == b'$' => {
                // The one before was cut.
                self.content.clear();
                self.sum = 0;
            }
            State::Inside => {
                self.sum = self.sum.wrapping_add(byte);
                match byte {
                    b'}' => self.state = State::Escaped,
                    b'*' => self.state = State::Repeats,
                    _ => self.keep(byte, 1)?,
                }
            }
            State::Escaped => {
                self.sum = self.sum.wrapping_add(byte);
                self.state = State::Inside;
                self.keep(byte ^ 0x20, 1)?;
            }
            State::Repeats => {
                self.sum = self.sum.wrapping_add(byte);
                self.state = State::Inside;
                let last = *self.content.last().ok_or(Error::Damaged("it repeats nothing"))?;
                let count = byte.checked_sub(29).ok_or(Error::Damaged("a run length"))?;
                self.keep(last, usize::from(count))?;
            }
            State::Sum(first) => {
                let digit = char::from(byte).to_digit(16).ok_or(Error::Damaged("its sum"))? as u8;
                let Some(high) = first else {
                    self.state = State::Sum(Some(digit));
                    return Ok(None);
                };
                self.state = State::Outside;
                let intact = high << 4 | digit == self.sum;
                let content = std::mem::take(&mut self.content);
                return Ok(Some(match self.notifies {
                    true => Event::Notification(content),
                    false => Event::Packet { content, intact },
                }));
            }
        }
        Ok(None)
    }

    fn keep(&mut self, byte: u8, count: usize) -> Result<(), Error> {
        if self.content.len() + count > LIMIT {
            return Err(Error::Long(LIMIT));
        }
        self.content.resize(self.content.len() + count, byte);
        Ok(())
    }
}

/// A packet with this content.
pub fn encode(content: &[u8]) -> Vec<u8> {
    let mut packet = Vec::with_capacity(content.len() + 4);
    packet.push(b'$');
    for &byte in content {
        match byte {
            b'$' | b'#' | b'}' | b'*' => packet.extend([b'}', byte ^ 0x20]),
            _ => packet.push(byte),
        }
    }
    let sum = packet[1..].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
    packet.extend(format!("#{sum:02x}").into_bytes());
    packet
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(bytes: &[u8]) -> Result<Vec<Event>, Error> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for byte in bytes {
            events.extend(decoder.push(*byte)?);
        }
        Ok(events)
    }

    #[test]
    fn packets_are_read_among_others() {
        let events = decode(b"+$OK#9a-noise%Stop:T05#b2$0* #7a$x}\x03#f8$a#00").unwrap();
        let packet = |content: &[u8], intact| Event::Packet { content: content.to_vec(), intact };
        assert_eq!(
            events[..4],
            [Event::Ack, packet(b"OK", true), Event::Nack, Event::Notification(b"Stop:T05".to_vec())]
        );
        assert_eq!(events[4..], [packet(b"0000", true), packet(b"x#", true), packet(b"a", false)]);
    }

    #[test]
    fn what_is_damaged_is_an_error() {
        for bytes in [&b"$*\x20#00"[..], b"$a*\x01#00", b"$a#zz"] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
        let mut bytes = b"$a".to_vec();
        bytes.extend(b"*~".repeat(LIMIT / 97 + 1));
        assert_eq!(decode(&bytes), Err(Error::Long(LIMIT)));
    }

    proptest! {
        #[test]
        fn packets_come_back(content in proptest::collection::vec(any::<u8>(), 0..300)) {
            let events = decode(&encode(&content)).unwrap();
            prop_assert_eq!(events, vec![Event::Packet { content, intact: true }]);
        }

        #[test]
        fn anything_decodes_or_does_not(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes);
        }
    }
}
