//! A command's output, kept until its length is known: in memory, then in a file.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use farad_shell::out::Out;
use farad_wire::rap::{stock, trailer};

use crate::budget::Share;

/// Most bytes of one command's output kept in memory.
const MEMORY: usize = 1 << 20;
/// Room that a cut reply keeps for its last line.
const NOTICE: usize = 128;
/// Most bytes of output that a stock client takes, less the NUL.
const STOCK: usize = stock::REPLY - 1;

/// How much is kept, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// All, up to so many bytes, past which the command fails.
    All(u64),
    /// What a stock client takes; the rest is counted.
    Stock,
}

/// Output in memory, or its storage and a file that stands at its start.
pub(crate) type Spooled = (Vec<u8>, Option<Filed>);

/// Output in a file, for which room is taken as long as this is kept.
pub(crate) struct Filed {
    pub(crate) file: File,
    /// Its length, bytes.
    pub(crate) len: u64,
    _share: Share,
}

/// Collected output and reports.
pub(crate) struct Spool<'a> {
    keep: Keep,
    folder: &'a Path,
    /// The output, or its end while a file has the rest.
    head: Vec<u8>,
    file: Option<File>,
    /// Bytes in the file.
    filed: u64,
    /// Bytes that were not kept.
    dropped: u64,
    reports: String,
    share: Share,
}

impl<'a> Spool<'a> {
    /// Collects into `head`, which is emptied, and into a file in `folder` when it gets long, out of `share`.
    pub(crate) fn new(keep: Keep, folder: &'a Path, mut head: Vec<u8>, share: Share) -> Spool<'a> {
        head.clear();
        Spool { keep, folder, head, file: None, filed: 0, dropped: 0, reports: String::new(), share }
    }

    /// Bytes kept.
    pub(crate) fn len(&self) -> u64 {
        self.filed + self.head.len() as u64
    }

    /// Reports what is told however much was reported before.
    pub(crate) fn conclude(&mut self, line: &str) {
        let room = trailer::MESSAGE.saturating_sub(line.len() + 1);
        while self.reports.len() > room {
            let last = self.reports.trim_end().rfind('\n').map_or(0, |end| end + 1);
            self.reports.truncate(last);
        }
        self.report(line);
    }

    /// The lines reported, joined.
    pub(crate) fn reports(&self) -> &str {
        self.reports.trim_end()
    }

    /// Prints what was reported, where nothing else was printed and the client can be told in no
    /// other way.
    pub(crate) fn tell_reports(&mut self) {
        if self.len() == 0 && !self.reports.is_empty() {
            let text = format!("{}\n", self.reports());
            // It fits where nothing is.
            let _ = self.write_all(text.as_bytes());
        }
    }

    /// The output: in memory, or in a file that stands at its start.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<Spooled> {
        if self.dropped > 0 {
            self.cut();
        }
        let Some(mut file) = self.file.take() else { return Ok((self.head, None)) };
        self.share.file(self.head.len())?;
        file.write_all(&self.head)?;
        file.seek(SeekFrom::Start(0))?;
        let len = self.len();
        self.head.clear();
        Ok((self.head, Some(Filed { file, len, _share: self.share })))
    }

    /// Ends the text at a line's end, where one is near, and says that it was cut.
    fn cut(&mut self) {
        let total = self.head.len() as u64 + self.dropped;
        self.head.truncate(STOCK - NOTICE);
        let line = self.head.iter().rposition(|&byte| byte == b'\n').map(|at| at + 1);
        match line {
            Some(end) => self.head.truncate(end),
            None => self.head.push(b'\n'),
        }
        let kept = self.head.len();
        self.head.extend_from_slice(
            format!("[cut: {kept} of {total} bytes; this client takes no longer reply, farad does]\n")
                .as_bytes(),
        );
    }

    fn spill(&mut self) -> io::Result<()> {
        self.share.file(self.head.len())?;
        let mut file = match self.file.take() {
            Some(file) => file,
            None => tempfile::tempfile_in(self.folder)?,
        };
        file.write_all(&self.head)?;
        self.filed += self.head.len() as u64;
        self.head.clear();
        self.file = Some(file);
        Ok(())
    }
}

impl Write for Spool<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.keep {
            Keep::Stock => {
                let room = STOCK.saturating_sub(self.head.len()).min(bytes.len());
                self.head.extend_from_slice(&bytes[..room]);
                self.dropped += (bytes.len() - room) as u64;
            }
            Keep::All(limit) => {
                if self.len() + bytes.len() as u64 > limit {
                    let why = format!("output is limited to {limit} bytes (e rap.maxout)");
                    return Err(io::Error::other(why));
                }
                let len = self.head.len() + bytes.len();
                if len > MEMORY || !self.share.hold(len) {
                    self.spill()?;
                }
                self.head.extend_from_slice(bytes);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Out for Spool<'_> {
    fn report(&mut self, line: &str) {
        if self.reports.len() < trailer::MESSAGE {
            self.reports.push_str(line);
            self.reports.push('\n');
        }
    }

    /// The client learns that it is a peer's text from whom it got it.
    fn mark_peer(&mut self, _peer: &str) {}

    fn mark_origin(&mut self, _: &farad_shell::origin::Origin) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn kept(spool: Spool<'_>) -> Vec<u8> {
        let (mut text, file) = spool.finish().unwrap();
        if let Some(Filed { mut file, len, .. }) = file {
            assert!(text.is_empty());
            assert_eq!(file.read_to_end(&mut text).unwrap() as u64, len);
        }
        text
    }

    #[test]
    fn long_output_goes_to_a_file_and_comes_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        for total in [0, 10, MEMORY, MEMORY + 1, 3 * MEMORY + 7] {
            let bytes: Vec<u8> = (0..total).map(|at| (at / 251) as u8).collect();
            let mut spool = Spool::new(Keep::All(1 << 30), folder.path(), vec![1, 2, 3], Share::default());
            bytes.chunks(100_001).for_each(|piece| spool.write_all(piece).unwrap());
            assert_eq!(spool.len(), total as u64);
            assert!(kept(spool) == bytes, "{total}");
        }
    }

    #[test]
    fn the_limit_fails_the_write() {
        let mut spool = Spool::new(Keep::All(5), Path::new("/"), Vec::new(), Share::default());
        spool.write_all(b"12345").unwrap();
        assert!(spool.write_all(b"6").unwrap_err().to_string().contains("rap.maxout"));
        assert_eq!(kept(spool), b"12345");
    }

    #[test]
    fn a_stock_clients_reply_is_cut_at_a_line_below_what_it_takes() {
        let line = b"0123456789012345678901234567890\n";
        for (lines, cut) in [(511, false), (512, true), (5000, true)] {
            let mut spool = Spool::new(Keep::Stock, Path::new("/"), Vec::new(), Share::default());
            (0..lines).for_each(|_| spool.write_all(line).unwrap());
            let text = kept(spool);
            assert!(text.len() < stock::REPLY, "{}", text.len());
            assert_eq!(text.ends_with(b"farad does]\n"), cut, "{lines}");
            assert_eq!(text.len() == lines * line.len(), !cut);
        }
        let mut spool = Spool::new(Keep::Stock, Path::new("/"), Vec::new(), Share::default());
        spool.write_all(&[b'x'; 100_000]).unwrap();
        let text = kept(spool);
        assert!(text.len() < stock::REPLY && text.ends_with(b"]\n") && text.contains(&b'\n'));
    }
}
