//! JSON laid out over lines, byte by byte as it comes.

use std::io;

/// Most blanks put before a value, so that brackets alone cannot make lines without end.
const MAX_INDENT: usize = 256;

/// How a layout writes.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Style {
    /// Brackets, quotes and commas stay.
    Indented,
    /// They go; only names and values are left.
    Outlined,
}

/// A layout at work on one stream. Text outside of brackets passes as it is.
pub(crate) struct Layout {
    style: Style,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// Whether anything was written since the last line end.
    mid_line: bool,
    buffer: Vec<u8>,
}

impl Layout {
    /// One value a line, two blanks a level.
    pub(crate) fn indented() -> Self {
        Self::new(Style::Indented)
    }

    /// The same without brackets, quotes and commas; the outermost level is not indented.
    pub(crate) fn outlined() -> Self {
        Self::new(Style::Outlined)
    }

    fn new(style: Style) -> Self {
        Self { style, depth: 0, in_string: false, escaped: false, mid_line: false, buffer: Vec::new() }
    }

    /// Takes bytes, cut anywhere, and writes them laid out.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        out: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        // Deep brackets turn a byte into a line: write by parts.
        for part in bytes.chunks(256) {
            for &byte in part {
                self.byte(byte);
            }
            out(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }

    /// Ends the stream, and the line.
    pub(crate) fn finish(&mut self, out: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        if self.mid_line {
            out(b"\n")?;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) {
        if self.in_string {
            self.string_byte(byte);
        } else if self.depth == 0 && !matches!(byte, b'{' | b'[') {
            self.put(byte);
        } else {
            self.structure(byte);
        }
    }

    fn string_byte(&mut self, byte: u8) {
        let ends = byte == b'"' && !self.escaped;
        self.escaped = byte == b'\\' && !self.escaped;
        self.in_string = !ends;
        if !ends || self.style == Style::Indented {
            self.put(byte);
        }
    }

    fn structure(&mut self, byte: u8) {
        let indented = self.style == Style::Indented;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'"' => {
                self.in_string = true;
                if indented {
                    self.put(byte);
                }
            }
            b'{' | b'[' => {
                if indented {
                    self.put(byte);
                }
                self.depth += 1;
                if indented || self.depth > 1 {
                    self.new_line();
                }
            }
            b'}' | b']' => {
                self.depth -= 1;
                if indented {
                    self.new_line();
                    self.put(byte);
                }
            }
            b',' => {
                if indented {
                    self.put(byte);
                }
                self.new_line();
            }
            b':' => self.buffer.extend_from_slice(b": "),
            _ => self.put(byte),
        }
    }

    fn put(&mut self, byte: u8) {
        self.buffer.push(byte);
        self.mid_line = byte != b'\n';
    }

    fn new_line(&mut self) {
        self.put(b'\n');
        let level = if self.style == Style::Indented { self.depth } else { self.depth - 1 };
        let blanks = (2 * level).min(MAX_INDENT);
        self.buffer.resize(self.buffer.len() + blanks, b' ');
    }
}
