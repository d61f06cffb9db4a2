//! `cyclic://N`: a De Bruijn sequence, in which any three neighbours tell where they are.

use crate::backend::Backend;
use crate::backend::memory::Memory;
use crate::ctx::{Ctx, Effects};
use crate::error::Result;
use crate::scheme::{OpenOptions, Scheme};
use crate::uri::Uri;

/// The letters in the peer's order.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz1234567890";

/// Neighbours that occur once only.
const ORDER: usize = 3;

/// Length of the whole sequence.
const LENGTH: u64 = (ALPHABET.len() as u64).pow(ORDER as u32);

/// The row.
pub(super) static SCHEME: Scheme = Scheme {
    names: &["cyclic"],
    brief: "memory filled with a De Bruijn pattern",
    permissions: "rw_",
    effects: Effects::READ,
    uris: &["cyclic://SIZE"],
    open,
};

fn open(uri: &Uri, _options: &OpenOptions, _ctx: &Ctx) -> Result<Box<dyn Backend>> {
    let size = super::size::parse(uri, LENGTH)?;
    Ok(Box::new(Memory::copy_of(&uri.text, &sequence(size as usize))?))
}

/// The first `len` bytes: the Lyndon words whose length divides [`ORDER`], in order, joined
/// (Fredricksen and Maiorana); each word is made from the one before (Duval).
fn sequence(len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(len + ORDER);
    let mut word = vec![0];
    while !word.is_empty() && out.len() < len {
        if ORDER.is_multiple_of(word.len()) {
            out.extend(word.iter().map(|&letter| ALPHABET[letter]));
        }
        word = word.iter().copied().cycle().take(ORDER).collect();
        while word.last() == Some(&(ALPHABET.len() - 1)) {
            word.pop();
        }
        if let Some(last) = word.last_mut() {
            *last += 1;
        }
    }
    out.truncate(len);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_three_letters_occur_once_in_the_peers_order() {
        let all = sequence(LENGTH as usize);
        assert_eq!(all.len() as u64, LENGTH);
        assert!(all.starts_with(b"AAABAACAADAAEAAFAAGAAHAAIAAJ"));
        assert!(all.ends_with(b"0888988089989080980099909000"));
        assert_eq!(&all[7380..7390], b"UAoVAoWAoX");
        let distinct: HashSet<&[u8]> = all.windows(ORDER).collect();
        assert_eq!(distinct.len(), all.len() - (ORDER - 1));
    }
}
