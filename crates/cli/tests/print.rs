//! The print commands held against the real radare2 5.7.4, on bytes, offsets and lengths that nobody chose.
//!
//! What the transcripts of 6.2.1 show to be different there is left out: the heading of dumps, which is another.

mod support;

use support::peer::Program;

/// Bytes of all kinds: a count, text, a file's magic, wide text, numbers with high bits, pointers.
const FIXTURE: &str = "wx 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f;w hello world @ 0x20;\
    wx 7f454c46deadbeefcafebabe00112233 @ 0x40;w https://example.org/a?b=c @ 0x60;ww wide @ 0x90;\
    wx ffffffffffffffff8000000080000000 @ 0xa0;wx 2000000000000000 @ 0xc0;wx 6000000040000000 @ 0xc8";

/// Commands that take a length.
const SIZED: &[&str] = &[
    "p8",
    "px",
    "pxh",
    "pxw",
    "pxq",
    "pxW",
    "pxQ",
    "pxo",
    "pxd2",
    "pxd4",
    "pxx",
    "pxi",
    "pxe",
    "pxX",
    "px0",
    "pxj",
    "pxhj",
    "pxwj",
    "pxqj",
    "pc",
    "pch",
    "pcw",
    "pcd",
    "pca",
    "pcc",
    "pcg",
    "pcJ",
    "pck",
    "pcp",
    "pcr",
    "pcs",
    "pcS",
    "pcv",
    "pcz",
    "pr",
    "prc",
    "pk",
    "pb",
    "pB",
    "p6e",
    "pu",
    "puw",
    "pp1",
    "pp2",
    "pp4",
    "pp8",
    "ps",
    "psx",
    "ph md5",
    "ph sha256",
    "ph crc32",
    "ph adler32",
    "ph crc64",
    "ph xor",
];
/// Commands that take a number of values.
const COUNTED: &[&str] = &["pv", "pv1", "pv2", "pv4", "pv8", "pv*"];
/// Letters of formats of fixed size.
const LETTERS: &[&str] = &[
    "b", "c", "C", "d", "i", "f", "F", "o", "p", "p2", "p4", "p8", "q", "t", "u", "w", "x", "z", "n2", "n4",
    "n8", "N1", "N8",
];
/// Forms of output in which formats are the same.
const FORMS: &[&str] = &["pf", "pf", "pfq"];

#[test]
#[ignore = "needs radare2 5.7.4: run ./test"]
fn sized_commands_print_what_radare2_prints() {
    let mut random = Random(0x9e37_79b9);
    let commands = (0..300).map(|_| {
        let name = random.of(SIZED);
        let len = 1 + random.below(96);
        format!("{name} {len} @ {:#x}", random.place())
    });
    compare(&commands.collect::<Vec<String>>(), "");
    let commands = (0..60).map(|_| {
        let name = random.of(COUNTED);
        format!("{name} {} @ {:#x}", 1 + random.below(20), random.place())
    });
    let commands: Vec<String> = commands.collect();
    compare(&commands, "");
    compare(&commands, "e cfg.bigendian=true;");
}

#[test]
#[ignore = "needs radare2 5.7.4: run ./test"]
fn formats_print_what_radare2_prints() {
    let mut random = Random(0x2545_f491);
    let commands = (0..250).map(|_| {
        let mut format = random.of(&["", "", "", "2", "3", "0", "{2}"]).to_owned();
        // In arrays of records the peer puts blanks where it skips.
        let skips = format.is_empty();
        let fields = 1 + random.below(5);
        for _ in 0..fields {
            if skips && random.below(8) == 0 {
                format.push_str(random.of(&[".", ":"]));
            }
            let letter = random.of(LETTERS);
            if random.below(5) == 0 && letter != "z" {
                format.push_str(&format!("[{}]", 2 + random.below(4)));
            }
            format.push_str(letter);
        }
        let names = ["one", "b", "third", "d4", "e"];
        let names = names[..random.below(fields + 1) as usize].join(" ");
        format!("{} {format} {names} @ {:#x}", random.of(FORMS), random.place())
    });
    let commands: Vec<String> = commands.collect();
    compare(&commands, "");
    compare(&commands, "e asm.bits=32;");
}

/// Runs the commands in both programs and compares what each prints.
fn compare(commands: &[String], settings: &str) {
    let mut script = format!("{FIXTURE};{settings}");
    for (index, command) in commands.iter().enumerate() {
        script.push_str(&format!(";?e ==={index};{command};?e"));
    }
    let folder = support::inputs();
    let [ours, theirs] = [Program::Farad, Program::Radare2].map(|program| {
        let done = program.run(folder.path(), &[], &script, "malloc://512");
        parts(&done.out(), commands.len())
    });
    let mut differences = String::new();
    for ((command, ours), theirs) in commands.iter().zip(&ours).zip(&theirs) {
        if ours != theirs {
            differences.push_str(&format!("{settings}{command}\n{theirs}\n{ours}\n\n"));
        }
    }
    assert!(differences.is_empty(), "radare2, then farad:\n{differences}");
}

/// The output of each command, without headings and blanks at the ends of lines.
fn parts(out: &str, count: usize) -> Vec<String> {
    let mut parts = vec![String::new(); count];
    let mut current = None;
    for line in out.split('\n') {
        if let Some(index) = line.strip_prefix("===").and_then(|index| index.parse::<usize>().ok()) {
            current = parts.get_mut(index);
        } else if let Some(part) = current.as_mut().filter(|_| !line.starts_with("- offset -")) {
            part.push_str(line.trim_end());
            part.push('\n');
        }
    }
    parts.iter().map(|part| part.trim_end().to_owned()).collect()
}

/// Numbers that are the same on each run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }

    fn place(&mut self) -> u64 {
        self.below(0x180)
    }
}
