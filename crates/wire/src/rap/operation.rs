//! The operation byte that starts every message.

/// What a message asks for or answers. The reply's byte is the request's with the top bit set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Operation {
    /// Open a file by name.
    Open = 1,
    /// Read from the server's cursor.
    Read = 2,
    /// Write at the server's cursor.
    Write = 3,
    /// Move or ask for the cursor, or ask for the size.
    Seek = 4,
    /// Close a descriptor.
    Close = 5,
    /// Historic. Both measured servers hang up on it and no body was ever seen, so it cannot be followed.
    System = 6,
    /// Run a command and return its text.
    Command = 7,
}

/// The bit that makes an operation byte a reply's.
const REPLY: u8 = 0x80;

impl Operation {
    /// The byte that starts a request.
    pub const fn request_byte(self) -> u8 {
        self as u8
    }

    /// The byte that starts a reply.
    pub const fn reply_byte(self) -> u8 {
        self as u8 | REPLY
    }

    /// The operation a request's first byte names, if it names one.
    pub const fn from_request_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Open,
            2 => Self::Read,
            3 => Self::Write,
            4 => Self::Seek,
            5 => Self::Close,
            6 => Self::System,
            7 => Self::Command,
            _ => return None,
        })
    }

    /// The operation a reply's first byte names, if it names one.
    pub const fn from_reply_byte(byte: u8) -> Option<Self> {
        if byte & REPLY == 0 {
            return None;
        }
        Self::from_request_byte(byte & !REPLY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_reads_back_as_itself() {
        let mut known = 0;
        for byte in 0..=u8::MAX {
            if let Some(operation) = Operation::from_request_byte(byte) {
                known += 1;
                assert_eq!(operation.request_byte(), byte);
                assert_eq!(Operation::from_reply_byte(byte | 0x80), Some(operation));
                assert_eq!(Operation::from_reply_byte(byte), None);
            }
        }
        assert_eq!(known, 7);
    }
}
