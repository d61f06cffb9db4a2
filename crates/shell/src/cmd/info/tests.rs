//! What the commands list of files made here.

use crate::cmd::print::tests::output;

#[test]
fn what_has_no_headers_has_a_descriptor() {
    let text = output("malloc://512", "i");
    assert_eq!(
        text,
        "fd       3\nfile     malloc://512\nsize     0x200\nhumansz  512\nmode     rwx\n\
         format   any\niorw     true\nblock    0x100\n"
    );
    for (line, expected) in
        [("iS", ""), ("iSj", "[]\n"), ("is", ""), ("iI", ""), ("iIj", "{}\n"), ("ieq", "")]
    {
        assert_eq!(output("malloc://512", line), expected, "{line}");
    }
}

#[test]
fn digests_are_of_all_bytes() {
    assert_eq!(output("hex://616263", "it~md5"), "md5 900150983cd24fb0d6963f7d28e17f72\n");
}

#[test]
fn strings_of_a_file_without_headers_have_their_offsets_as_addresses() {
    let listed = output("hex://0068656c6c6f2c20776f726c6400", "izz");
    assert!(listed.ends_with("0   0x00000001 0x00000001 12  13           ascii hello, world\n"), "{listed}");
    assert_eq!(output("hex://0068656c6c6f2c20776f726c6400", "izzqq"), "hello, world\n");
}

/// A small ELF file whose one section is named by `name`.
fn elf_with_section(name: &[u8]) -> Vec<u8> {
    let mut file = vec![0u8; 0x40];
    file[..8].copy_from_slice(b"\x7fELF\x02\x01\x01\0");
    let mut put = |at: usize, size: usize, value: u64| {
        file[at..at + size].copy_from_slice(&value.to_le_bytes()[..size]);
    };
    put(0x10, 2, 2);
    put(0x12, 2, 62);
    put(0x14, 4, 1);
    put(0x28, 8, 0x80);
    put(0x34, 2, 64);
    put(0x3a, 2, 64);
    put(0x3c, 2, 2);
    put(0x3e, 2, 1);
    file.push(0);
    file.extend(name);
    file.push(0);
    let size = name.len() as u64 + 2;
    file.resize(0x100, 0);
    let mut put = |at: usize, size: usize, value: u64| {
        file[0xc0 + at..0xc0 + at + size].copy_from_slice(&value.to_le_bytes()[..size]);
    };
    put(0, 4, 1);
    put(4, 4, 3);
    put(0x10, 8, 0x1000);
    put(0x18, 8, 0x40);
    put(0x20, 8, size);
    file
}

#[test]
fn hostile_names_neither_steer_a_terminal_nor_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    std::fs::write(&path, elf_with_section("a\x1b[2J;!id\n`id`\u{9b}31m".as_bytes())).unwrap();
    let uri = path.display().to_string();
    for line in
        ["iS", "iSj", "iSq", "iS*", "iS.", "iS=", "iSS", "f", "fs", "ia", "izz", "is*", "i", "iH", "ihj"]
    {
        let text = output(&uri, line);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{line}: {text:?}");
    }
    assert!(output(&uri, "iS").contains("a\\x1b[2J;!id\\n`id`\\x9b31m"));
    let script = output(&uri, "iS*");
    assert!(script.lines().all(|line| line == "fs sections" || line.starts_with("'f section.")), "{script}");
    assert!(!script.contains(['`', ';', '!']), "{script}");
}
