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
