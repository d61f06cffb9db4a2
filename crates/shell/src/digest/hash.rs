//! Hashes of kept crates: md4, md5, sha, SipHash, xxHash, Adler.

use std::hash::Hasher;

use siphasher::sip::SipHasher24;
use xxhash_rust::xxh32::Xxh32;

use super::{Digest, Finish, done};

/// A hash with the interface that the RustCrypto crates share.
#[derive(Default)]
pub(super) struct Hash<D>(D);

impl<D: md5::Digest + Default> Digest for Hash<D> {
    fn update(&mut self, bytes: &[u8]) {
        md5::Digest::update(&mut self.0, bytes);
    }

    fn finish(&mut self) -> Finish {
        done(std::mem::take(&mut self.0).finalize().as_slice())
    }
}

/// The key that the peer's SipHash has.
const SIP_KEY: [u8; 16] = 0xb5d4_c9eb_7910_4a79_6fec_8b1b_4287_81d4_u128.to_be_bytes();

/// SipHash-2-4.
pub(super) struct Sip(SipHasher24);

impl Default for Sip {
    fn default() -> Sip {
        Sip(SipHasher24::new_with_key(&SIP_KEY))
    }
}

impl Digest for Sip {
    fn update(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(&mut self) -> Finish {
        done(self.0.finish().to_le_bytes())
    }
}

/// xxHash of 32 bits.
pub(super) struct XxHash(Xxh32);

impl Default for XxHash {
    fn default() -> XxHash {
        XxHash(Xxh32::new(0))
    }
}

impl Digest for XxHash {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&mut self) -> Finish {
        done(self.0.digest().to_le_bytes())
    }
}

/// Adler-32.
#[derive(Default)]
pub(super) struct Adler(adler2::Adler32);

impl Digest for Adler {
    fn update(&mut self, bytes: &[u8]) {
        self.0.write_slice(bytes);
    }

    fn finish(&mut self) -> Finish {
        done(self.0.checksum().to_le_bytes())
    }
}
