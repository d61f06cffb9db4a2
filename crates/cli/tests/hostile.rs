//! Files that ask for more than they have: they open, and what goes over all of them ends.
//!
//! Each test makes its file. A command that would go over what a header says would not end within any time; the limit here
//! is only to have it fail.

#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a command may take, which is many times what it needs.
const PATIENCE: Duration = Duration::from_secs(60);
const PAGE: usize = 0x1000;

/// A program header: permissions, offset, address, bytes in the file and in memory.
struct Load(u32, u64, u64, u64, u64);

/// An ELF file for x86-64 with these segments, which has `body` behind its headers and is `len` bytes long.
fn elf(loads: &[Load], body: &[u8], len: usize) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    let entry = 0x40_0040 + 56 * loads.len() as u64;
    for part in [&2u16.to_le_bytes()[..], &62u16.to_le_bytes(), &1u32.to_le_bytes(), &entry.to_le_bytes()] {
        file.extend(part);
    }
    file.extend(64u64.to_le_bytes());
    file.extend([0; 12]);
    for number in [64, 56, u16::try_from(loads.len()).unwrap(), 64, 0, 0] {
        file.extend(number.to_le_bytes());
    }
    for Load(flags, offset, addr, size, memory) in loads {
        file.extend(1u32.to_le_bytes());
        file.extend(flags.to_le_bytes());
        for number in [*offset, *addr, *addr, *size, *memory, 1] {
            file.extend(number.to_le_bytes());
        }
    }
    file.extend(body);
    file.resize(len.max(file.len()), 0);
    file
}

/// A section: name, kind, flags, address, offset, size.
struct Section(u32, u32, u64, u64, u64, u64);

/// An ELF file without segments, whose names are `names` and whose sections come behind.
fn sections(names: &[u8], all: impl Iterator<Item = Section>) -> Vec<u8> {
    let mut file = elf(&[], names, 0);
    file.resize(file.len().next_multiple_of(8), 0);
    let (at, mut count) = (file.len() as u64, 0u16);
    let names = Section(0, 3, 0, 0, 64, names.len() as u64);
    for Section(name, kind, flags, addr, offset, size) in
        [Section(0, 0, 0, 0, 0, 0), names].into_iter().chain(all)
    {
        file.extend(name.to_le_bytes());
        file.extend(kind.to_le_bytes());
        for number in [flags, addr, offset, size, 0, 1, 0] {
            file.extend(number.to_le_bytes());
        }
        count += 1;
    }
    file[40..48].copy_from_slice(&at.to_le_bytes());
    file[60..62].copy_from_slice(&count.to_le_bytes());
    file[62..64].copy_from_slice(&1u16.to_le_bytes());
    file
}

/// What a line prints and reports on a file, with 4 GB of address space.
fn run(file: &[u8], line: &str) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    std::fs::write(&path, file).unwrap();
    let binary = env!("CARGO_BIN_EXE_farad");
    let mut child = Command::new("sh")
        .args(["-c", "ulimit -v 4000000; exec \"$@\"", "sh", binary, "-N", "-q", "-c", line])
        .arg(&path)
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let gather = |mut from: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let out = gather(Box::new(child.stdout.take().unwrap()));
    let reports = gather(Box::new(child.stderr.take().unwrap()));
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{line} does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    (out.join().unwrap(), reports.join().unwrap())
}

/// A page of code, and 2^47 zeros behind it that the file says are code too.
fn zeros() -> Vec<u8> {
    elf(&[Load(5, 0, 0x40_0000, PAGE as u64, 0x7fff_0000_0000)], &[0x90; 16], PAGE)
}

#[test]
fn analysis_ends_where_the_file_does() {
    let (out, reports) = run(&zeros(), "aaaa;afl~?;afi~^size;?e done");
    assert!(out.starts_with("1\n") && out.ends_with("done\n"), "{out}{reports}");
    assert!(reports.contains("left out"), "{reports}");
    // A block ends at its most, and a function at its own.
    let (out, _) = run(
        &zeros(),
        "e anal.bb.maxsize=0x20;af;afi~^size:1;afi~^num-bbs;af-*;e anal.bb.maxsize=0x80000;e anal.fcn.maxsize=0x40;af;afi~^size:1",
    );
    let sizes: Vec<&str> = out.lines().filter(|line| !line.contains("bbs")).collect();
    assert!(sizes.iter().all(|size| size.trim().parse::<u64>().is_ok_and(|size| size <= 0x50)), "{out}");
}

#[test]
fn searches_and_measures_go_over_what_there_is() {
    for (line, wanted) in [
        ("/x 9090~?", "8\n"),
        ("/ nothing~?", "0\n"),
        ("/v 0x12345~?", "0\n"),
        ("/ad nop~?", "11\n"),
        ("/e /no.hing/~?", "0\n"),
        ("/z 100~?", "0\n"),
        ("/V4 0x90909090 0x90909090~?", "13\n"),
        ("e search.in=bin.segments;/x 9090~?", "8\n"),
        ("e search.maxhits=3;/x 0000~?", "3\n"),
        ("e search.align=0x100000000000;/x 00000000~?", "0\n"),
        ("e zoom.in=io.maps;p=e 4~?", "4\n"),
        ("e zoom.in=io.maps;p=0 65536~?", "65536\n"),
        ("e zoom.in=io.maps;p=c 4~?", "4\n"),
        ("iz~?", "0\n"),
        ("izz~?", ""),
    ] {
        let (out, reports) = run(&zeros(), line);
        assert!(out == wanted || wanted.is_empty(), "{line}: {out}{reports}");
    }
}

#[test]
fn lengths_that_a_header_gives_are_taken_of_what_there_is() {
    for line in [
        "ph md5 0x7fff00000000",
        "pr 0x7fff00000000 > /dev/null",
        "pD 0x7fff00000000~?",
        "p8 0x7fff00000000~?",
        "wt /dev/null 0x7fff00000000",
    ] {
        let (_, reports) = run(&zeros(), &format!("{line} @ 0x400000"));
        assert!(reports.contains("stopped at"), "{line}: {reports}");
    }
}

#[test]
fn emulation_ends_at_its_most() {
    let endless = elf(&[Load(5, 0, 0x40_0000, PAGE as u64, PAGE as u64)], &[0xeb, 0xfe], PAGE);
    let (out, reports) = run(&endless, "e emu.maxsize=0x100;aei;aeip;aec;?e done");
    assert!(out.ends_with("done\n"), "{out}{reports}");
    assert!(reports.contains("emu.maxsize"), "{reports}");
}

#[test]
fn a_segment_that_cannot_be_costs_itself() {
    let loads = [
        Load(5, 0, 0x40_0000, PAGE as u64, PAGE as u64),
        Load(6, 0, u64::MAX - 0xfff, PAGE as u64, 1 << 63),
        Load(6, 1 << 62, 0x60_0000, 1 << 60, 1 << 61),
    ];
    let (out, reports) = run(&elf(&loads, &[0x90; 16], PAGE), "om~?;is~?;/x 90909090~?;pi 1 @ entry0");
    assert_eq!(out.lines().collect::<Vec<_>>(), ["4", "2", "8", "nop"], "{out}{reports}");
    assert_eq!(reports.matches("is not mapped").count(), 1, "{reports}");
    assert_eq!(reports.matches("past the end of the file").count(), 1, "{reports}");
}

#[test]
fn as_many_segments_as_there_can_be_are_opened() {
    let count = 65_534;
    for step in [0, 0x10, 0x2000] {
        let load = |number| Load(5, 0, 0x40_0000 + number * step, 0x100, 0x1000);
        let loads: Vec<Load> = (0..count).map(load).collect();
        let (out, reports) = run(&elf(&loads, &[0x90; 16], 0), "om~?;iSS~?;f~?;pi 1 @ entry0");
        assert_eq!(out.lines().next(), Some("131068"), "{reports}");
    }
    // Each shows all of the file.
    let loads: Vec<Load> =
        (0..count).map(|number| Load(5, 0, 0x40_0000 + number * 0x100_0000, 1 << 24, 1 << 24)).collect();
    let (out, reports) = run(&elf(&loads, &[0x90; 16], 0), "om~?;/x deadbeef~?;is~?");
    assert!(out.lines().next().is_some_and(|maps| maps.parse::<u32>().unwrap() < 20), "{out}");
    assert!(reports.contains("not mapped"), "{reports}");
}

#[test]
fn as_many_sections_as_there_can_be_are_listed() {
    let mut names = vec![0];
    names.extend([b'A'; 4000]);
    names.push(0);
    let same = sections(&names, (0..65_000).map(|_| Section(1, 1, 6, 0x40_0000, 64, 64)));
    let (out, reports) = run(&same, "om~?;iS~?;aa;?e done");
    assert!(out.ends_with("done\n"), "{out}{reports}");
    let large = sections(
        b"\0.data\0",
        (0..65_000).map(|number| Section(1, 1, 6, 0x40_0000 + number * 64, 64, 1 << 47)),
    );
    let (out, reports) = run(&large, "iz~?;iS md5~?;/x 90~?;?e done");
    assert!(out.ends_with("done\n"), "{out}{reports}");
}

#[test]
fn functions_at_every_byte_of_the_same_code_end() {
    let calls = 20_000i32;
    let mut code = Vec::new();
    for number in 0..calls {
        code.push(0xe8);
        code.extend((5 * calls + number - (5 * number + 5)).to_le_bytes());
    }
    code.resize(code.len() + (256 << 10), 0x90);
    let size = 64 + 56 + code.len() as u64;
    let (out, reports) = run(&elf(&[Load(5, 0, 0x40_0000, size, size)], &code, 0), "aaa;?e done");
    assert!(out.ends_with("done\n") && reports.contains("overlap"), "{out}{reports}");
}
