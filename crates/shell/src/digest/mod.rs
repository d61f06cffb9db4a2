//! Checksums, hashes and measures of bytes: one table, one row an algorithm.
//!
//! An algorithm takes its bytes piece by piece, so that a range of any length is held nowhere.
//! It knows neither sessions nor where the bytes come from.

use std::fmt;

use crate::error::{Error, Result};
use crate::parse::hex_digits;

mod crc;
mod fletcher;
mod fuzzy;
mod hash;
mod statistic;
mod string;
mod sum;

pub(crate) use statistic::entropy;

/// What came out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Bytes, shown as hex digits.
    Bytes(Vec<u8>),
    /// A measure.
    Number(f64),
    /// A text of the algorithm's own alphabet.
    Text(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Bytes(bytes) => f.write_str(&hex_digits(bytes)),
            Outcome::Number(number) => write!(f, "{number:.8}"),
            Outcome::Text(text) => f.write_str(text),
        }
    }
}

/// What an algorithm says when it has had all bytes.
pub(crate) enum Pass {
    /// It is done.
    Done(Outcome),
    /// It has to be given the same bytes once more.
    Again,
}

/// What an algorithm says at the end, or why there is no outcome for these bytes.
pub(crate) type Finish = std::result::Result<Pass, String>;

/// An algorithm at work.
pub(crate) trait Digest {
    /// Takes the next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// Says that those were all.
    ///
    /// # Errors
    /// Why there is no outcome for these bytes.
    fn finish(&mut self) -> Finish;
}

/// A row of the table.
pub(crate) struct Algorithm {
    /// Its name.
    pub(crate) name: &'static str,
    /// The name under which `ph` lists it, as the peer does.
    pub(crate) family: &'static str,
    /// Starts it on so many bytes.
    start: fn(u64) -> Box<dyn Digest>,
}

const fn row(name: &'static str, start: fn(u64) -> Box<dyn Digest>) -> Algorithm {
    Algorithm { name, family: name, start }
}

const fn member(name: &'static str, family: &'static str, start: fn(u64) -> Box<dyn Digest>) -> Algorithm {
    Algorithm { name, family, start }
}

/// Every algorithm, in the order in which they are listed.
pub(crate) static ALGORITHMS: &[Algorithm] = &[
    row("null", |_| Box::new(sum::Null)),
    row("add", |_| Box::new(sum::Add::default())),
    row("entropy", |_| Box::new(statistic::Entropy::default())),
    row("md5", |_| Box::new(hash::Hash::<md5::Md5>::default())),
    member("sha1", "sha", |_| Box::new(hash::Hash::<sha1::Sha1>::default())),
    member("sha256", "sha", |_| Box::new(hash::Hash::<sha2::Sha256>::default())),
    member("sha384", "sha", |_| Box::new(hash::Hash::<sha2::Sha384>::default())),
    member("sha512", "sha", |_| Box::new(hash::Hash::<sha2::Sha512>::default())),
    row("sip", |_| Box::new(hash::Sip::default())),
    row("ssdeep", |len| Box::new(fuzzy::Ssdeep::new(len))),
    row("strhash", |_| Box::new(string::djb2())),
    row("md4", |_| Box::new(hash::Hash::<md4::Md4>::default())),
    row("xorpair", |_| Box::new(sum::XorPair::default())),
    member("xor", "xorpair", |_| Box::new(sum::Xor::default())),
    row("parity", |_| Box::new(sum::Parity::default())),
    row("hamdist", |_| Box::new(sum::Hamming::default())),
    row("pcprint", |_| Box::new(statistic::Printable::default())),
    row("mod255", |_| Box::new(sum::Modulo::default())),
    row("xxhash", |_| Box::new(hash::XxHash::default())),
    row("adler32", |_| Box::new(hash::Adler::default())),
    row("luhn", |_| Box::new(string::Luhn::default())),
    row("crc8smbus", |_| crc::smbus()),
    row("crc15can", |_| crc::can()),
    row("crc16", |_| crc::arc()),
    row("crc16hdlc", |_| crc::hdlc()),
    row("crc16usb", |_| crc::usb()),
    row("crc16citt", |_| crc::ccitt()),
    row("crc24", |_| crc::openpgp()),
    row("crc32", |_| crc::iso_hdlc()),
    row("crc32c", |_| crc::iscsi()),
    row("crc32ecma267", |_| crc::ecma_267()),
    row("crc32bzip2", |_| crc::bzip2()),
    row("crc32d", |_| crc::base91_d()),
    row("crc32mpeg2", |_| crc::mpeg_2()),
    row("crc32posix", |_| crc::cksum()),
    row("crc32q", |_| crc::aixm()),
    row("crc32jamcrc", |_| crc::jamcrc()),
    row("crc32xfer", |_| crc::xfer()),
    row("crc64", |_| crc::ecma_182()),
    row("crc64ecma", |_| crc::ecma_182()),
    row("crc64we", |_| crc::we()),
    row("crc64xz", |_| crc::xz()),
    row("crc64iso", |_| crc::go_iso()),
    row("fletcher8", |_| Box::new(fletcher::Fletcher8::default())),
    row("fletcher16", |_| Box::new(fletcher::Fletcher16::default())),
    row("fletcher32", |_| Box::new(fletcher::Fletcher32::default())),
    row("fletcher64", |_| Box::new(fletcher::Fletcher64::default())),
    row("elf", |_| Box::new(string::elf())),
];

impl Algorithm {
    /// The algorithm of a name.
    ///
    /// # Errors
    /// A name that is in no row, with what there is or what a family's members are.
    pub(crate) fn find(name: &str) -> Result<&'static Algorithm> {
        if let Some(row) = ALGORITHMS.iter().find(|row| row.name == name) {
            return Ok(row);
        }
        let members: Vec<&str> =
            ALGORITHMS.iter().filter(|row| row.family == name).map(|row| row.name).collect();
        let near = crate::nearest::nearest(name, ALGORITHMS.iter().map(|row| row.name));
        let hint = match (members.is_empty(), near) {
            (false, _) => format!("use one of {}", members.join(", ")),
            (true, Some(near)) => format!("did you mean {near}?"),
            (true, None) => "ph lists them".to_owned(),
        };
        Err(Error::failed(format!("no algorithm '{}': {hint}", crate::render::excerpt(name))))
    }

    /// Starts on `len` bytes.
    pub(crate) fn start(&self, len: u64) -> Box<dyn Digest> {
        (self.start)(len)
    }

    /// The outcome for bytes that `feed` hands over, all of them each time it is called.
    ///
    /// # Errors
    /// What `feed` says, or why there is no outcome.
    pub(crate) fn compute(
        &self,
        len: u64,
        mut feed: impl FnMut(&mut dyn FnMut(&[u8])) -> Result<()>,
    ) -> Result<Outcome> {
        let mut digest = self.start(len);
        loop {
            feed(&mut |bytes| digest.update(bytes))?;
            match digest.finish() {
                Ok(Pass::Done(outcome)) => return Ok(outcome),
                Ok(Pass::Again) => {}
                Err(why) => return Err(Error::failed(format!("{}: {why}", self.name))),
            }
        }
    }

    /// The outcome for bytes at hand.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn of(&self, bytes: &[u8]) -> Result<Outcome> {
        self.compute(bytes.len() as u64, |take| {
            take(bytes);
            Ok(())
        })
    }
}

/// What a digest of so many bytes says.
fn done(bytes: impl Into<Vec<u8>>) -> Finish {
    Ok(Pass::Done(Outcome::Bytes(bytes.into())))
}

#[cfg(test)]
mod tests;
