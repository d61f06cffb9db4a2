//! Damaged files: nothing panics, nothing hangs, and what comes out stays in proportion.

#![allow(clippy::unwrap_used)] // Test code: functions the tests share are not seen as such.

use farad_bin::{Options, StringScope, load, strings};
use proptest::prelude::*;
use std::ops::ControlFlow;

const FILES: [&str; 13] = [
    "vault.x86_64.elf",
    "vault.i386.elf",
    "vault.aarch64.elf",
    "vault.arm.elf",
    "vault.thumb.elf",
    "vault.mips.elf",
    "vault.riscv64.elf",
    "vault.ppc64le.elf",
    "vault.pie.elf",
    "vault.exe",
    "vault.arm64.dylib",
    "imports.x86_64.elf",
    "imports.cet.elf",
];

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Reads all there is, and checks that no more came out than bytes went in, times a constant.
fn survives(data: &[u8]) {
    let high = Options { base: Some(u64::MAX - 0xfff), ..Options::default() };
    let _ = load(&data, &high);
    let options = Options::default();
    if let Ok(Some(binary)) = load(&data, &options) {
        let room = data.len() * 8 + (1 << 20);
        let names: usize = binary.symbols.iter().map(|symbol| symbol.name.len() + 1).sum();
        assert!(names <= room && binary.relocations.len() <= room && binary.maps.len() <= room);
        for symbol in &binary.symbols {
            assert!(symbol.flag_name().bytes().all(|byte| byte.is_ascii_graphic()));
        }
        for line in &binary.header_text {
            assert!(!line.chars().any(char::is_control));
        }
        let _ = binary.summary();
        let _ = binary.file_offset(binary.base);
        for scope in [StringScope::Data, StringScope::File] {
            let mut last = None;
            // Overlapping sections may run into the limit: an error is an answer too.
            let _ = strings(&data, Some(&binary), scope, &options, &mut |row| {
                assert!(row.length >= options.string_min && last < Some(row.ordinal));
                last = Some(row.ordinal);
                ControlFlow::Continue(())
            });
        }
    }
}

#[test]
fn files_cut_short_are_survived() {
    for name in FILES {
        let data = bytes(name);
        let step = if data.len() > 4096 { 211 } else { 37 };
        for len in (0..data.len().min(4096)).step_by(step) {
            survives(&data[..len]);
        }
    }
}

#[test]
fn every_header_byte_may_be_anything() {
    for name in FILES {
        let data = bytes(name);
        // The larger file costs more a try.
        let step = if data.len() > 8192 { 7 } else { 1 };
        for at in (4..data.len().min(0x100)).step_by(step) {
            for value in [0x00, 0xff] {
                let mut damaged = data.clone();
                damaged[at] = value;
                survives(&damaged);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_are_survived(
        file in 0..FILES.len(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..24),
    ) {
        let mut data = bytes(FILES[file]);
        for (at, bit) in flips {
            let at = at.index(data.len());
            data[at] ^= 1 << bit;
        }
        survives(&data);
    }

    #[test]
    fn huge_numbers_in_tables_are_survived(
        file in 0..FILES.len(),
        writes in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
            0u64, 1, 0x7fff_ffff, 0xffff_ffff, 0xffff_ffff_ffff_ff00, u64::MAX, 0x8000_0000_0000_0000,
        ])), 1..8),
    ) {
        let mut data = bytes(FILES[file]);
        for (at, value) in writes {
            let at = at.index(data.len() / 8) * 8;
            data[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        survives(&data);
    }

    #[test]
    fn noise_behind_a_magic_number_is_survived(
        magic in prop::sample::select(vec![
            &b"\x7fELF\x02\x01\x01\0"[..], b"\x7fELF\x01\x02\x01\0", b"\x7fELF\x01\x01\x01\0",
            b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"MZ",
        ]),
        noise in prop::collection::vec(any::<u8>(), 0..2048),
    ) {
        survives(&[magic, &noise[..]].concat());
    }
}
