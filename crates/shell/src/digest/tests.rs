//! Each row against vectors: those of radare2's rahash2, and check values of the specifications.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;

/// For an algorithm, the digests of `123456789` and of 101 bytes that are no text.
const VECTORS: &[(&str, &str, &str)] = &[
    ("entropy", "3.16992500", "6.53939960"),
    ("md5", "25f9e794323b453885f5181f1b624d0b", "43c7b8f29ed7547cb4db190df3e0dfd7"),
    ("sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441", "c328fb5a1227d9ebc120d6273823f7492bd826e0"),
    (
        "sha256",
        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
        "ec06f715dc25a28edb46ca67bb4c9ed92f1e70cfcdb46b6e32ebf0c95d1f0052",
    ),
    (
        "sha384",
        "eb455d56d2c1a69de64e832011f3393d45f3fa31d6842f21af92d2fe469c499da5e3179847334a18479c8d1dedea1be3",
        "30230fae0545f4c3e23c67a740f8509220598400fbe793473a1ef66de9e1bfac2556eb69f0fb9c6d7ff537642c543c5c",
    ),
    (
        "sha512",
        "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
        "cd53f5bc3627a83fa3f4d60dc0f6acceaed7e11fec1de4f74f1f1fa398fdb4a8290eb2ee787631c91c6e40a55a0849ab54463782b5290c1d02d279492fee203b",
    ),
    (
        "ssdeep",
        "",
        "1:lirw5BOXcltqz4BJWfkt1y7AJRens196DIRZmv09FCLQZhu38FNKTYhp2/ENVSb8:lik5BRltFBJJt1dJRh19VRZZ9FtZhxFx",
    ),
    ("md4", "2ae523785d0caf4d2fb557c12016185c", "f4d3f43f5e466885d2a034b47b8de7b8"),
    ("xorpair", "0008", "8848"),
    ("xor", "31", "10"),
    ("parity", "01", "01"),
    ("hamdist", "05", "04"),
    ("pcprint", "64", "27"),
    ("mod255", "de", "10"),
    ("xxhash", "67ad7b93", "c4430809"),
    ("adler32", "de011e09", "e12f09c2"),
    ("luhn", "07", "02"),
    ("crc8smbus", "f4", "4a"),
    ("crc15can", "059e", "1dad"),
    ("crc16", "bb3d", "15e7"),
    ("crc16hdlc", "906e", "7c8b"),
    ("crc16usb", "b4c8", "2a2d"),
    ("crc16citt", "29b1", "ca67"),
    ("crc24", "21cf02", "9cb810"),
    ("crc32", "cbf43926", "0979110d"),
    ("crc32c", "e3069283", "fcc6d889"),
    ("crc32ecma267", "b27ce117", "9a9f48a8"),
    ("crc32bzip2", "fc891918", "0890ad31"),
    ("crc32d", "87315576", "8e454e29"),
    ("crc32mpeg2", "0376e6e7", "f76f52ce"),
    ("crc32posix", "765e7680", "505d065b"),
    ("crc32q", "3010bf7f", "1a6d267d"),
    ("crc32jamcrc", "340bc6d9", "f686eef2"),
    ("crc32xfer", "bd0be338", "e8db284e"),
    ("crc64", "6c40df5f0b497347", "f6540d307101f2ce"),
    ("crc64ecma", "6c40df5f0b497347", "f6540d307101f2ce"),
    ("crc64we", "62ec59e3f1a4f00a", "af28ad3a1d645cfd"),
    ("crc64xz", "995dc9bbdf1939fa", "414c4b33ce602d2f"),
    ("crc64iso", "b90956c775a41001", "0eff17b5b547c54d"),
    ("fletcher8", "de", "10"),
    ("fletcher16", "de1e", "10f5"),
    ("fletcher32", "09d509df", "bc536ebe"),
    ("fletcher64", "9f686a6c3603080d", "867529de841cfeda"),
];

fn bytes() -> Vec<u8> {
    (0..101u32).map(|index| (index * 7 + index / 5) as u8).collect()
}

fn text(algorithm: &str, bytes: &[u8]) -> String {
    Algorithm::find(algorithm).unwrap().of(bytes).map_or(String::new(), |outcome| outcome.to_string())
}

#[test]
fn every_row_gives_the_known_digests() {
    let mut seen = HashSet::new();
    for (name, short, long) in VECTORS {
        assert_eq!(text(name, b"123456789"), *short, "{name}");
        assert_eq!(text(name, &bytes()), *long, "{name}");
        seen.insert(*name);
    }
    for (name, input, digest) in [
        ("null", &b"abc"[..], ""),
        ("add", b"abc", "26"),
        ("sip", &(0..16).collect::<Vec<u8>>(), "80a1217e69b2a656"),
        ("strhash", b"a\0b", "c4b50200"),
        ("elf", b"printf", "a6057907"),
    ] {
        assert_eq!(text(name, input), digest, "{name}");
        seen.insert(name);
    }
    assert!(ALGORITHMS.iter().all(|row| seen.contains(row.name)), "a row without a vector");
}

#[test]
fn names_are_unique_and_wrong_ones_are_explained() {
    let names: HashSet<&str> = ALGORITHMS.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), ALGORITHMS.len());
    let message = |name| Algorithm::find(name).err().unwrap().to_string();
    assert!(message("sha").contains("sha1, sha256"));
    assert!(message("md6").contains("did you mean md"));
    assert!(Algorithm::find("ssdeep").unwrap().of(b"short").unwrap_err().to_string().contains("32 bytes"));
}

proptest! {
    /// How the bytes are cut makes no difference.
    #[test]
    fn pieces_give_what_the_whole_gives(bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in prop::collection::vec(0usize..300, 0..6)) {
        for row in ALGORITHMS {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| (*cut).min(bytes.len())).collect();
            cuts.sort_unstable();
            let pieces = row.compute(bytes.len() as u64, |take| {
                let mut from = 0;
                for cut in cuts.iter().copied().chain([bytes.len()]) {
                    take(&bytes[from..cut]);
                    from = cut;
                }
                Ok(())
            });
            let whole = row.of(&bytes);
            prop_assert_eq!(pieces.map(|o| o.to_string()).ok(), whole.map(|o| o.to_string()).ok(), "{}", row.name);
        }
    }
}
