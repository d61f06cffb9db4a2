//! The tools on files made here.

use crate::cmd::print::tests::output;

/// What a line prints in a folder with a few files; `DIR` is its path.
fn told(line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("one"), "a 1\nb 2\na 1\nc 3").unwrap();
    std::fs::write(path("two.txt"), "a x\nc y\nc z\n").unwrap();
    std::fs::write(path(".hidden"), "").unwrap();
    std::fs::create_dir(path("sub")).unwrap();
    std::fs::write(path("sub/deep"), "").unwrap();
    let dir = folder.path().display().to_string();
    output("malloc://64", &line.replace("DIR", &dir)).replace(&dir, "DIR")
}

#[test]
fn folders_are_listed() {
    for (line, expected) in [
        ("ls DIR", "one         sub/        two.txt\n"),
        ("lsq DIR; ls -q DIR/two*", "one\nsub/\ntwo.txt\ntwo.txt\n"),
        ("ls -aq DIR", ".hidden\none\nsub/\ntwo.txt\n"),
        ("e scr.columns=20; ls DIR", "one\nsub/\ntwo.txt\n"),
        ("ls -l DIR~?; ll DIR~two.txt?", "3\n1\n"),
        ("lr DIR", "DIR/.hidden\nDIR/one\nDIR/two.txt\nDIR/sub/deep\n"),
        ("lsj DIR~{[0].name}; ls -j DIR~{[1].isdir}; lsj DIR~{[2].size}", "one\ntrue\n12\n"),
        ("ls DIR/none*", "ERROR: no file is called 'DIR/none*'"),
        ("ls -z", "ERROR: there is no -z: use a, l, q, e or j (usage: ls[jq] [folder])"),
    ] {
        assert_eq!(told(line), expected, "{line}");
    }
}

#[test]
fn text_of_files_is_worked_on() {
    for (line, expected) in [
        ("cat DIR/two.txt; less DIR/two.txt~?", "a x\nc y\nc z\n3\n"),
        ("head 2 DIR/one; head -n 1 DIR/two.txt", "a 1\nb 2\na x\n"),
        ("tail 2 DIR/two.txt; tail -1 DIR/two.txt", "c y\nc z\nc z\n"),
        ("sort DIR/one", "a 1\na 1\nb 2\nc 3\n"),
        ("uniq DIR/one", "a 1\nb 2\nc 3\n"),
        ("join DIR/one DIR/two.txt", "a 1 x\na 1 x\nc 3 y\nc 3 z\n"),
        (
            "mv DIR/one DIR/sub; cp DIR/two.txt DIR/three; touch DIR/four; rm DIR/two.txt; ls -q DIR",
            "four\nsub/\nthree\n",
        ),
        ("cp DIR/one DIR/one", "ERROR: 'DIR/one' cannot be copied onto itself"),
        ("mkdir DIR/a/b", "ERROR: DIR/a/b: No such file or directory (os error 2)"),
        ("mkdir -p DIR/a/b; lr DIR~a/b?", "0\n"),
    ] {
        assert_eq!(told(line), expected, "{line}");
    }
}

#[test]
fn formats_are_those_of_c() {
    for (line, expected) in [
        ("printf \"%s-%5d|%-4x|%04x\\n\" a 10 0xff 0x1f", "a-   10|ff  |001f\n"),
        ("printf \"%#x %#06x %o %c%% %d\" 16 255 8 0x41 -3", "0x10 0x00ff 10 A% -3"),
        ("printf %s", "ERROR: the value of %s is missing (usage: printf <format> [values])"),
        (
            "printf %99999999999s a",
            "ERROR: '%99999999999s' is no field: use %s %d %u %x %o %c %% (usage: printf <format> [values])",
        ),
    ] {
        assert_eq!(told(line), expected, "{line}");
    }
}
