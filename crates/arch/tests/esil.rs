//! What instructions do, in ESIL, against what radare2 5.7.4 says; a line of the table is a mode, the
//! instruction's bytes at 0x1000, its text and its expression.

use farad_arch::{Decoder, Settings};

/// Where the instructions are.
const ADDR: u64 = 0x1000;

#[test]
fn expressions_are_those_of_the_peer() {
    let mut decoders: Vec<(String, Decoder)> = Vec::new();
    let mut count = 0;
    for line in include_str!("data/esil.tsv").lines() {
        let [head, text, esil] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let [arch, bits, order, digits] = head.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let mode = format!("{arch} {bits} {order}");
        if decoders.last().is_none_or(|(last, _)| *last != mode) {
            let settings =
                Settings { big_endian: order == "big", ..Settings::new(arch, bits.parse().unwrap()) };
            decoders.push((mode.clone(), Decoder::new(&settings).unwrap()));
        }
        let (_, decoder) = decoders.last().unwrap();
        let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        let mut bytes: Vec<u8> = (0..digits.len()).step_by(2).map(pair).collect();
        bytes.resize(16, 0);
        let instruction = decoder.decode(&bytes, ADDR).unwrap();
        assert_eq!(instruction.text(), text, "{mode} {digits}");
        let (got, size) = decoder.esil(&bytes, ADDR).unwrap();
        assert_eq!((got.as_str(), size), (esil, instruction.size), "{mode} {text}");
        count += 1;
    }
    assert!(count > 400, "{count} lines");
}
