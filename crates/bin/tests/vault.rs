//! The same small program built for each processor: what is read out of it.

#![allow(clippy::unwrap_used)] // Test code: functions the tests share are not seen as such.

use farad_bin::{
    Binary, Depth, Endian, Format, MapSource, Options, Source, SourceError, StringKind, StringScope,
    demangle, load, strings,
};
use std::ops::ControlFlow;

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(name: &str, options: &Options) -> Binary {
    load(&bytes(name), options).unwrap().unwrap()
}

fn open(name: &str) -> Binary {
    read(name, &Options::default())
}

fn texts(name: &str, scope: StringScope) -> Vec<(u64, u64, StringKind, String)> {
    let source = bytes(name);
    let binary = open(name);
    let mut rows = Vec::new();
    strings(&source, Some(&binary), scope, &Options::default(), &mut |row| {
        rows.push((row.vaddr, row.size, row.kind, row.text));
        ControlFlow::Continue(())
    })
    .unwrap();
    rows
}

#[test]
fn every_processor_is_told() {
    let rows = [
        ("vault.x86_64.elf", Format::Elf64, "x86", 64, Endian::Little, 0x20_0000, 0x20_13b0, 0x20_12a0),
        ("vault.i386.elf", Format::Elf32, "x86", 32, Endian::Little, 0x40_0000, 0x40_1350, 0x40_1210),
        ("vault.aarch64.elf", Format::Elf64, "arm", 64, Endian::Little, 0x20_0000, 0x21_03a4, 0x21_0258),
        ("vault.arm.elf", Format::Elf32, "arm", 32, Endian::Little, 0x1_0000, 0x2_03a0, 0x2_022c),
        ("vault.thumb.elf", Format::Elf32, "arm", 16, Endian::Little, 0x1_0000, 0x2_02dc, 0x2_0206),
        ("vault.mips.elf", Format::Elf32, "mips", 32, Endian::Big, 0x1_0000, 0x2_0460, 0x2_0280),
        ("vault.riscv64.elf", Format::Elf64, "riscv", 64, Endian::Little, 0x1_0000, 0x1_1378, 0x1_124a),
        (
            "vault.ppc64le.elf",
            Format::Elf64,
            "ppc",
            64,
            Endian::Little,
            0x1000_0000,
            0x1001_0530,
            0x1001_0340,
        ),
        ("vault.pie.elf", Format::Elf64, "x86", 64, Endian::Little, 0, 0x14f0, 0x13e0),
    ];
    for (name, format, arch, bits, endian, base, entry, fib) in rows {
        let binary = open(name);
        assert_eq!(binary.format, format, "{name}");
        assert_eq!((binary.info.arch, binary.info.bits, binary.info.endian), (arch, bits, endian), "{name}");
        assert_eq!((binary.base, binary.entries[0].vaddr), (base, entry), "{name}");
        let symbol = binary.symbols.iter().find(|symbol| symbol.name == "fib").unwrap();
        assert_eq!((symbol.vaddr, symbol.flag_name().as_str()), (fib, "sym.fib"), "{name}");
        assert!(binary.main.is_none(), "{name} has no C library start code");
        assert!(binary.warnings.is_empty(), "{name}: {:?}", binary.warnings);
    }
}

#[test]
fn sections_and_maps_are_placed() {
    let binary = open("vault.x86_64.elf");
    let bss = &binary.sections[4];
    assert_eq!(
        (bss.flag_name().as_str(), bss.size, bss.vsize, bss.kind),
        ("section..bss", 0, 8, Some("NOBITS"))
    );
    let maps: Vec<_> = binary.maps.iter().rev().map(|map| (map.name.as_str(), map.vaddr, map.size)).collect();
    assert_eq!(
        maps,
        [
            ("fmap.LOAD0", 0x20_0000, 0x1f0),
            ("fmap.LOAD1", 0x20_11f0, 0x212),
            ("fmap.LOAD2", 0x20_2410, 0x30),
            ("mmap.LOAD2", 0x20_2440, 8),
        ]
    );
    assert_eq!(binary.maps[0].source, MapSource::Zero);
    assert_eq!((binary.file_offset(0x20_13b0), binary.file_offset(0x20_2440)), (Some(0x3b0), None));
    assert_eq!(binary.segments.last().unwrap().flag_name(), "segment.ehdr");
    let sink = binary.symbols.iter().find(|symbol| symbol.name == "sink").unwrap();
    assert_eq!((sink.paddr, sink.flag_name().as_str()), (None, "obj.sink"));
}

#[test]
fn another_base_moves_everything() {
    let options = Options { base: Some(0x1_0000), ..Options::default() };
    let binary = read("vault.pie.elf", &options);
    assert_eq!((binary.base, binary.entries[0].vaddr), (0x1_0000, 0x1_14f0));
    assert_eq!(binary.maps.last().unwrap().vaddr, 0x1_0000);
    let comment = binary.sections.iter().find(|section| section.name == ".comment").unwrap();
    assert_eq!(comment.vaddr, 0, "what is not loaded stays where it is");
}

#[test]
fn strings_of_every_encoding_are_found() {
    let rows = texts("vault.x86_64.elf", StringScope::Data);
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[1], (0x20_0190, 21, StringKind::Ascii, "the door stays shut\\n".to_owned()));
    assert_eq!(rows[3], (0x20_01c0, 20, StringKind::Utf16Le, "wide text".to_owned()));
    let big = texts("vault.mips.elf", StringScope::Data);
    assert_eq!(big[3], (0x1_0193, 19, StringKind::Utf16Le, "wide text".to_owned()));
    let arm = texts("vault.arm.elf", StringScope::File);
    assert_eq!((arm[0].2, arm[0].3.as_str()), (StringKind::Utf32Le, "4𐀴𐀴ÀÀ"));
    assert_eq!(arm[10].3, "$𠀑p𐅐");
}

#[test]
fn imported_functions_are_found_in_the_linkage_table() {
    for (name, puts) in [("imports.x86_64.elf", ".plt"), ("imports.cet.elf", ".plt.sec")] {
        let binary = open(name);
        let names: Vec<&str> = binary.imports.iter().map(|import| import.name.as_str()).collect();
        assert_eq!(names, ["puts", "printf", "exit"], "{name}");
        let table = binary.sections.iter().find(|section| section.name == puts).unwrap();
        for symbol in binary.symbols.iter().filter(|symbol| symbol.is_imported) {
            assert!(symbol.vaddr >= table.vaddr && symbol.vaddr < table.vaddr + table.vsize, "{name}");
            assert_eq!((symbol.vaddr - table.vaddr) % 16, 0, "{name}");
            assert_eq!(symbol.flag_name(), format!("sym.imp.{}", symbol.name));
        }
        assert_eq!(binary.libraries, ["libc.so.6"]);
        assert_eq!(
            binary.entries.iter().map(|entry| entry.flag_name()).collect::<Vec<_>>(),
            ["entry0", "entry.init0"]
        );
    }
}

#[test]
fn portable_executables_are_read() {
    let binary = open("vault.exe");
    assert_eq!((binary.format.name(), binary.base), ("pe64", 0x1_4000_0000));
    assert_eq!((binary.entries[0].vaddr, binary.entries[0].paddr), (0x1_4000_11c0, Some(0x5c0)));
    assert_eq!(binary.info.windows.as_ref().unwrap().computed_checksum, Some(0x1d9c));
    assert_eq!(binary.header.len(), 37);
    assert_eq!(texts("vault.exe", StringScope::Data).len(), 5);
}

#[test]
fn mach_o_is_read() {
    let binary = open("vault.arm64.dylib");
    assert_eq!((binary.format.name(), binary.info.os.as_str()), ("mach064", "macos"));
    let names: Vec<&str> = binary.symbols.iter().take(3).map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(names, ["_attempts", "__start", "_entry_main"]);
    assert_eq!(binary.symbols.len(), 20);
    assert_eq!(binary.sections[0].name, "0.__TEXT.__text");
}

#[test]
fn other_files_are_of_no_format() {
    for data in [&b""[..], b"\x7f", b"MZ", b"hello, world"] {
        assert_eq!(load(&data.to_vec(), &Options::default()).unwrap(), None);
    }
    assert!(load(&b"\x7fELF".to_vec(), &Options::default()).is_err());
}

#[test]
fn without_a_format_the_file_is_one_piece() {
    let source = b"....\0a plain text\0".to_vec();
    let mut rows = Vec::new();
    strings(&source, None, StringScope::File, &Options::default(), &mut |row| {
        rows.push((row.paddr, row.text));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(rows, [(0, "....".to_owned()), (5, "a plain text".to_owned())]);
    assert_eq!(demangle("_Z3fooi").as_deref(), Some("foo(int)"));
}

/// Counts reads: over a slow link each is a trip.
struct Counted(Vec<u8>, std::cell::Cell<usize>);

impl Source for Counted {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, farad_bin::SourceError> {
        self.1.set(self.1.get() + 1);
        self.0.read_at(offset, buf)
    }
}

#[test]
fn reads_are_few() {
    for name in ["vault.x86_64.elf", "vault.arm64.dylib", "imports.x86_64.elf", "vault.exe"] {
        let source = Counted(bytes(name), Default::default());
        load(&source, &Options::default()).unwrap().unwrap();
        assert!(source.1.get() <= 3, "{name} took {} reads", source.1.get());
    }
}

/// A file far away: what is read of it is counted.
struct Far {
    bytes: Vec<u8>,
    reads: std::cell::RefCell<Vec<usize>>,
}

impl Source for Far {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, SourceError> {
        self.reads.borrow_mut().push(buf.len());
        self.bytes.read_at(offset, buf)
    }
}

#[test]
fn the_layout_of_a_large_file_is_a_few_small_reads() {
    for name in ["vault.x86_64.elf", "vault.mips.elf", "vault.exe", "vault.arm64.dylib"] {
        let mut file = bytes(name);
        // What stands behind the headers moves far away: debug information, say.
        let end = file.len();
        file.resize(end + (16 << 20), 0x90);
        let far = Far { bytes: file, reads: Default::default() };
        let layout = load(&far, &Options { depth: Depth::Layout, ..Options::default() }).unwrap().unwrap();
        let reads = far.reads.take();
        assert!(reads.len() <= 6 && reads.iter().sum::<usize>() <= 256 << 10, "{name}: {reads:?}");
        let whole = load(&far, &Options::default()).unwrap().unwrap();
        assert_eq!((&layout.sections, &layout.maps, layout.base), (&whole.sections, &whole.maps, whole.base));
        assert!(layout.symbols.is_empty() && !(whole.symbols.is_empty() && name != "vault.exe"));
    }
}
